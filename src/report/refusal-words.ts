import type { RefusalReason } from '../compat/types.js';
import type { TargetSummary } from '../target/summary.js';
import { printable } from './printable.js';

interface RefusalWords {
  /** What is wrong, as a sentence without the file's name. @param loader `the loader of debian-13` @param value as in the finding */
  readonly wrong: (loader: string, value: string) => string;
  readonly remedy: string;
}

const BUILD_AGAIN =
  'build the file again with the compiler and linker of the target, or take another version of the gem';

/** What each reason for which a loader does not take a file says, and what helps. */
const REFUSALS = {
  'os-abi': {
    wrong: (loader, value) => `has EI_OSABI ${value} in its header; ${loader} takes 0 and 3 only`,
    remedy: BUILD_AGAIN,
  },
  'abi-version': {
    wrong: (loader, value) => `has EI_ABIVERSION ${value} in its header, which ${loader} does not know`,
    remedy: BUILD_AGAIN,
  },
  'ident-padding': {
    wrong: (loader) => `has bytes in the padding of its header; ${loader} takes zeros only`,
    remedy: 'the header was changed after the file was linked: take the file as the linker wrote it',
  },
  'float-abi': {
    wrong: (loader, value) =>
      `is built for another floating-point ABI (e_flags ${value}); ${loader} passes it over`,
    remedy: 'build it for the hard-float ABI: arm-linux-gnueabihf, or lp64d on riscv64',
  },
  'elf-abi': {
    wrong: (loader, value) => `is built for the ELFv1 ABI (e_flags ${value}); ${loader} passes it over`,
    remedy: 'build it for powerpc64le, whose ABI is ELFv2',
  },
  'other-kernel': {
    wrong: (loader, value) =>
      `has a note that it is for a kernel other than Linux (${value}); ${loader} passes it over`,
    remedy: BUILD_AGAIN,
  },
  'newer-kernel': {
    wrong: (loader, value) => `has a note that it needs Linux ${value} or later; ${loader} passes it over`,
    remedy:
      'build it without --enable-kernel and the like, or remove the note: objcopy --remove-section=.note.ABI-tag',
  },
  'no-open': {
    wrong: (loader) => `is linked with -z nodlopen; ${loader} does not open it at run time`,
    remedy: 'link it without -z nodlopen',
  },
  'program-as-library': {
    wrong: (loader) => `is linked as an executable; ${loader} does not open it as a library`,
    remedy: 'link it with -shared, without -pie',
  },
  'no-hash-table': {
    wrong: (loader) => `has neither DT_HASH nor DT_GNU_HASH; ${loader} finds no symbol in it`,
    remedy: 'link it again: strip and similar tools must keep the hash table',
  },
  'oversized-segment': {
    wrong: () => 'has a segment with more bytes in the file than in memory; no Linux loads it',
    remedy: BUILD_AGAIN,
  },
  'empty-segment': {
    wrong: (loader) => `has a segment of no length, which ${loader} does not map`,
    remedy: 'link it with another linker, or take a target with musl 1.2.3 or later',
  },
  'relr-without-marker': {
    wrong: (loader) => `has DT_RELR and does not need GLIBC_ABI_DT_RELR; ${loader} refuses it`,
    remedy: 'link it with -z pack-relative-relocs, which adds the need, or without packed relocations',
  },
  'relr-not-applied': {
    wrong: (loader) => `has packed relocations (DT_RELR), which ${loader} does not apply`,
    remedy: 'link it without -z pack-relative-relocs; glibc applies them from 2.36 on, musl from 1.2.4 on',
  },
  'ifunc-on-musl': {
    wrong: (loader) => `chooses functions when it is loaded (ifunc), which ${loader} does not do`,
    remedy:
      'build it on the target with its own compiler, or without function multiversioning (target_clones, __attribute__((ifunc))): no musl picks functions so',
  },
} as const satisfies Record<RefusalReason, RefusalWords>;

/** What is wrong with the file, as one sentence without its name. */
export function refusalWords(
  reason: RefusalReason,
  value: string | undefined,
  target: TargetSummary,
): string {
  return REFUSALS[reason].wrong(`the loader of ${target.name}`, printable(value ?? ''));
}

/** What to do about it. */
export function refusalRemedy(reason: RefusalReason): string {
  return REFUSALS[reason].remedy;
}

/** Every reason, in the order of the table. */
export const REFUSAL_REASONS = Object.keys(REFUSALS) as [RefusalReason, ...RefusalReason[]];
