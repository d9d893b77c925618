import type { ElfBytes } from '../elf/types.js';

/** APPNOTE.TXT 4.3.16, "End of central directory record": 22 bytes and a comment, whose length is at 20. */
const END = 0x06054b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
/** APPNOTE.TXT 4.3.15 and 4.3.14: zip64's locator has 20 bytes, and its record at least 56. */
const LOCATOR = 0x07064b50;
const LOCATOR_SIZE = 20;
const RECORD = 0x06064b50;
const RECORD_SIZE = 56;
/** APPNOTE.TXT 4.3.12: what each entry of the directory begins with. */
const ENTRY = 0x02014b50;

/** Programs that write in records, as bsdtar does into a pipe, fill the last one with zeroes; none has larger ones. In bytes. */
const MAX_PADDING = 1 << 20;
const PIECE = 64 << 10;

/** A range of bytes that is a zip by itself: its offsets count from `start`. */
export interface ZipExtent {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the last zip in a file begins and ends. As unzip does, it takes what the directory's size says over where the directory is
 * said to be: offsets count from the first byte of the zip where it was put behind a program, or from the program's after `zip -A`.
 * Zeroes behind it count for nothing, nor do up to 64 KiB of other bytes.
 * @param from the zip's end lies behind this, in bytes
 * @returns undefined where there is no end of a zip that leads to a directory
 * @throws what `bytes.read` does
 */
export function zipExtent(bytes: ElfBytes, from = 0): ZipExtent | undefined {
  const last = lastOther(bytes, from);
  const start = Math.max(from, last - END_SIZE - MAX_COMMENT);
  const stop = Math.min(bytes.size, last + END_SIZE);
  if (stop - start < END_SIZE) return undefined;
  const tail = bufferOf(bytes, start, stop - start);
  for (let at = tail.length - END_SIZE; at >= 0; at -= 1) {
    if (tail[at] !== 0x50 || tail.readUInt32LE(at) !== END) continue;
    const end = start + at + END_SIZE + tail.readUInt16LE(at + 20);
    const base = end > bytes.size ? undefined : baseOf(bytes, start + at, tail.subarray(at, at + END_SIZE));
    if (base !== undefined) return { start: base, end };
  }
  return undefined;
}

/** Behind the last byte that is not zero. */
function lastOther(bytes: ElfBytes, from: number): number {
  const least = Math.max(from, bytes.size - MAX_PADDING);
  for (let end = bytes.size; end > least; end -= PIECE) {
    const at = Math.max(least, end - PIECE);
    const piece = bufferOf(bytes, at, end - at);
    for (let index = piece.length - 1; index >= 0; index -= 1) if (piece[index] !== 0) return at + index + 1;
  }
  return bytes.size;
}

/** From where a zip's offsets count, by the record at its end; undefined where no directory is there. */
function baseOf(bytes: ElfBytes, at: number, end: Buffer): number | undefined {
  const wide = wideDirectory(bytes, at);
  const { entries, size, offset, behind } = wide ?? {
    entries: end.readUInt16LE(10),
    size: end.readUInt32LE(12),
    offset: end.readUInt32LE(16),
    behind: at,
  };
  const base = behind - size - offset;
  if (entries === 0 && size === 0) return base >= 0 ? base : undefined;
  if (base >= 0 && isAt(bytes, base + offset, ENTRY)) return base;
  return isAt(bytes, offset, ENTRY) ? 0 : undefined;
}

interface Directory {
  readonly entries: number;
  /** In bytes, as `offset` is. */
  readonly size: number;
  readonly offset: number;
  /** Where the directory ends. */
  readonly behind: number;
}

/** What zip64's record says, which lies in front of its locator. */
function wideDirectory(bytes: ElfBytes, end: number): Directory | undefined {
  const locator = end - LOCATOR_SIZE;
  if (!isAt(bytes, locator, LOCATOR)) return undefined;
  const stated = number64(bufferOf(bytes, locator, LOCATOR_SIZE), 8);
  const behind = [locator - RECORD_SIZE, stated].find((place) => isAt(bytes, place, RECORD));
  if (behind === undefined || behind + RECORD_SIZE > bytes.size) return undefined;
  const record = bufferOf(bytes, behind, RECORD_SIZE);
  return { entries: number64(record, 32), size: number64(record, 40), offset: number64(record, 48), behind };
}

/** Numbers that no file is long enough for come out as ones that are too large as well. */
function number64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

function isAt(bytes: ElfBytes, at: number, signature: number): boolean {
  return at >= 0 && at + 4 <= bytes.size && bufferOf(bytes, at, 4).readUInt32LE(0) === signature;
}

function bufferOf(bytes: ElfBytes, offset: number, length: number): Buffer {
  const read = bytes.read(offset, length);
  return Buffer.from(read.buffer, read.byteOffset, read.length);
}
