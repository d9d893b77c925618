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

/** Three parts of a number. */
interface Piece {
  readonly text: string;
  /** Absent where a part is too long or not canonical, which the package would cut or skip: only what it read whole counts. */
  readonly version?: SemVer;
}

const NOUGHT = piece('0.0.0');

function piece(text: string): Piece {
  const version = coerce(text);
  return version?.version === text ? { text, version } : { text };
}

/** What was taken apart before: version names recur, and coercing is what a comparison costs. */
const known = new Map<string, readonly Piece[]>();
/** Far more and longer than version names are; a hostile file could bring any number of any length. */
const mostKnown = 4096;
const longestKnown = 64;

/**
 * Pieces of three parts, each a semantic version: `2.2.5` is one piece, `1.2.3.4` is `1.2.3` and `4.0.0`. The package
 * reads three numbers and drops the fourth, so a number is never given to it whole.
 */
function piecesOf(number: string): readonly Piece[] {
  const there = known.get(number);
  if (there !== undefined) return there;
  if (!dotted.test(number))
    throw new RangeError(`not a dotted number: ${JSON.stringify(number.slice(0, 80))}`);
  const parts = number.split('.');
  const pieces = Array.from({ length: Math.ceil(parts.length / arity) }, (_, at) =>
    piece(Array.from({ length: arity }, (_, i) => parts[at * arity + i] ?? '0').join('.')),
  );
  if (number.length > longestKnown) return pieces;
  if (known.size >= mostKnown) known.clear();
  known.set(number, pieces);
  return pieces;
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
  const left = piecesOf(a);
  const right = piecesOf(b);
  for (let i = 0; i < left.length || i < right.length; i += 1) {
    const order = comparePieces(left[i] ?? NOUGHT, right[i] ?? NOUGHT);
    if (order !== 0) return order;
  }
  return 0;
}

function comparePieces(a: Piece, b: Piece): number {
  if (a.version !== undefined && b.version !== undefined) return compare(a.version, b.version);
  const others = b.text.split('.');
  for (const [i, digits] of a.text.split('.').entries()) {
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
