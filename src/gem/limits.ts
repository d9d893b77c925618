import type { InflateLimits } from '../archive/limits.js';

/**
 * What a gem may cost. Beyond it, reading stops with `GEM_LIMIT`: no published gem comes near, and a verdict on half
 * a gem would be none.
 */
export interface GemLimits extends InflateLimits {
  /** Entries in `data.tar.gz`. The largest published gems have some 20,000. */
  readonly entries: number;
  /** Over `data.tar.gz` and the gzip files in it together. */
  readonly inflatedBytes: number;
  /** Inflated bytes of `metadata.gz` and of `checksums.yaml.gz`. RubyGems' own limit (lib/rubygems/package.rb). */
  readonly metadataBytes: number;
}

const MiB = 1024 * 1024;

export const defaultGemLimits: GemLimits = {
  entries: 250_000,
  inflatedBytes: 4096 * MiB,
  ratio: 200,
  ratioFloor: 64 * MiB,
  metadataBytes: 10 * MiB,
};
