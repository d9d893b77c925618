import { ElfError } from '../errors.js';
import { PF_X, PT_DYNAMIC, PT_GNU_PROPERTY, PT_INTERP, PT_LOAD, PT_NOTE } from './constants.js';
import { readHeader } from './header.js';
import { malformed } from './malformed.js';
import { MissingRangeError } from './missing-range.js';
import type { ProgramHeader } from './program-headers.js';
import { programHeaderRange, readProgramHeaders } from './program-headers.js';
import type { FileRange } from './retained-range.js';
import { RetainedRanges, SlidingTail } from './retained-range.js';
import { SparseBytes } from './sparse-bytes.js';
import type { ElfBytes } from './types.js';

/**
 * What a collector keeps at most, in bytes. The dynamic tables are in the first segments, so the beginning of the
 * file nearly always has them all; the rest is for linkers that put them behind the text, and for tools that append
 * segments, as patchelf does.
 */
export const RETENTION: Retention = {
  /** The beginning of the file. A file that is not longer is held whole. */
  head: 12 << 20,
  /** The end of the file: section headers, appended segments. */
  tail: 4 << 20,
  /** What the program headers point at behind the head, small ranges first. */
  segments: 16 << 20,
  /** The ranges that earlier passes missed. */
  extra: 64 << 20,
};

export interface Retention {
  readonly head: number;
  readonly tail: number;
  readonly segments: number;
  readonly extra: number;
}

/** Linkers put the tables side by side: where one was missed, its neighbours will be. In bytes, on both sides. */
const EXTRA_MARGIN = 1 << 20;

/** The largest `Elf*_Ehdr`, in bytes. */
const HEADER_SIZE = 64;

/** A file that is read has some ten program headers; a core dump's are not worth a plan. */
const MAX_PLANNED_HEADERS = 256;

/** PT_DYNAMIC, PT_INTERP and notes are larger than this only in a file that `parseElf` refuses. In bytes. */
const MAX_TABLE = 1 << 20;

/** What lies right behind the loaded content: linkers put `.comment` there, before debug data. In bytes. */
const BEHIND_LOADED = 4 << 10;

export interface SparseElfOptions {
  /** Ranges to keep besides: those of the `MissingRangeError`s of earlier passes over the same file. */
  readonly extra?: readonly FileRange[];
  /** Other bounds than `RETENTION`; `head` has room for the file header. */
  readonly retention?: Retention;
}

/**
 * Takes a file's chunks in order and keeps what `parseElf` asks for, so that a 160 MB executable costs 32 MiB at
 * most (`RETENTION.head + tail + segments`), whatever the file says of itself. Kept bytes are copied: chunks may be
 * reused.
 *
 * Where `parseElf` throws `MissingRangeError` all the same, stream the file again with that range in `extra`, and
 * with one more, until it does not. It ends: `extra` has a bound too.
 */
export class SparseElfCollector {
  private readonly size: number | undefined;
  private readonly ranges = new RetainedRanges();
  private readonly tail: SlidingTail;
  private readonly retention: Retention;
  private position = 0;
  /** Position at which the plan can be made or carried on; nothing once it is made. */
  private planAt: number | undefined = HEADER_SIZE;

  /**
   * @param size of the whole file in bytes; `undefined` where it is not known before the end, as of a gzip-
   *   compressed one.
   * @throws ElfError ELF_LIMIT where `extra` has more than `RETENTION.extra` bytes.
   */
  constructor(size: number | undefined, options: SparseElfOptions = {}) {
    this.size = size;
    this.retention = options.retention ?? RETENTION;
    this.tail = new SlidingTail(this.retention.tail);
    this.ranges.add({ offset: 0, length: this.retention.head });
    if (size !== undefined && size <= this.retention.head) this.planAt = undefined;
    keepExtra(this.ranges, options.extra ?? [], this.retention.extra);
  }

  /** @throws RangeError where the chunks together are longer than `size`. */
  push(chunk: Uint8Array): void {
    if (this.size !== undefined && this.position + chunk.length > this.size) {
      throw new RangeError(`The file was to have ${this.size} bytes, but more were pushed.`);
    }
    const intoTail = Math.max(0, this.retention.head - this.position);
    if (intoTail < chunk.length) this.tail.accept(chunk.subarray(intoTail));
    let rest = chunk;
    while (rest.length > 0) {
      const until =
        this.planAt === undefined ? rest.length : Math.min(rest.length, this.planAt - this.position);
      this.ranges.accept(rest.subarray(0, until));
      this.position += until;
      rest = rest.subarray(until);
      if (this.position === this.planAt) this.makePlan();
    }
  }

  /**
   * The view for `parseElf`.
   * @throws ElfError ELF_TRUNCATED where fewer bytes came than `size`.
   */
  finish(): ElfBytes {
    if (this.size !== undefined && this.position !== this.size) {
      throw malformed(
        'ELF_TRUNCATED',
        { offset: this.position, structure: 'file' },
        `the file was to have ${this.size} bytes, but ends here`,
      );
    }
    return new SparseBytes(this.position, [...this.ranges.pieces(), ...this.tail.pieces(this.position)]);
  }

  /** Decides what to keep as soon as the headers are there, and puts it off until the program headers are. */
  private makePlan(): void {
    this.planAt = undefined;
    const view = new SparseBytes(this.size ?? Number.MAX_SAFE_INTEGER, this.ranges.pieces());
    try {
      const header = readHeader(view);
      const table = programHeaderRange(header);
      const end = table.offset + table.length;
      if (end > this.position) {
        this.ranges.add({
          offset: table.offset,
          length: Math.min(table.length, this.retention.segments / 4),
        });
        this.planAt = end;
        return;
      }
      for (const range of worthKeeping(readProgramHeaders(header), this.position, this.retention))
        this.ranges.add(range);
    } catch (error) {
      // What is malformed here is malformed to parseElf too, which says so with the whole file before it.
      if (!(error instanceof ElfError || error instanceof MissingRangeError)) throw error;
    }
  }
}

function keepExtra(ranges: RetainedRanges, extra: readonly FileRange[], bound: number): void {
  const asked = extra.reduce((sum, { length }) => sum + length, 0);
  if (asked > bound) {
    throw malformed(
      'ELF_LIMIT',
      { offset: extra.at(-1)?.offset ?? 0, structure: 'file' },
      `the tables need ${asked} bytes from all over the file, more than ${bound}`,
    );
  }
  let spare = bound - asked;
  for (const { offset, length } of extra) {
    const margin = Math.min(EXTRA_MARGIN, Math.floor(spare / 2));
    spare -= 2 * margin;
    const start = Math.max(0, offset - margin);
    ranges.add({ offset: start, length: offset + length + margin - start });
  }
}

/**
 * What of the segments behind the head is kept: tables whole, then data and, if there is room, code, small ones
 * first.
 */
function worthKeeping(
  programHeaders: readonly ProgramHeader[],
  position: number,
  retention: Retention,
): readonly FileRange[] {
  const behind = programHeaders
    .slice(0, MAX_PLANNED_HEADERS)
    .filter(
      ({ offset, filesz }) => filesz > 0n && offset + filesz > BigInt(Math.max(position, retention.head)),
    )
    .filter(({ offset, filesz }) => offset + filesz <= BigInt(Number.MAX_SAFE_INTEGER));
  const tables = behind.filter(({ type }) => TABLE_TYPES.includes(type));
  const loadedEnd = programHeaders
    .slice(0, MAX_PLANNED_HEADERS)
    .reduce(
      (end, { type, offset, filesz }) => (type === PT_LOAD && offset + filesz > end ? offset + filesz : end),
      0n,
    );
  const segments = behind.filter(({ type }) => type === PT_LOAD).sort(bySizeWithCodeLast);
  let budget: number = retention.segments - retention.segments / 4;
  const ranges: FileRange[] = [];
  if (loadedEnd > BigInt(position) && loadedEnd <= BigInt(Number.MAX_SAFE_INTEGER - BEHIND_LOADED)) {
    ranges.push({ offset: Number(loadedEnd), length: BEHIND_LOADED });
    budget -= BEHIND_LOADED;
  }
  for (const { type, offset, filesz } of [...tables, ...segments]) {
    const start = Math.max(Number(offset), retention.head, position);
    const wanted = Number(offset + filesz) - start;
    const length = Math.min(wanted, budget, type === PT_LOAD ? Infinity : MAX_TABLE);
    budget -= length;
    if (length > 0) ranges.push({ offset: start, length });
  }
  return ranges;
}

const TABLE_TYPES: readonly number[] = [PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_GNU_PROPERTY];

function bySizeWithCodeLast(a: ProgramHeader, b: ProgramHeader): number {
  const code = (a.flags & PF_X) - (b.flags & PF_X);
  return code === 0 ? Number(a.filesz - b.filesz) : code;
}
