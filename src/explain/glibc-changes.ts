import type { Cpu } from '../elf/types.js';
import { loaderSoname } from '../target/symbol-versions.js';
import { compareDotted } from '../version/symbol-version.js';
import { GLIBC_HISTORY } from './glibc-history.js';

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

const read = new Map<Cpu, Changes>();

/** Table of nested records: by kind the words `symbol` or `symbol@<version before>`. */
type Lists = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;

const { first } = GLIBC_HISTORY;

/** Number of the oldest symbol version on a CPU, that of the release in which its port came: `2.17` on aarch64. */
export function oldestGlibc(cpu: Cpu): string {
  return first[cpu];
}

/** Whether symbols of that version came to the CPU after its port did. */
export function isNewerThanPort(number: string, cpu: Cpu): boolean {
  return compareDotted(number, oldestGlibc(cpu)) > 0;
}

function later(a: string, b: string): string {
  return compareDotted(a, b) >= 0 ? a : b;
}

function addLists(changes: Map<string, SymbolChange>, lists: Lists, cpu: Cpu): void {
  const oldest = oldestGlibc(cpu);
  for (const [release, libraries] of Object.entries(lists)) {
    if (!isNewerThanPort(release, cpu)) continue;
    for (const [library, kinds] of Object.entries(libraries)) {
      for (const [words, symbols] of Object.entries(kinds)) {
        const [kind = '', from] = words.split(' ');
        if (kind !== 'moved' && kind !== 'revised' && kind !== 'added')
          throw new Error(`${words} is no change`);
        for (const word of symbols.split(' ')) {
          const [symbol = '', version = oldest] = word.split('@');
          changes.set(`${release} ${library} ${symbol}`, {
            kind,
            ...(from === undefined ? {} : { from: from === 'ld' ? loaderSoname(cpu) : from }),
            // A version from before the CPU's port stands for the port's own first one.
            ...(kind === 'added' ? {} : { before: later(version, oldest) }),
          });
        }
      }
    }
  }
}

function changesOn(cpu: Cpu): Changes {
  const known = read.get(cpu);
  if (known !== undefined) return known;
  const changes = new Map<string, SymbolChange>();
  for (const [where, lists] of Object.entries<Lists>(GLIBC_HISTORY.changes)) {
    if (where === '*' || where.split(' ').includes(cpu)) addLists(changes, lists, cpu);
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
