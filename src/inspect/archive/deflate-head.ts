/** RFC 1951, 3.2.7: the order in which the lengths of the code length codes stand. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** Longest codes, in bits: of code lengths, and of literals. */
const LENGTH_BITS = 7;
const LITERAL_BITS = 15;
/** RFC 1951, 3.2.5 and 3.2.7: literals are below 256, which ends a block; 16, 17 and 18 repeat lengths. */
const END_OF_BLOCK = 256;
const REPEAT_LAST = 16;
const REPEAT_ZERO = 17;
const REPEAT_ZERO_LONG = 18;

/** What is not deflate data, or ends too early. */
const CUT = -1;

// Of one call each: a zip has tens of thousands of entries, and arrays for each would cost more than reading it.
const lengths = new Uint8Array(288 + 32);
const codeLengths = new Uint8Array(19);
const counts = new Uint16Array(LITERAL_BITS + 1);

/**
 * The first byte that raw deflate data (RFC 1951) gives, by the head of its first block alone: a third of what it takes to set up
 * an inflater. Undefined where that does not tell: data that is cut or malformed, a first block that is empty.
 */
export function firstInflatedByte(data: Uint8Array): number | undefined {
  const bits = new Bits(data);
  bits.take(1);
  const type = bits.take(2);
  if (type === 0) return data.length > 5 && ((data[1] ?? 0) | (data[2] ?? 0)) !== 0 ? data[5] : undefined;
  const symbol = type === 1 ? firstFixed(bits) : type === 2 ? firstDynamic(bits) : CUT;
  return symbol >= 0 && symbol < END_OF_BLOCK && !bits.isCut ? symbol : undefined;
}

/** RFC 1951, 3.2.6. */
function firstFixed(bits: Bits): number {
  lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288);
  return isComplete(lengths, 288, 9) ? decode(bits, lengths, 288, 9) : CUT;
}

/** RFC 1951, 3.2.7. */
function firstDynamic(bits: Bits): number {
  const literals = bits.take(5) + 257;
  const all = literals + bits.take(5) + 1;
  const known = bits.take(4) + 4;
  if (literals > 286) return CUT;
  codeLengths.fill(0);
  for (let i = 0; i < known; i += 1) codeLengths[ORDER[i] ?? 0] = bits.take(3);
  if (!isComplete(codeLengths, 19, LENGTH_BITS)) return CUT;
  const table = lengthTable();
  for (let at = 0; at < all;) {
    const entry = table[bits.peek(LENGTH_BITS)] ?? 0;
    if (entry === 0 || bits.isCut) return CUT;
    bits.take(entry & 15);
    const symbol = entry >> 4;
    if (symbol < REPEAT_LAST) {
      lengths[at] = symbol;
      at += 1;
      continue;
    }
    if (symbol === REPEAT_LAST && at === 0) return CUT;
    const value = symbol === REPEAT_LAST ? (lengths[at - 1] ?? 0) : 0;
    const times =
      symbol === REPEAT_ZERO_LONG
        ? 11 + bits.take(7)
        : symbol === REPEAT_ZERO
          ? 3 + bits.take(3)
          : 3 + bits.take(2);
    if (at + times > all) return CUT;
    lengths.fill(value, at, at + times);
    at += times;
  }
  return isComplete(lengths, literals, LITERAL_BITS) ? decode(bits, lengths, literals, LITERAL_BITS) : CUT;
}

/** Counts the codes of each length into `counts`; whether they are all that there can be. */
function isComplete(of: Uint8Array, size: number, longest: number): boolean {
  counts.fill(0);
  for (let symbol = 0; symbol < size; symbol += 1)
    counts[of[symbol] ?? 0] = (counts[of[symbol] ?? 0] ?? 0) + 1;
  let left = 1;
  for (let length = 1; length <= longest; length += 1) left = 2 * left - (counts[length] ?? 0);
  return left === 0;
}

const lengthCodes = new Uint16Array(1 << LENGTH_BITS);

/** The code length codes by the bits as they come, each with its symbol above its length; `counts` has how many there are. */
function lengthTable(): Uint16Array {
  let code = 0;
  for (let length = 1; length <= LENGTH_BITS; length += 1) {
    for (let symbol = 0; symbol < 19; symbol += 1) {
      if (codeLengths[symbol] !== length) continue;
      const entry = (symbol << 4) | length;
      for (let at = reversed(code, length); at < 1 << LENGTH_BITS; at += 1 << length) lengthCodes[at] = entry;
      code += 1;
    }
    code <<= 1;
  }
  return lengthCodes;
}

/** Huffman codes begin with their most significant bit (RFC 1951, 3.1.1). */
function reversed(code: number, length: number): number {
  let out = 0;
  for (let bit = 0; bit < length; bit += 1) out |= ((code >> bit) & 1) << (length - 1 - bit);
  return out;
}

/** One symbol; `counts` has how many codes there are of each length. */
function decode(bits: Bits, of: Uint8Array, size: number, longest: number): number {
  let code = 0;
  let first = 0;
  for (let length = 1; length <= longest; length += 1) {
    code |= bits.take(1);
    const count = counts[length] ?? 0;
    if (code - first < count) return nth(of, size, length, code - first);
    first = (first + count) << 1;
    code <<= 1;
  }
  return CUT;
}

/** The symbol with so many of the same code length in front of it. */
function nth(of: Uint8Array, size: number, length: number, index: number): number {
  for (let symbol = 0, left = index; symbol < size; symbol += 1) {
    if (of[symbol] !== length) continue;
    if (left === 0) return symbol;
    left -= 1;
  }
  return CUT;
}

/** Bits of bytes, the lowest first. */
class Bits {
  readonly #data: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  /** More was taken than there is; what is missing was taken for zeros. */
  get isCut(): boolean {
    return this.#at - (this.#count >> 3) > this.#data.length;
  }

  peek(count: number): number {
    while (this.#count < count) {
      this.#held |= (this.#data[this.#at] ?? 0) << this.#count;
      this.#at += 1;
      this.#count += 8;
    }
    return this.#held & ((1 << count) - 1);
  }

  take(count: number): number {
    const bits = this.peek(count);
    this.#held >>>= count;
    this.#count -= count;
    return bits;
  }
}
