/**
 * CPUs that RubyGems has no name for, by `e_machine` (the gABI's registry, as in elf.h). Where a CPU with a name has the same
 * number, it is the other word size or order of bytes that is without one.
 */
const MACHINES: Readonly<Record<string, string>> = {
  2: 'SPARC',
  4: 'm68k',
  8: 'MIPS',
  15: 'PA-RISC',
  18: 'SPARC',
  20: '32-bit PowerPC',
  21: 'big-endian ppc64',
  22: '31-bit s390',
  40: 'big-endian arm',
  42: 'SuperH',
  43: 'SPARC V9',
  50: 'Itanium',
  62: 'x32',
  183: 'aarch64 ILP32 or big-endian',
  195: 'ARC',
  243: '32-bit RISC-V',
  247: 'BPF',
  252: 'C-SKY',
  258: 'LoongArch',
  36902: 'Alpha',
};

/** What a CPU without a name in RubyGems is called, by `e_machine` in decimal; undefined where it is none of the known. */
export function machineName(machine: string | number): string | undefined {
  return MACHINES[String(machine)];
}
