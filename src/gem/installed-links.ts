import { entryPath } from './entry-path.js';

/** ELOOP of Linux: MAXSYMLINKS of linux/namei.h. */
const MOST_LINKS = 40;

/**
 * The symbolic links of a gem that RubyGems 3.4 and later make: it makes them last, in the order of the archive, and only where the
 * target is there by then (Gem::Package#extract_tar_gz, `symlinks`). So a link that stands before the link that it leads to is left
 * out, and so are those that RubyGems 2.6.5 to 3.2.15 packed with the directory of the link in front of their target
 * (Gem::Package#add_files, `relative_dir`): `lib/libx.so -> lib/libx.so.1`.
 * @param links path → link text, in the order of the archive
 * @param paths of files and directories, by their place in the gem
 */
export function installedLinks(
  links: ReadonlyMap<string, string>,
  paths: Iterable<string>,
): Map<string, string> {
  const there = new Set<string>();
  const withParents = (path: string): void => {
    for (let at = path; at !== '' && !there.has(at); at = parentOf(at)) there.add(at);
  };
  for (const path of paths) withParents(path);
  for (const path of links.keys()) withParents(parentOf(path));
  const made = new Map<string, string>();
  for (const [path, text] of links) {
    const target = linkTarget(path, text);
    if (target !== undefined && exists(target, there, made)) made.set(path, text);
  }
  return made;
}

/** Where a link leads, in the gem. Undefined for a place that is not below its directory: RubyGems 3.3 and later refuse the gem. */
export function linkTarget(path: string, text: string): string | undefined {
  const parent = parentOf(path);
  return text.startsWith('/') ? undefined : entryPath(parent === '' ? text : `${parent}/${text}`);
}

/** As stat(2) finds it: through links on the way and at its end. */
function exists(path: string, there: ReadonlySet<string>, made: ReadonlyMap<string, string>): boolean {
  let rest = path.split('/');
  let at = '';
  for (let links = 0; rest.length > 0;) {
    const next = at === '' ? (rest[0] ?? '') : `${at}/${rest[0] ?? ''}`;
    rest = rest.slice(1);
    const text = made.get(next);
    if (text === undefined) {
      at = next;
      continue;
    }
    links += 1;
    const target = linkTarget(next, text);
    if (target === undefined || links > MOST_LINKS) return false;
    rest = [...target.split('/'), ...rest];
    at = '';
  }
  return there.has(at);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
