/** The CPUs whose loaders are asked: names by which others know them, and what runs their programs here. */
import type { Cpu } from '../../../src/elf/types.js';
import type { Libc } from '../../../src/target/types.js';
import type { CPU_OF } from '../exports.js';

export interface Machine {
  readonly cpu: Cpu;
  /** dpkg's name. */
  readonly arch: keyof typeof CPU_OF;
  /** Of Debian's cross compilers. */
  readonly triple: string;
  /** Of its directories of libraries, where it differs. */
  readonly multiarch?: string;
  /** Program interpreters, by the C library. */
  readonly interpreters: Readonly<Record<Libc, string>>;
  /** The version that glibc's oldest symbols have, and that of `dlopen` if it is another one. */
  readonly oldest: string;
  readonly dlopen?: string;
  /** Assembly that ends a program with status 0, without a C library. */
  readonly exit: string;
  /** The program of qemu-user-static; absent if this machine runs such files itself. */
  readonly emulator?: string;
}

export const X86_64: Machine = {
  cpu: 'x86_64',
  arch: 'amd64',
  triple: 'x86_64-linux-gnu',
  interpreters: { gnu: '/lib64/ld-linux-x86-64.so.2', musl: '/lib/ld-musl-x86_64.so.1' },
  oldest: 'GLIBC_2.2.5',
  exit: 'mov $231, %eax; xor %edi, %edi; syscall',
};

/** Kernels for x86_64 run i386's programs. */
const OTHERS: readonly Machine[] = [
  {
    cpu: 'aarch64',
    arch: 'arm64',
    triple: 'aarch64-linux-gnu',
    interpreters: { gnu: '/lib/ld-linux-aarch64.so.1', musl: '/lib/ld-musl-aarch64.so.1' },
    oldest: 'GLIBC_2.17',
    exit: 'mov x8, 94; mov x0, 0; svc 0',
    emulator: 'qemu-aarch64-static',
  },
  {
    cpu: 'arm',
    arch: 'armhf',
    triple: 'arm-linux-gnueabihf',
    interpreters: { gnu: '/lib/ld-linux-armhf.so.3', musl: '/lib/ld-musl-armhf.so.1' },
    oldest: 'GLIBC_2.4',
    exit: 'mov r7, #248; mov r0, #0; svc #0',
    emulator: 'qemu-arm-static',
  },
  {
    cpu: 'x86',
    arch: 'i386',
    triple: 'i686-linux-gnu',
    multiarch: 'i386-linux-gnu',
    interpreters: { gnu: '/lib/ld-linux.so.2', musl: '/lib/ld-musl-i386.so.1' },
    oldest: 'GLIBC_2.0',
    dlopen: 'GLIBC_2.1',
    exit: 'movl $252, %eax; xorl %ebx, %ebx; int $0x80',
  },
  {
    cpu: 'ppc64le',
    arch: 'ppc64el',
    triple: 'powerpc64le-linux-gnu',
    interpreters: { gnu: '/lib64/ld64.so.2', musl: '/lib/ld-musl-powerpc64le.so.1' },
    oldest: 'GLIBC_2.17',
    exit: 'li 0, 234; li 3, 0; sc',
    emulator: 'qemu-ppc64le-static',
  },
  {
    cpu: 's390x',
    arch: 's390x',
    triple: 's390x-linux-gnu',
    interpreters: { gnu: '/lib/ld64.so.1', musl: '/lib/ld-musl-s390x.so.1' },
    oldest: 'GLIBC_2.2',
    exit: 'lghi %r2, 0; svc 248',
    emulator: 'qemu-s390x-static',
  },
  {
    cpu: 'riscv64',
    arch: 'riscv64',
    triple: 'riscv64-linux-gnu',
    interpreters: { gnu: '/lib/ld-linux-riscv64-lp64d.so.1', musl: '/lib/ld-musl-riscv64.so.1' },
    oldest: 'GLIBC_2.27',
    exit: 'li a7, 94; li a0, 0; ecall',
    emulator: 'qemu-riscv64-static',
  },
];

export const MACHINES: readonly Machine[] = [X86_64, ...OTHERS];

/** The directory of a machine's libraries: `aarch64-linux-gnu`, `aarch64-linux-musl`. */
export function libraryDirectory({ triple, multiarch = triple }: Machine, libc: Libc): string {
  return libc === 'gnu' ? multiarch : multiarch.replace('linux-gnu', 'linux-musl');
}
