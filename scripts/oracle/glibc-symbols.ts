/**
 * Holds src/target/glibc-symbols.json against the ABI lists of glibc's own repository, release by release, and writes
 * it anew with --write.
 *
 *     npx jiti scripts/oracle/glibc-symbols.ts GIT_DIRECTORY [--write]
 *
 * GIT_DIRECTORY: a clone of glibc with the tags glibc-2.16 and later. Exits 1 if the table differs. What no list says, which
 * symbols have no default version and which are GLIBC_PRIVATE, is kept as it is: `npm run oracle "exported names of glibc"` holds it
 * against the libraries themselves.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Cpu } from '../../src/elf/types.js';
import type { GlibcSymbols } from '../../src/target/glibc-symbols.js';
import { CPUS } from '../../src/target/symbol-versions.js';
import { compareDotted } from '../../src/version/symbol-version.js';

const TABLE = new URL('../../src/target/glibc-symbols.json', import.meta.url);

/** Where the lists of a CPU lie, in the newest release and in older ones; the first that is there counts. */
const DIRECTORIES = {
  x86_64: ['x86_64/64', 'x86_64/64/nptl', 'x86_64'],
  aarch64: ['aarch64', 'aarch64/nptl'],
  arm: ['arm/le', 'arm', 'arm/nptl'],
  x86: ['i386', 'i386/nptl'],
  ppc64le: ['powerpc/powerpc64/le', 'powerpc/powerpc64', 'powerpc/powerpc64/nptl'],
  s390x: ['s390/s390-64', 's390/s390-64/nptl', 's390'],
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
  libnsl: 'libnsl.so.1',
  libBrokenLocale: 'libBrokenLocale.so.1',
  ld: 'ld',
};

/** The first release with lists: what they call older is taken to have been there since. */
const FIRST_LISTS = '2.16';

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

/** The releases that have a version of a symbol, as places in the list of releases. */
interface Span {
  readonly first: number;
  last: number;
}

/** By library, symbol and version (`2.34`), on one CPU. */
type Spans = Map<string, Map<string, Map<string, Span>>>;

function spansOf(repository: string, cpu: Cpu, revisions: ReturnType<typeof releases>): Spans {
  const spans: Spans = new Map();
  for (const [at, { number, revision }] of revisions.entries()) {
    const paths = new Set(git(repository, 'ls-tree', '-r', '--name-only', revision).split('\n'));
    for (const [name, library] of Object.entries(LIBRARIES)) {
      const path = candidates(cpu, name).find((each) => paths.has(each));
      if (path === undefined) continue;
      for (const { symbol, version } of readList(git(repository, 'show', `${revision}:${path}`))) {
        if (symbol.endsWith('_version_placeholder')) continue;
        const symbols = getOrAdd(spans, library, () => new Map<string, Map<string, Span>>());
        const versions = getOrAdd(symbols, symbol, () => new Map<string, Span>());
        const span = getOrAdd(versions, version.replace('GLIBC_', ''), () => ({ first: at, last: at }));
        if (at > span.last + 1)
          throw new Error(`${symbol} of ${cpu} was gone before ${number} and came back`);
        span.last = at;
      }
    }
  }
  return spans;
}

/** The paths at which a release may have the list. Big-endian lists of powerpc64 are of no use. */
function candidates(cpu: Cpu, name: string): string[] {
  return ROOTS.flatMap((root) =>
    DIRECTORIES[cpu].map((directory) =>
      cpu === 'ppc64le' && !directory.endsWith('/le')
        ? `${root}${directory}/${name}-le.abilist`
        : `${root}${directory}/${name}.abilist`,
    ),
  );
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

const isGlibc = (version: string): boolean => /^\d/.test(version);

/** The versions of a symbol in the words of glibc-symbols.json. `listed`: the CPU's first release with a list. */
function patternOf(
  versions: ReadonlyMap<string, Span>,
  revisions: ReturnType<typeof releases>,
  listed: number,
): string {
  const numberAt = (place: number): string => revisions[place]?.number ?? '';
  const order = (a: string, b: string): number =>
    isGlibc(a) && isGlibc(b) ? compareDotted(a, b) : Number(isGlibc(b)) - Number(isGlibc(a));
  return [...versions]
    .sort(([a], [b]) => order(a, b))
    .map(([version, { first, last }]) => {
      const seen = numberAt(first);
      const isOld = first === listed && (!isGlibc(version) || compareDotted(version, seen) <= 0);
      const until = numberAt(last + 1);
      return `${version}${isOld || version === seen ? '' : `@${seen}`}${until === '' ? '' : `-${until}`}`;
    })
    .join(' ');
}

/** What a pattern comes to on a CPU whose port is younger: the reverse of what src/target/glibc-symbols.ts reads. */
function clamp(words: string, oldest: string): string {
  const byNumber = new Map<string, string>();
  for (const word of words.split(' ')) {
    const [, version = '', since, until] = /^([^@-]+)(?:@([^-]+))?(?:-(.+))?$/.exec(word) ?? [];
    if (until !== undefined && compareDotted(until, oldest) <= 0) continue;
    const number = isGlibc(version) && compareDotted(version, oldest) < 0 ? oldest : version;
    const isLate = since !== undefined && compareDotted(since, number) > 0;
    if (byNumber.has(number) && isLate) continue;
    byNumber.set(number, `${number}${isLate ? `@${since}` : ''}${until === undefined ? '' : `-${until}`}`);
  }
  return [...byNumber.values()].join(' ');
}

/** CPUs by the age of their port: what the oldest one has says what the others have. */
const BY_AGE = ['x86', 's390x', 'x86_64', 'arm', 'aarch64', 'ppc64le', 'riscv64'] as const satisfies Cpu[];

type Patterns = ReadonlyMap<Cpu, string>;

/** Splits the CPUs that have a symbol by the pattern that says it for them. */
function* split(patterns: Patterns, first: Readonly<Record<string, string>>): Generator<[string, string]> {
  const left = new Set(BY_AGE.filter((cpu) => patterns.has(cpu)));
  for (const cpu of left) {
    const words = patterns.get(cpu) ?? '';
    const own = [...left].filter((other) => clamp(words, first[other] ?? '') === patterns.get(other));
    if (!own.includes(cpu)) throw new Error(`${words} of ${cpu} comes back as something else`);
    for (const done of own) left.delete(done);
    yield [words, own.length === BY_AGE.length ? '*' : own.join(' ')];
  }
}

function generate(repository: string, kept: GlibcSymbols): GlibcSymbols {
  const revisions = releases(repository);
  const newest = revisions.at(-1)?.number ?? '';
  const first = {} as GlibcSymbols['first'];
  const bySymbol = new Map<string, Map<string, Map<Cpu, string>>>();
  for (const cpu of CPUS) {
    const spans = spansOf(repository, cpu, revisions);
    const libc = [...(spans.get('libc.so.6')?.values() ?? [])];
    first[cpu] =
      libc.flatMap((versions) => [...versions.keys()].filter(isGlibc)).sort(compareDotted)[0] ?? '';
    for (const [library, symbols] of spans) {
      const listed = Math.min(
        ...[...symbols.values()].flatMap((v) => [...v.values()].map((span) => span.first)),
      );
      for (const [symbol, versions] of symbols) {
        const byCpu = getOrAdd(
          getOrAdd(bySymbol, library, () => new Map<string, Map<Cpu, string>>()),
          symbol,
          () => new Map<Cpu, string>(),
        );
        byCpu.set(cpu, patternOf(versions, revisions, listed));
      }
    }
  }
  const libraries: GlibcSymbols['libraries'] = {};
  for (const library of Object.values(LIBRARIES)) {
    const groups = new Map<string, string[]>();
    for (const [symbol, patterns] of bySymbol.get(library) ?? []) {
      for (const group of split(patterns, first)) getOrAdd(groups, group.join('|'), () => []).push(symbol);
    }
    const byPattern: Record<string, Record<string, string>> = {};
    for (const [group, symbols] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const [words = '', where = ''] = group.split('|');
      (byPattern[words] ??= {})[where] = symbols.sort().join(' ');
    }
    libraries[library] = byPattern;
  }
  const head = git(repository, 'rev-parse', '--short', 'HEAD').trim();
  const tag = revisions.findLast(({ revision }) => revision !== 'HEAD')?.number ?? '';
  const source = `glibc, *.abilist of the tags glibc-2.16 to glibc-${tag}, commit ${head} for ${newest}`;
  return { ...kept, source, newest, first, libraries };
}

const [repository, flag] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (repository === undefined) throw new Error('which clone of glibc?');
  const before = readFileSync(TABLE, 'utf8');
  const text = `${JSON.stringify(generate(repository, JSON.parse(before) as GlibcSymbols), null, 2)}\n`;
  const same = before === text;
  console.log(same ? 'the table is what the ABI lists say' : 'the table differs from the ABI lists');
  if (flag === '--write') writeFileSync(TABLE, text);
  else process.exitCode = same ? 0 : 1;
}
