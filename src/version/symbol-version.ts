import type { SemVer } from 'semver';
import coerce from 'semver/functions/coerce.js';
import compare from 'semver/functions/compare.js';

/** The name of a symbol version, taken apart. */
export interface SymbolVersion {
  /** As the ELF file has it: `GLIBC_2.34`. */
  readonly name: string;
  /** What stands before the number: `GLIBC`. The whole name where there is no number. */
  readonly prefix: string;
  /**
   * The dotted number, by which versions of one prefix are ordered: `2.34`. Absent for a name that is not ordered
   * and can only be there or not: `GLIBC_PRIVATE`, `GLIBC_ABI_DT_RELR`, `CXXABI_TM_1`, `OPENSSL_1_1_0`.
   */
  readonly number?: string;
}

// A prefix without an underscore of its own: `CXXABI_TM_1` and `OPENSSL_1_1_0` are names, not places in an order.
const numbered = /^([A-Za-z][A-Za-z0-9.+-]*)_([0-9]+(?:\.[0-9]+)*)$/;

/**
 * Takes the name of a symbol version apart: `GLIBC_2.34` → `{ prefix: 'GLIBC', number: '2.34' }`. Any name is
 * accepted: what has no number of its own comes back whole, so that it is looked up in a set and never ordered.
 */
export function parseSymbolVersion(name: string): SymbolVersion {
  const [, prefix, number] = numbered.exec(name) ?? [];
  return prefix === undefined || number === undefined ? { name, prefix: name } : { name, prefix, number };
}

const dotted = /^[0-9]+(?:\.[0-9]+)*$/;

/** Parts per piece: as many as a semantic version has. */
const arity = 3;

/**
 * Pieces of three parts, each a semantic version: `2.2.5` is one piece, `1.2.3.4` is `1.2.3` and `4.0.0`. The package
 * reads three numbers and drops the fourth, so a number is never given to it whole.
 */
function pieces(parts: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, piece) =>
    Array.from({ length: arity }, (_, i) => parts[piece * arity + i] ?? '0').join('.'),
  );
}

/** Dates (`20081107`) and longer numbers are beyond what the package coerces safely; digits compare as they stand. */
function compareDigits(a: string, b: string): number {
  const x = a.replace(/^0+/, '');
  const y = b.replace(/^0+/, '');
  if (x.length !== y.length) return x.length < y.length ? -1 : 1;
  return x === y ? 0 : x < y ? -1 : 1;
}

/**
 * Orders two dotted numbers part by part as numbers, any count of parts, missing parts zero: `2.4` < `2.34`,
 * `2.2` < `2.2.5`, `3.4.9` < `3.4.28`. Negative, zero or positive. Throws `RangeError` for what is not a dotted number:
 * the caller has it from `parseSymbolVersion`, and a guess could make two versions equal that are not.
 */
export function compareDotted(a: string, b: string): number {
  for (const text of [a, b]) {
    if (!dotted.test(text)) throw new RangeError(`not a dotted number: ${JSON.stringify(text.slice(0, 80))}`);
  }
  const left = a.split('.');
  const right = b.split('.');
  const count = Math.ceil(Math.max(left.length, right.length) / arity);
  const rightPieces = pieces(right, count);
  for (const [i, piece] of pieces(left, count).entries()) {
    const other = rightPieces[i] ?? '0.0.0';
    const order = comparePieces(piece, other);
    if (order !== 0) return order;
  }
  return 0;
}

/** What was coerced before: version names recur, and coercing is what a comparison costs. */
const coerced = new Map<string, SemVer | null>();
/** Far more than there are version names; a hostile file could bring any number. */
const mostCoerced = 4096;

function coerceOnce(piece: string): SemVer | null {
  const known = coerced.get(piece);
  if (known !== undefined) return known;
  if (coerced.size >= mostCoerced) coerced.clear();
  const version = coerce(piece);
  coerced.set(piece, version);
  return version;
}

function comparePieces(a: string, b: string): number {
  const x = coerceOnce(a);
  const y = coerceOnce(b);
  // coerce() skips or cuts a part that is too long or not canonical: only what came back whole may be compared by it.
  if (x?.version === a && y?.version === b) return compare(x, y);
  const others = b.split('.');
  for (const [i, digits] of a.split('.').entries()) {
    const order = compareDigits(digits, others[i] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

/** The highest of dotted numbers; absent where the list is empty. Throws `RangeError` as `compareDotted` does. */
export function highest(numbers: readonly string[]): string | undefined {
  let top: string | undefined;
  for (const number of numbers) {
    if (top === undefined || compareDotted(number, top) > 0) top = number;
  }
  return top;
}
