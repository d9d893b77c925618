/**
 * A sparse view was asked for bytes that it did not keep. It is a signal to whoever streams the file, not an error
 * of the file or of the user: stream it once more and keep this range too.
 */
export class MissingRangeError extends Error {
  /** In bytes, from the start of the file. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;

  constructor(offset: number, length: number) {
    super(`${length} bytes at offset ${offset} were not kept while the file was streamed`);
    this.name = 'MissingRangeError';
    this.offset = offset;
    this.length = length;
  }
}
