import { EM_386, EM_AARCH64, EM_ARM, EM_PPC64, EM_RISCV, EM_S390, EM_X86_64 } from './constants.js';
import type { Cpu, ElfFile } from './types.js';

interface Kind {
  readonly machine: number;
  readonly class: ElfFile['class'];
  readonly byteOrder: ElfFile['byteOrder'];
}

/**
 * The file kind that Linux runs for each CPU of RubyGems. Not in it, and so without a name: x32 (EM_X86_64 in class
 * 32), AArch64 ILP32, big-endian arm, aarch64 and ppc64, 31-bit s390, riscv32.
 */
const KINDS = {
  x86_64: { machine: EM_X86_64, class: 64, byteOrder: 'little' },
  aarch64: { machine: EM_AARCH64, class: 64, byteOrder: 'little' },
  arm: { machine: EM_ARM, class: 32, byteOrder: 'little' },
  x86: { machine: EM_386, class: 32, byteOrder: 'little' },
  ppc64le: { machine: EM_PPC64, class: 64, byteOrder: 'little' },
  s390x: { machine: EM_S390, class: 64, byteOrder: 'big' },
  riscv64: { machine: EM_RISCV, class: 64, byteOrder: 'little' },
} as const satisfies Record<Cpu, Kind>;

/** RubyGems' name of the CPU that runs such files; nothing where Linux gems have no name for it. */
export function cpuOf(file: Kind): Cpu | undefined {
  for (const [cpu, kind] of Object.entries(KINDS)) {
    if (kind.machine === file.machine && kind.class === file.class && kind.byteOrder === file.byteOrder) {
      return cpu as Cpu;
    }
  }
  return undefined;
}
