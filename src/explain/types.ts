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
 * Why a symbol carries the version that it does. The sentence of each kind is in src/report/explain-words.ts.
 *
 * - `moved`: it is older, and moved into this library from another one in this release.
 * - `revised`: it is older in this library too; this is a newer version of it.
 * - `added`: nothing of this name was there before.
 * - `renamed`: programs called it before; it was in the header or in a static part, or had another name in the library.
 * - `redirected`: headers of this release make it out of the call of another name (`strtol` → `__isoc23_strtol`).
 * - `start-code`: the start files that are linked into every program call it.
 * - `compiler`: code calls it that the compiler or its own libraries bring along.
 * - `marker`: a version without a function behind it; the link editor asks for it to say what the file relies on.
 * - `private`: inner workings that two parts of one release share; another release may lack it or mean another thing.
 * - `base`: it is as old as the library on that CPU, so every release of it has it.
 * - `versioned`: the release that brought its version is known, and no more.
 */
export type ReasonKind =
  | 'moved'
  | 'revised'
  | 'added'
  | 'renamed'
  | 'redirected'
  | 'start-code'
  | 'compiler'
  | 'marker'
  | 'private'
  | 'base'
  | 'versioned';

/** What a build of the same source on a system that is older than the version comes to. */
export type RebuildEffect =
  /** It gets an older version of it, or does without. */
  | 'avoids'
  /** It does without, unless the source itself asks for it: then it does not compile there. */
  | 'avoids-unless-used'
  /** Any build does, where the link editor is told not to use the feature. */
  | 'needs-flag'
  /** There is nothing to avoid. */
  | 'nothing-to-avoid';

export interface Explanation extends SymbolQuestion {
  readonly kind: ReasonKind;
  readonly project: 'glibc' | 'gcc';
  /** Release of the project that brought this version: `2.34`, `12.1`; absent for `private`. */
  readonly since?: string;
  /** Library that it was in before, for `moved`: `libpthread.so.0`. */
  readonly from?: string;
  /** The newest version of it before this one on that CPU, for `moved` and `revised`: `GLIBC_2.2.5`. */
  readonly before?: string;
  /** What it is or does, without its name; absent where only its class is known. */
  readonly what?: string;
  /** What is particular about this version, or how a build comes by it. */
  readonly why?: string;
  readonly rebuild: RebuildEffect;
  /** Where the facts come from. */
  readonly source: string;
}

/** Symbols of one library that are explained together. */
export interface KnownSymbols {
  /** Separated by blanks; a `*` at the end of a word stands for any ending. Empty for a version without symbols. */
  readonly names: string;
  readonly library: string;
  /** `GLIBC_2.34` */
  readonly version: string;
  readonly what: string;
  readonly why?: string;
  /** Where it says more than the library's history, or something else. */
  readonly kind?: ReasonKind;
  readonly rebuild?: RebuildEffect;
  /** Release of glibc, for a version without a number. */
  readonly since?: string;
  /** CPUs on which the names have this version; absent where it is all whose port is older. */
  readonly cpus?: readonly Cpu[];
  readonly source: string;
}
