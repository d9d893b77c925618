/**
 * Holds src/explain/glibc-history.ts against the ABI lists of glibc's own repository, release by release, and writes
 * it anew with --write.
 *
 *     npx jiti scripts/oracle/glibc-symbols.ts GIT_DIRECTORY [--write]
 *
 * GIT_DIRECTORY: a clone of glibc with the tags glibc-2.16 and later. Exits 1 where the table differs.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import type { Cpu } from '../../src/elf/types.js';
import { CPUS } from '../../src/target/symbol-versions.js';
import { compareDotted } from '../../src/version/symbol-version.js';

const TABLE = new URL('../../src/explain/glibc-history.ts', import.meta.url);

/** Where the lists of a CPU lie, in the newest release and in older ones; the first that is there counts. */
const DIRECTORIES = {
  x86_64: ['x86_64/64', 'x86_64/64/nptl', 'x86_64'],
  aarch64: ['aarch64', 'aarch64/nptl'],
  arm: ['arm/le', 'arm', 'arm/nptl'],
  x86: ['i386', 'i386/nptl'],
  ppc64le: ['powerpc/powerpc64/le', 'powerpc/powerpc64'],
  s390x: ['s390/s390-64', 's390/s390-64/nptl'],
  riscv64: ['riscv/rv64'],
} satisfies Record<Cpu, readonly string[]>;
const ROOTS = ['sysdeps/unix/sysv/linux/', 'ports/sysdeps/unix/sysv/linux/', 'nptl/sysdeps/unix/sysv/linux/'];

/** `ld` is the loader, whose soname is another on each CPU. */
const LIBRARIES: Readonly<Record<string, string>> = {
  libc: 'libc.so.6',
  libm: 'libm.so.6',
  libmvec: 'libmvec.so.1',
  libpthread: 'libpthread.so.0',
  libdl: 'libdl.so.2',
  librt: 'librt.so.1',
  libresolv: 'libresolv.so.2',
  libutil: 'libutil.so.1',
  libanl: 'libanl.so.1',
  ld: 'ld',
};

/** Releases before are those of systems that nobody deploys to; x86_64's memcpy is of 2.14. */
const SINCE = '2.14';

/** The first release with lists: what they call older may have been there since, or have come along. */
const FIRST_LISTS = '2.16';

/** One symbol at one version, with the release in whose list it stands first. */
interface Listed {
  readonly library: string;
  readonly symbol: string;
  /** `2.34` */
  readonly version: string;
  readonly seen: string;
}

function git(repository: string, ...args: string[]): string {
  return execFileSync('git', ['--git-dir', repository, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Releases with a tag, and the present master as the one after the last. */
function releases(repository: string): { readonly number: string; readonly revision: string }[] {
  const tagged = git(repository, 'tag', '--list', 'glibc-2.*')
    .split('\n')
    .flatMap((tag) => /^glibc-(2\.\d+)$/.exec(tag)?.[1] ?? [])
    .filter((number) => compareDotted(number, FIRST_LISTS) >= 0)
    .sort(compareDotted);
  const versions = tagged.map((number) => ({ number, revision: `refs/tags/glibc-${number}` }));
  // Between releases it is the last one's number with 9000 behind it.
  const head = /VERSION "2\.(\d+)(\.9000)?/.exec(git(repository, 'show', 'HEAD:version.h'));
  const number = head === null ? '' : `2.${Number(head[1]) + (head[2] === undefined ? 0 : 1)}`;
  if (head === null || tagged.includes(number)) return versions;
  return [...versions, { number, revision: 'HEAD' }];
}

/** Both formats: a line for each symbol, or (before 2.23) symbols below the line of their version. */
function* readList(text: string): Generator<{ symbol: string; version: string }> {
  let group = '';
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (line.startsWith(' ')) {
      const [symbol = '', kind] = fields;
      if (kind !== 'A') yield { symbol, version: group };
    } else if (fields.length === 1) {
      group = fields[0] ?? '';
    } else {
      const [version = '', symbol = '', kind] = fields;
      if (kind !== 'A') yield { symbol, version };
    }
  }
}

function listsOf(repository: string, cpu: Cpu, revisions: ReturnType<typeof releases>): Listed[] {
  const first = new Map<string, Listed>();
  for (const { number, revision } of revisions) {
    const paths = new Set(git(repository, 'ls-tree', '-r', '--name-only', revision).split('\n'));
    for (const [name, library] of Object.entries(LIBRARIES)) {
      const candidates = ROOTS.flatMap((root) =>
        DIRECTORIES[cpu].flatMap((directory) => [
          ...(cpu === 'ppc64le' ? [`${root}${directory}/${name}-le.abilist`] : []),
          `${root}${directory}/${name}.abilist`,
        ]),
      );
      const path = candidates.find((each) => paths.has(each));
      if (path === undefined) continue;
      for (const { symbol, version } of readList(git(repository, 'show', `${revision}:${path}`))) {
        const dotted = /^GLIBC_(\d+(?:\.\d+)+)$/.exec(version)?.[1];
        const key = `${library} ${symbol} ${version}`;
        if (dotted === undefined || first.has(key) || symbol.endsWith('_version_placeholder')) continue;
        first.set(key, { library, symbol, version: dotted, seen: number });
      }
    }
  }
  return [...first.values()];
}

function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** `added`, `revised`, or `moved <from>`, with the version before, of every symbol of one CPU. */
function* changesOf(listed: readonly Listed[]): Generator<{ fact: string; version: string }> {
  const bySymbol = groupBy(listed, ({ symbol }) => symbol);
  for (const { library, symbol, version } of listed) {
    if (compareDotted(version, SINCE) < 0) continue;
    const older = (bySymbol.get(symbol) ?? [])
      .filter((other) => compareDotted(other.version, version) < 0)
      .sort((a, b) => compareDotted(b.version, a.version));
    // A symbol that moves brings its old versions along, in the release itself or later: they were not here before it.
    const here = older.find(
      (other) =>
        other.library === library &&
        (compareDotted(other.seen, version) < 0 || compareDotted(version, FIRST_LISTS) <= 0),
    );
    const elsewhere = older.find((other) => other.library !== library);
    const before = here ?? elsewhere;
    const kind =
      here !== undefined ? 'revised' : elsewhere === undefined ? 'added' : `moved ${elsewhere.library}`;
    yield { version, fact: `${version} ${library} ${kind}|${symbol}|${before?.version ?? ''}` };
  }
}

function firstOf(listed: readonly Listed[]): string {
  const versions = listed.filter(({ library }) => library === 'libc.so.6').map(({ version }) => version);
  return versions.sort(compareDotted)[0] ?? '';
}

interface Table {
  readonly source: string;
  readonly newest: string;
  readonly since: string;
  readonly first: Record<string, string>;
  /** By the CPUs that a list holds on, `*` for all that are older than the release; then by release and library. */
  readonly changes: Record<string, Record<string, Record<string, Record<string, string>>>>;
}

function generate(repository: string): Table {
  const revisions = releases(repository);
  const newest = revisions.at(-1)?.number ?? '';
  const first: Record<string, string> = {};
  const holds = new Map<string, { version: string; cpus: Map<Cpu, string> }>();
  for (const cpu of CPUS) {
    const listed = listsOf(repository, cpu, revisions);
    const base = firstOf(listed);
    first[cpu] = base;
    for (const { fact, version } of changesOf(listed)) {
      if (compareDotted(version, base) <= 0) continue;
      const [key = '', symbol = '', before = ''] = fact.split('|');
      const at = `${key}|${symbol}`;
      const entry = holds.get(at) ?? { version, cpus: new Map<Cpu, string>() };
      entry.cpus.set(cpu, before === base ? '' : before);
      holds.set(at, entry);
    }
  }
  const changes: Table['changes'] = {};
  const groups = new Map<string, string[]>();
  for (const [at, { version, cpus }] of holds) {
    const [key = '', symbol = ''] = at.split('|');
    // The version before is said once where it is the same on every CPU that is older than it.
    const befores = [...new Set([...cpus.values()].filter((before) => before !== ''))];
    const common = befores.length === 1 ? befores[0] : undefined;
    const plain = [...cpus].every(
      ([cpu, before]) =>
        before === (common !== undefined && compareDotted(common, first[cpu] ?? '') > 0 ? common : ''),
    );
    const wanted = CPUS.filter((cpu) => compareDotted(version, first[cpu] ?? '') > 0);
    const pieces: [Cpu[], string][] = plain
      ? [[[...cpus.keys()], common ?? '']]
      : [...groupBy(cpus, ([, before]) => before)].map(([before, own]) => [own.map(([cpu]) => cpu), before]);
    for (const [own, before] of pieces) {
      const where = own.length === wanted.length ? '*' : own.join(' ');
      const group = `${where}|${key}`;
      const words = groups.get(group) ?? [];
      words.push(before === '' ? symbol : `${symbol}@${before}`);
      groups.set(group, words);
    }
  }
  const order = (a: string, b: string): number => (a < b ? -1 : 1);
  for (const [group, words] of [...groups].sort(([a], [b]) => order(a, b))) {
    const [where = '', key = ''] = group.split('|');
    const [version = '', library = '', ...kind] = key.split(' ');
    const byRelease = (changes[where] ??= {});
    const byLibrary = (byRelease[version] ??= {});
    const byKind = (byLibrary[library] ??= {});
    byKind[kind.join(' ')] = words.sort(order).join(' ');
  }
  for (const [where, byRelease] of Object.entries(changes)) {
    changes[where] = Object.fromEntries(Object.entries(byRelease).sort(([a], [b]) => compareDotted(a, b)));
  }
  const head = git(repository, 'rev-parse', '--short', 'HEAD').trim();
  return {
    source: `glibc, *.abilist of the tags glibc-2.16 to glibc-${revisions.findLast(({ revision }) => revision !== 'HEAD')?.number ?? ''}, commit ${head} for ${newest}`,
    newest,
    since: SINCE,
    first,
    changes,
  };
}

const [repository, flag] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (repository === undefined) throw new Error('which clone of glibc?');
  const text = await format(
    `// Written by scripts/oracle/glibc-symbols.ts. What it says is explained in glibc-changes.ts.\nexport const GLIBC_HISTORY = ${JSON.stringify(generate(repository))} as const;\n`,
    { parser: 'typescript', singleQuote: true, printWidth: 110, trailingComma: 'all' },
  );
  const same = ((): boolean => {
    try {
      return readFileSync(TABLE, 'utf8') === text;
    } catch {
      return false;
    }
  })();
  console.log(same ? 'the table is what the ABI lists say' : 'the table differs from the ABI lists');
  if (flag === '--write') writeFileSync(TABLE, text);
  else process.exitCode = same ? 0 : 1;
}
