/** Where bytes go that a format's reader has asked for. */
interface Request {
  /** In bytes. */
  readonly length: number;
  readonly take: (bytes: Buffer) => void;
}

/** Where a run of bytes goes that is not collected. */
interface Run {
  remaining: number;
  readonly push: (chunk: Uint8Array) => void;
  readonly end: () => void;
}

/**
 * Cuts a stream that is pushed into it as a format's reader asks: the next `length` bytes together, or a run of bytes as they
 * come. Memory: the longest field.
 */
export class FieldReader {
  #field: Request | undefined;
  #run: Run | undefined;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #position = 0;

  /** In bytes, from the start of the stream to what is asked for next. */
  get position(): number {
    return this.#position;
  }

  /** Nothing is asked for: the rest of the stream is of no concern. */
  get idle(): boolean {
    return this.#field === undefined && this.#run === undefined;
  }

  /** Bytes of the present field are there, but not all. */
  get withinField(): boolean {
    return this.#heldBytes > 0;
  }

  /** Asks for the next bytes together. */
  field(length: number, take: (bytes: Buffer) => void): void {
    this.#field = { length, take };
  }

  /** Asks for the next bytes as they come. */
  run(length: number, push: (chunk: Uint8Array) => void, end: () => void): void {
    this.#run = { remaining: length, push, end };
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (!this.idle && (rest.length > 0 || this.#ready())) {
      rest = this.#run === undefined ? this.#intoField(rest) : this.#intoRun(rest);
    }
  }

  /** A field or run of no bytes has all of them. */
  #ready(): boolean {
    return this.#run?.remaining === 0 || this.#field?.length === 0;
  }

  #intoRun(bytes: Uint8Array): Uint8Array {
    const run = this.#run;
    if (run === undefined) return bytes;
    const part = bytes.subarray(0, run.remaining);
    run.remaining -= part.length;
    this.#position += part.length;
    if (part.length > 0) run.push(part);
    if (run.remaining === 0) {
      this.#run = undefined;
      run.end();
    }
    return bytes.subarray(part.length);
  }

  #intoField(bytes: Uint8Array): Uint8Array {
    const field = this.#field;
    if (field === undefined) return bytes.subarray(bytes.length);
    const part = bytes.subarray(0, field.length - this.#heldBytes);
    this.#held.push(part);
    this.#heldBytes += part.length;
    this.#position += part.length;
    if (this.#heldBytes === field.length) {
      const whole = Buffer.concat(this.#held);
      this.#held = [];
      this.#heldBytes = 0;
      this.#field = undefined;
      field.take(whole);
    }
    return bytes.subarray(part.length);
  }
}
