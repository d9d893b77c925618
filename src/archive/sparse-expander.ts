import type { EntryConsumer } from './tar-reader.js';
import type { Segment } from './tar-header.js';
import { TarError } from './tar-header.js';

const ZEROES = new Uint8Array(64 << 10);

/** A larger sparse file that somebody wants to look into is refused: its zeroes cost time. In bytes. */
const MAX_SIZE = 4 * 2 ** 30;

/** Hands the stored bytes of a sparse file on as the whole file. */
export class SparseExpander implements EntryConsumer {
  readonly #into: EntryConsumer;
  readonly #segments: readonly Segment[];
  readonly #size: number;
  #index = 0;
  /** Of the current segment, in bytes. */
  #done = 0;
  #position = 0;

  /**
   * @param segments what is stored, in the order of the file
   * @param size of the whole file in bytes
   * @throws TarError `invalid` for a map that is out of order or too long
   */
  constructor(into: EntryConsumer, segments: readonly Segment[], size: number) {
    let end = 0;
    for (const { offset, length } of segments) {
      if (offset < end || offset + length > size) {
        throw new TarError('invalid', `the map of a sparse file has ${length} bytes at ${offset} of ${size}`);
      }
      end = offset + length;
    }
    this.#into = into;
    this.#segments = segments;
    this.#size = size;
  }

  get satisfied(): boolean {
    return this.#into.satisfied;
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0 && !this.satisfied) {
      const segment = this.#segments[this.#index];
      if (segment === undefined) throw new TarError('invalid', 'a sparse file has more bytes than its map');
      this.#zeroesUntil(segment.offset);
      const part = rest.subarray(0, segment.length - this.#done);
      this.#into.push(part);
      this.#position += part.length;
      this.#done += part.length;
      rest = rest.subarray(part.length);
      if (this.#done === segment.length) {
        this.#index += 1;
        this.#done = 0;
      }
    }
  }

  end(): void {
    if (!this.satisfied) this.#zeroesUntil(this.#size);
    this.#into.end();
  }

  #zeroesUntil(offset: number): void {
    while (this.#position < offset && !this.satisfied) {
      if (this.#position > MAX_SIZE) {
        throw new TarError('invalid', `a sparse file of ${this.#size} bytes is larger than any library`);
      }
      const part = ZEROES.subarray(0, Math.min(ZEROES.length, offset - this.#position));
      this.#into.push(part);
      this.#position += part.length;
    }
  }
}
