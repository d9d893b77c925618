import type { Cpu } from '../../elf/types.js';
import { TargetError } from '../../errors.js';
import { readSystem } from '../system-reader.js';
import { TreeWalk } from '../tree-walk.js';
import type { ResolvedTarget } from '../types.js';
import { imageError } from './image-error.js';
import { NotKeptError } from './image-tree.js';
import type { ImageTree } from './load-image.js';
import { rubyOf } from './ruby.js';

export interface ReadImageOptions {
  /** Canonical name of the target: `image:ruby:3.3-slim`, `docker-archive:app.tar`, `oci:layout`. */
  readonly name: string;
  /** Only this CPU, for which the image was opened. */
  readonly cpu: Cpu;
}

/** Parts that were not kept and are read again; real images have none. */
const MAX_PARTS = 64;

/**
 * What an image provides, from the libraries in it, as `rootfs:` has it of an unpacked system; with the version of its Ruby. What
 * was read goes into the cache when all of it could be.
 * @throws TargetError as `readSystem`, `TARGET_NO_LIBC` with an image's words, and as `ImageTree.withPart`
 */
export async function readImage(image: ImageTree, { name, cpu }: ReadImageOptions): Promise<ResolvedTarget> {
  let current = image;
  for (let part = 0; ; part++) {
    try {
      const read = await readOnce(current, name, cpu);
      await current.keep();
      return read;
    } catch (error) {
      if (!(error instanceof NotKeptError)) throw inWordsOfImages(error, image.label);
      if (part >= MAX_PARTS) {
        throw imageError(
          'TARGET_LIMIT',
          `${image.label}: more than ${MAX_PARTS} files of its loader lie in odd places.`,
        );
      }
      current = await current.withPart(error.part);
    }
  }
}

async function readOnce({ tree, facts, label }: ImageTree, name: string, cpu: Cpu): Promise<ResolvedTarget> {
  const system = await readSystem(tree, {
    name,
    cpu,
    source: `the libraries in ${label} (${facts.platform}, ${facts.digest})`,
  });
  const ruby = await rubyOf(new TreeWalk(tree), facts);
  return { ...system, ...(ruby === undefined ? {} : { ruby }) };
}

function inWordsOfImages(error: unknown, label: string): unknown {
  if (!(error instanceof TargetError) || error.code !== 'TARGET_NO_LIBC') return error;
  return imageError('TARGET_NO_LIBC', `${label} has no C library: neither glibc nor musl.`, {
    cause: error,
    suggestions: [
      'An image made from scratch, or of static executables, runs no Ruby: name the image that the application runs in.',
    ],
  });
}
