import { UsageError } from '../errors.js';
import type { ErrorDetails } from '../errors.js';

export interface ConfigErrorDetails extends ErrorDetails {
  /** As the user would write it. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
}

/** What is wrong in a file of the project that is written in YAML. The message begins with path and line. */
export class ConfigError extends UsageError {
  readonly path: string;
  readonly line: number;

  constructor(message: string, details: ConfigErrorDetails) {
    super(`${details.path}:${details.line}: ${message}`, details);
    this.path = details.path;
    this.line = details.line;
  }
}
