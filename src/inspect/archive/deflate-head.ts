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
  const symbol = type === 1 ? firstFixed(bits) : type === 2 ? firstDynamic(bits, data) : CUT;
  return symbol >= 0 && symbol < END_OF_BLOCK && !bits.isCut ? symbol : undefined;
}

/** RFC 1951, 3.2.6. */
function firstFixed(bits: Bits): number {
  lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288);
  counts.fill(0);
  counts.set([24, 152, 112], 7);
  return decode(bits, 288, 9);
}

/** RFC 1951, 3.2.7. Its bits are held in variables, not in `Bits`: nearly all entries of nearly all zips come by here. */
function firstDynamic(bits: Bits, data: Uint8Array): number {
  const literals = bits.take(5) + 257;
  const all = literals + bits.take(5) + 1;
  const known = bits.take(4) + 4;
  if (literals > 286) return CUT;
  codeLengths.fill(0);
  for (let i = 0; i < known; i += 1) codeLengths[ORDER[i] ?? 0] = bits.take(3);
  if (!fillLengthCodes()) return CUT;
  let { held, count, at } = bits;
  counts.fill(0);
  for (let symbol = 0, last = 0; symbol < all;) {
    // A code and what is behind it have 14 bits at most.
    while (count < 14) {
      held |= (at < data.length ? (data[at] ?? 0) : 0) << count;
      at += 1;
      count += 8;
    }
    const entry = lengthCodes[held & ((1 << LENGTH_BITS) - 1)] ?? 0;
    const size = entry & 15;
    held >>>= size;
    count -= size;
    const code = entry >> 4;
    let times = 1;
    if (code < REPEAT_LAST) last = code;
    else {
      if (code === REPEAT_LAST) {
        if (symbol === 0) return CUT;
      } else last = 0;
      const extra = code === REPEAT_LAST ? 2 : code === REPEAT_ZERO ? 3 : 7;
      times = (code === REPEAT_ZERO_LONG ? 11 : 3) + (held & ((1 << extra) - 1));
      held >>>= extra;
      count -= extra;
    }
    const end = symbol + times;
    if (end > all) return CUT;
    // Lengths of distances come behind those of literals, and do not count here.
    if (symbol < literals) counts[last] = (counts[last] ?? 0) + (end < literals ? end : literals) - symbol;
    for (; symbol < end; symbol += 1) lengths[symbol] = last;
  }
  bits.goOn(held, count, at);
  return isComplete(LITERAL_BITS) ? decode(bits, literals, LITERAL_BITS) : CUT;
}

/** Whether the codes whose `counts` these are, are all that there can be. */
function isComplete(longest: number): boolean {
  let left = 1;
  for (let length = 1; length <= longest; length += 1) left = 2 * left - (counts[length] ?? 0);
  return left === 0;
}

/** The code length codes by the bits as they come, each with its symbol above its length. */
const lengthCodes = new Uint16Array(1 << LENGTH_BITS);
const nextCode = new Uint8Array(LENGTH_BITS + 2);

/** Fills `lengthCodes` by `codeLengths`; false where these are no complete code. */
function fillLengthCodes(): boolean {
  counts.fill(0);
  for (let symbol = 0; symbol < 19; symbol += 1)
    counts[codeLengths[symbol] ?? 0] = (counts[codeLengths[symbol] ?? 0] ?? 0) + 1;
  if (!isComplete(LENGTH_BITS)) return false;
  for (let length = 1, code = 0; length <= LENGTH_BITS; length += 1) {
    nextCode[length] = code;
    code = (code + (counts[length] ?? 0)) << 1;
  }
  for (let symbol = 0; symbol < 19; symbol += 1) {
    const length = codeLengths[symbol] ?? 0;
    if (length === 0) continue;
    const code = nextCode[length] ?? 0;
    nextCode[length] = code + 1;
    const entry = (symbol << 4) | length;
    for (let at = reversed(code, length); at < 1 << LENGTH_BITS; at += 1 << length) lengthCodes[at] = entry;
  }
  return true;
}

/** Huffman codes begin with their most significant bit (RFC 1951, 3.1.1). */
function reversed(code: number, length: number): number {
  let out = 0;
  for (let bit = 0; bit < length; bit += 1) out |= ((code >> bit) & 1) << (length - 1 - bit);
  return out;
}

/** One symbol of those that have `lengths`; `counts` has how many there are of each. */
function decode(bits: Bits, size: number, longest: number): number {
  let code = 0;
  let first = 0;
  for (let length = 1; length <= longest; length += 1) {
    code |= bits.take(1);
    const count = counts[length] ?? 0;
    if (code - first < count) return nth(size, length, code - first);
    first = (first + count) << 1;
    code <<= 1;
  }
  return CUT;
}

/** The symbol with so many of the same code length in front of it. */
function nth(size: number, length: number, index: number): number {
  for (let symbol = 0, left = index; symbol < size; symbol += 1) {
    if (lengths[symbol] !== length) continue;
    if (left === 0) return symbol;
    left -= 1;
  }
  return CUT;
}

/** Bits of bytes, the lowest first. */
class Bits {
  /** Of the byte that is next. */
  at = 0;
  /** Bits that were read and not yet taken, and how many they are. */
  held = 0;
  count = 0;
  readonly #data: Uint8Array;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  /** More was taken than there is; what is missing was taken for zeros. */
  get isCut(): boolean {
    return this.at - (this.count >> 3) > this.#data.length;
  }

  goOn(held: number, count: number, at: number): void {
    this.held = held;
    this.count = count;
    this.at = at;
  }

  take(count: number): number {
    while (this.count < count) {
      this.held |= (this.at < this.#data.length ? (this.#data[this.at] ?? 0) : 0) << this.count;
      this.at += 1;
      this.count += 8;
    }
    const bits = this.held & ((1 << count) - 1);
    this.held >>>= count;
    this.count -= count;
    return bits;
  }
}
