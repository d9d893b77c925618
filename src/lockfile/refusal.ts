import { LockfileError } from '../errors.js';
import { excerpt } from '../version/gem-version.js';

/** Name of the file in messages and commands where none is known. */
export const defaultName = 'Gemfile.lock';

/** Where in the text, both 1-based. */
export interface Position {
  readonly line: number;
  readonly column?: number;
}

/** Codes of what `parseLockfile` and `decodeLockfile` refuse. */
export type RefusalCode =
  | 'LOCKFILE_ADDRESS_CONFLICT'
  | 'LOCKFILE_ADDRESS_MALFORMED'
  | 'LOCKFILE_CHECKSUM_CONFLICT'
  | 'LOCKFILE_CHECKSUM_MALFORMED'
  | 'LOCKFILE_DEPENDENCY_MISPLACED'
  | 'LOCKFILE_EMPTY'
  | 'LOCKFILE_ENCODING'
  | 'LOCKFILE_MERGE_CONFLICT'
  | 'LOCKFILE_NOT_A_LOCKFILE'
  | 'LOCKFILE_NO_SOURCES'
  | 'LOCKFILE_NO_SPECS'
  | 'LOCKFILE_OPTION_REPEATED'
  | 'LOCKFILE_PLATFORM_CURRENT'
  | 'LOCKFILE_REMOTE_MALFORMED'
  | 'LOCKFILE_REQUIREMENT_MALFORMED'
  | 'LOCKFILE_SPEC_MISPLACED'
  | 'LOCKFILE_VERSION_MALFORMED';

/** `"value"` as it can be printed, shortened where it is long. */
export function quote(text: string): string {
  return JSON.stringify(excerpt(text));
}

/** A path as one word of a shell. */
export function shellWord(path: string): string {
  return /^[A-Za-z0-9_./~+,:@%-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** The commands that mend a damaged lockfile: the last good one, or a new one from the Gemfile. */
export function mendingCommands(path: string | undefined): string[] {
  const file = shellWord(path ?? defaultName);
  return [
    `Run \`git checkout HEAD -- ${file}\` to get the last committed lockfile back.`,
    `Or mend the line by hand and run \`bundle lock\`, which reads the file and writes it anew.`,
  ];
}

/** The error for a file that cannot be read as a lockfile: `Gemfile.lock:12: what`. */
export function refusal(
  code: RefusalCode,
  what: string,
  path: string | undefined,
  at?: Position,
  suggestions: readonly string[] = mendingCommands(path),
): LockfileError {
  const column = at?.column === undefined ? '' : `:${at.column}`;
  const where = at === undefined ? '' : `:${at.line}${column}`;
  return new LockfileError(`${path ?? defaultName}${where}: ${what}`, {
    code,
    suggestions,
    ...(path === undefined ? {} : { path }),
    ...(at === undefined ? {} : { line: at.line }),
    ...(at?.column === undefined ? {} : { column: at.column }),
  });
}
