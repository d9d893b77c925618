import { GLIBC_PRIVATE, definesPrivate } from '../target/glibc-private.js';
import type { Target } from '../target/types.js';
import { compareDotted, parseSymbolVersion } from '../version/symbol-version.js';

/** Whether a target has something; `unknown` where what is known of it does not say. */
export type Provision = 'provided' | 'missing' | 'unknown';

/**
 * Names that musl's loader answers with itself, whatever follows the dot: `reserved` in musl's ldso/dynlink.c
 * (load_library).
 */
export const MUSL_RESERVED = /^lib(?:c|pthread|rt|m|dl|util|xnet)\./;

/**
 * Libraries of glibc that musl does not answer for: systems with musl have them with a layer of compatibility alone (gcompat), and
 * that is read with the system. Sonames of glibc's shlib-versions.
 */
export const GLIBC_ALONE =
  /^(?:ld-linux[-.].*|ld64\.so\.[12]|libresolv\.so\.2|libanl\.so\.1|libmvec\.so\.1|libthread_db\.so\.1|libBrokenLocale\.so\.1|libnss_\w+\.so\.2|libnsl\.so\.1|libcrypt\.so\.1|libc_malloc_debug\.so\.0)$/;

/**
 * Whether a copy of glibc's library in some other directory would be of no use to the target's loader: these ask the libc.so.6 that they
 * were built with for names that only that one has. libcrypt and libnsl are built apart from glibc too.
 */
export function isOfNoOtherLibc({ libc }: Target, soname: string): boolean {
  return libc === 'musl' && GLIBC_ALONE.test(soname) && !/^lib(?:crypt|nsl)\./.test(soname);
}

/** glibc has it for some CPUs from some release on (x86_64 2.22, aarch64 2.38), and no package but its own brings it. */
const LIBMVEC = 'libmvec.so.1';

/** Whether the target has a library of that soname in its base system. */
export function providesLibrary(target: Target, soname: string): Provision {
  if (target.libc === 'musl' && MUSL_RESERVED.test(soname)) return 'provided';
  if (target.libraries.includes(soname)) return 'provided';
  if (target.libc === 'musl' && GLIBC_ALONE.test(soname))
    return target.glibcLayer?.unread === true ? 'unknown' : 'missing';
  if (target.libc === 'gnu' && soname === LIBMVEC && target.versions?.['libc.so.6'] !== undefined)
    return 'missing';
  return target.librariesComplete ? 'missing' : 'unknown';
}

/**
 * Whether the target's loader passes over the versions that are asked of a library: musl's does of its own, and of what stands where
 * glibc has its loader.
 */
export function ignoresVersions({ libc, glibcLayer }: Target, library: string): boolean {
  if (libc !== 'musl') return false;
  return (
    MUSL_RESERVED.test(library) || glibcLayer?.loaders.some((path) => path.endsWith(`/${library}`)) === true
  );
}

/** The libraries whose numbered versions each prefix counts: a number says nothing of another library's. */
const LIBRARY_OF_PREFIX: Readonly<Record<string, RegExp>> = {
  GLIBC:
    /^(?:lib(?:c|m|mvec|dl|pthread|rt|resolv|util|anl|nsl|crypt|thread_db|BrokenLocale|nss_\w+|c_malloc_debug|memusage|pcprofile)\.so\.|ld(?:-linux|64)?[-.\w]*\.so\.)/,
  GLIBCXX: /^libstdc\+\+\.so\./,
  CXXABI: /^libstdc\+\+\.so\./,
  GCC: /^libgcc_s\.so\./,
};

/** Lists of what releases define upstream leave it out; those that were read from a system's libraries have it. */
function tellsPrivate({ versions = {} }: Target): boolean {
  return Object.values(versions).some((names) => names.includes(GLIBC_PRIVATE));
}

/**
 * GLIBC_PRIVATE of a target whose libraries were not read. That a library defines it says nothing of the names under it: they are
 * of one release.
 */
function providesPrivate(
  { libc, libcVersion, versions = {} }: Target,
  library: string,
  symbols: readonly string[],
): Provision {
  const defined = libc === 'gnu' ? definesPrivate(library, libcVersion) : undefined;
  if (defined === true) return symbols.length === 0 ? 'provided' : 'unknown';
  // A set that is known of what is not glibc's is complete.
  return defined === false || versions[library] !== undefined ? 'missing' : 'unknown';
}

/**
 * Whether the target's `library` defines the version `name`: by membership where the set is known, by number where only
 * the highest is.
 *
 * @param symbols what a file asks for under that version
 */
export function providesVersion(
  target: Target,
  library: string,
  name: string,
  symbols: readonly string[] = [],
): Provision {
  const set = target.versions?.[library];
  // A library without any version definitions satisfies every need (glibc's elf/dl-version.c, match_symbol).
  if (set !== undefined && (set.length === 0 || set.includes(name))) return 'provided';
  if (name === GLIBC_PRIVATE && !tellsPrivate(target)) return providesPrivate(target, library, symbols);
  if (set !== undefined) return 'missing';

  const { prefix, number } = parseSymbolVersion(name);
  if (number === undefined) {
    if (name === GLIBC_PRIVATE || target.markers === undefined) return 'unknown';
    return target.markers.includes(name) ? 'provided' : 'missing';
  }
  const ceiling = target.ceilings[prefix];
  if (ceiling === undefined || LIBRARY_OF_PREFIX[prefix]?.test(library) !== true) return 'unknown';
  return compareDotted(number, ceiling) <= 0 ? 'provided' : 'missing';
}

/** The target's highest version with the prefix of `name`, as a name: `GLIBC_2.31`. */
export function ceilingFor(target: Target, name: string): string | undefined {
  const { prefix, number } = parseSymbolVersion(name);
  const ceiling = number === undefined ? undefined : target.ceilings[prefix];
  return ceiling === undefined ? undefined : `${prefix}_${ceiling}`;
}
