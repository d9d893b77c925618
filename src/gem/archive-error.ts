import { GemArchiveError } from '../errors.js';

/** Stable codes of `GemArchiveError`. */
export type GemArchiveErrorCode =
  /** There are no bytes at all. */
  | 'GEM_EMPTY'
  /** Not a tar archive: an HTML page of a proxy, a git-lfs pointer, … */
  | 'GEM_NOT_TAR'
  /** A tar header that cannot be right: checksum, size, unsupported form. */
  | 'GEM_TAR_INVALID'
  /** A tar archive, a member or compressed data ends before its end. */
  | 'GEM_TRUNCATED'
  /** Compressed data that cannot be inflated, or whose CRC is wrong. */
  | 'GEM_GZIP_CORRUPT'
  /** `metadata.gz` or `data.tar.gz` is missing. */
  | 'GEM_MEMBER_MISSING'
  /** A member of the `.gem` is there twice. RubyGems refuses it too. */
  | 'GEM_MEMBER_DUPLICATE'
  /** `checksums.yaml.gz` says another digest than the member has. */
  | 'GEM_CHECKSUM_MISMATCH'
  /** `metadata.gz` or `checksums.yaml.gz` cannot be understood. */
  | 'GEM_METADATA_INVALID'
  /** A path that leads out of the gem's directory. RubyGems refuses it too. */
  | 'GEM_PATH_ESCAPES'
  /** More of something than any published gem has; see `GemLimits`. */
  | 'GEM_LIMIT'
  /** The bytes were others when the gem was opened for a second time. */
  | 'GEM_CHANGED';

const remedies: Partial<Readonly<Record<GemArchiveErrorCode, string>>> = {
  GEM_EMPTY: 'Fetch the gem again: its file is empty.',
  GEM_NOT_TAR:
    'Fetch the gem again, and see that the source answers with the gem and not with a page about it.',
  GEM_TRUNCATED: 'Fetch the gem again: the file is cut short.',
  GEM_GZIP_CORRUPT: 'Fetch the gem again: the file is damaged.',
  GEM_TAR_INVALID: 'Fetch the gem again: the file is damaged.',
  GEM_CHECKSUM_MISMATCH:
    'Fetch the gem again from a source that you trust: it is damaged or was tampered with.',
  GEM_LIMIT: 'Look at the gem by hand with `gem unpack`: it is larger than any that is known.',
};

/** Where in which gem something is wrong. */
export interface Spot {
  /** File name of the gem. */
  readonly gem?: string | undefined;
  /** A member of the `.gem`, or a path inside `data.tar.gz`. */
  readonly entry?: string | undefined;
}

/** The error for a `.gem` that cannot be right; `what` says which value is wrong, and what it is. */
export function archiveError(
  code: GemArchiveErrorCode,
  what: string,
  { gem, entry }: Spot = {},
  cause?: unknown,
): GemArchiveError {
  const where = [gem, entry].filter((part) => part !== undefined).join(', ');
  const remedy = remedies[code];
  return new GemArchiveError(where === '' ? what : `${where}: ${what}`, {
    code,
    ...(gem === undefined ? {} : { gem }),
    ...(entry === undefined ? {} : { entry }),
    ...(remedy === undefined ? {} : { suggestions: [remedy] }),
    ...(cause === undefined ? {} : { cause }),
  });
}
