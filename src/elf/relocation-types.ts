import { EM_386, EM_AARCH64, EM_ARM, EM_PPC64, EM_RISCV, EM_S390, EM_X86_64 } from './constants.js';

/** What of a machine's relocation types bears on whether a file is loaded; `elf.h`, `R_*` of each processor supplement. */
export interface RelocationTypes {
  /** `R_*_RELATIVE`: looks no symbol up. */
  readonly relative: number;
  /** `R_*_JUMP_SLOT`: a function that may be looked up when it is first called. */
  readonly jumpSlot: number;
  /** `R_*_IRELATIVE`: the file's own code chooses the function (an ifunc). */
  readonly irelative: number;
  /** `R_*_TPOFF` and the like: the initial-exec model of thread-local storage, which needs room that is laid out at start-up. */
  readonly initialExec: readonly number[];
}

/** By `e_machine`; a machine that is not here is none that gems are judged for. */
export const RELOCATION_TYPES: Readonly<Record<number, RelocationTypes>> = {
  // R_X86_64_RELATIVE, _JUMP_SLOT, _IRELATIVE, _TPOFF64
  [EM_X86_64]: { relative: 8, jumpSlot: 7, irelative: 37, initialExec: [18] },
  // R_386_RELATIVE, _JMP_SLOT, _IRELATIVE, _TLS_TPOFF and _TLS_TPOFF32
  [EM_386]: { relative: 8, jumpSlot: 7, irelative: 42, initialExec: [14, 37] },
  // R_AARCH64_RELATIVE, _JUMP_SLOT, _IRELATIVE, _TLS_TPREL
  [EM_AARCH64]: { relative: 1027, jumpSlot: 1026, irelative: 1032, initialExec: [1030] },
  // R_ARM_RELATIVE, _JUMP_SLOT, _IRELATIVE, _TLS_TPOFF32
  [EM_ARM]: { relative: 23, jumpSlot: 22, irelative: 160, initialExec: [19] },
  // R_PPC64_RELATIVE, _JMP_SLOT, _IRELATIVE, _TPREL64
  [EM_PPC64]: { relative: 22, jumpSlot: 21, irelative: 248, initialExec: [73] },
  // R_390_RELATIVE, _JMP_SLOT, _IRELATIVE, _TLS_TPOFF
  [EM_S390]: { relative: 12, jumpSlot: 11, irelative: 61, initialExec: [56] },
  // R_RISCV_RELATIVE, _JUMP_SLOT, _IRELATIVE, _TLS_TPREL64
  [EM_RISCV]: { relative: 3, jumpSlot: 5, irelative: 58, initialExec: [11] },
};
