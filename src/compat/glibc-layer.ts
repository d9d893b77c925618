import type { GemBinary } from '../gem/types.js';
import type { GlibcLayer, Target } from '../target/types.js';
import type { Role } from './roles.js';

/**
 * The layer through which a musl starts a program that is built for glibc, or with which it loads a library of such a program. What is
 * opened at run time has musl alone: nothing tells that the process was started in that way.
 */
export function layerOf(
  { elf }: GemBinary,
  role: Role,
  { libc, glibcLayer }: Target,
): GlibcLayer | undefined {
  if (libc !== 'musl' || glibcLayer === undefined) return undefined;
  if (role === 'start-up') return glibcLayer;
  const starts = elf.interpreter !== undefined && glibcLayer.loaders.includes(elf.interpreter);
  return role === 'program' && starts ? glibcLayer : undefined;
}

/** musl takes the name under which it was started for its own: a program may need its loader as a library (gcompat's loader/loader.c). */
export function isLoaderOf(layer: GlibcLayer | undefined, soname: string): boolean {
  return layer?.loaders.some((path) => path.endsWith(`/${soname}`)) === true;
}
