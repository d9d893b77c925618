import { UsageError } from '../errors.js';
import { dockerfileTarget } from './dockerfile/target.js';
import { readHost } from './host.js';
import type { ImageOptions } from './image/image-target.js';
import { archivedImage, layoutImage, pulledImage } from './image/image-target.js';
import { resolveTarget } from './parse.js';
import { resolveRootfs } from './rootfs.js';
import type { ResolvedTarget } from './types.js';

export interface ReadTargetOptions extends ImageOptions {
  /** Values for the ARGs of a Dockerfile. */
  readonly buildArgs?: Readonly<Record<string, string>>;
}

/** The forms that are read from where they point, by their prefix. */
const READERS = {
  'rootfs:': (directory, { cwd }) => resolveRootfs(directory, { cwd }),
  'image:': pulledImage,
  'docker-archive:': archivedImage,
  'oci:': layoutImage,
  'dockerfile:': (file, options) => dockerfileTarget(file, options),
} satisfies Record<string, (place: string, options: ReadTargetOptions) => Promise<ResolvedTarget>>;

/**
 * What a text stands for, read from the system itself where it says where that lies: `host`, `rootfs:DIR`,
 * `image:REF`, `docker-archive:FILE`, `oci:DIR`, `dockerfile:PATH`. Everything else is `resolveTarget`'s.
 *
 * @throws TargetError as `resolveTarget`, `readHost`, `resolveRootfs` and `dockerfileTarget` do; UsageError
 * `TARGET_PLACE_MISSING` for a prefix alone
 */
export async function readTarget(text: string, options: ReadTargetOptions): Promise<ResolvedTarget> {
  const wanted = text.trim();
  if (wanted.toLowerCase() === 'host') return readHost();
  for (const [prefix, read] of Object.entries(READERS)) {
    if (!wanted.toLowerCase().startsWith(prefix)) continue;
    const place = wanted.slice(prefix.length);
    if (place !== '') return read(place, options);
    throw new UsageError(`${prefix} is not followed by a path.`, {
      code: 'TARGET_PLACE_MISSING',
      suggestions: ['Name where it lies: rootfs:/srv/root, image:ruby:3.3-slim, dockerfile:Dockerfile.'],
    });
  }
  return resolveTarget(text);
}
