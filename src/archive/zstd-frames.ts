/** Data that does not have the form of RFC 8878, or asks for more memory than is given. */
export class ZstdError extends Error {
  readonly reason: 'corrupt' | 'truncated' | 'limit';

  constructor(message: string, reason: ZstdError['reason'] = 'corrupt') {
    super(message);
    this.name = 'ZstdError';
    this.reason = reason;
  }
}

/** RFC 8878, 3.1.1 (Zstandard frames) and 3.1.2 (skippable frames, sixteen magic numbers). */
const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

/** What `zstd -d` accepts too (ZSTD_WINDOWLOG_LIMIT_DEFAULT 27 in zstd.h): the decoder holds a window in memory. In bytes. */
const MAX_WINDOW = 128 << 20;

/** Block_Type of RFC 8878, 3.1.1.2.2. */
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** Takes the bytes of one frame, its header included. */
export interface FrameDecoder {
  push(bytes: Uint8Array, last: boolean): void;
}

/** Whether data begins with a frame of either kind. */
export function isZstd(prefix: Uint8Array): boolean {
  if (prefix.length < 4) return false;
  const magic = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0, true);
  return magic === MAGIC || (magic & 0xfffffff0) >>> 0 === SKIPPABLE;
}

/**
 * Takes a stream of frames apart, without decoding them: it knows what the decoder does not say, whether the stream ends where a
 * frame does, and how much memory a frame asks for. Each frame gets a decoder of its own; skippable ones are passed over.
 */
export class ZstdFrames {
  readonly #newDecoder: () => FrameDecoder;
  #decoder: FrameDecoder | undefined;
  /** The structure that comes next, and as much of it as is there. */
  #state: 'magic' | 'skippable-size' | 'frame-header' | 'block-header' | 'block' | 'checksum' | 'skip' =
    'magic';
  #pending: Uint8Array = new Uint8Array(0);
  #needed = 4;
  #remaining = 0;
  #lastBlock = false;
  #hasChecksum = false;

  constructor(newDecoder: () => FrameDecoder) {
    this.#newDecoder = newDecoder;
  }

  /** @throws ZstdError, and what the decoder throws */
  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#state === 'block' || this.#state === 'skip') {
        const part = rest.subarray(0, this.#remaining);
        rest = rest.subarray(part.length);
        this.#remaining -= part.length;
        if (this.#state === 'block') this.#decoder?.push(part, this.#remaining === 0 && this.#endsFrame());
        if (this.#remaining === 0) this.#afterBody();
        continue;
      }
      const part = rest.subarray(0, this.#needed - this.#pending.length);
      rest = rest.subarray(part.length);
      this.#pending = Buffer.concat([this.#pending, part]);
      if (this.#pending.length === this.#needed) this.#onStructure(this.#pending);
    }
  }

  /** @throws ZstdError where a frame is not complete */
  end(): void {
    if (this.#state === 'magic' && this.#pending.length === 0) return;
    throw new ZstdError('the compressed data ends within a frame', 'truncated');
  }

  #expect(
    state: 'magic' | 'skippable-size' | 'frame-header' | 'block-header' | 'checksum',
    needed: number,
  ): void {
    this.#state = state;
    this.#needed = needed;
    this.#pending = new Uint8Array(0);
  }

  #endsFrame(): boolean {
    return this.#lastBlock && !this.#hasChecksum;
  }

  #afterBody(): void {
    if (this.#state === 'skip' || this.#endsFrame()) {
      this.#decoder = undefined;
      this.#expect('magic', 4);
    } else if (this.#lastBlock) this.#expect('checksum', 4);
    else this.#expect('block-header', 3);
  }

  #onStructure(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    switch (this.#state) {
      case 'magic': {
        const magic = view.getUint32(0, true);
        if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) this.#expect('skippable-size', 4);
        else if (magic === MAGIC) {
          this.#state = 'frame-header';
          // With the descriptor, which says how long the header is.
          this.#needed = 5;
        } else throw new ZstdError('the compressed data goes on with something that is no frame');
        return;
      }
      case 'skippable-size':
        this.#state = 'skip';
        this.#pending = new Uint8Array(0);
        this.#remaining = view.getUint32(0, true);
        if (this.#remaining === 0) this.#afterBody();
        return;
      case 'frame-header':
        this.#onFrameHeader(bytes);
        return;
      case 'block-header':
        this.#onBlockHeader(bytes);
        return;
      default:
        this.#decoder?.push(bytes, true);
        this.#decoder = undefined;
        this.#expect('magic', 4);
    }
  }

  /** RFC 8878, 3.1.1.1. */
  #onFrameHeader(bytes: Uint8Array): void {
    const descriptor = bytes[4] ?? 0;
    const singleSegment = (descriptor & 0x20) !== 0;
    const dictionarySize = [0, 1, 2, 4][descriptor & 3] ?? 0;
    const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
    const length = 5 + (singleSegment ? 0 : 1) + dictionarySize + contentSize;
    if (bytes.length < length) {
      this.#needed = length;
      return;
    }
    const window = singleSegment
      ? contentSizeOf(bytes.subarray(5 + dictionarySize, 5 + dictionarySize + contentSize))
      : windowSize(bytes[5] ?? 0);
    if (window > MAX_WINDOW)
      throw new ZstdError(
        `its zstd data needs a window of ${window} bytes, more than ${MAX_WINDOW}: zstd -d --long=31 decompresses it`,
        'limit',
      );
    this.#hasChecksum = (descriptor & 4) !== 0;
    this.#decoder = this.#newDecoder();
    this.#decoder.push(bytes, false);
    this.#expect('block-header', 3);
  }

  /** RFC 8878, 3.1.1.2. */
  #onBlockHeader(bytes: Uint8Array): void {
    const header = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8) | ((bytes[2] ?? 0) << 16);
    const type = (header >> 1) & 3;
    if (type === RESERVED_BLOCK) throw new ZstdError('a block is of the reserved type');
    this.#lastBlock = (header & 1) !== 0;
    this.#remaining = type === RLE_BLOCK ? 1 : header >> 3;
    this.#decoder?.push(bytes, this.#remaining === 0 && this.#endsFrame());
    this.#state = 'block';
    this.#pending = new Uint8Array(0);
    if (this.#remaining === 0) this.#afterBody();
  }
}

/** Window_Descriptor, RFC 8878, 3.1.1.1.2. In bytes. */
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Frame_Content_Size, RFC 8878, 3.1.1.1.4: of two bytes it is 256 less. */
function contentSizeOf(field: Uint8Array): number {
  const value = [...field].reduceRight((sum, byte) => sum * 256 + byte, 0);
  return field.length === 2 ? value + 256 : value;
}
