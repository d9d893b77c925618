import { UsageError } from '../errors.js';

/** A subject that is not there, cannot be read, or is nothing that can be inspected. */
export function subjectError(
  code: string,
  message: string,
  suggestions: readonly string[],
  cause?: unknown,
): UsageError {
  return new UsageError(message, { code, suggestions, ...(cause === undefined ? {} : { cause }) });
}
