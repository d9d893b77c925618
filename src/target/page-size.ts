import type { Cpu } from '../elf/types.js';
import { UsageError } from '../errors.js';
import type { PageSizeFact, Target } from './types.js';

/** The pages that kernels of these CPUs are built with, in bytes. */
export const PAGE_SIZES = [4096, 16_384, 65_536] as const;

/** The smallest page of Linux, in bytes. */
export const SMALLEST_PAGE = 4096;

const ONLY = (where: string): PageSizeFact => ({
  bytes: 4096,
  source: `Linux, ${where}: PAGE_SHIFT is 12 and no option changes it`,
});

/**
 * The page of most kernels for a CPU. Ones that are built otherwise are in the table of targets, and such as no table has (Raspberry
 * Pi OS and Asahi Linux with 16 KiB, the optional 64 KiB kernels of Ubuntu, SLES and EL 9) are for `--page-size`.
 */
export const USUAL_PAGE_SIZES: Readonly<Record<Cpu, PageSizeFact>> = {
  x86_64: ONLY('arch/x86/include/asm/page_types.h'),
  x86: ONLY('arch/x86/include/asm/page_types.h'),
  arm: ONLY('arch/arm/include/asm/page.h'),
  s390x: ONLY('arch/s390/include/asm/page.h'),
  riscv64: ONLY('arch/riscv/include/asm/page.h'),
  aarch64: {
    bytes: 4096,
    source:
      'oracle/kconfigs, gh-pages, commit fa0a490: CONFIG_ARM64_4K_PAGES of Debian 11 to 13, Ubuntu 20.04 to 25.04, Fedora 42 and 43, EL 9 and 10, openSUSE',
  },
  ppc64le: {
    bytes: 65_536,
    source:
      'Linux, arch/powerpc/Kconfig: PPC_64K_PAGES by default; oracle/kconfigs, gh-pages, commit fa0a490, of EL 8 to 10 and openSUSE',
  },
};

/**
 * The page of the kernel that a target runs on: what the user or the machine says, else that of its own kernel, else the usual
 * one. A container runs on its host's kernel, of which its image says nothing.
 */
export function pageSizeOf({ pageSize, pageSizes }: Target, cpu: Cpu): PageSizeFact {
  return pageSize ?? pageSizes?.[cpu] ?? USUAL_PAGE_SIZES[cpu];
}

/** The target as it is on kernels with pages of that size, as the user says. @param bytes one of `PAGE_SIZES` */
export function withPageSize<T extends Target>(target: T, bytes: number): T {
  return { ...target, pageSize: { bytes, source: 'the user' } };
}

/** One object for each system: targets are told apart by identity. */
const containers = new WeakMap<Target, Target>();

/** A system as an image has it: a container runs on its host's kernel, and not on the system's own. */
export function inContainer(target: Target): Target {
  if (target.pageSizes === undefined) return target;
  const known = containers.get(target);
  if (known !== undefined) return known;
  const kept = Object.entries(target).filter(([key]) => key !== 'pageSizes');
  const container = Object.fromEntries(kept) as unknown as Target;
  containers.set(target, container);
  return container;
}

const WORDS = new Map(
  PAGE_SIZES.flatMap((bytes): [string, number][] => [
    [String(bytes), bytes],
    ...['k', 'kb', 'kib'].map((unit): [string, number] => [`${bytes / 1024}${unit}`, bytes]),
  ]),
);

/** A page size as people write it, in any case: `64k`, `64KiB`, `65536`. In bytes; undefined for anything else. */
export function parsePageSize(text: string): number | undefined {
  return WORDS.get(text.trim().toLowerCase().replace(/\s+/g, ''));
}

/** What to write in place of something that is no page size. */
export const PAGE_SIZE_HINT = '4k, 16k or 64k; getconf PAGESIZE says it on the machine itself';

/** Told where a page size is asked for and no target is named. */
export const PAGE_SIZE_UNUSED = '--page-size: no target is named, so nothing takes it';

/** @throws UsageError `PAGE_SIZE_UNKNOWN` for a number that no kernel has */
export function checkPageSize(bytes: number | undefined): void {
  if (bytes === undefined || PAGE_SIZES.some((each) => each === bytes)) return;
  throw new UsageError(`${bytes} is not the size of a page in bytes`, {
    code: 'PAGE_SIZE_UNKNOWN',
    suggestions: [`write one of ${PAGE_SIZES.join(', ')}`],
  });
}

/** `64 KiB`. */
export function pageWords(bytes: number): string {
  return `${bytes / 1024} KiB`;
}
