import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Cpu } from '../elf/types.js';
import { CPUS, loaderSoname } from './symbol-versions.js';

/** One version of a symbol, and the releases of glibc whose library has it. */
export interface ListedVersion {
  /** `2.34`; the whole name if it is not one of glibc's: `GCC_3.0`. */
  readonly number: string;
  /** First release that has it, where that is not the one it is named for. */
  readonly since?: string;
  /** First release that has it no longer. */
  readonly until?: string;
}

/** Symbols of one library that have the same versions. */
export interface ListedGroup {
  /** Oldest first. None is older than the CPU's port. */
  readonly versions: readonly ListedVersion[];
  readonly names: readonly string[];
}

const release = z.string().regex(/^\d+(?:\.\d+)+$/);
const names = z.string().regex(/^\S+(?: \S+)*$/);
const VERSION = /^(\d+(?:\.\d+)+|GCC_\d+\.\d+)(?:@(\d+(?:\.\d+)+))?(?:-(\d+(?:\.\d+)+))?$/;
const pattern = z
  .string()
  .refine((words) => words.split(' ').every((word) => VERSION.test(word)), 'not a list of versions');
const cpus = z
  .string()
  .refine(
    (words) => words === '*' || words.split(' ').every((cpu) => CPUS.some((known) => known === cpu)),
    'not a list of CPUs',
  );

const schema = z.strictObject({
  source: z.string().min(1),
  asOf: z.iso.date(),
  newest: release,
  /** The number of the oldest version, which is that of the release in which the port came. */
  first: z.record(z.enum(CPUS), release),
  /**
   * By soname (`ld` for the loader), by the versions that a symbol has, by CPUs: the symbols. `2.2@2.31 2.34` is a symbol
   * with two versions, of which 2.2 is there since release 2.31; `2.0-2.34` is there up to 2.33. A version from before a
   * CPU's port stands for the port's own first one.
   */
  libraries: z.record(z.string(), z.record(pattern, z.record(cpus, names))),
  /** By release, by soname: symbols that from then on have no default version. */
  hidden: z.record(release, z.record(z.string(), names)),
  /** Symbols of version GLIBC_PRIVATE, of whichever library and release. */
  private: names,
});

export type GlibcSymbols = z.infer<typeof schema>;

let table: GlibcSymbols | undefined;

/** The table of glibc-symbols.json, read when it is first asked for. */
export function glibcSymbols(): GlibcSymbols {
  table ??= schema.parse(
    JSON.parse(readFileSync(new URL('./glibc-symbols.json', import.meta.url), 'utf8')) as unknown,
  );
  return table;
}

const places = new Map<string, number>();

/** Place of a number of glibc in their order: few numbers, which are compared for thousands of symbols. */
function placeOf(number: string): number {
  let place = places.get(number);
  if (place === undefined) {
    const [major = 0, minor = 0, patch = 0] = number.split('.').map(Number);
    place = (major * 1000 + minor) * 1000 + patch;
    places.set(number, place);
  }
  return place;
}

/** Negative if `a` is the older release or version of glibc: `2.9` and `2.17`, `2.2.5` and `2.3`. */
export function compareGlibc(a: string, b: string): number {
  return placeOf(a) - placeOf(b);
}

/** Number of the oldest symbol version on a CPU, that of the release in which its port came: `2.17` on aarch64. */
export function oldestGlibc(cpu: Cpu): string {
  return glibcSymbols().first[cpu];
}

function later(a: string, b: string): string {
  return compareGlibc(a, b) >= 0 ? a : b;
}

/** Whether it is a version of another maker: libc.so.6 of x86 and s390x has a few of libgcc's symbols, as GCC_3.0. */
export function isForeign(number: string): boolean {
  return number.startsWith('GCC_');
}

/** First release whose library has that version on the CPU; the port's own if it is of no release of glibc. */
export function arrivalOf({ number, since }: ListedVersion, cpu: Cpu): string {
  const oldest = oldestGlibc(cpu);
  return later(since ?? (isForeign(number) ? oldest : number), oldest);
}

/** Whether the library of that release has the version. */
export function isThere(version: ListedVersion, cpu: Cpu, at: string): boolean {
  const { until } = version;
  return (
    compareGlibc(arrivalOf(version, cpu), at) <= 0 && (until === undefined || compareGlibc(at, until) < 0)
  );
}

/** The words of a pattern on one CPU: versions from before its port are its first. */
function versionsOn(words: string, cpu: Cpu): ListedVersion[] {
  const oldest = oldestGlibc(cpu);
  const byNumber = new Map<string, ListedVersion>();
  for (const word of words.split(' ')) {
    const [, text = '', since, until] = VERSION.exec(word) ?? [];
    const number = isForeign(text) ? text : later(text, oldest);
    const known = byNumber.get(number);
    const isOlder = since === undefined || compareGlibc(since, number) <= 0;
    if (known !== undefined && !isOlder) continue;
    if (until !== undefined && compareGlibc(until, oldest) <= 0) continue;
    byNumber.set(number, {
      number,
      ...(isOlder ? {} : { since }),
      ...(until === undefined ? {} : { until }),
    });
  }
  return [...byNumber.values()];
}

const expanded = new Map<Cpu, ReadonlyMap<string, readonly ListedGroup[]>>();

/** By soname, all symbols that some release of glibc has on the CPU, GLIBC_PRIVATE ones left out. */
export function listedSymbols(cpu: Cpu): ReadonlyMap<string, readonly ListedGroup[]> {
  const known = expanded.get(cpu);
  if (known !== undefined) return known;
  const libraries = new Map<string, readonly ListedGroup[]>();
  for (const [library, patterns] of Object.entries(glibcSymbols().libraries)) {
    const groups = Object.entries(patterns).flatMap(([words, byCpus]): ListedGroup[] => {
      const own = Object.entries(byCpus).flatMap(([where, symbols]) =>
        where === '*' || where.split(' ').includes(cpu) ? symbols.split(' ') : [],
      );
      return own.length === 0 ? [] : [{ versions: versionsOn(words, cpu), names: own }];
    });
    if (groups.length > 0) libraries.set(library === 'ld' ? loaderSoname(cpu) : library, groups);
  }
  expanded.set(cpu, libraries);
  return libraries;
}
