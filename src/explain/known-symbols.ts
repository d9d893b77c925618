import type { Cpu } from '../elf/types.js';
import { parseSymbolVersion } from '../version/symbol-version.js';
import { GCC_SYMBOLS } from './gcc-symbols.js';
import { changeOf, historyLibrary, isNewerThanPort, symbolsOf } from './glibc-changes.js';
import { GLIBC_SYMBOLS } from './glibc-symbols.js';
import type { KnownSymbols } from './types.js';

/** The entries of one version of one library. */
interface Family {
  readonly exact: Map<string, KnownSymbols>;
  readonly prefixes: { readonly prefix: string; readonly entry: KnownSymbols }[];
  /** For the version itself. */
  marker?: KnownSymbols;
}

/** The CPUs on which every entry is checked against glibc's history, unless it is for others. */
export const CHECKED_CPUS = ['x86_64', 'aarch64'] as const satisfies readonly Cpu[];

/** Words of `names`; none for a version without symbols. */
export function wordsOf({ names }: KnownSymbols): string[] {
  return names === '' ? [] : names.split(' ');
}

function checkAgainstHistory(entry: KnownSymbols): void {
  const { prefix, number } = parseSymbolVersion(entry.version);
  if (prefix !== 'GLIBC' || number === undefined) return;
  for (const cpu of CHECKED_CPUS) {
    if (entry.cpus?.includes(cpu) === false || !isNewerThanPort(number, cpu)) continue;
    const library = entry.library;
    for (const word of wordsOf(entry)) {
      const there = word.endsWith('*')
        ? symbolsOf(library, number, cpu).some((symbol) => symbol.startsWith(word.slice(0, -1)))
        : changeOf(library, word, number, cpu) !== undefined;
      if (!there) throw new Error(`${library} has no ${word}@${entry.version} on ${cpu}`);
    }
  }
}

/**
 * Indexes entries by library and version.
 * @throws Error where an entry names a symbol that glibc does not have at that version, or two entries name the same one.
 */
export function indexSymbols(entries: readonly KnownSymbols[]): ReadonlyMap<string, Family> {
  const families = new Map<string, Family>();
  for (const entry of entries) {
    checkAgainstHistory(entry);
    const key = `${entry.library} ${entry.version}`;
    const family = families.get(key) ?? { exact: new Map<string, KnownSymbols>(), prefixes: [] };
    families.set(key, family);
    const words = wordsOf(entry);
    if (words.length === 0) family.marker = entry;
    for (const word of words) {
      if (word.endsWith('*')) {
        family.prefixes.push({ prefix: word.slice(0, -1), entry });
      } else {
        if (family.exact.has(word)) throw new Error(`${word}@${entry.version} is explained twice`);
        family.exact.set(word, entry);
      }
    }
  }
  return families;
}

let indexed: ReadonlyMap<string, Family> | undefined;

/** The entry that explains a symbol, or the version where `symbol` is absent; exact names go before patterns. */
export function knownSymbol(
  library: string,
  version: string,
  symbol: string | undefined,
  cpu: Cpu,
): KnownSymbols | undefined {
  indexed ??= indexSymbols([...GLIBC_SYMBOLS, ...GCC_SYMBOLS]);
  const family = indexed.get(`${historyLibrary(library, cpu)} ${version}`);
  const entry =
    symbol === undefined
      ? family?.marker
      : (family?.exact.get(symbol) ??
        family?.prefixes.find(({ prefix }) => symbol.startsWith(prefix))?.entry);
  return entry?.cpus?.includes(cpu) === false ? undefined : entry;
}
