import { Readable } from 'node:stream';
import type { Response } from 'node-fetch';

/** Bounds of the reading of a body, in milliseconds; see `HttpLimits`. */
export interface BodyLimits {
  readonly idle: number;
  readonly total: number;
}

/** What a reader of bodies says when it fails. */
export interface BodyFailures {
  readonly timedOut: (phase: keyof BodyLimits) => Error;
  readonly network: (error: unknown) => Error;
  /** Gives up what was not read to its end. */
  readonly abandon: () => void;
}

/** The body of a response; an empty stream where it has none. */
export function bodyOf(response: Response): Readable {
  return response.body instanceof Readable ? response.body : Readable.from([]);
}

/**
 * The pieces of a body, each waited for no longer than `idle`, and all of them together no longer than `total`. The time
 * that the reader takes between them does not count.
 *
 * @throws what `failures` makes of a time-out and of a broken connection
 */
export async function* timedBody(
  response: Response,
  controller: AbortController,
  limits: BodyLimits,
  failures: BodyFailures,
): AsyncGenerator<Buffer, void, undefined> {
  const chunks = bodyOf(response)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let waited = 0;
  let complete = false;
  try {
    for (;;) {
      const left = limits.total - waited;
      const phase = left < limits.idle ? 'total' : 'idle';
      const started = performance.now();
      const timer = setTimeout(
        () => {
          controller.abort();
        },
        Math.min(left, limits.idle),
      );
      let next: IteratorResult<Buffer>;
      try {
        next = await chunks.next();
      } catch (error) {
        throw controller.signal.aborted ? failures.timedOut(phase) : failures.network(error);
      } finally {
        clearTimeout(timer);
      }
      waited += performance.now() - started;
      if (next.done === true) break;
      yield next.value;
    }
    complete = true;
  } finally {
    if (!complete) failures.abandon();
  }
}
