import type { Cpu } from '../elf/types.js';
import type { ListedVersion } from '../target/glibc-symbols.js';
import { arrivalOf, compareGlibc, isForeign, listedSymbols, oldestGlibc } from '../target/glibc-symbols.js';
import { loaderSoname } from '../target/symbol-versions.js';

/** What became of a symbol in the release that gave it a version. */
export interface SymbolChange {
  readonly kind: 'moved' | 'revised' | 'added';
  /** Soname of the library that it was in, for `moved`. */
  readonly from?: string;
  /** Number of its newest version before this one, for `moved` and `revised`. */
  readonly before?: string;
}

/** By release, library and symbol; the loader's library is `ld`. */
type Changes = ReadonlyMap<string, SymbolChange>;

/** Releases before are those of systems that nobody deploys to; x86_64's memcpy is of 2.14. */
const SINCE = '2.14';

/** The first release with ABI lists: what they call older may have been there since, or have come along. */
const FIRST_LISTS = '2.16';

const read = new Map<Cpu, Changes>();

/** Whether symbols of that version came to the CPU after its port did. */
export function isNewerThanPort(number: string, cpu: Cpu): boolean {
  return compareGlibc(number, oldestGlibc(cpu)) > 0;
}

/** A version of a symbol in one library. */
interface Place {
  readonly library: string;
  readonly version: ListedVersion;
}

/** Whether the history has the version on that CPU. */
function isTold({ number }: ListedVersion, cpu: Cpu): boolean {
  // Versions of other makers are no part of glibc's history.
  return !isForeign(number) && compareGlibc(number, SINCE) >= 0 && isNewerThanPort(number, cpu);
}

/** Every version of the symbols of a CPU that have one in the history. */
function placesOn(cpu: Cpu): ReadonlyMap<string, readonly Place[]> {
  const groups = [...listedSymbols(cpu)].flatMap(([soname, own]) =>
    own.map((group) => ({ ...group, library: historyLibrary(soname, cpu) })),
  );
  const places = new Map<string, Place[]>();
  for (const { versions, names } of groups) {
    if (versions.some((version) => isTold(version, cpu))) for (const name of names) places.set(name, []);
  }
  for (const { library, versions, names } of groups) {
    const own = versions.map((version) => ({ library, version }));
    for (const name of names) places.get(name)?.push(...own);
  }
  return places;
}

function changeAt({ library, version }: Place, all: readonly Place[], cpu: Cpu): SymbolChange {
  const { number } = version;
  const older = all
    .filter((other) => !isForeign(other.version.number) && compareGlibc(other.version.number, number) < 0)
    .sort((a, b) => compareGlibc(b.version.number, a.version.number));
  // A symbol that moves brings its old versions along, in the release itself or later: they were not here before it.
  const here = older.find(
    (other) =>
      other.library === library &&
      (compareGlibc(arrivalOf(other.version, cpu), number) < 0 || compareGlibc(number, FIRST_LISTS) <= 0),
  );
  if (here !== undefined) return { kind: 'revised', before: here.version.number };
  const elsewhere = older.find((other) => other.library !== library);
  if (elsewhere === undefined) return { kind: 'added' };
  const from = elsewhere.library === 'ld' ? loaderSoname(cpu) : elsewhere.library;
  return { kind: 'moved', from, before: elsewhere.version.number };
}

function changesOn(cpu: Cpu): Changes {
  const known = read.get(cpu);
  if (known !== undefined) return known;
  const changes = new Map<string, SymbolChange>();
  for (const [symbol, places] of placesOn(cpu)) {
    for (const place of places) {
      const { library, version } = place;
      if (!isTold(version, cpu)) continue;
      changes.set(`${version.number} ${library} ${symbol}`, changeAt(place, places, cpu));
    }
  }
  read.set(cpu, changes);
  return changes;
}

/** The name under which the history has a library: `ld` for the loader. */
export function historyLibrary(library: string, cpu: Cpu): string {
  return library === loaderSoname(cpu) ? 'ld' : library;
}

/**
 * What became of `symbol` of `library` in the release of glibc with that number; undefined where the history does not
 * have it: the release is not chronicled, it is the CPU's first, or glibc has no such symbol there.
 *
 * The history is by CPU, since ports are of different age, and gained `long double` and 64-bit times at different times.
 */
export function changeOf(
  library: string,
  symbol: string,
  number: string,
  cpu: Cpu,
): SymbolChange | undefined {
  return changesOn(cpu).get(`${number} ${historyLibrary(library, cpu)} ${symbol}`);
}

/** Every symbol of `library` whose version has that number on the CPU. */
export function symbolsOf(library: string, number: string, cpu: Cpu): string[] {
  const prefix = `${number} ${historyLibrary(library, cpu)} `;
  return [...changesOn(cpu).keys()].flatMap((key) =>
    key.startsWith(prefix) ? key.slice(prefix.length) : [],
  );
}
