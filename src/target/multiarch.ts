import type { Cpu } from '../elf/types.js';

/** Directories of Debian for libraries of one architecture, https://wiki.debian.org/Multiarch/Tuples. */
export const MULTIARCH = {
  x86_64: 'x86_64-linux-gnu',
  aarch64: 'aarch64-linux-gnu',
  arm: 'arm-linux-gnueabihf',
  x86: 'i386-linux-gnu',
  ppc64le: 'powerpc64le-linux-gnu',
  s390x: 's390x-linux-gnu',
  riscv64: 'riscv64-linux-gnu',
} as const satisfies Record<Cpu, string>;
