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
  readonly source: string;
}

export function targetSummary({ name, title, libc, libcVersion, endOfLife, source }: Target): TargetSummary {
  return {
    name,
    title,
    libc,
    ...(libc === 'gnu' ? { glibc: libcVersion } : { musl: libcVersion }),
    ...(endOfLife === undefined ? {} : { endOfLife }),
    source,
  };
}
