import type { Cpu, ElfFile } from '../elf/types.js';
import type { Target } from '../target/types.js';
import { compareDotted } from '../version/symbol-version.js';

/**
 * What a file without PT_GNU_STACK asks for: DEFAULT_STACK_PROT_PERMS (before 2.42 DEFAULT_STACK_PERMS) of glibc's
 * sysdeps/<cpu>/stackinfo.h, and of sysdeps/generic where a CPU has none of its own.
 */
const EXECUTABLE_BY_DEFAULT: Readonly<Record<Cpu, boolean>> = {
  x86_64: true,
  x86: true,
  arm: true,
  s390x: true,
  aarch64: false,
  ppc64le: false,
  riscv64: false,
};

/** From this release on the stack of a process that runs is not made executable any more: NEWS of glibc 2.41. */
const REFUSED_FROM = '2.41';

/**
 * Whether the loader refuses to open a file because it asks for an executable stack, and what asks for it. glibc's
 * elf/dl-load.c, _dl_map_object_from_fd; musl does not look at the header.
 */
export function executableStack(
  { stack }: Pick<ElfFile, 'stack'>,
  { libc, libcVersion }: Pick<Target, 'libc' | 'libcVersion'>,
  cpu: Cpu,
): ElfFile['stack'] {
  if (stack === undefined || libc !== 'gnu' || compareDotted(libcVersion, REFUSED_FROM) < 0) return undefined;
  return stack === 'unmarked' && !EXECUTABLE_BY_DEFAULT[cpu] ? undefined : stack;
}
