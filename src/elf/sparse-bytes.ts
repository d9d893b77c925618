import { MissingRangeError } from './missing-range.js';
import type { Piece } from './retained-range.js';
import type { ElfBytes } from './types.js';

/** A file of which some pieces are held. */
export class SparseBytes implements ElfBytes {
  readonly size: number;
  private readonly pieces: readonly Piece[];

  /** @param pieces in any order; they may overlap, with the same content. */
  constructor(size: number, pieces: readonly Piece[]) {
    this.size = size;
    this.pieces = pieces.filter(({ bytes }) => bytes.length > 0).sort((a, b) => a.offset - b.offset);
  }

  /** @throws MissingRangeError where the pieces together do not hold the range. */
  read(offset: number, length: number): Uint8Array {
    if (length === 0) return new Uint8Array(0);
    const end = offset + length;
    const whole = this.pieces.find((piece) => piece.offset <= offset && endOf(piece) >= end);
    if (whole !== undefined) return whole.bytes.subarray(offset - whole.offset, end - whole.offset);

    let covered = offset;
    const parts: Piece[] = [];
    for (const piece of this.pieces) {
      if (covered >= end || piece.offset > covered) break;
      if (endOf(piece) <= covered) continue;
      parts.push({
        offset: covered,
        bytes: piece.bytes.subarray(covered - piece.offset, end - piece.offset),
      });
      covered = endOf(piece);
    }
    if (covered < end) throw new MissingRangeError(offset, length);
    const joined = new Uint8Array(length);
    for (const part of parts) joined.set(part.bytes, part.offset - offset);
    return joined;
  }
}

function endOf({ offset, bytes }: Piece): number {
  return offset + bytes.length;
}
