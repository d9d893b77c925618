/** A range of the file, in bytes. */
export interface FileRange {
  readonly offset: number;
  readonly length: number;
}

/** Bytes that are held, and where in the file they begin. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const FIRST_ALLOCATION = 64 << 10;

/**
 * Copies what a stream has of a range. The buffer grows with what really comes, so a range that the file only
 * claims costs nothing.
 */
class RetainedRange {
  readonly offset: number;
  readonly end: number;
  private buffer = new Uint8Array(0);
  private filled = 0;

  constructor({ offset, length }: FileRange) {
    this.offset = offset;
    this.end = offset + length;
  }

  /** Chunks come in order and without gaps. */
  accept(position: number, chunk: Uint8Array): void {
    const from = this.offset + this.filled;
    const to = Math.min(this.end, position + chunk.length);
    if (from < position || to <= from) return;
    const size = to - this.offset;
    if (size > this.buffer.length) {
      const wanted = Math.max(size, this.buffer.length * 2, FIRST_ALLOCATION);
      const grown = new Uint8Array(Math.min(this.end - this.offset, wanted));
      grown.set(this.buffer.subarray(0, this.filled));
      this.buffer = grown;
    }
    this.buffer.set(chunk.subarray(from - position, to - position), this.filled);
    this.filled = size;
  }

  piece(): Piece {
    return { offset: this.offset, bytes: this.buffer.subarray(0, this.filled) };
  }
}

/** The ranges of one file that are kept while it streams by. */
export class RetainedRanges {
  /** By offset, and none overlaps another. */
  private ranges: RetainedRange[] = [];
  /** The first range that is not past. */
  private current = 0;
  private position = 0;

  /** Keeps a range too, as far as it is still to come and is not kept already. */
  add({ offset, length }: FileRange): void {
    const end = offset + length;
    let from = Math.max(offset, this.position);
    const gaps: FileRange[] = [];
    for (const range of this.ranges) {
      if (range.end <= from) continue;
      if (range.offset >= end) break;
      if (range.offset > from) gaps.push({ offset: from, length: range.offset - from });
      from = range.end;
    }
    if (from < end) gaps.push({ offset: from, length: end - from });
    this.ranges = [...this.ranges, ...gaps.map((gap) => new RetainedRange(gap))].sort(
      (a, b) => a.offset - b.offset,
    );
    this.current = this.ranges.findIndex((range) => range.end > this.position);
    if (this.current === -1) this.current = this.ranges.length;
  }

  accept(chunk: Uint8Array): void {
    const end = this.position + chunk.length;
    for (let index = this.current; index < this.ranges.length; index += 1) {
      const range = this.ranges[index];
      if (range === undefined || range.offset >= end) break;
      range.accept(this.position, chunk);
      if (range.end <= end) this.current = index + 1;
    }
    this.position = end;
  }

  pieces(): readonly Piece[] {
    return this.ranges.map((range) => range.piece());
  }
}

/** The last bytes of a stream whose length need not be known: a ring buffer. */
export class SlidingTail {
  private readonly capacity: number;
  private ring: Uint8Array | undefined;
  /** Where the next byte goes, and how many bytes came at all. */
  private at = 0;
  private total = 0;

  /** @param capacity in bytes. */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  accept(chunk: Uint8Array): void {
    this.ring ??= new Uint8Array(this.capacity);
    let rest = chunk.subarray(Math.max(0, chunk.length - this.capacity));
    this.total += chunk.length;
    while (rest.length > 0) {
      const part = rest.subarray(0, this.capacity - this.at);
      this.ring.set(part, this.at);
      this.at = (this.at + part.length) % this.capacity;
      rest = rest.subarray(part.length);
    }
  }

  /** @param end where the stream ended, in bytes from the start of the file. */
  pieces(end: number): readonly Piece[] {
    if (this.ring === undefined) return [];
    if (this.total <= this.capacity && this.at === this.total % this.capacity) {
      return [{ offset: end - this.total, bytes: this.ring.subarray(0, this.total) }];
    }
    return [
      { offset: end - this.capacity, bytes: this.ring.subarray(this.at) },
      { offset: end - this.at, bytes: this.ring.subarray(0, this.at) },
    ];
  }
}
