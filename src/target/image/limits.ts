import type { InflateLimits } from '../../archive/limits.js';

/** Bounds of reading one image. Far beyond what real images have, so that only a hostile one meets them. */
export interface ImageLimits extends InflateLimits {
  /** Entries of all layers together. Each costs some 300 bytes of memory. */
  readonly entries: number;
  /** Bytes of files that are held in memory: tables of libraries, configuration. */
  readonly keptBytes: number;
  /** Bytes of one layer, inflated. */
  readonly inflatedBytes: number;
  readonly layers: number;
}

export const IMAGE_LIMITS: ImageLimits = {
  entries: 2_000_000,
  keptBytes: 512 << 20,
  inflatedBytes: 64 * 2 ** 30,
  ratio: 200,
  ratioFloor: 2 ** 30,
  layers: 1024,
};

/** A manifest, index or configuration; registries accept 4 MiB (OCI distribution-spec, "Pushing Manifests"). In bytes. */
export const MAX_DOCUMENT = 4 << 20;
