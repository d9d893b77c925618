import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Cpu } from '../elf/types.js';
import { once } from './once.js';
import type { ReleaseTable } from './release-table.js';
import { namesIn, readReleaseTable } from './release-table.js';

/** Names by soname. */
export type SymbolVersions = Readonly<Record<string, readonly string[]>>;

export const CPUS = [
  'x86_64',
  'aarch64',
  'arm',
  'x86',
  'ppc64le',
  's390x',
  'riscv64',
] as const satisfies Cpu[];

const release = z.string().regex(/^\d+(?:\.\d+)*$/);

const glibcSchema = z.strictObject({
  source: z.string().min(1),
  asOf: z.iso.date(),
  /** Newest release of glibc that the tables hold. */
  newest: release,
  cpus: z.record(
    z.enum(CPUS),
    z.strictObject({
      /** Soname of the dynamic loader, by the ABI supplement of the CPU. */
      loader: z.string().min(1),
      first: release,
      libraries: z.record(z.string(), z.string().min(1)),
    }),
  ),
});

const gccSchema = z.strictObject({
  source: z.string().min(1),
  asOf: z.iso.date(),
  zlib: z.string().min(1),
  cpus: z.record(
    z.enum(CPUS),
    z.strictObject({
      first: release,
      'libgcc_s.so.1': z.string().min(1),
      'libstdc++.so.6': z.string().min(1),
    }),
  ),
});

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
}

/** The parsed tables of one CPU, by soname. */
type Tables = ReadonlyMap<string, ReleaseTable>;

function tablesOf(first: string, libraries: Readonly<Record<string, string>>, prefix?: string): Tables {
  return new Map(
    Object.entries(libraries).map(([soname, text]) => [soname, readReleaseTable(text, first, prefix)]),
  );
}

const glibc = once(() => {
  const data = glibcSchema.parse(readJson('./glibc-versions.json'));
  const loaders = new Map<Cpu, string>();
  const tables = new Map<Cpu, Tables>();
  for (const cpu of CPUS) {
    loaders.set(cpu, data.cpus[cpu].loader);
    tables.set(cpu, tablesOf(data.cpus[cpu].first, data.cpus[cpu].libraries, 'GLIBC_'));
  }
  return { newest: data.newest, loaders, tables };
});

const gcc = once(() => {
  const data = gccSchema.parse(readJson('./gcc-versions.json'));
  const tables = new Map<Cpu, Tables>();
  for (const cpu of CPUS) {
    const { first, ...libraries } = data.cpus[cpu];
    tables.set(cpu, tablesOf(first, libraries));
  }
  return { tables, zlib: data.zlib.split(' ') };
});

const expanded = new Map<string, SymbolVersions | undefined>();

/** Rows share what they have in common, so that a hundred targets do not hold the same lists a hundred times. */
function expand(kind: string, tables: Tables | undefined, cpu: Cpu, at: string): SymbolVersions | undefined {
  const key = `${kind} ${cpu} ${at}`;
  if (!expanded.has(key)) {
    const versions: Record<string, readonly string[]> = {};
    for (const [soname, table] of tables ?? []) {
      const names = namesIn(table, at);
      if (names !== undefined) versions[soname] = names;
    }
    expanded.set(key, Object.keys(versions).length > 0 ? versions : undefined);
  }
  return expanded.get(key);
}

/** Newest release of glibc whose symbol versions are known: `2.43`. */
export function newestGlibc(): string {
  return glibc().newest;
}

/** Soname of glibc's dynamic loader: `ld-linux-x86-64.so.2`. */
export function loaderSoname(cpu: Cpu): string {
  const soname = glibc().loaders.get(cpu);
  if (soname === undefined) throw new Error(`no loader is known for ${cpu}`);
  return soname;
}

/**
 * The version names that the libraries of a glibc release define upstream, by soname, without GLIBC_PRIVATE.
 * Undefined for a release before the tables begin (2.17, or the CPU's first).
 */
export function glibcVersions(cpu: Cpu, at: string): SymbolVersions | undefined {
  return expand('glibc', glibc().tables.get(cpu), cpu, at);
}

/** The version names of `libgcc_s.so.1` and `libstdc++.so.6` of a GCC release: `9.3`, `14`. */
export function gccVersions(cpu: Cpu, at: string): SymbolVersions | undefined {
  return expand('gcc', gcc().tables.get(cpu), cpu, at);
}

/** The version names of `libz.so.1` up to and with `ZLIB_<highest>`; undefined where that is not a known version. */
export function zlibVersions(highest: string): readonly string[] | undefined {
  const names = gcc().zlib;
  const end = names.indexOf(`ZLIB_${highest}`);
  return end < 0 ? undefined : names.slice(0, end + 1);
}
