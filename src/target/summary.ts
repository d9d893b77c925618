import type { Cpu } from '../elf/types.js';
import { SMALLEST_PAGE, pageSizeOf } from './page-size.js';
import type { Libc, Target } from './types.js';

/** The part of a target that a report repeats. */
export interface TargetSummary {
  readonly name: string;
  readonly title: string;
  readonly libc: Libc;
  /** Only of a glibc target. */
  readonly glibc?: string;
  /** Only of a musl target. */
  readonly musl?: string;
  readonly endOfLife?: string;
  /** Pages of the kernel that runs, in bytes by CPU; a CPU that is absent has 4096, the field where all have. */
  readonly pageSize?: Readonly<Partial<Record<Cpu, number>>>;
  readonly source: string;
}

/** @param cpus those that are judged */
export function targetSummary(target: Target, cpus: readonly Cpu[]): TargetSummary {
  const { name, title, libc, libcVersion, endOfLife, source } = target;
  const pages = cpus.flatMap((cpu): [Cpu, number][] => {
    const { bytes } = pageSizeOf(target, cpu);
    return bytes === SMALLEST_PAGE ? [] : [[cpu, bytes]];
  });
  return {
    name,
    title,
    libc,
    ...(libc === 'gnu' ? { glibc: libcVersion } : { musl: libcVersion }),
    ...(endOfLife === undefined ? {} : { endOfLife }),
    ...(pages.length === 0 ? {} : { pageSize: Object.fromEntries(pages) }),
    source,
  };
}
