import type { GemBinary } from '../gem/types.js';
import type { Libc } from '../target/types.js';
import { compareDotted, parseSymbolVersion } from '../version/symbol-version.js';
import { libcOf } from './libc-of.js';
import type { Requires } from './types.js';

/** The parts of `Requires` that are a highest number, with the prefix of the version names that each counts. */
export const FLOOR_PREFIXES = { glibc: 'GLIBC', glibcxx: 'GLIBCXX', cxxabi: 'CXXABI', gcc: 'GCC' } as const;
export type Floor = keyof typeof FLOOR_PREFIXES;
export const FLOORS = Object.keys(FLOOR_PREFIXES) as readonly Floor[];

function floorOf(prefix: string): Floor | undefined {
  return FLOORS.find((floor) => FLOOR_PREFIXES[floor] === prefix);
}

function raise(floors: Partial<Record<Floor, string>>, floor: Floor, number: string): void {
  const current = floors[floor];
  if (current === number) return;
  if (current === undefined || compareDotted(number, current) > 0) floors[floor] = number;
}

/**
 * What files need of a system, by the versions that they ask of libraries outside the gem.
 *
 * `broughtInside` tells which needed libraries the gem itself answers; what is asked of those is no need of the system.
 */
export function requiresOf(
  binaries: readonly GemBinary[],
  broughtInside: (from: GemBinary, library: string) => boolean,
): Requires {
  const floors: Partial<Record<Floor, string>> = {};
  const markers = new Set<string>();
  const libraries = new Set<string>();
  const libcs = new Set<Libc>();
  // Large trees ask for the same few versions over and over.
  const seen = new Set<string>();
  for (const binary of binaries) {
    const libc = libcOf(binary.elf)?.libc;
    if (libc !== undefined) libcs.add(libc);
    for (const library of binary.elf.needed) {
      if (!broughtInside(binary, library)) libraries.add(library);
    }
    for (const { library, versions } of binary.elf.verneed) {
      if (broughtInside(binary, library)) continue;
      for (const { name, weak } of versions) {
        if (weak || seen.has(name)) continue;
        seen.add(name);
        const { prefix, number } = parseSymbolVersion(name);
        const floor = floorOf(prefix);
        if (number === undefined) {
          if (name.startsWith('GLIBC_')) markers.add(name);
        } else if (floor !== undefined) {
          raise(floors, floor, number);
        }
      }
    }
  }
  return {
    libc: libcs.size > 1 ? 'both' : ([...libcs][0] ?? 'static'),
    ...floors,
    ...(markers.size > 0 ? { markers: [...markers].sort() } : {}),
    ...(libraries.size > 0 ? { libraries: [...libraries].sort() } : {}),
  };
}

/** The needs of several gems taken together: the highest of each number, the union of each list. */
export function mergeRequires(all: readonly Requires[]): Omit<Requires, 'libc' | 'libraries'> {
  const floors: Partial<Record<Floor, string>> = {};
  const markers = new Set<string>();
  for (const requires of all) {
    for (const floor of FLOORS) {
      const number = requires[floor];
      if (number !== undefined) raise(floors, floor, number);
    }
    for (const marker of requires.markers ?? []) markers.add(marker);
  }
  return { ...floors, ...(markers.size > 0 ? { markers: [...markers].sort() } : {}) };
}
