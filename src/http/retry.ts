import type { GemcompatError } from '../errors.js';

/** A failure that may pass: the same request can be made again. */
export class Transient extends Error {
  /** What to report when it does not pass. */
  readonly failure: GemcompatError;
  /** What `Retry-After` asks for, in milliseconds. */
  readonly retryAfter?: number;

  constructor(failure: GemcompatError, retryAfter?: number) {
    super(failure.message);
    this.failure = failure;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}

export interface RetryPolicy {
  /** Attempts after the first; Bundler's `BUNDLE_RETRY` is 3 by default too. */
  readonly retries: number;
  /** The first pause in milliseconds; each further one may be twice as long. */
  readonly pause: number;
  /** The longest pause in milliseconds. A server that asks for a longer one is not waited for. */
  readonly longestPause: number;
}

export const RETRY_POLICY: RetryPolicy = { retries: 3, pause: 250, longestPause: 30_000 };

/**
 * Runs an operation again while it fails with a `Transient`. The pauses grow exponentially with full jitter, so that many clients
 * that failed together do not come back together; `Retry-After` is the least pause where the server sends it.
 *
 * @throws what the operation throws; for a `Transient` that did not pass, its `failure`.
 */
export async function withRetries<T>(policy: RetryPolicy, operation: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      const asked = error.retryAfter ?? 0;
      if (attempt >= policy.retries || asked > policy.longestPause) throw error.failure;
      const backoff = Math.random() * Math.min(policy.longestPause, policy.pause * 2 ** attempt);
      const pause = asked + backoff;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/**
 * `Retry-After` in milliseconds (RFC 9110, 10.2.3: seconds or an HTTP date); undefined where it is absent or neither.
 *
 * @param now Milliseconds since the epoch.
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
