/**
 * What Ruby's sources say of the releases that no package was asked of: writes the section `declared` of
 * src/target/ruby-names.json.
 *
 *     npx jiti scripts/oracle/ruby-declared.ts GIT_DIRECTORY [--write]
 *
 * GIT_DIRECTORY: a clone of ruby/ruby or of a fork, with the history of its master. A name is exported if a header declares it
 * where visibility is switched to default. That is a reading of C by regular expressions, so it is believed of a name only if
 * it comes to what the packages of the releases around it export; and that a name is missing, only of one that a public header
 * had. Exits 1 if the table differs.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RubyNames } from '../../src/target/ruby-names.js';
import { knownRubies } from '../../src/target/ruby-names.js';
import { compareDotted } from '../../src/version/symbol-version.js';

const TABLE = new URL('../../src/target/ruby-names.json', import.meta.url);
const VERSION = 'include/ruby/version.h';

/** Where declarations are, and definitions that are exported one by one. */
const SOURCES =
  /^(?:include\/.*\.h|[^/]+\.[hc]|(?:internal|missing|gc|coroutine)\/[^/]+\.[hc]|prism\/.*\.h|enc\/[^/]+\.c)$/;

/** Releases that are read. */
const ASKED = ['3.0', '3.2', '4.0'] as const;

interface Declared {
  readonly exported: ReadonlySet<string>;
  /** Whatever name a public header has. */
  readonly public: ReadonlySet<string>;
}

function git(repository: string, args: readonly string[], input?: string): string {
  return execFileSync('git', ['--git-dir', repository, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...(input === undefined ? {} : { input }),
  });
}

function abiAt(repository: string, revision: string): string {
  const text = git(repository, ['show', `${revision}:${VERSION}`]);
  const part = (name: string): string => new RegExp(`RUBY_API_VERSION_${name} (\\d+)`).exec(text)?.[1] ?? '';
  return `${part('MAJOR')}.${part('MINOR')}`;
}

/** The last commit on master that was still of each release: there its branch was cut. */
function branchPoints(repository: string): ReadonlyMap<string, string> {
  const changes = git(repository, [
    'log',
    '--format=%H',
    '-G',
    'RUBY_API_VERSION_M',
    '-n',
    '12',
    '--',
    VERSION,
  ]);
  const points = new Map<string, string>();
  for (const commit of changes.trim().split('\n')) {
    const abi = abiAt(repository, `${commit}^`);
    if (!points.has(abi)) points.set(abi, `${commit}^`);
  }
  return points;
}

function readSources(repository: string, revision: string): Declared {
  const paths = git(repository, ['ls-tree', '-r', '--name-only', revision])
    .split('\n')
    .filter((path) => SOURCES.test(path));
  const exported = new Set<string>();
  const inPublic = new Set<string>();
  for (const path of paths) {
    const text = git(repository, ['show', `${revision}:${path}`])
      .replaceAll(/\/\*.*?\*\//gs, ' ')
      .replaceAll(/\/\/[^\n]*/g, '');
    let depth = 0;
    for (const line of text.split('\n')) {
      const isDefinition = line.trimStart().startsWith('#define');
      if (!isDefinition && /SYMBOL_EXPORT_BEGIN|visibility push\(default\)/.test(line)) depth += 1;
      const isExported =
        depth > 0 || /RUBY_FUNC_EXPORTED|RUBY_EXTERN|ONIG_EXTERN|visibility\("default"\)/.test(line);
      for (const [name] of line.matchAll(/\b[A-Za-z_]\w*/g)) {
        if (isExported) exported.add(name);
        if (path.startsWith('include/')) inPublic.add(name);
      }
      if (!isDefinition && /SYMBOL_EXPORT_END|visibility pop/.test(line)) depth = Math.max(0, depth - 1);
    }
  }
  return { exported, public: inPublic };
}

function generate(repository: string): RubyNames['declared'] {
  const points = branchPoints(repository);
  const read = new Map<string, Declared>();
  const declaredAt = (abi: string): Declared => {
    const revision = points.get(abi);
    if (revision === undefined) throw new Error(`the clone's master does not reach back to Ruby ${abi}`);
    const known = read.get(abi) ?? readSources(repository, revision);
    read.set(abi, known);
    return known;
  };
  const declared: RubyNames['declared'] = {};
  for (const abi of ASKED) {
    const around = [
      knownRubies().findLast((release) => compareDotted(release.abi, abi) < 0),
      knownRubies().find((release) => compareDotted(release.abi, abi) > 0),
    ].flatMap((release) =>
      release === undefined ? [] : [{ names: release.names, ...declaredAt(release.abi) }],
    );
    const here = declaredAt(abi);
    // What both releases around have or both lack needs no reading; beyond the newest one, all that it has does.
    const asked = [...new Set(around.flatMap(({ names }) => [...names]))].filter(
      (name) => around.length < 2 || !around.every(({ names }) => names.has(name)),
    );
    const believed = asked.filter((name) =>
      around.every(({ names, exported }) => names.has(name) === exported.has(name)),
    );
    const missing = believed.filter(
      (name) => !here.exported.has(name) && around.some((other) => other.public.has(name)),
    );
    const provided = around.length < 2 ? [] : believed.filter((name) => here.exported.has(name));
    declared[abi] = {
      revision: git(repository, ['rev-parse', '--short=10', points.get(abi) ?? '']).trim(),
      provided: provided.sort().join(' '),
      missing: missing.sort().join(' '),
    };
  }
  return declared;
}

const [repository, flag] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (repository === undefined) throw new Error('which clone of Ruby?');
  const before = readFileSync(TABLE, 'utf8');
  const table = { ...(JSON.parse(before) as RubyNames), declared: generate(repository) };
  const text = `${JSON.stringify(table, null, 2)}\n`;
  const same = before === text;
  console.log(same ? 'the table is what the sources say' : 'the table differs from the sources');
  if (flag === '--write') writeFileSync(TABLE, text);
  else process.exitCode = same ? 0 : 1;
}
