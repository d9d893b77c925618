import type { Cpu } from '../elf/types.js';
import type { TreeWalk } from './tree-walk.js';

/** `LDSO_ARCH` of musl's `configure`, as in `ld-musl-$(ARCH)$(SUBARCH).so.1`. */
const ARCHES = {
  x86_64: ['x86_64'],
  aarch64: ['aarch64'],
  arm: ['armhf', 'arm'],
  x86: ['i386'],
  ppc64le: ['powerpc64le'],
  s390x: ['s390x'],
  riscv64: ['riscv64'],
} as const satisfies Record<Cpu, readonly string[]>;

/** musl has some 600 KB. In bytes. */
const MAX_LOADER = 8 << 20;
const MAX_PATH_FILE = 1 << 20;

/** Where musl's loader looks for a library that is needed by its name alone, and its release. */
export interface MuslSearch {
  /** The loader, which is the C library too, links followed. */
  readonly loader: string;
  readonly directories: readonly string[];
  readonly release?: string;
}

/**
 * Finds musl for one CPU; undefined where it is not there. The directories are those of /etc/ld-musl-ARCH.path, or the
 * ones that are built in (musl's ldso/dynlink.c, load_library).
 * @throws TargetError as `TreeWalk` does
 */
export async function muslSearch(walk: TreeWalk, cpu: Cpu): Promise<MuslSearch | undefined> {
  for (const arch of ARCHES[cpu]) {
    for (const directory of ['/lib', '/usr/lib']) {
      const path = `${directory}/ld-musl-${arch}.so.1`;
      const found = await walk.follow(path);
      const bytes = found && (await walk.read(path, MAX_LOADER));
      if (found === undefined || bytes === undefined) continue;
      const release = muslRelease(bytes);
      const configured = await walk.read(`/etc/ld-musl-${arch}.path`, MAX_PATH_FILE);
      const text = new TextDecoder('latin1').decode(configured);
      return {
        loader: found.path,
        directories: configured === undefined ? ['/lib', '/usr/local/lib', '/usr/lib'] : parseMuslPath(text),
        ...(release === undefined ? {} : { release }),
      };
    }
  }
  return undefined;
}

/** Directories of a path file: separated by newlines or colons. What is not absolute has no meaning here. */
export function parseMuslPath(text: string): string[] {
  const directories = text.split(/[\n:]/).map((path) => path.replace(/(?<=.)\/+$/, ''));
  return [...new Set(directories.filter((path) => path.startsWith('/')))];
}

/**
 * Release of musl from its own bytes: `__libc_version`, a string of its own (musl's src/internal/version.c). What stands before it is
 * mostly the end of another string; on i386 a number of several bytes, whichever they are.
 */
export function muslRelease(loader: Uint8Array): string | undefined {
  const text = new TextDecoder('latin1').decode(loader);
  return ownString(text, /(?<=\0)/) ?? ownString(text, /(?<![\w.])/);
}

/** The first release in a text, with a NUL behind it and what is asked for before it. */
function ownString(text: string, before: RegExp): string | undefined {
  const release = /\d\.\d{1,2}\.\d{1,3}(?:[_-]git[\w-]{0,40})?(?=\0)/;
  return new RegExp(before.source + release.source).exec(text)?.[0];
}
