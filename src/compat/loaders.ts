import type { Cpu } from '../elf/types.js';
import type { Libc } from '../target/types.js';

/**
 * Program interpreters by the paths that the psABIs and glibc's `sysdeps/unix/sysv/linux/<cpu>/shlib-versions` with
 * each port's `RTLDLIST` give them, and under `/lib` and `/lib64` both where distributions link one to the other.
 */
const GLIBC_LOADERS = {
  x86_64: ['/lib64/ld-linux-x86-64.so.2'],
  aarch64: ['/lib/ld-linux-aarch64.so.1', '/lib64/ld-linux-aarch64.so.1'],
  // RubyGems' arm is hard-float armhf; /lib/ld-linux.so.3 is the loader of soft-float systems.
  arm: ['/lib/ld-linux-armhf.so.3'],
  x86: ['/lib/ld-linux.so.2'],
  ppc64le: ['/lib64/ld64.so.2'],
  s390x: ['/lib/ld64.so.1', '/lib64/ld64.so.1'],
  riscv64: ['/lib/ld-linux-riscv64-lp64d.so.1'],
} satisfies Record<Cpu, readonly string[]>;

/** `LDSO_PATHNAME` of musl's Makefile: /lib/ld-musl-$(ARCH)$(SUBARCH).so.1. */
const MUSL_LOADERS = {
  x86_64: ['/lib/ld-musl-x86_64.so.1'],
  aarch64: ['/lib/ld-musl-aarch64.so.1'],
  arm: ['/lib/ld-musl-armhf.so.1', '/lib/ld-musl-arm.so.1'],
  x86: ['/lib/ld-musl-i386.so.1'],
  ppc64le: ['/lib/ld-musl-powerpc64le.so.1'],
  s390x: ['/lib/ld-musl-s390x.so.1'],
  riscv64: ['/lib/ld-musl-riscv64.so.1'],
} satisfies Record<Cpu, readonly string[]>;

/** The absolute paths at which a system of that C library and CPU has its program interpreter. */
export function loadersOf(libc: Libc, cpu: Cpu): readonly string[] {
  return libc === 'gnu' ? GLIBC_LOADERS[cpu] : MUSL_LOADERS[cpu];
}
