import type { Cpu } from '../elf/types.js';
import { CPUS, loaderSoname } from './symbol-versions.js';
import type { TreeWalk } from './tree-walk.js';
import type { GlibcLayer, Target } from './types.js';

/** LIBGCOMPAT_NAME of gcompat's Makefile. */
const GCOMPAT = 'libgcompat.so.0';

/** Where gcompat's and libc6-compat's packages put their loader (Alpine's main/gcompat/APKBUILD, and main/musl's before 3.16). */
const DIRECTORIES = ['/lib', '/lib64'];

/**
 * The layer of a system with musl on which a package of it is installed (`apk add gcompat`), of which nothing was read but the
 * package's name.
 */
export function installedGlibcLayer(): GlibcLayer {
  const sonames = [...new Set(CPUS.map(loaderSoname))];
  const loaders = DIRECTORIES.flatMap((directory) => sonames.map((soname) => `${directory}/${soname}`));
  return { loaders, unread: true };
}

/** The target with a layer that its `byCpu` facts keep. */
export function withGlibcLayer<T extends Target>(target: T, layer: GlibcLayer): T {
  const byCpu =
    target.byCpu &&
    Object.fromEntries(
      Object.entries(target.byCpu).map(([cpu, facts]) => [cpu, { ...facts, glibcLayer: layer }]),
    );
  return { ...target, glibcLayer: layer, ...(byCpu === undefined ? {} : { byCpu }) };
}

/**
 * What a system with musl has where glibc's program interpreter lies: gcompat's loader, which starts musl with libgcompat.so.0 before all
 * other libraries, or a link to musl itself. Undefined where there is nothing, or something else.
 *
 * @param musl path of musl's loader, links followed
 * @param libraries names that musl's loader finds
 */
export async function glibcLayer(
  walk: TreeWalk,
  cpu: Cpu,
  musl: string,
  libraries: readonly string[],
): Promise<GlibcLayer | undefined> {
  const paths = DIRECTORIES.map((directory) => `${directory}/${loaderSoname(cpu)}`);
  const found = await Promise.all(paths.map((path) => walk.follow(path)));
  const at = (wanted: (real: string) => boolean): string[] =>
    paths.filter((_, index) => {
      const file = found[index];
      return file?.entry.kind === 'file' && wanted(file.path);
    });
  const linked = at((real) => real === musl);
  if (linked.length > 0) return { loaders: linked };
  if (!libraries.includes(GCOMPAT)) return undefined;
  const loaders = at(() => true);
  return loaders.length === 0 ? undefined : { loaders, preload: GCOMPAT };
}
