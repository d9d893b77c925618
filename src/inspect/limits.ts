import type { InflateLimits } from '../archive/limits.js';

/** What one subject may cost. Beyond it, the archive at hand becomes an `unreadable` finding. */
export interface InspectLimits extends InflateLimits {
  /** Entries of one archive, those of archives inside it included. */
  readonly entries: number;
  /** Inflated bytes of one archive, those of archives inside it included. */
  readonly inflatedBytes: number;
  /** A zip inside another archive is held in memory: its directory is at its end. In bytes. */
  readonly heldZip: number;
  /** Of what comes on standard input, in bytes: it is put into a temporary file. */
  readonly standardInput: number;
}

const GiB = 2 ** 30;

export const INSPECT_LIMITS: InspectLimits = {
  entries: 2_000_000,
  inflatedBytes: 64 * GiB,
  ratio: 200,
  // One sparse executable of 1 GB is no bomb.
  ratioFloor: 2 * GiB,
  heldZip: 64 << 20,
  standardInput: 16 * GiB,
};

/** What has been spent on one archive. */
export interface Budget {
  entries: number;
  inflated: number;
}
