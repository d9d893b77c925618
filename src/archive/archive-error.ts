/** Stable codes of what is wrong with an archive; they become those of its `unreadable` findings. */
export type ArchiveErrorCode =
  /** It does not have the form that its first bytes promise. */
  | 'ARCHIVE_CORRUPT'
  /** It ends too early. */
  | 'ARCHIVE_TRUNCATED'
  /** It costs more than is spent on one archive. */
  | 'ARCHIVE_LIMIT'
  /** It is encrypted. */
  | 'ARCHIVE_ENCRYPTED'
  /** A format, or a feature of one, that is not read. */
  | 'ARCHIVE_UNSUPPORTED'
  /** An entry's name leads out of the archive. */
  | 'ARCHIVE_PATH_ESCAPES'
  | 'ARCHIVE_LINK_DANGLING';

/** What is wrong with an archive, without its name: whoever reads it knows where it lies. */
export class ArchiveError extends Error {
  readonly code: ArchiveErrorCode;

  constructor(code: ArchiveErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ArchiveError';
    this.code = code;
  }
}
