import { DecompressError, decompressed } from '../archive/compression.js';
import { ArchiveError } from '../archive/archive-error.js';
import type { ArchiveErrorCode } from '../archive/archive-error.js';
import { exceedsRatio } from '../archive/limits.js';
import { unxz } from '../archive/xz.js';
import type { Budget, InspectLimits } from './limits.js';
import type { CompressedFormat } from '../archive/formats.js';

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
    if (exceedsRatio(size, compressed, limits)) {
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
