import type { Cpu } from '../elf/types.js';
import type { Libc } from './types.js';
import { loaderSoname } from './symbol-versions.js';

/**
 * Libraries that every glibc installs in the base system (its `Makeconfig` soname table), besides the loader. The stubs
 * for libpthread, libdl, librt, libutil and libanl are still there after they were merged into libc.so.6 in 2.34.
 */
const GLIBC = [
  'libc.so.6',
  'libm.so.6',
  'libpthread.so.0',
  'libdl.so.2',
  'librt.so.1',
  'libresolv.so.2',
  'libutil.so.1',
  'libanl.so.1',
  'libnss_dns.so.2',
  'libnss_files.so.2',
] as const;

/**
 * Libraries of glibc that distributions have in packages of their own, or leave out: of a release alone it is not known whether they
 * are there. `base-libraries.ts` has the systems that have them.
 */
const PACKAGED_APART: ReadonlySet<string> = new Set([
  'libnsl.so.1',
  'libBrokenLocale.so.1',
  'libthread_db.so.1',
  'libc_malloc_debug.so.0',
]);

/** Whether a library of glibc comes with its release wherever that is. */
export function comesWithGlibc(soname: string): boolean {
  return !PACKAGED_APART.has(soname);
}

/** musl's names of the CPUs, as in `ld-musl-<arch>.so.1` (musl's `configure`, LDSO_PATHNAME). */
const MUSL_ARCH: Readonly<Record<Cpu, string>> = {
  x86_64: 'x86_64',
  aarch64: 'aarch64',
  arm: 'armhf',
  x86: 'i386',
  ppc64le: 'powerpc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
};

/** Alpine's names of the CPUs, as in `libc.musl-<arch>.so.1` (CARCH of its `main/musl/APKBUILD`). */
const ALPINE_ARCH: Readonly<Record<Cpu, string>> = {
  ...MUSL_ARCH,
  arm: 'armv7',
  x86: 'x86',
  ppc64le: 'ppc64le',
};

/** Sonames that the C library itself brings on one CPU. libmvec is glibc's on x86_64 and, from 2.38, on aarch64. */
export function libcLibraries(libc: Libc, cpu: Cpu): readonly string[] {
  if (libc === 'gnu') return [...GLIBC, loaderSoname(cpu)];
  return ['libc.so', `libc.musl-${ALPINE_ARCH[cpu]}.so.1`, `ld-musl-${MUSL_ARCH[cpu]}.so.1`];
}
