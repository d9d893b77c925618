import type { Cpu } from '../elf/types.js';
import { readLdSoConf } from './ld-so-conf.js';
import { loaderSoname } from './symbol-versions.js';
import { MULTIARCH } from './multiarch.js';
import type { TreeWalk } from './tree-walk.js';

/** A loader has some 200 KB, a cache some 100 KB. In bytes. */
const MAX_LOADER = 8 << 20;
const MAX_CACHE = 16 << 20;

/** Where glibc's loader looks for a library that is needed by its name alone. */
export interface GlibcSearch {
  /** The loader itself, links followed. */
  readonly loader: string;
  /** Built into the loader. */
  readonly system: readonly string[];
  /** From /etc/ld.so.conf; the loader knows of them through the cache only. */
  readonly configured: readonly string[];
  /** Paths in /etc/ld.so.cache; absent where there is no cache. */
  readonly cached?: ReadonlySet<string>;
}

/** Paths at which a loader of glibc for the CPU may lie: where programs ask for it, and where packages put it. */
function loaderPaths(cpu: Cpu): string[] {
  const soname = loaderSoname(cpu);
  return [
    '/lib64',
    '/lib',
    `/lib/${MULTIARCH[cpu]}`,
    '/usr/lib64',
    '/usr/lib',
    `/usr/lib/${MULTIARCH[cpu]}`,
  ].map((directory) => `${directory}/${soname}`);
}

/**
 * Finds the loader for one CPU and asks it and its configuration for the directories; undefined where there is none.
 * @throws TargetError as `TreeWalk` and `readLdSoConf` do
 */
export async function glibcSearch(walk: TreeWalk, cpu: Cpu): Promise<GlibcSearch | undefined> {
  for (const path of loaderPaths(cpu)) {
    const found = await walk.follow(path);
    const bytes = found && (await walk.read(path, MAX_LOADER));
    if (bytes === undefined) continue;
    const builtIn = systemDirectories(bytes);
    const cache = await walk.read('/etc/ld.so.cache', MAX_CACHE);
    return {
      loader: found?.path ?? path,
      system: builtIn.length > 0 ? builtIn : usualDirectories(cpu),
      configured: await readLdSoConf(walk),
      ...(cache === undefined ? {} : { cached: cachedPaths(cache) }),
    };
  }
  return undefined;
}

function usualDirectories(cpu: Cpu): string[] {
  return ['/lib64', '/usr/lib64', `/lib/${MULTIARCH[cpu]}`, `/usr/lib/${MULTIARCH[cpu]}`, '/lib', '/usr/lib'];
}

/**
 * The directories that are built into a loader: `system_dirs` in glibc's elf/dl-load.c, strings one behind the other, each
 * with a slash at its end. They differ between distributions: Debian's do not have /lib64, Fedora's do not have /lib.
 */
export function systemDirectories(loader: Uint8Array): string[] {
  const text = new TextDecoder('latin1').decode(loader);
  const directories = [...text.matchAll(/(?<=\0)\/(?:[\w.+-]+\/)*lib[\w.+-]*\/(?:[\w.+-]+\/)*(?=\0)/g)];
  return [...new Set(directories.map(([path]) => path.slice(0, -1)))];
}

/**
 * Every path in /etc/ld.so.cache, in the format of any release (glibc's sysdeps/generic/dl-cache.h): the strings that both
 * tables point at are at the end, each with a NUL behind it.
 */
export function cachedPaths(cache: Uint8Array): ReadonlySet<string> {
  const text = new TextDecoder('latin1').decode(cache);
  return new Set([...text.matchAll(/\/[^\0]+(?=\0)/g)].map(([path]) => path));
}

/**
 * Release of glibc from the banner in libc.so.6, `GNU C Library (…) stable release version 2.36.`: a release that adds
 * no symbol has no version of its own.
 */
export function glibcRelease(libc: Uint8Array): string | undefined {
  const text = new TextDecoder('latin1').decode(libc);
  return /GNU C Library [^\0]{0,200}? release version (\d+\.\d+)/.exec(text)?.[1];
}
