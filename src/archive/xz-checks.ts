import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ArchiveError } from './archive-error.js';
import { FieldReader } from './field-reader.js';

/** xz-file-format.txt, 2.1.1.1 and 2.1.2.4. */
const HEADER_MAGIC = 'fd377a585a00';
const FOOTER_MAGIC = 'YZ';
/** In bytes: stream header and footer, 2.1.1 and 2.1.2. */
const HEADER = 12;
const FOOTER = 12;

/** Check IDs of 2.1.1.2. */
const NONE = 0;
const SHA256 = 10;
const DIGEST = 32;
/** None, CRC32, CRC64: what xz-embedded computes itself. */
const DECODED: readonly number[] = [NONE, 1, 4];

/** More blocks than the largest files have that `xz -T` makes; each costs some bytes here. */
const MAX_BLOCKS = 1 << 20;

interface Block {
  /** Without padding and check, in bytes. */
  unpadded: number;
  /** In bytes. */
  uncompressed: number;
  /** Absent until the block has been passed on whole. */
  digest?: string;
}

/** The check of a stream that begins so; undefined where it is no xz stream. */
export function xzCheckOf(head: Uint8Array): number | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, HEADER));
  return bytes.length < 8 || bytes.toString('hex', 0, 6) !== HEADER_MAGIC
    ? undefined
    : (bytes[7] ?? 0) & 0x0f;
}

/** Whether xz-embedded reads a stream with that check as it is. */
export function isDecodedCheck(check: number): boolean {
  return DECODED.includes(check);
}

/**
 * Takes the SHA-256 checks out of xz data, which xz-embedded refuses and in which rpm wraps its payloads: what comes out is the
 * same data without checks. The checks are held against the decoded bytes, which are to be handed back to `verify` as they
 * come out of the decoder.
 *
 * Formats: The .xz File Format 1.1.0; the chunks of LZMA2 as in xz's liblzma/lzma/lzma2_decoder.c.
 */
export class XzChecks {
  readonly #emit: (bytes: Uint8Array) => void;
  readonly #fields = new FieldReader();
  /** Of the present stream. */
  #blocks: Block[] = [];
  /** Of all streams, that are not verified yet. */
  readonly #unverified: Block[] = [];
  #hash: Hash = createHash('sha256');
  #hashed = 0;
  #betweenStreams = false;

  /** @param emit gets the data without checks */
  constructor(emit: (bytes: Uint8Array) => void) {
    this.#emit = emit;
    this.#streamHeader();
  }

  /** @throws ArchiveError ARCHIVE_CORRUPT, ARCHIVE_UNSUPPORTED */
  push(chunk: Uint8Array): void {
    this.#fields.push(chunk);
  }

  /** @throws ArchiveError ARCHIVE_TRUNCATED */
  end(): void {
    if (!this.#betweenStreams || this.#fields.withinField)
      throw new ArchiveError('ARCHIVE_TRUNCATED', 'its xz data ends too early');
  }

  /** Decoded bytes, in order. @throws ArchiveError ARCHIVE_CORRUPT where a check does not fit */
  verify(decoded: Uint8Array): void {
    let rest = decoded;
    for (;;) {
      const [block] = this.#unverified;
      if (block === undefined) return;
      const known = block.digest === undefined ? Infinity : block.uncompressed;
      const part = rest.subarray(0, known - this.#hashed);
      this.#hash.update(part);
      this.#hashed += part.length;
      rest = rest.subarray(part.length);
      if (block.digest === undefined || this.#hashed < known) return;
      if (this.#hash.digest('hex') !== block.digest)
        throw corrupt('the SHA-256 of a block of its xz data is wrong');
      this.#unverified.shift();
      this.#hash = createHash('sha256');
      this.#hashed = 0;
    }
  }

  /** @throws ArchiveError ARCHIVE_CORRUPT where a block was not decoded whole */
  verifyEnd(): void {
    this.verify(new Uint8Array(0));
    if (this.#unverified.length > 0) throw corrupt('a block of its xz data has fewer bytes than it says');
  }

  #streamHeader(): void {
    this.#fields.field(4, (first) => {
      // Stream padding, 2.2: zeroes, a multiple of four.
      if (this.#betweenStreams && first.readUInt32LE(0) === 0) {
        this.#emit(first);
        this.#streamHeader();
        return;
      }
      this.#betweenStreams = false;
      this.#fields.field(HEADER - 4, (rest) => {
        const header = Buffer.concat([first, rest]);
        const flags = header.subarray(6, 8);
        if (
          header.toString('hex', 0, 6) !== HEADER_MAGIC ||
          flags[0] !== 0 ||
          crc32(flags) !== header.readUInt32LE(8)
        )
          throw corrupt('its xz data has no stream header where one should be');
        if (flags[1] !== SHA256)
          throw new ArchiveError(
            'ARCHIVE_UNSUPPORTED',
            `its xz data has checks of kind ${flags[1] ?? 0}, which are not read`,
          );
        this.#blocks = [];
        this.#emit(
          Buffer.concat([Buffer.from(HEADER_MAGIC, 'hex'), streamFlags(), u32(crc32(streamFlags()))]),
        );
        this.#blockHeader();
      });
    });
  }

  #blockHeader(): void {
    this.#fields.field(1, (size) => {
      const [byte = 0] = size;
      if (byte === 0) {
        this.#index();
        return;
      }
      if (this.#blocks.length >= MAX_BLOCKS)
        throw new ArchiveError('ARCHIVE_LIMIT', `its xz data has more than ${MAX_BLOCKS} blocks`);
      const length = (byte + 1) * 4;
      this.#fields.field(length - 1, (rest) => {
        this.#emit(Buffer.concat([size, rest]));
        const block: Block = { unpadded: length, uncompressed: 0 };
        this.#blocks.push(block);
        this.#unverified.push(block);
        this.#chunk(block);
      });
    });
  }

  /** One chunk of LZMA2, which is the last filter of every chain (5.3.1). */
  #chunk(block: Block): void {
    this.#fields.field(1, (first) => {
      const [control = 0] = first;
      block.unpadded += 1;
      if (control === 0) {
        this.#emit(first);
        this.#blockEnd(block);
        return;
      }
      if (control > 2 && control < 0x80) throw corrupt('its xz data has a chunk of no known kind');
      const lzma = control >= 0x80;
      const length = lzma ? (control >= 0xc0 ? 5 : 4) : 2;
      this.#fields.field(length, (header) => {
        this.#emit(Buffer.concat([first, header]));
        const uncompressed = (lzma ? (control & 0x1f) << 16 : 0) + header.readUInt16BE(0) + 1;
        const size = lzma ? header.readUInt16BE(2) + 1 : uncompressed;
        block.uncompressed += uncompressed;
        block.unpadded += length + size;
        this.#fields.run(size, this.#emit, () => {
          this.#chunk(block);
        });
      });
    });
  }

  #blockEnd(block: Block): void {
    this.#fields.field(padding(block.unpadded), (pad) => {
      this.#emit(pad);
      this.#fields.field(DIGEST, (digest) => {
        block.digest = digest.toString('hex');
        this.#blockHeader();
      });
    });
  }

  /** 4: the sizes of all blocks, which are held against what was read, and written anew. */
  #index(): void {
    const expected = indexOf(this.#blocks, DIGEST);
    // The indicator has been read.
    this.#fields.field(expected.length - 1, (rest) => {
      if (!rest.equals(expected.subarray(1)))
        throw corrupt('the index of its xz data does not fit its blocks');
      const index = indexOf(this.#blocks, 0);
      this.#emit(index);
      this.#footer(expected.length, index.length);
    });
  }

  #footer(indexSize: number, newIndexSize: number): void {
    this.#fields.field(FOOTER, (footer) => {
      const fields = footer.subarray(4, 10);
      if (
        footer.toString('latin1', 10) !== FOOTER_MAGIC ||
        crc32(fields) !== footer.readUInt32LE(0) ||
        (footer.readUInt32LE(4) + 1) * 4 !== indexSize
      )
        throw corrupt('the footer of its xz data is wrong');
      const body = Buffer.concat([u32(newIndexSize / 4 - 1), streamFlags()]);
      this.#emit(Buffer.concat([u32(crc32(body)), body, Buffer.from(FOOTER_MAGIC)]));
      this.#betweenStreams = true;
      this.#streamHeader();
    });
  }
}

function streamFlags(): Buffer {
  return Buffer.from([0, NONE]);
}

function indexOf(blocks: readonly Block[], checkSize: number): Buffer {
  const body = [
    Buffer.from([0]),
    variable(blocks.length),
    ...blocks.flatMap(({ unpadded, uncompressed }) => [
      variable(unpadded + checkSize),
      variable(uncompressed),
    ]),
  ];
  const unpadded = Buffer.concat(body);
  const padded = Buffer.concat([unpadded, Buffer.alloc(padding(unpadded.length))]);
  return Buffer.concat([padded, u32(crc32(padded))]);
}

/** 1.2: seven bits a byte, the lowest first. */
function variable(number: number): Buffer {
  const bytes: number[] = [];
  let rest = number;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function u32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}

function corrupt(message: string): ArchiveError {
  return new ArchiveError('ARCHIVE_CORRUPT', message);
}
