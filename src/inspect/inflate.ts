import { DecompressError, decompressed } from '../archive/compression.js';
import { ArchiveError } from '../archive/archive-error.js';
import type { ArchiveErrorCode } from '../archive/archive-error.js';
import { XzChecks, isDecodedCheck, xzCheckOf } from '../archive/xz-checks.js';
import type { Budget, InspectLimits } from './limits.js';
import type { CompressedFormat } from '../archive/formats.js';
import { peek } from '../archive/peek.js';

/**
 * The data behind a compression, as it comes; members or frames in a row are one stream.
 * @throws ArchiveError ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_LIMIT; what `source` throws
 */
export async function* inflated(
  source: AsyncIterable<Uint8Array>,
  format: CompressedFormat,
  limits: InspectLimits,
  budget: Budget,
): AsyncGenerator<Uint8Array, void, undefined> {
  let compressed = 0;
  let size = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      compressed += chunk.length;
      yield chunk;
    }
  }
  for await (const chunk of format === 'xz' ? unxz(counted()) : plain(counted())) {
    size += chunk.length;
    spend(chunk.length, limits, budget);
    if (size > limits.ratioFloor && size > compressed * limits.ratio) {
      throw new ArchiveError(
        'ARCHIVE_LIMIT',
        `it inflates to more than ${limits.ratio} times its size (${size} bytes from ${compressed})`,
      );
    }
    yield chunk;
  }
}

/** @throws ArchiveError ARCHIVE_LIMIT */
export function spend(bytes: number, limits: InspectLimits, budget: Budget): void {
  budget.inflated += bytes;
  if (budget.inflated > limits.inflatedBytes) {
    throw new ArchiveError('ARCHIVE_LIMIT', `it inflates to more than ${limits.inflatedBytes} bytes`);
  }
}

const CODES: Readonly<Record<DecompressError['reason'], ArchiveErrorCode>> = {
  corrupt: 'ARCHIVE_CORRUPT',
  truncated: 'ARCHIVE_TRUNCATED',
  unsupported: 'ARCHIVE_UNSUPPORTED',
  limit: 'ARCHIVE_LIMIT',
};

async function* plain(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* decompressed(source);
  } catch (error) {
    if (!(error instanceof DecompressError)) throw error;
    const code = CODES[error.reason];
    throw new ArchiveError(code, error.message, error);
  }
}

async function* unxz(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const { head, all } = await peek(source, 12);
  const check = xzCheckOf(head);
  if (check === undefined || isDecodedCheck(check)) {
    yield* decodeXz(all);
    return;
  }
  let out: Uint8Array[] = [];
  const checks = new XzChecks((bytes) => void out.push(bytes));
  async function* withoutChecks(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of all) {
      checks.push(chunk);
      const bytes = Buffer.concat(out);
      out = [];
      if (bytes.length > 0) yield bytes;
    }
    checks.end();
  }
  for await (const chunk of decodeXz(withoutChecks())) {
    checks.verify(chunk);
    yield chunk;
  }
  checks.verifyEnd();
}

async function* decodeXz(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const { XzReadableStream } = (await import('xz-decompress')).default;
  // What the source throws goes on as it is: the decoder would make its own error of it.
  let failure: { readonly error: unknown } | undefined;
  async function* guarded(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* source;
    } catch (error) {
      failure = { error };
    }
  }
  try {
    for await (const chunk of new XzReadableStream(readable(guarded()))) {
      // A copy: the decoder's memory grows, and its old views end then.
      if (chunk.length > 0) yield chunk.slice();
    }
  } catch (error) {
    throw failure === undefined ? xzError(error) : failure.error;
  }
  if (failure !== undefined) throw failure.error;
}

function readable(source: AsyncGenerator<Uint8Array, void, undefined>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await source.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await source.return();
    },
  });
}

/** XZ_BUF_ERROR of xz.h (xz-embedded): nothing more comes of what is there. */
const XZ_BUF_ERROR = 8;
/** XZ_MEMLIMIT_ERROR and XZ_OPTIONS_ERROR of xz.h: a dictionary that is too large, a filter that is not built in. */
const XZ_UNSUPPORTED: readonly number[] = [4, 6];

function xzError(error: unknown): unknown {
  const number = Number(/error code (\d+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? NaN);
  if (Number.isNaN(number)) return error;
  if (number === XZ_BUF_ERROR)
    return new ArchiveError('ARCHIVE_TRUNCATED', 'its xz data ends too early', error);
  return XZ_UNSUPPORTED.includes(number)
    ? new ArchiveError(
        'ARCHIVE_UNSUPPORTED',
        `its xz data needs a filter or a dictionary that is not supported (xz-embedded's error ${number})`,
        error,
      )
    : new ArchiveError('ARCHIVE_CORRUPT', `its xz data is damaged (xz-embedded's error ${number})`, error);
}
