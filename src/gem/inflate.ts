import { once } from 'node:events';
import { createGunzip, gunzipSync } from 'node:zlib';
import { exceedsRatio } from '../archive/limits.js';
import { archiveError } from './archive-error.js';
import type { Spot } from './archive-error.js';
import type { GemLimits } from './limits.js';
import type { EntryConsumer } from './tar.js';

/** Inflated bytes so far, over everything in one gem. */
export interface InflateBudget {
  spent: number;
}

/**
 * A consumer of compressed bytes that hands the inflated ones to `read`, as a stream, while they come. Members that
 * follow one another are read as one, as `gunzip` does. Ends when `read` does: early too, and then takes no more bytes.
 *
 * Throws `GemArchiveError` with GEM_GZIP_CORRUPT, GEM_TRUNCATED or GEM_LIMIT at `spot`, and what `read` throws.
 */
export function inflating(
  read: (inflated: AsyncIterable<Uint8Array>) => Promise<void>,
  spot: Spot,
  limits: GemLimits,
  budget: InflateBudget,
): EntryConsumer {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  let settled = false;
  async function* inflated(): AsyncGenerator<Uint8Array> {
    let size = 0;
    try {
      for await (const chunk of gunzip as AsyncIterable<Buffer>) {
        size += chunk.length;
        budget.spent += chunk.length;
        checkLimits(size, gunzip.bytesWritten, budget, limits, spot);
        yield chunk;
      }
    } catch (error) {
      throw gzipError(error, spot);
    }
  }
  const reading = read(inflated()).finally(() => {
    settled = true;
    gunzip.destroy();
  });
  // A failure surfaces where the consumer is asked next.
  reading.catch(() => undefined);
  const closed = once(gunzip, 'close').catch(() => undefined);
  return {
    push(chunk) {
      if (settled) return reading;
      if (gunzip.writableEnded || gunzip.destroyed) return;
      if (gunzip.write(chunk)) return;
      return Promise.race([once(gunzip, 'drain').catch(() => undefined), closed]).then(() => undefined);
    },
    end() {
      if (!gunzip.destroyed) gunzip.end();
      return reading;
    },
  };
}

function checkLimits(
  size: number,
  compressed: number,
  budget: InflateBudget,
  limits: GemLimits,
  spot: Spot,
): void {
  if (budget.spent > limits.inflatedBytes) {
    throw archiveError('GEM_LIMIT', `inflates to more than ${limits.inflatedBytes} bytes`, spot);
  }
  if (exceedsRatio(size, compressed, limits)) {
    throw archiveError(
      'GEM_LIMIT',
      `inflates to more than ${limits.ratio} times its size (${size} bytes from ${compressed})`,
      spot,
    );
  }
}

/** Inflates a small member whole. Throws as `inflating` does; GEM_LIMIT beyond `maxBytes` inflated bytes. */
export function inflateWhole(compressed: Uint8Array, maxBytes: number, spot: Spot): Uint8Array {
  try {
    return gunzipSync(compressed, { maxOutputLength: maxBytes });
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') {
      throw archiveError('GEM_LIMIT', `inflates to more than ${maxBytes} bytes`, spot, error);
    }
    throw gzipError(error, spot);
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** zlib's own errors by their codes (zlib.h); anything else passes. */
function gzipError(error: unknown, spot: Spot): unknown {
  const code = errorCode(error);
  if (code === 'Z_BUF_ERROR') {
    return archiveError('GEM_TRUNCATED', 'the compressed data ends too early', spot, error);
  }
  if (typeof code === 'string' && code.startsWith('Z_')) {
    return archiveError('GEM_GZIP_CORRUPT', `cannot be inflated: ${(error as Error).message}`, spot, error);
  }
  return error;
}
