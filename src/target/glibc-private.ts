import { compareDotted } from '../version/symbol-version.js';

/** Under this version glibc keeps what its own libraries ask of each other: another set of names in each release. */
export const GLIBC_PRIVATE = 'GLIBC_PRIVATE';

/**
 * Libraries of glibc that define GLIBC_PRIVATE, with the first release in which they no longer do: that in which what they had
 * went to libc.so.6.
 *
 * Source: `GLIBC_PRIVATE` in the `Versions` files of bminor/glibc, tags glibc-2.17 to glibc-2.42 and commit 04e750e (2.43), those
 * of other CPUs and of the Hurd left out; the same in libc6 2.31-13+deb11u11, 2.36-9+deb12u14, 2.41-12+deb13u5, 2.43-7 (amd64), of
 * the first also arm64 and i386, of the third arm64, armhf and i386.
 */
const DEFINED_UNTIL: Readonly<Record<string, string | undefined>> = {
  'libc.so.6': undefined,
  'libresolv.so.2': undefined,
  'libnsl.so.1': undefined,
  'libnss_compat.so.2': undefined,
  'libnss_db.so.2': undefined,
  'libnss_dns.so.2': undefined,
  'libnss_files.so.2': undefined,
  'libnss_hesiod.so.2': undefined,
  'libpthread.so.0': '2.34',
  'libdl.so.2': '2.34',
};

/** glibc's program interpreters under any of their names. */
const LOADER = /^ld(?:-linux|64)?[-.\w]*\.so\.\d+$/;

/** Libraries of glibc that never had it. */
const NEVER =
  /^lib(?:m\.so\.6|mvec\.so\.1|rt\.so\.1|util\.so\.1|anl\.so\.1|BrokenLocale\.so\.1|thread_db\.so\.1|c_malloc_debug\.so\.0)$/;

/** First release that the lists reach back to. */
const FIRST = '2.17';

/**
 * Whether a library of a glibc release defines GLIBC_PRIVATE; undefined for a release before 2.17, and for what is not glibc's.
 * @param release `2.31`
 */
export function definesPrivate(library: string, release: string): boolean | undefined {
  if (!/^\d+(?:\.\d+)+$/.test(release) || compareDotted(release, FIRST) < 0) return undefined;
  if (LOADER.test(library)) return true;
  if (Object.hasOwn(DEFINED_UNTIL, library)) {
    const until = DEFINED_UNTIL[library];
    return until === undefined || compareDotted(release, until) < 0;
  }
  return NEVER.test(library) ? false : undefined;
}
