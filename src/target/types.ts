import type { Cpu } from '../elf/types.js';

export type Libc = 'gnu' | 'musl';

/** What a system provides to a binary: plain data, from wherever it was learnt. */
export interface Target {
  /** Canonical name: `ubuntu-20.04`, `glibc-2.31`. */
  readonly name: string;
  /** For people: `Ubuntu 20.04 LTS`. */
  readonly title: string;
  readonly libc: Libc;
  /** Version of the C library: `2.31`, `1.2.5`. */
  readonly libcVersion: string;
  /** CPUs that the system exists for; absent where any. */
  readonly cpus?: readonly Cpu[];
  /**
   * Highest numbered symbol version by prefix: `{ GLIBC: "2.31", GLIBCXX: "3.4.28", CXXABI: "1.3.12", GCC: "7.0.0" }`.
   * A prefix that is absent is not known.
   */
  readonly ceilings: Readonly<Record<string, string>>;
  /** Unnumbered version names that are provided, e.g. `GLIBC_ABI_DT_RELR`; absent where it is not known. */
  readonly markers?: readonly string[];
  /**
   * Complete sets of version names by soname, where they were read from the real libraries. They go before
   * `ceilings`.
   */
  readonly versions?: Readonly<Record<string, readonly string[]>>;
  /** Sonames that the base system has. */
  readonly libraries: readonly string[];
  /** `libraries` is everything that is there: a soname that is not in it is missing, not unchecked. */
  readonly librariesComplete: boolean;
  /** Highest x86-64 ISA level that every machine of this system has. */
  readonly isa?: 'x86-64-baseline' | 'x86-64-v2' | 'x86-64-v3' | 'x86-64-v4';
  /** ISO date of the end of standard support. */
  readonly endOfLife?: string;
  /** Where the facts come from. */
  readonly source: string;
}
