import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { isZstd, ZstdError, ZstdFrames } from './zstd-frames.js';

/** Compressed data that cannot be inflated. The caller knows what it is. */
export class DecompressError extends Error {
  readonly reason: 'corrupt' | 'truncated' | 'unsupported' | 'limit';

  constructor(reason: DecompressError['reason'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DecompressError';
    this.reason = reason;
  }
}

/** First bytes of compressions that old Docker accepts and no registry has. */
const UNSUPPORTED: readonly (readonly [name: string, magic: string])[] = [
  ['xz', 'fd377a585a00'],
  ['bzip2', '425a68'],
];

/** Enough for every magic number here. In bytes. */
const PREFIX = 6;

/**
 * The data of a stream that is gzip (members in a row too), zstd (frames in a row too) or neither, by its first bytes: media types
 * are often wrong, and container runtimes take no notice of them either. The source is read to its end even where the compressed
 * data ends before it. Once the result is given up early, the rest of the source is not read.
 * @throws DecompressError, and what the source throws
 */
export async function* decompressed(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  let ended = false;
  try {
    while (head.length < PREFIX && !ended) {
      const next = await chunks.next();
      if (next.done === true) ended = true;
      else head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    }
    const all = restOf(head, chunks, ended);
    if (head[0] === 0x1f && head[1] === 0x8b)
      yield* through(zlib.createGunzip({ chunkSize: CHUNK }), all, gzipError);
    else if (isZstd(head)) yield* NATIVE_ZSTD === undefined ? unzstd(all) : nativeUnzstd(all, NATIVE_ZSTD);
    else {
      const hex = Buffer.from(head.subarray(0, PREFIX)).toString('hex');
      const unsupported = UNSUPPORTED.find(([, magic]) => hex.startsWith(magic));
      if (unsupported !== undefined) {
        throw new DecompressError('unsupported', `it is compressed with ${unsupported[0]}`);
      }
      yield* all;
    }
  } finally {
    await chunks.return?.();
  }
}

async function* restOf(
  head: Uint8Array,
  chunks: AsyncIterator<Uint8Array>,
  ended: boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (head.length > 0) yield head;
  if (ended) return;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}

/** What an inflater gives out at a time, in bytes. */
const CHUNK = 256 << 10;

/** Feeds a source to an inflater, as it takes it. */
async function* through(
  inflater: Transform,
  source: AsyncGenerator<Uint8Array>,
  toError: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
  let wake = (): void => undefined;
  for (const event of ['drain', 'end', 'close']) {
    inflater.on(event, () => {
      wake();
    });
  }
  let abandoned = false;
  let failure: { readonly error: unknown } | undefined;
  // Behind the compressed data there may be more; it is read, and nothing is made of it.
  const over = (): boolean => inflater.destroyed || inflater.readableEnded;
  const feed = async (): Promise<void> => {
    try {
      for await (const chunk of source) {
        if (abandoned) return;
        if (over()) continue;
        if (!inflater.write(chunk)) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      if (!over()) inflater.end();
    } catch (error) {
      failure = { error };
      inflater.destroy();
    }
  };
  const feeding = feed();
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) {
      let taken = false;
      try {
        yield chunk;
        taken = true;
      } finally {
        abandoned = !taken;
      }
    }
  } catch (error) {
    // Whoever hashes the source wants all of it.
    await feeding;
    throw failure === undefined ? toError(error) : failure.error;
  } finally {
    inflater.destroy();
    await feeding;
  }
}

/** zlib's own errors by their codes (zlib.h). */
function gzipError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'Z_BUF_ERROR') return new DecompressError('truncated', 'its gzip data ends too early', error);
  return new DecompressError('corrupt', `its gzip data is damaged: ${(error as Error).message}`, error);
}

/** Node's own decoder, from 22.15 and 23.8 on: some ten times as fast as one in JavaScript. */
const NATIVE_ZSTD = (
  zlib as unknown as {
    readonly createZstdDecompress?: (options: { readonly chunkSize: number }) => Transform;
  }
).createZstdDecompress;

/**
 * Each frame by a decoder of its own: that of Node 22 ends in silence behind the first. What a decoder does not say, `ZstdFrames` does:
 * where the data ends within a frame, and how much memory a frame asks for.
 */
async function* nativeUnzstd(
  source: AsyncGenerator<Uint8Array>,
  create: NonNullable<typeof NATIVE_ZSTD>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces: { readonly bytes: Uint8Array; readonly last: boolean }[] = [];
  const frames = new ZstdFrames(() => ({ push: (bytes, last) => void pieces.push({ bytes, last }) }));
  let failure: DecompressError | undefined;
  let ended = false;
  /** Reads on until there is something of a frame; false at the end. */
  const more = async (): Promise<boolean> => {
    while (pieces.length === 0 && !ended) {
      const next = await source.next();
      ended = next.done === true;
      failure ??= attempt(() => {
        if (next.done === true) frames.end();
        else frames.push(next.value);
      });
    }
    return pieces.length > 0;
  };
  async function* frame(): AsyncGenerator<Uint8Array, void, undefined> {
    while (await more()) {
      const piece = pieces.shift();
      if (piece === undefined) return;
      yield piece.bytes;
      if (piece.last) return;
    }
    if (failure !== undefined) throw failure;
  }
  try {
    while (await more()) yield* through(create({ chunkSize: CHUNK }), frame(), zstdError);
  } catch (error) {
    // Whoever hashes the source wants all of it.
    while (await more()) pieces.length = 0;
    throw error;
  }
  if (failure !== undefined) throw failure;
}

/** In JavaScript. */
async function* unzstd(source: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const { Decompress } = await import('fzstd');
  let out: Uint8Array[] = [];
  const frames = new ZstdFrames(() => {
    // Its bytes lie in a buffer that is used again.
    const decoder = new Decompress((data) => out.push(data.slice()));
    return { push: (bytes, last) => void decoder.push(bytes, last) };
  });
  let failure: DecompressError | undefined;
  for await (const chunk of source) {
    if (failure !== undefined) continue;
    // fzstd keeps what it is given, and a large chunk may inflate to a lot.
    for (let at = 0; at < chunk.length && failure === undefined; at += 64 << 10) {
      failure = attempt(() => {
        frames.push(chunk.slice(at, at + (64 << 10)));
      });
      yield* out;
      out = [];
    }
  }
  failure ??= attempt(() => {
    frames.end();
  });
  if (failure !== undefined) throw failure;
}

function attempt(step: () => void): DecompressError | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    return zstdError(error);
  }
}

function zstdError(error: unknown): DecompressError {
  const message = error instanceof Error ? error.message : String(error);
  const reason = error instanceof ZstdError ? error.reason : 'corrupt';
  return new DecompressError(
    reason,
    reason === 'limit' ? message : `its zstd data is damaged: ${message}`,
    error,
  );
}
