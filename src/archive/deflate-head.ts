/** RFC 1951, 3.2.7: the order in which the lengths of the code length codes stand. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** Longest codes, in bits: of code lengths, and of literals. */
const LENGTH_BITS = 7;
const LITERAL_BITS = 15;
/** RFC 1951, 3.2.5 and 3.2.7: literals are below 256, which ends a block; 16 and 17 repeat lengths, as 18 does. */
const END_OF_BLOCK = 256;
/** inflate.c of zlib refuses blocks that say more of each. */
const MOST_LITERALS = 286;
const MOST_DISTANCES = 30;
const REPEAT_LAST = 16;
const REPEAT_ZERO = 17;

/** The length in front of the first. */
const NONE = REPEAT_LAST;

/** What is not deflate data, or ends too early. */
const CUT = -1;

// Of one call each: a zip has tens of thousands of entries, and arrays for each would cost more than reading it.
const codeLengths = new Uint8Array(19);
/** How many codes have each length; the last place is for the repeat of a length where there was none. */
const counts = new Uint16Array(LITERAL_BITS + 2);
/** The same of the codes of distances. */
const distanceCounts = new Uint16Array(LITERAL_BITS + 2);
/** The lengths of the codes by symbol, in runs of equal ones: the symbol behind each run, and its length. */
const runEnds = new Uint16Array(288 + 32);
const runLengths = new Uint8Array(288 + 32);

/**
 * The first byte that raw deflate data (RFC 1951) gives, by the head of its first block alone: a third of what it takes to set up
 * an inflater. Undefined where that does not tell: data that is cut, a first block that is empty, a head that zlib refuses.
 */
export function firstInflatedByte(data: Uint8Array): number | undefined {
  const bits = new Bits(data);
  bits.take(1);
  const type = bits.take(2);
  if (type === 0) return firstStored(data);
  const symbol = type === 1 ? firstFixed(bits) : type === 2 ? firstDynamic(bits, data) : CUT;
  return symbol >= 0 && symbol < END_OF_BLOCK && !bits.isCut ? symbol : undefined;
}

/** RFC 1951, 3.2.4: how many bytes there are, its complement, and the bytes. */
function firstStored(data: Uint8Array): number | undefined {
  const length = byteAt(data, 1) | (byteAt(data, 2) << 8);
  const complement = byteAt(data, 3) | (byteAt(data, 4) << 8);
  return length !== 0 && (length ^ complement) === 0xff_ff ? data[5] : undefined;
}

/** RFC 1951, 3.2.6. */
function firstFixed(bits: Bits): number {
  runEnds.set([144, 256, 280, 288]);
  runLengths.set([8, 9, 7, 8]);
  counts.fill(0);
  counts.set([24, 152, 112], 7);
  return decode(bits, 9);
}

/**
 * RFC 1951, 3.2.7. Its bits are held in variables, not in `Bits`, and its loop hardly branches: nearly all entries of nearly all
 * zips come by here.
 */
function firstDynamic(bits: Bits, data: Uint8Array): number {
  const literals = bits.take(5) + 257;
  const distances = bits.take(5) + 1;
  const all = literals + distances;
  const known = bits.take(4) + 4;
  if (literals > MOST_LITERALS || distances > MOST_DISTANCES) return CUT;
  codeLengths.fill(0);
  for (let i = 0; i < known; i += 1) codeLengths[ORDER[i] ?? 0] = bits.take(3);
  if (!fillLengthCodes()) return CUT;
  counts.fill(0);
  distanceCounts.fill(0);
  let { held, count, at } = bits;
  let last = NONE;
  for (let symbol = 0, runs = 0; symbol < all; runs += 1) {
    // A code and what is behind it have 14 bits at most.
    if (count < 14) {
      held |= byteAt(data, at) << count;
      held |= byteAt(data, at + 1) << (count + 8);
      at += 2;
      count += 16;
    }
    const code = lengthCodes[held & ((1 << LENGTH_BITS) - 1)] ?? 0;
    const extra = (code >> EXTRA) & 7;
    held >>= code & 7;
    const times = ((code >> TIMES) & 15) + (held & ((1 << extra) - 1));
    held >>= extra;
    count -= (code & 7) + extra;
    const length = code >> SYMBOL;
    last = length === REPEAT_LAST ? last : length;
    // Behind the lengths of literals come those of distances, in one go.
    const ofLiterals = symbol < literals ? Math.min(times, literals - symbol) : 0;
    counts[last] = (counts[last] ?? 0) + ofLiterals;
    distanceCounts[last] = (distanceCounts[last] ?? 0) + times - ofLiterals;
    symbol += times;
    if (symbol > all) return CUT;
    runEnds[runs] = symbol;
    runLengths[runs] = last;
  }
  bits.goOn(held, count, at);
  const isCode = counts[NONE] === 0 && isComplete(counts, LITERAL_BITS);
  return isCode && lengthOf(END_OF_BLOCK) !== 0 && areDistances() ? decode(bits, LITERAL_BITS) : CUT;
}

/** Whether the codes that there are so many of by their length, are all that there can be. */
function isComplete(counts: Uint16Array, longest: number): boolean {
  let left = 1;
  for (let length = 1; length <= longest; length += 1) left = 2 * left - (counts[length] ?? 0);
  return left === 0;
}

/** RFC 1951, 3.2.7: no distance at all, or one alone, of one bit, will do. */
function areDistances(): boolean {
  let coded = 0;
  for (let length = 1; length <= LITERAL_BITS; length += 1) coded += distanceCounts[length] ?? 0;
  const isAlone = coded === 1 && distanceCounts[1] === 1;
  return coded === 0 || isAlone || isComplete(distanceCounts, LITERAL_BITS);
}

/** By the runs of lengths. */
function lengthOf(symbol: number): number {
  let run = 0;
  while ((runEnds[run] ?? 0) <= symbol) run += 1;
  return runLengths[run] ?? 0;
}

/**
 * The code length codes by the bits as they come: how many bits the code has, how many behind it say how often the length is
 * repeated, how often it is at least, and the symbol.
 */
const lengthCodes = new Uint16Array(1 << LENGTH_BITS);
const EXTRA = 3;
const TIMES = 6;
const SYMBOL = 10;
const nextCode = new Uint8Array(LENGTH_BITS + 2);

function lengthCode(symbol: number, bits: number): number {
  if (symbol < REPEAT_LAST) return bits | (1 << TIMES) | (symbol << SYMBOL);
  if (symbol === REPEAT_LAST) return bits | (2 << EXTRA) | (3 << TIMES) | (REPEAT_LAST << SYMBOL);
  return symbol === REPEAT_ZERO ? bits | (3 << EXTRA) | (3 << TIMES) : bits | (7 << EXTRA) | (11 << TIMES);
}

/** Fills `lengthCodes` by `codeLengths`; false where these are no complete code. */
function fillLengthCodes(): boolean {
  counts.fill(0);
  for (let symbol = 0; symbol < 19; symbol += 1)
    counts[codeLengths[symbol] ?? 0] = (counts[codeLengths[symbol] ?? 0] ?? 0) + 1;
  if (!isComplete(counts, LENGTH_BITS)) return false;
  for (let length = 1, code = 0; length <= LENGTH_BITS; length += 1) {
    nextCode[length] = code;
    code = (code + (counts[length] ?? 0)) << 1;
  }
  for (let symbol = 0; symbol < 19; symbol += 1) {
    const length = codeLengths[symbol] ?? 0;
    if (length === 0) continue;
    const code = nextCode[length] ?? 0;
    nextCode[length] = code + 1;
    const entry = lengthCode(symbol, length);
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

/** One symbol, by `counts` and the runs of lengths. */
function decode(bits: Bits, longest: number): number {
  let code = 0;
  let first = 0;
  for (let length = 1; length <= longest; length += 1) {
    code |= bits.take(1);
    const count = counts[length] ?? 0;
    if (code - first < count) return nth(length, code - first);
    first = (first + count) << 1;
    code <<= 1;
  }
  return CUT;
}

/** The symbol with so many of the same code length in front of it, of which there are as many. */
function nth(length: number, index: number): number {
  for (let run = 0, start = 0, left = index; ; run += 1) {
    const end = runEnds[run] ?? 0;
    if (runLengths[run] === length) {
      if (left < end - start) return start + left;
      left -= end - start;
    }
    start = end;
  }
}

/** Zero behind the end. */
function byteAt(data: Uint8Array, at: number): number {
  return at < data.length ? (data[at] ?? 0) : 0;
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
      this.held |= byteAt(this.#data, this.at) << this.count;
      this.at += 1;
      this.count += 8;
    }
    const bits = this.held & ((1 << count) - 1);
    this.held >>>= count;
    this.count -= count;
    return bits;
  }
}
