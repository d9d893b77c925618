import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import type { Cpu } from '../../src/elf/types.js';
import type { MuslTable } from '../../src/target/musl-names.js';
import { checkMuslTable } from '../../src/target/musl-names.js';
import { CPUS } from '../../src/target/symbol-versions.js';
import { exportsOf } from '../oracle/exports.js';

/*
 * Writes the names of src/target/musl-names.json from builds of musl's own tags, or holds them against those with
 * --check. What distributions add (`systems`) is collected by hand and stays as it is. Needs nm.
 *
 *   jiti scripts/targets/musl-names.ts BUILDS [--check]
 *
 * BUILDS holds the shared library that musl's build makes, one of each release and CPU: BUILDS/1.2.5/aarch64/libc.so, with
 * the CPUs by the names of src/elf/types.ts. Neither optimisation nor the compiler changes what is exported; on ppc64le
 * long double has to have 64 bits (-mlong-double-64), or musl's configure refuses.
 *
 * Exits 1 where the table differs, 2 where a build is missing.
 */

const TABLE = new URL('../../src/target/musl-names.json', import.meta.url);

/** First release whose loader binds the names below (get_lfs64 of musl's ldso/dynlink.c, the same up to 1.2.6). */
const LOADER_SINCE = '1.2.4';

/** Functions to which it binds an import of their name with `64` behind it, if the library has them. */
const LOADER_64 = [
  ...['aio_cancel', 'aio_error', 'aio_fsync', 'aio_read', 'aio_return', 'aio_suspend', 'aio_write'],
  ...[
    'alphasort',
    'creat',
    'fallocate',
    'fgetpos',
    'fopen',
    'freopen',
    'fseeko',
    'fsetpos',
    'fstat',
    'fstatat',
  ],
  ...['fstatfs', 'fstatvfs', 'ftello', 'ftruncate', 'ftw', 'getdents', 'getrlimit', 'glob', 'globfree'],
  ...[
    'lio_listio',
    'lockf',
    'lseek',
    'lstat',
    'mkostemp',
    'mkostemps',
    'mkstemp',
    'mkstemps',
    'mmap',
    'nftw',
  ],
  ...[
    'open',
    'openat',
    'posix_fadvise',
    'posix_fallocate',
    'pread',
    'preadv',
    'prlimit',
    'pwrite',
    'pwritev',
  ],
  ...['readdir', 'scandir', 'sendfile', 'setrlimit', 'stat', 'statfs', 'statvfs', 'tmpfile', 'truncate'],
  ...['versionsort', '__fxstat', '__fxstatat', '__lxstat', '__xstat'],
];

/** The names that the loader binds, each with the function that it binds them to. */
const LOADER_NAMES: ReadonlyMap<string, string> = new Map([
  ...LOADER_64.map((name) => [`${name}64`, name] as const),
  ['readdir64_r', 'readdir_r'],
]);

type Row = MuslTable['rows'][number];
type Names = ReadonlyMap<Cpu, ReadonlySet<string>>;

async function exportedNames(builds: string, release: string): Promise<Names> {
  const names = new Map<Cpu, ReadonlySet<string>>();
  for (const cpu of CPUS) {
    const path = join(builds, release, cpu, 'libc.so');
    if (!existsSync(path)) throw new Error(`${path} is missing: build musl ${release} for ${cpu}`);
    names.set(cpu, new Set((await exportsOf(path)).map(({ name }) => name)));
  }
  return names;
}

/** The names that the loader of a release binds, on each CPU, besides those that it exports there. */
function boundNames(exported: Names): Names {
  return new Map(
    [...exported].map(([cpu, names]) => [
      cpu,
      new Set(
        [...LOADER_NAMES].filter(([name, to]) => !names.has(name) && names.has(to)).map(([name]) => name),
      ),
    ]),
  );
}

/** One stretch of releases in which a name is there: index of the first, and of the first without it. */
type Span = readonly [number, number];

function spans(has: readonly boolean[]): Span[] {
  const found: Span[] = [];
  has.forEach((there, index) => {
    if (!there || has[index - 1] === true) return;
    const end = has.indexOf(false, index);
    found.push([index, end < 0 ? has.length : end]);
  });
  return found;
}

/** Rows for names by release and CPU: names that have the same CPUs and releases share one. */
function rowsOf(byRelease: readonly Names[], releases: readonly string[], by?: 'loader'): Row[] {
  const cpusOf = new Map<string, Cpu[]>();
  for (const cpu of CPUS) {
    const sets = byRelease.map((names) => names.get(cpu) ?? new Set<string>());
    for (const name of new Set(sets.flatMap((set) => [...set]))) {
      for (const [start, end] of spans(sets.map((set) => set.has(name)))) {
        const key = `${start} ${end} ${name}`;
        cpusOf.set(key, [...(cpusOf.get(key) ?? []), cpu]);
      }
    }
  }
  const groups = new Map<string, { readonly span: Span; readonly cpus: readonly Cpu[]; names: string[] }>();
  for (const [key, cpus] of cpusOf) {
    const [start = '', end = '', name = ''] = key.split(' ');
    const group = `${cpus.length === CPUS.length ? 0 : 1} ${start} ${end} ${cpus.join(' ')}`;
    const known = groups.get(group) ?? { span: [Number(start), Number(end)], cpus, names: [] };
    known.names.push(name);
    groups.set(group, known);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { span, cpus, names }]) => {
      const since = span[0] === 0 ? undefined : releases[span[0]];
      const before = releases[span[1]];
      return {
        ...(cpus.length === CPUS.length ? {} : { cpus: [...cpus] as [Cpu, ...Cpu[]] }),
        ...(since === undefined ? {} : { since }),
        ...(before === undefined ? {} : { before }),
        ...(by === undefined ? {} : { by }),
        names: names.sort().join(' '),
      };
    });
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { check: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [builds] = positionals;
  if (builds === undefined) throw new Error('name the directory of the builds: BUILDS/1.2.5/aarch64/libc.so');
  const before = readFileSync(TABLE, 'utf8');
  const table = checkMuslTable(JSON.parse(before));
  const exported: Names[] = [];
  for (const release of table.releases) exported.push(await exportedNames(builds, release));
  const first = table.releases.indexOf(LOADER_SINCE);
  const bound = exported.map((names, index): Names => (index < first ? new Map() : boundNames(names)));
  const rows = [...rowsOf(exported, table.releases), ...rowsOf(bound, table.releases, 'loader')];
  const text = `${JSON.stringify({ ...table, rows }, null, 2)}\n`;
  const path = fileURLToPath(TABLE);
  const after = await format(text, { ...(await resolveConfig(path)), filepath: path });
  checkMuslTable(JSON.parse(after));
  if (after === before) {
    console.log('src/target/musl-names.json is what the builds export');
    return 0;
  }
  if (values.check) {
    console.log('src/target/musl-names.json is not what the builds export: run this without --check');
    return 1;
  }
  writeFileSync(TABLE, after);
  console.log('written: src/target/musl-names.json');
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
