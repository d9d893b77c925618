import type { Cpu } from '../elf/types.js';
import type { ListedGroup } from './glibc-symbols.js';
import {
  arrivalOf,
  compareGlibc,
  glibcSymbols,
  isForeign,
  isThere,
  listedSymbols,
  oldestGlibc,
} from './glibc-symbols.js';

/** Where a name is to be had. */
export interface GlibcName {
  /** `2.36`: the number of a release of glibc, or of the CPU's oldest symbol version. */
  readonly release: string;
  /** Soname. */
  readonly library: string;
}

/** First release of which every name is known. */
const FIRST = '2.17';

/** The release from which a library's symbol has no default version, by soname and symbol. */
const hiddenFrom = ((): (() => ReadonlyMap<string, string>) => {
  let index: Map<string, string> | undefined;
  return () =>
    (index ??= new Map(
      Object.entries(glibcSymbols().hidden).flatMap(([release, libraries]) =>
        Object.entries(libraries).flatMap(([library, names]) =>
          names.split(' ').map((name) => [`${library} ${name}`, release] as const),
        ),
      ),
    ));
})();

/**
 * The number of the oldest version of a library. It has the lowest index of its version definitions, and glibc takes that
 * for an import without a version even if it is not the default (`check_match` in glibc's `elf/dl-lookup.c`).
 */
function baseOf(groups: readonly ListedGroup[]): string | undefined {
  const numbers = new Set(groups.flatMap(({ versions }) => versions.map(({ number }) => number)));
  return [...numbers].filter((number) => !isForeign(number)).sort(compareGlibc)[0];
}

function namesAt(library: string, groups: readonly ListedGroup[], cpu: Cpu, at: string): Set<string> {
  const base = baseOf(groups);
  const hidden = (name: string): boolean => {
    const from = hiddenFrom().get(`${library} ${name}`);
    return from !== undefined && compareGlibc(from, at) <= 0;
  };
  return new Set(
    groups.flatMap(({ versions, names }) => {
      const there = versions.filter((version) => isThere(version, cpu, at));
      if (there.length === 0) return [];
      return there.some(({ number }) => number === base) ? names : names.filter((name) => !hidden(name));
    }),
  );
}

type NamesByLibrary = ReadonlyMap<string, ReadonlySet<string>>;

const known = new Map<string, NamesByLibrary>();

/**
 * The names that glibc's own libraries give to an import without a version, by soname: those with a default version, and
 * those with the library's oldest version. Names that only have GLIBC_PRIVATE are left out (`isGlibcPrivate`).
 *
 * A library that the release has and that exports nothing any more is there with an empty set (libdl.so.2 from 2.34 on). One
 * that the release does not have on that CPU is not there (libmvec.so.1). Libraries without a list (`libnss_*`,
 * libcrypt.so.1) are never there.
 *
 * @param release `2.17` to `newestGlibc()`.
 * @returns undefined if nothing is known of that release on that CPU: it is older than 2.17 or the CPU's port, or newer
 * than the newest known one.
 */
export function glibcNames(cpu: Cpu, release: string): NamesByLibrary | undefined {
  const key = `${cpu} ${release}`;
  const answered = known.get(key);
  if (answered !== undefined) return answered;
  const { newest } = glibcSymbols();
  const isKnown = [FIRST, oldestGlibc(cpu)].every((first) => compareGlibc(first, release) <= 0);
  if (!isKnown || compareGlibc(release, newest) > 0) return undefined;
  const libraries = new Map<string, ReadonlySet<string>>();
  for (const [library, groups] of listedSymbols(cpu)) {
    const isBuilt = groups.some(({ versions }) =>
      versions.some((version) => compareGlibc(arrivalOf(version, cpu), release) <= 0),
    );
    if (isBuilt) libraries.set(library, namesAt(library, groups, cpu, release));
  }
  known.set(key, libraries);
  return libraries;
}

/**
 * The oldest release of glibc in which a library has the name on that CPU, in whichever version: `arc4random` → 2.36 and
 * libc.so.6. If several have it from the same release on, libc.so.6 comes first.
 *
 * @param libraries sonames to look in: pthread_create is in libpthread.so.0 ever since, and in libc.so.6 from 2.34 on. All
 * of glibc's by default.
 * @returns undefined if no release has it there.
 */
export function firstGlibcWith(
  cpu: Cpu,
  name: string,
  libraries?: ReadonlySet<string>,
): GlibcName | undefined {
  let first: GlibcName | undefined;
  for (const [library, groups] of listedSymbols(cpu)) {
    if (libraries?.has(library) === false) continue;
    const versions = groups.find(({ names }) => names.includes(name))?.versions ?? [];
    for (const version of versions) {
      const release = arrivalOf(version, cpu);
      const order = first === undefined ? -1 : compareGlibc(release, first.release);
      if (order < 0 || (order === 0 && library === 'libc.so.6')) first = { release, library };
    }
  }
  return first;
}

let privateNames: ReadonlySet<string> | undefined;

/**
 * Whether some release has the name as one of GLIBC_PRIVATE, for its own libraries. An import without a version is bound to
 * it where it is there; which releases have it is not known.
 */
export function isGlibcPrivate(name: string): boolean {
  privateNames ??= new Set(glibcSymbols().private.split(' '));
  return privateNames.has(name);
}
