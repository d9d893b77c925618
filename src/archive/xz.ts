import { ArchiveError } from './archive-error.js';
import { peek } from './peek.js';
import { XzChecks, isDecodedCheck, xzCheckOf } from './xz-checks.js';

/**
 * The data of an xz stream, verified by the checks in it.
 * @throws ArchiveError ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_UNSUPPORTED; what `source` throws
 */
export async function* unxz(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
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
