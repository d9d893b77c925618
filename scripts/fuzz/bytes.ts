import type { Random } from './random.js';

/** Numbers at which fields overflow, wrap or turn negative; in bytes or as a count. */
const EDGES: readonly bigint[] = [
  0n,
  1n,
  2n,
  4n,
  0x10n,
  0x7fn,
  0x80n,
  0xffn,
  0x100n,
  0x1000n,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x1_0000n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_fff0n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x1f_ffff_ffff_ffffn,
  0x7fff_ffff_ffff_ffffn,
  0xffff_ffff_ffff_fff0n,
  0xffff_ffff_ffff_ffffn,
];

type Mutator = (bytes: Buffer, random: Random, at: () => number) => Buffer;

function writeNumber(bytes: Buffer, at: number, width: number, value: bigint, little: boolean): void {
  for (let index = 0; index < width && at + index < bytes.length; index += 1) {
    const shift = BigInt(8 * (little ? index : width - 1 - index));
    bytes[at + index] = Number((value >> shift) & 0xffn);
  }
}

function readNumber(bytes: Buffer, at: number, width: number, little: boolean): bigint {
  let value = 0n;
  for (let index = 0; index < width; index += 1) {
    const from = little ? width - 1 - index : index;
    value = (value << 8n) | BigInt(bytes[at + from] ?? 0);
  }
  return value;
}

const mutators: readonly Mutator[] = [
  function flipBit(bytes, random, at) {
    const place = at();
    bytes[place] = (bytes[place] ?? 0) ^ (1 << random.below(8));
    return bytes;
  },
  function setByte(bytes, random, at) {
    bytes[at()] = random.below(256);
    return bytes;
  },
  function setEdge(bytes, random, at) {
    const width = random.pick([2, 4, 8]);
    const place = at();
    writeNumber(bytes, place - (place % width), width, random.pick(EDGES), random.chance(0.8));
    return bytes;
  },
  function nudgeNumber(bytes, random, at) {
    const width = random.pick([1, 2, 4, 8]);
    const little = random.chance(0.8);
    const place = at();
    const start = place - (place % width);
    writeNumber(
      bytes,
      start,
      width,
      readNumber(bytes, start, width, little) + BigInt(random.below(65) - 32),
      little,
    );
    return bytes;
  },
  function copyNumber(bytes, random, at) {
    const width = random.pick([4, 8, 16, 24, 56]);
    const [from, to] = [at(), at()];
    bytes.copyWithin(to - (to % 4), from - (from % 4), from - (from % 4) + width);
    return bytes;
  },
  function zeroRange(bytes, random, at) {
    const place = at();
    bytes.fill(random.pick([0, 0, 0xff]), place, Math.min(place + 1 + random.below(64), bytes.length));
    return bytes;
  },
  function cut(bytes, _random, at) {
    return bytes.subarray(0, at());
  },
  function remove(bytes, random, at) {
    const place = at();
    return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1 + random.below(16))]);
  },
  function insert(bytes, random, at) {
    const place = at();
    const added = Buffer.alloc(1 + random.below(16), random.below(256));
    return Buffer.concat([bytes.subarray(0, place), added, bytes.subarray(place)]);
  },
  function extend(bytes, random) {
    return Buffer.concat([bytes, Buffer.alloc(random.pick([1, 511, 512, 1024, 4096]), random.below(256))]);
  },
];

/** How often each mutator is taken, by its place above: changes in place are the most telling. */
const WEIGHTS: readonly number[] = [6, 4, 6, 4, 2, 1, 1, 1, 1, 1];
const DECK = mutators.flatMap((mutator, index) => Array.from({ length: WEIGHTS[index] ?? 1 }, () => mutator));

/**
 * A copy with one to six changes.
 * @param hot ranges that most of the changes fall into; the whole where there are none.
 */
export function mutateBytes(
  original: Uint8Array,
  random: Random,
  hot: readonly { readonly offset: number; readonly length: number }[] = [],
): Buffer {
  let bytes: Buffer = Buffer.from(original);
  const count = random.chance(0.5) ? 1 : 1 + random.below(6);
  for (let change = 0; change < count && bytes.length > 0; change += 1) {
    const at = (): number => {
      const range =
        hot.length > 0 && random.chance(0.85) ? random.pick(hot) : { offset: 0, length: bytes.length };
      return Math.min(range.offset + random.below(Math.max(range.length, 1)), bytes.length - 1);
    };
    bytes = random.pick(DECK)(bytes, random, at);
  }
  return bytes;
}

/** A text with one to six changes, most of them by the words of its own language. */
export function mutateText(original: string, random: Random, words: readonly string[]): string {
  let text = original;
  const count = 1 + random.below(6);
  for (let change = 0; change < count; change += 1) {
    const at = random.below(text.length + 1);
    const end = Math.min(text.length, at + random.below(8));
    const word = random.chance(0.7)
      ? random.pick(words)
      : String.fromCharCode(random.below(random.pick([128, 256, 0x10000])));
    switch (random.below(5)) {
      case 0:
        text = text.slice(0, at) + word + text.slice(at);
        break;
      case 1:
        text = text.slice(0, at) + word + text.slice(end);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(end);
        break;
      case 3:
        text =
          text.slice(0, at) +
          text.slice(at, end).repeat(1 + random.below(random.pick([4, 4, 400]))) +
          text.slice(end);
        break;
      default:
        text = random.chance(0.2) ? text.slice(0, at) : text + word;
    }
  }
  return text;
}
