import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Cpu } from '../../elf/types.js';
import { TargetError } from '../../errors.js';
import { createAgents } from '../../http/agents.js';
import { HTTP_LIMITS } from '../../http/exchange.js';
import type { ResolvedTarget } from '../types.js';
import { openDockerArchive } from './docker-archive.js';
import { openImageCache } from './image-cache.js';
import { openOciLayout } from './oci-layout.js';
import type { PullOptions } from './pull-image.js';
import { pullImage } from './pull-image.js';
import { readImage } from './read-image.js';

/** What reading an image asks of its surroundings. */
export interface ImageOptions extends Pick<PullOptions, 'env' | 'home' | 'userAgent' | 'warn'> {
  /** Where relative paths are taken from. */
  readonly cwd: string;
  /** The CPU whose variant of the image is read. */
  readonly cpu: Cpu;
  /** Where verified layers are kept. */
  readonly cacheDirectory: string;
  /** Nothing may be asked over the network. */
  readonly offline: boolean;
}

/** `image:REF`: pulled from its registry. @throws TargetError */
export async function pulledImage(reference: string, options: ImageOptions): Promise<ResolvedTarget> {
  const { cpu, offline, cacheDirectory, env, home, userAgent, warn } = options;
  if (offline) {
    throw new TargetError(`${reference} would have to be pulled, and --offline forbids it.`, {
      code: 'TARGET_OFFLINE',
      suggestions: [
        'Save it first, and name the file: docker save IMAGE > image.tar; docker-archive:image.tar',
      ],
    });
  }
  const agents = createAgents({ connectTimeout: HTTP_LIMITS.connect });
  try {
    const told = warn === undefined ? {} : { warn };
    const image = await pullImage(reference, cpu, { agents, env, home, userAgent, cacheDirectory, ...told });
    return await readImage(image, { name: `image:${reference}`, cpu });
  } finally {
    agents.close();
  }
}

/** `docker-archive:FILE[:IMAGE]`: what `docker save` writes. @throws TargetError */
export async function archivedImage(place: string, options: ImageOptions): Promise<ResolvedTarget> {
  const { file, image } = await split(place, options.cwd);
  const tree = await openDockerArchive(file, options.cpu, settings(image, options));
  return readImage(tree, { name: `docker-archive:${place}`, cpu: options.cpu });
}

/** `oci:DIR[:IMAGE]`: an OCI image layout. @throws TargetError */
export async function layoutImage(place: string, options: ImageOptions): Promise<ResolvedTarget> {
  const { file, image } = await split(place, options.cwd);
  const tree = await openOciLayout(file, options.cpu, settings(image, options));
  return readImage(tree, { name: `oci:${place}`, cpu: options.cpu });
}

function settings(
  image: string | undefined,
  { cacheDirectory, warn = () => undefined }: ImageOptions,
): NonNullable<Parameters<typeof openDockerArchive>[2]> {
  return { cache: openImageCache(cacheDirectory, warn), ...(image === undefined ? {} : { image }) };
}

/** A path may have colons of its own, so what is there as it stands is taken so. */
async function split(
  place: string,
  cwd: string,
): Promise<{ readonly file: string; readonly image?: string }> {
  const whole = path.resolve(cwd, place);
  const colon = place.indexOf(':', 1);
  const exists = await stat(whole).then(
    () => true,
    () => false,
  );
  if (exists || colon === -1) return { file: whole };
  return { file: path.resolve(cwd, place.slice(0, colon)), image: place.slice(colon + 1) };
}
