import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { ElfBytes } from '../elf/types.js';

/** Bytes that can be read at any place, and from the beginning as often as wanted. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** Up to `length` bytes from `offset`; fewer at the end. The bytes stay as they are. */
  read(offset: number, length: number): Buffer;
  stream(offset?: number, length?: number): Readable;
}

/** How a file of the machine is opened: never through a link, and never waiting for a writer or a terminal. */
export const OPEN_FLAGS =
  constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** What a stream reads at a time, in bytes. */
const CHUNK = 256 << 10;

/** An open file. */
export class FileSource implements ByteSource {
  readonly fd: number;
  readonly size: number;

  constructor(fd: number, size = fstatSync(fd).size) {
    this.fd = fd;
    this.size = size;
  }

  /** @throws the system's error */
  static open(path: string | Buffer, flags: number = OPEN_FLAGS): FileSource {
    const fd = openSync(path, flags);
    try {
      return new FileSource(fd);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - offset)));
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(this.fd, bytes, filled, bytes.length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }

  stream(offset = 0, length = this.size - offset): Readable {
    // Not createReadStream: given up early, that would close the file.
    return Readable.from(this.#chunks(offset, offset + length));
  }

  *#chunks(offset: number, end: number): Generator<Buffer, void, undefined> {
    for (let position = offset; position < end;) {
      const chunk = this.read(position, Math.min(CHUNK, end - position));
      if (chunk.length === 0) return;
      position += chunk.length;
      yield chunk;
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** Bytes that are held in memory. */
export class MemorySource implements ByteSource {
  readonly size: number;
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.size = bytes.length;
  }

  read(offset: number, length: number): Buffer {
    return this.bytes.subarray(offset, offset + length);
  }

  stream(offset = 0, length = this.size - offset): Readable {
    return Readable.from([this.bytes.subarray(offset, offset + length)]);
  }
}

/** A part of a source, as if it were all there is. */
export class RangeSource implements ByteSource {
  readonly size: number;
  readonly #whole: ByteSource;
  readonly #start: number;

  constructor(whole: ByteSource, start: number, end: number) {
    this.size = end - start;
    this.#whole = whole;
    this.#start = start;
  }

  read(offset: number, length: number): Buffer {
    return this.#whole.read(this.#start + offset, Math.max(0, Math.min(length, this.size - offset)));
  }

  stream(offset = 0, length = this.size - offset): Readable {
    return this.#whole.stream(this.#start + offset, length);
  }
}

/** An ELF file of a source for the parser: it asks for ranges within `size`, so a shorter answer means that the file changed. */
export function elfBytes(source: ByteSource): ElfBytes {
  return {
    size: source.size,
    read: (offset, length) => {
      const bytes = source.read(offset, length);
      if (bytes.length < length) throw new ChangedError();
      return bytes;
    },
  };
}

/** A file became shorter while it was read. */
export class ChangedError extends Error {
  constructor() {
    super('it became shorter while it was read');
    this.name = 'ChangedError';
  }
}
