import { TargetError } from '../../errors.js';
import type { TargetErrorDetails } from '../../errors.js';

export interface DockerfileErrorDetails extends TargetErrorDetails {
  /** As the user would write it. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
}

/** What is wrong in a Dockerfile. The message begins with path and line. */
export class DockerfileError extends TargetError {
  readonly path: string;
  readonly line: number;

  constructor(message: string, details: DockerfileErrorDetails) {
    super(`${details.path}:${details.line}: ${message}`, details);
    this.path = details.path;
    this.line = details.line;
  }
}

/** As much of a word as a message needs. In UTF-16 code units. */
const SHOWN = 80;

/** A word of the file for a message: quoted, control characters escaped, cut where it is long. */
export function quoted(word: string): string {
  return JSON.stringify(word.length > SHOWN ? `${word.slice(0, SHOWN)}…` : word);
}
