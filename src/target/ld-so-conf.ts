import { TargetError } from '../errors.js';
import { matchesGlob } from './glob.js';
import type { TreeWalk } from './tree-walk.js';

/** Far beyond what any system has: its ld.so.conf is a line or two. In bytes, files, and levels of inclusion. */
const MAX_FILE = 1 << 20;
const MAX_FILES = 1000;
const MAX_DEPTH = 16;

/** One line that says something. */
type Statement =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'include'; readonly patterns: readonly string[] };

/**
 * Reads one file as ldconfig does (glibc's elf/ldconfig.c, parse_conf and add_dir): `#` begins a comment, `include` takes
 * patterns, `hwcap` says nothing any more, anything else is a directory, with `=TYPE` behind it in old files. A relative
 * directory is ignored.
 */
export function parseLdSoConf(text: string): Statement[] {
  const statements: Statement[] = [];
  for (const whole of text.split('\n')) {
    const line = whole.replace(/#.*/, '').trim();
    const [, keyword, rest = ''] = /^(include|hwcap)[ \t]+(.*)$/i.exec(line) ?? [];
    if (keyword === 'include') {
      statements.push({
        kind: 'include',
        patterns: rest.split(/[ \t]+/).filter((pattern) => pattern !== ''),
      });
    } else if (keyword?.toLowerCase() !== 'hwcap') {
      const path = line.replace(/=.*/, '').trimEnd().replace(/\/+$/, '');
      if (path.startsWith('/')) statements.push({ kind: 'directory', path });
    }
  }
  return statements;
}

/**
 * The directories of /etc/ld.so.conf and what it includes, in order, each once.
 * @throws TargetError `TARGET_LIMIT` where files include each other without end, and as `TreeWalk` does
 */
export async function readLdSoConf(walk: TreeWalk): Promise<string[]> {
  const directories = new Set<string>();
  let files = 0;
  const readFile = async (path: string, depth: number): Promise<void> => {
    files += 1;
    if (files > MAX_FILES || depth > MAX_DEPTH) {
      throw new TargetError(
        `${walk.tree.label}: /etc/ld.so.conf includes files without end, at last ${path}.`,
        {
          code: 'TARGET_LIMIT',
          suggestions: ['Take the circle out of /etc/ld.so.conf and what it includes.'],
        },
      );
    }
    const bytes = await walk.read(path, MAX_FILE);
    if (bytes === undefined) return;
    for (const statement of parseLdSoConf(new TextDecoder('latin1').decode(bytes))) {
      if (statement.kind === 'directory') {
        directories.add(statement.path);
        continue;
      }
      for (const pattern of statement.patterns) {
        const absolute = pattern.startsWith('/') ? pattern : `${path.replace(/\/[^/]*$/, '')}/${pattern}`;
        for (const included of await expandGlob(walk, absolute)) await readFile(included, depth + 1);
      }
    }
  };
  await readFile('/etc/ld.so.conf', 0);
  return [...directories];
}

/** The paths that match, sorted by their bytes, as glob(3) does in the C locale. */
async function expandGlob(walk: TreeWalk, pattern: string): Promise<string[]> {
  let paths = [''];
  for (const part of pattern.split('/').filter((name) => name !== '')) {
    if (!/[*?[\\]/.test(part)) {
      paths = paths.map((path) => `${path}/${part}`);
      continue;
    }
    const matching: string[] = [];
    for (const path of paths.slice(0, MAX_FILES)) {
      const names = (await walk.list(path === '' ? '/' : path))?.names ?? [];
      matching.push(...names.filter((name) => matchesGlob(part, name)).map((name) => `${path}/${name}`));
    }
    paths = matching;
  }
  return paths.sort((a, b) => (a < b ? -1 : 1));
}
