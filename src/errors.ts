/**
 * Every error that a user can reach. The message says what, where and with which value; the remedy is in
 * `suggestions`. A programmer's mistake stays a plain `Error` and keeps its stack.
 */
export interface ErrorDetails {
  /** Stable, upper-case, greppable: `LOCKFILE_MERGE_CONFLICT`. */
  readonly code: string;
  /** What to do next, one sentence each. */
  readonly suggestions?: readonly string[];
  readonly cause?: unknown;
}

export class GemcompatError extends Error {
  readonly code: string;
  readonly suggestions: readonly string[];
  /** Usage errors, bad input and failed operations all end with exit code 2. */
  readonly exitCode = 2;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code;
    this.suggestions = details.suggestions ?? [];
  }
}

/** A wrong flag, argument or option value. */
export class UsageError extends GemcompatError {}

export interface LockfileErrorDetails extends ErrorDetails {
  /** Path as the user gave it; absent when the text did not come from a file. */
  readonly path?: string;
  /** 1-based line. */
  readonly line?: number;
  /** 1-based column, in UTF-16 code units. */
  readonly column?: number;
}

export class LockfileError extends GemcompatError {
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;

  constructor(message: string, details: LockfileErrorDetails) {
    super(message, details);
    if (details.path !== undefined) this.path = details.path;
    if (details.line !== undefined) this.line = details.line;
    if (details.column !== undefined) this.column = details.column;
  }
}

export interface GemfileErrorDetails extends ErrorDetails {
  /** Path as the user would write it. */
  readonly path: string;
  /** 1-based line. */
  readonly line?: number;
  /** 1-based column, in bytes, as Ruby counts it. */
  readonly column?: number;
}

/** A Gemfile, or what it evaluates, that cannot be read or written. */
export class GemfileError extends GemcompatError {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;

  constructor(message: string, details: GemfileErrorDetails) {
    super(message, details);
    this.path = details.path;
    if (details.line !== undefined) this.line = details.line;
    if (details.column !== undefined) this.column = details.column;
  }
}

export interface RegistryErrorDetails extends ErrorDetails {
  /** Without credentials. */
  readonly url?: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
}

export class RegistryError extends GemcompatError {
  readonly url?: string;
  readonly status?: number;

  constructor(message: string, details: RegistryErrorDetails) {
    super(message, details);
    if (details.url !== undefined) this.url = details.url;
    if (details.status !== undefined) this.status = details.status;
  }
}

export interface GemArchiveErrorDetails extends ErrorDetails {
  /** File name of the gem: `thruster-0.1.9-x86_64-linux.gem`. */
  readonly gem?: string;
  /** Path of the entry inside the gem, where one was reached. */
  readonly entry?: string;
}

export class GemArchiveError extends GemcompatError {
  readonly gem?: string;
  readonly entry?: string;

  constructor(message: string, details: GemArchiveErrorDetails) {
    super(message, details);
    if (details.gem !== undefined) this.gem = details.gem;
    if (details.entry !== undefined) this.entry = details.entry;
  }
}

export interface ElfErrorDetails extends ErrorDetails {
  /** Byte offset in the file at which the malformed value lies. */
  readonly offset: number;
  /** The ELF structure by its name in the specification: `Elf64_Verneed`, `PT_DYNAMIC`. */
  readonly structure: string;
}

export class ElfError extends GemcompatError {
  readonly offset: number;
  readonly structure: string;

  constructor(message: string, details: ElfErrorDetails) {
    super(message, details);
    this.offset = details.offset;
    this.structure = details.structure;
  }
}

export interface TargetErrorDetails extends ErrorDetails {
  /** Known names near the one that was asked for, nearest first. */
  readonly known?: readonly string[];
}

export class TargetError extends GemcompatError {
  readonly known: readonly string[];

  constructor(message: string, details: TargetErrorDetails) {
    super(message, details);
    this.known = details.known ?? [];
  }
}
