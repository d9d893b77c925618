import { createGunzip } from 'node:zlib';
import { isZstd, ZstdFrames } from './zstd-frames.js';

/** Compressed data that cannot be inflated. The caller knows what it is. */
export class DecompressError extends Error {
  readonly reason: 'corrupt' | 'truncated' | 'unsupported';

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
    if (head[0] === 0x1f && head[1] === 0x8b) yield* gunzipped(all);
    else if (isZstd(head)) yield* unzstd(all);
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

async function* gunzipped(source: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = createGunzip({ chunkSize: 256 << 10 });
  let wake = (): void => undefined;
  for (const event of ['drain', 'end', 'close']) {
    gunzip.on(event, () => {
      wake();
    });
  }
  let abandoned = false;
  let failure: { readonly error: unknown } | undefined;
  // Behind the compressed data there may be more; it is read, and nothing is made of it.
  const over = (): boolean => gunzip.destroyed || gunzip.readableEnded;
  const feed = async (): Promise<void> => {
    try {
      for await (const chunk of source) {
        if (abandoned) return;
        if (over()) continue;
        if (!gunzip.write(chunk)) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      if (!over()) gunzip.end();
    } catch (error) {
      failure = { error };
      gunzip.destroy();
    }
  };
  const feeding = feed();
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
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
    throw failure === undefined ? gzipError(error) : failure.error;
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

/** zlib's own errors by their codes (zlib.h). */
function gzipError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'Z_BUF_ERROR') return new DecompressError('truncated', 'its gzip data ends too early', error);
  return new DecompressError('corrupt', `its gzip data is damaged: ${(error as Error).message}`, error);
}

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
    const truncated = error instanceof Error && 'truncated' in error && error.truncated === true;
    const message = error instanceof Error ? error.message : String(error);
    return new DecompressError(
      truncated ? 'truncated' : 'corrupt',
      `its zstd data is damaged: ${message}`,
      error,
    );
  }
}
