import type { Cpu } from '../elf/types.js';

/** A needed symbol: what is asked about. */
export interface SymbolQuestion {
  /** Library that the version is needed of, `vn_file`: `libc.so.6`. */
  readonly library: string;
  /** `GLIBC_2.34`. */
  readonly symbolVersion: string;
  /** As the linker has it, C++ names mangled; absent where a version is needed and no symbol is bound to it. */
  readonly symbol?: string;
  readonly cpu: Cpu;
}

/**
 * Why a symbol carries the version that it does. Each kind has one sentence on how a build comes by it, in
 * src/report/explain-words.ts.
 *
 * - `moved`: it is older, and moved into this library from another one in this release.
 * - `revised`: it is older in this library too; this version of it behaves in another way.
 * - `added`: nothing of this name was there before.
 * - `was-inline`: programs called it before, but its code was in the header or in libc_nonshared.a.
 * - `redirected`: headers of this release make it out of a call of another name (`strtol` → `__isoc23_strtol`).
 * - `start-code`: the linker's start files call it, whatever the program does.
 * - `marker`: a version without a function behind it; the link editor adds it to say which feature the file uses.
 * - `base`: it is as old as the library on that CPU, and every release has it.
 * - `compiler`: code that the compiler itself emits calls it.
 */
export type ReasonKind =
  'moved' | 'revised' | 'added' | 'was-inline' | 'redirected' | 'start-code' | 'marker' | 'base' | 'compiler';

/** Whether a build on a system that is older than the version does without it. */
export type RebuildEffect =
  /** Built there, the same source gets an older version of it. */
  | 'avoids'
  /** The source calls it by name: built there, it does not compile, or does without what configure did not find. */
  | 'needs-source-change'
  /** The loader of every older system does without; the build has to be told to (`-Wl,-z,nopack-relative-relocs`). */
  | 'needs-flag';

export interface Explanation extends SymbolQuestion {
  readonly kind: ReasonKind;
  /** Release that brought this version: `2.34` of glibc, `12.1` of GCC. */
  readonly since: string;
  readonly project: 'glibc' | 'gcc';
  /** Library that it was in before, for `moved`: `libpthread.so.0`. */
  readonly from?: string;
  /** The newest version of it before this one on that CPU, for `moved` and `revised`: `GLIBC_2.2.5`. */
  readonly before?: string;
  /** What it is, one sentence without its name; absent where only the class of the symbol is known. */
  readonly what?: string;
  readonly rebuild: RebuildEffect;
  /** Where the facts come from. */
  readonly source: string;
}
