import type { Cpu, X86IsaLevel } from '../elf/types.js';
import type { Libc } from '../target/types.js';

/** See "Verdicts" in src/README.md. `source`: nothing prebuilt is run; `unknown`: it could not be checked. */
export type Verdict = 'compatible' | 'incompatible' | 'source' | 'unknown';

interface InFile {
  /** Path inside the gem. */
  readonly file: string;
}

/** The loader would refuse the file: the target's library does not define a version that the file needs. */
export interface SymbolVersionFinding extends InFile {
  readonly kind: 'symbol-version';
  readonly library: string;
  readonly symbolVersion: string;
  /** The undefined symbols that are bound to that version. */
  readonly symbols: readonly string[];
  /** The highest version with the same prefix that the target has, where that is known: `GLIBC_2.31`. */
  readonly provided?: string;
}

/** Built for another C library than the target's. */
export interface WrongLibcFinding extends InFile {
  readonly kind: 'wrong-libc';
  readonly builtFor: Libc;
  /** What says so: the needed library or the interpreter. */
  readonly evidence: string;
}

/** The gem carries executables or libraries, but none for the target's CPU. */
export interface WrongMachineFinding extends InFile {
  readonly kind: 'wrong-machine';
  /** CPU by RubyGems' name, or `e_machine` in decimal where it has none. */
  readonly machine: string;
  readonly wanted: Cpu;
}

/** A file for another CPU beside those for the target's, and nothing in its path says that it is meant for that. */
export interface OtherMachineFinding extends InFile {
  readonly kind: 'other-machine';
  /** As in `WrongMachineFinding`. */
  readonly machine: string;
}

/** A file that would have to be loaded, or the gem itself, is built for another system than Linux. */
export interface WrongSystemFinding extends InFile {
  readonly kind: 'wrong-system';
  /** `macOS`, `Windows`. */
  readonly system: string;
  /** CPUs as that system calls them: `arm64`; empty where it does not say. */
  readonly cpus: readonly string[];
}

/** It is for another system or engine, and nothing lies beside it that Linux or MRI would load in its place. */
export interface OtherSystemFinding extends InFile {
  readonly kind: 'other-system';
  /** As in `WrongSystemFinding`, or `JRuby`. */
  readonly system: string;
  readonly cpus: readonly string[];
}

/** PT_INTERP names a loader that the target does not have at that path. */
export interface MissingInterpreterFinding extends InFile {
  readonly kind: 'missing-interpreter';
  readonly interpreter: string;
}

/** A needed library is neither in the gem nor on the target. */
export interface MissingLibraryFinding extends InFile {
  readonly kind: 'missing-library';
  readonly library: string;
}

/** DT_NEEDED is an absolute path of the machine that built the file, which no system has. */
export interface BuildPathFinding extends InFile {
  readonly kind: 'build-path';
  readonly library: string;
}

/** A fat gem has no build for the project's Ruby. */
export interface MissingRubyAbiFinding extends InFile {
  readonly kind: 'missing-ruby-abi';
  /** `3.3` */
  readonly ruby: string;
  readonly available: readonly string[];
  /** The library of another Ruby that the file is linked to, where that is what says so: `libruby.so.3.2`. */
  readonly library?: string;
  /** The gem is installed, for another Ruby than the one that runs. */
  readonly installed?: true;
}

/**
 * Which Ruby runs is not known, and it decides: a fat gem has builds that fit and builds that do not, or none for a Ruby in use.
 * `file` is the path of its builds, with `*` where the Ruby stands.
 */
export interface RubyUndecidedFinding extends InFile {
  readonly kind: 'ruby-undecided';
  /** Rubies, `X.Y`, with which the gem fits. */
  readonly fitting: readonly string[];
  /** Those with which it does not, or cannot be checked, though it has a build for them. */
  readonly failing: readonly string[];
  /** Those in use that it has no build for, and whose Bundler would install it. */
  readonly missing: readonly string[];
}

/** The file declares that it needs a newer CPU than every machine of the target has. */
export interface IsaLevelFinding extends InFile {
  readonly kind: 'isa-level';
  readonly level: X86IsaLevel;
  readonly provided: X86IsaLevel;
}

/** The file is opened at run time and asks for an executable stack, which glibc 2.41 and later do not give to a process that runs. */
export interface ExecutableStackFinding extends InFile {
  readonly kind: 'executable-stack';
  /** PT_GNU_STACK says so, or there is none and the CPU's default is one. */
  readonly because: 'executable' | 'unmarked';
}

/** Thread-local data of files that are opened at run time takes more room than the loader has laid out. */
export interface StaticTlsFinding extends InFile {
  readonly kind: 'static-tls';
  /** Of the file's own data, in bytes. */
  readonly size: number;
  /** What the loader has for all of them, in bytes; 0 on musl. */
  readonly room: number;
  /** Of all files of the gem together, in bytes, where it is more than one. */
  readonly total?: number;
}

/** The same where it depends on the process how much of the room is left. */
export interface UncheckedStaticTlsFinding extends Omit<StaticTlsFinding, 'kind'> {
  readonly kind: 'unchecked-static-tls';
}

/** Why a loader does not take a file, beside libraries, versions and symbols. */
export type RefusalReason =
  /** EI_OSABI is another system's. */
  | 'os-abi'
  /** EI_ABIVERSION is none that glibc knows. */
  | 'abi-version'
  /** Bytes of e_ident that have to be 0 are not. */
  | 'ident-padding'
  /** `e_flags`: soft float on a hard-float system, or the other way round. */
  | 'float-abi'
  /** `e_flags`: the other ELF ABI of ppc64. */
  | 'elf-abi'
  /** NT_GNU_ABI_TAG: a kernel other than Linux, or newer than there is. */
  | 'other-kernel'
  | 'newer-kernel'
  /** DF_1_NOOPEN. */
  | 'no-open'
  /** An executable that is to be opened as a library. */
  | 'program-as-library'
  /** Neither DT_HASH nor DT_GNU_HASH. */
  | 'no-hash-table'
  /** p_filesz > p_memsz. */
  | 'oversized-segment'
  /** p_memsz is 0. */
  | 'empty-segment'
  /** DT_RELR without a need of GLIBC_ABI_DT_RELR, or where the loader does not know DT_RELR. */
  | 'relr-without-marker'
  | 'relr-not-applied'
  /** R_*_IRELATIVE or STT_GNU_IFUNC on musl. */
  | 'ifunc-on-musl';

/** The loader, or the kernel, does not take the file as it is. */
export interface LoaderRefusalFinding extends InFile {
  readonly kind: 'loader-refusal';
  readonly refusal: RefusalReason;
  /** What the file has, where that says more than the reason: an EI_OSABI, `e_flags`, a kernel. */
  readonly value?: string;
}

/** Symbols that nothing defines which the file is loaded with. */
export interface MissingSymbolFinding extends InFile {
  readonly kind: 'missing-symbol';
  readonly symbols: readonly string[];
  /**
   * `load`: the loader looks them up when it loads the file, and refuses it. `call`: it may wait for the first call, and the
   * process ends there.
   */
  readonly bound: 'load' | 'call';
  /** The first release of the C library that has them: `2.36` of glibc, `1.2.3` of musl. */
  readonly since?: string;
  /** The library among the files that was to define them: it has the version and not the symbol. */
  readonly library?: string;
}

/**
 * Symbols that only a later release of the C library has, where something that is not known may define them: a library, or the
 * program that opens the file.
 */
export interface UncheckedSymbolFinding extends InFile {
  readonly kind: 'unchecked-symbol';
  readonly symbols: readonly string[];
  /** As in `MissingSymbolFinding`. */
  readonly since: string;
}

/** Built against glibc's headers. musl's loader takes the file, since it has all of the names; what they do only a run can tell. */
export interface OtherLibcFinding extends InFile {
  readonly kind: 'other-libc';
  readonly builtFor: Libc;
  /** As in `WrongLibcFinding`. */
  readonly evidence: string;
  /** It is started through a layer that stands for glibc, such as gcompat. */
  readonly layer?: true;
}

/**
 * The segments cannot be mapped with the pages of the kernel that runs.
 * - `address-not-page-aligned`: address and offset of a segment differ modulo the page; no loader maps such a segment.
 * - `alignment-not-page-aligned`: its `p_align` is no multiple of the page, which glibc before 2.35 refuses.
 * - `address-not-aligned`: address and offset differ modulo its own `p_align`, which glibc before 2.35 refuses.
 * - `shared-page`: two segments lie on one page, and the later one replaces what the earlier one has there.
 */
export interface PageSizeFinding extends InFile {
  readonly kind: 'page-size';
  /** Of the kernel, in bytes. */
  readonly page: number;
  /** The largest page of a kernel that the segments allow, in bytes; 1 where they allow none. */
  readonly largest: number;
  readonly why:
    'address-not-page-aligned' | 'alignment-not-page-aligned' | 'address-not-aligned' | 'shared-page';
}

/** A needed library of which it is not known whether the target has it. */
export interface UncheckedLibraryFinding extends InFile {
  readonly kind: 'unchecked-library';
  readonly library: string;
  /** The gem carries a library of that name, but not where the loader looks for it. */
  readonly carried: boolean;
  /** DF_1_NODEFLIB keeps the loader from looking where the target has it. */
  readonly noDefaultLibraries?: true;
  /** `library` is a path, at which the loader opens it; a relative one in the directory in which the process runs. */
  readonly path?: 'absolute' | 'relative';
}

/** A needed version of which it is not known whether the target defines it. */
export interface UncheckedVersionFinding extends InFile {
  readonly kind: 'unchecked-symbol-version';
  readonly library: string;
  readonly symbolVersion: string;
  readonly symbols: readonly string[];
}

/** An `ar` archive: it is linked on the user's machine, so nothing in it can be judged here. */
export interface StaticArchiveFinding extends InFile {
  readonly kind: 'static-archive';
}

/** An archive inside the gem, of which nothing was read. */
export interface NestedArchiveFinding extends InFile {
  readonly kind: 'nested-archive';
}

/** Several files of which the gem picks one at run time; some fit and some do not. */
export interface ChosenAtRunTimeFinding extends InFile {
  readonly kind: 'chosen-at-run-time';
  readonly fitting: readonly string[];
  readonly failing: readonly string[];
}

/** Several files that are named for systems, of which the gem picks one at run time, and none is named for the target. */
export interface NoBuildForSystemFinding extends InFile {
  readonly kind: 'no-build-for-system';
  /** What the files are named for, `file` with a `*` in place of it: `debian 9`, `ubuntu 22.04`. */
  readonly named: readonly string[];
  /** The target, in the same words: `ubuntu 24.04`. */
  readonly system: string;
}

/** A file in the gem that could not be read. */
export interface UnreadableFinding extends InFile {
  readonly kind: 'unreadable';
  readonly code: string;
  readonly reason: string;
}

/** Bundler has nothing to install on the target: no variant matches it, or each wants another Ruby. `file` is the gem. */
export interface NoVariantFinding extends InFile {
  readonly kind: 'no-variant';
  /**
   * - `content-addressed`: RubyGems and Bundler 4.1 have something to install, and what runs there is older.
   * - `old-rubygems`: the variant wants a newer RubyGems than runs there.
   * - `not-offered`: the source has the version, and none of the variants that the lockfile lists.
   */
  readonly reason:
    'no-matching-platform' | 'ruby-mismatch' | 'content-addressed' | 'old-rubygems' | 'not-offered';
  readonly wanted: string;
  /** What the lockfile lists, where that is not offered; what the variant wants of RubyGems, where that is too old. */
  readonly asked?: readonly string[];
  /** The variants that the source has; the RubyGems that runs there. */
  readonly there?: readonly string[];
}

/**
 * Another file of the gem is installed where a RubyGems before 4.1 runs, which knows no content-addressed gems, and it fares
 * otherwise. `file` is the `.gem` that was judged.
 */
export interface RubygemsUndecidedFinding extends InFile {
  readonly kind: 'rubygems-undecided';
  /** The `.gem` that the older one installs. */
  readonly older: string;
  readonly verdict: Verdict;
}

/**
 * Bundler takes the `ruby` variant, which brings nothing and has nothing to compile, and the source has this version with files for the
 * machine. `shim-alone`: the variant has a launcher for an executable that only those bring. `nothing-compiled`: only the gem's own
 * Ruby code knows whether it does without. `file` is the `.gem`.
 */
export interface BareVariantFinding extends InFile {
  readonly kind: 'shim-alone' | 'nothing-compiled';
  /** The platform of the variant that has files for the machine. */
  readonly platform: string;
  /** What that has and the `ruby` variant lacks: the executables of the launchers; else all that is loaded. */
  readonly lacks: readonly string[];
  /** The Gemfile's line that has it compiled. */
  readonly forced?: { readonly file: string; readonly line: number };
}

/** The gem itself could not be had, read or trusted. `file` is the `.gem`. */
export interface UnavailableFinding extends InFile {
  readonly kind: 'unavailable';
  readonly code: string;
  readonly reason: string;
  readonly suggestions: readonly string[];
}

export type Finding =
  | SymbolVersionFinding
  | WrongLibcFinding
  | WrongMachineFinding
  | OtherMachineFinding
  | WrongSystemFinding
  | OtherSystemFinding
  | MissingInterpreterFinding
  | MissingLibraryFinding
  | BuildPathFinding
  | MissingRubyAbiFinding
  | RubyUndecidedFinding
  | IsaLevelFinding
  | ExecutableStackFinding
  | StaticTlsFinding
  | UncheckedStaticTlsFinding
  | LoaderRefusalFinding
  | MissingSymbolFinding
  | UncheckedSymbolFinding
  | OtherLibcFinding
  | PageSizeFinding
  | UncheckedLibraryFinding
  | UncheckedVersionFinding
  | StaticArchiveFinding
  | NestedArchiveFinding
  | ChosenAtRunTimeFinding
  | NoBuildForSystemFinding
  | UnreadableFinding
  | NoVariantFinding
  | RubygemsUndecidedFinding
  | BareVariantFinding
  | UnavailableFinding;

export type FindingKind = Finding['kind'];

/** What a gem needs of a system, over all files that would be loaded on it. Weak version needs do not count. */
export interface Requires {
  /** The C library that the files are linked to; `static` where no file asks for one. */
  readonly libc: Libc | 'static' | 'both';
  /** Highest `GLIBC_x.y`: `2.34`. */
  readonly glibc?: string;
  /** Highest `GLIBCXX_x.y.z` of libstdc++. */
  readonly glibcxx?: string;
  /** Highest `CXXABI_x.y.z` of libstdc++. */
  readonly cxxabi?: string;
  /** Highest `GCC_x.y.z` of libgcc_s. */
  readonly gcc?: string;
  /** Needed versions without a number, such as `GLIBC_ABI_DT_RELR`. */
  readonly markers?: readonly string[];
  /** Needed libraries that neither the gem nor the C library's own package brings. */
  readonly libraries?: readonly string[];
}

export interface Judgement {
  readonly verdict: Exclude<Verdict, 'source'>;
  /** Absent where the gem has no file that would be loaded. */
  readonly requires?: Requires;
  readonly findings: readonly Finding[];
  /** Libraries that the judgement takes for given, since nothing of the target says whether they are there. */
  readonly given?: readonly string[];
  /** Files that belong to no gem and are not loaded there, since the same file lies beside them for its C library. */
  readonly passedOver?: readonly string[];
}
