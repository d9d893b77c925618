import type { Cpu } from '../elf/types.js';
import { UsageError } from '../errors.js';
import { dockerfileTarget } from './dockerfile/target.js';
import type { DockerfileTarget } from './dockerfile/types.js';
import { readHost } from './host.js';
import type { ImageOptions } from './image/image-target.js';
import { archivedImage, layoutImage, pulledImage } from './image/image-target.js';
import { resolveTarget } from './parse.js';
import { resolveRootfs } from './rootfs.js';
import type { TargetSourceName } from './sources.js';
import { TARGET_SOURCES, targetSourceOf } from './sources.js';
import type { ResolvedTarget } from './types.js';

export interface ReadTargetOptions extends Omit<ImageOptions, 'cpu'> {
  /** The CPU whose variant of an image is read; x86_64 by default. */
  readonly cpu?: Cpu;
  /** Values for the ARGs of a Dockerfile. */
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** The stage of a Dockerfile that runs; the last by default. */
  readonly stage?: string;
  /** The base of a Dockerfile is read from the image itself, and not known by its name. */
  readonly pull?: boolean;
}

type Reader = (place: string, options: ReadTargetOptions) => Promise<ResolvedTarget>;

/** How each source is read. */
const READERS = {
  host: () => readHost(),
  rootfs: (directory, { cwd }) => resolveRootfs(directory, { cwd }),
  image: (reference, options) => pulledImage(reference, imageOptions(options)),
  'docker-archive': (file, options) => archivedImage(file, imageOptions(options)),
  oci: (directory, options) => layoutImage(directory, imageOptions(options)),
  dockerfile: (file, options) => readDockerfileTarget(file, options),
} satisfies Record<TargetSourceName, Reader>;

/**
 * What a text stands for, read from the system itself where it says where that lies: `host`, `rootfs:DIR`,
 * `image:REF`, `docker-archive:FILE`, `oci:DIR`, `dockerfile:PATH`. Everything else is `resolveTarget`'s.
 *
 * @throws TargetError as `resolveTarget`, `readHost`, `resolveRootfs` and `dockerfileTarget` do; UsageError
 * `TARGET_PLACE_MISSING` for a prefix alone
 */
export async function readTarget(text: string, options: ReadTargetOptions): Promise<ResolvedTarget> {
  const { source, place } = targetSourceOf(text);
  if (source === undefined) return resolveTarget(text);
  if (place === '' && TARGET_SOURCES[source].place !== 'none') throw placeMissing(source);
  return READERS[source](place, options);
}

function placeMissing(source: TargetSourceName): UsageError {
  const what = TARGET_SOURCES[source].place === 'reference' ? 'an image' : 'a path';
  return new UsageError(`${source}: is not followed by ${what}.`, {
    code: 'TARGET_PLACE_MISSING',
    suggestions: ['Name where it lies: rootfs:/srv/root, image:ruby:3.3-slim, dockerfile:Dockerfile.'],
  });
}

/**
 * `dockerfile:PATH`, with what the file says besides.
 * @throws TargetError as `dockerfileTarget`; UsageError `TARGET_PLACE_MISSING`
 */
export async function readDockerfileTarget(
  file: string,
  options: ReadTargetOptions,
): Promise<DockerfileTarget> {
  const { cwd, cpu, buildArgs, stage, pull } = options;
  if (file === '') throw placeMissing('dockerfile');
  return dockerfileTarget(file, {
    cwd,
    ...(cpu === undefined ? {} : { cpu }),
    ...(buildArgs === undefined ? {} : { buildArgs }),
    ...(stage === undefined ? {} : { stage }),
    ...(pull === true
      ? {
          pull: (reference, platform) =>
            pulledImage(reference, imageOptions({ ...options, ...(platform.cpu && { cpu: platform.cpu }) })),
        }
      : {}),
  });
}

function imageOptions({ cpu = 'x86_64', ...rest }: ReadTargetOptions): ImageOptions {
  return { ...rest, cpu };
}
