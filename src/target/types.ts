import type { Cpu } from '../elf/types.js';
import type { BundleReading } from './bundle-settings.js';
import type { RubygemsUpdate } from './dockerfile/rubygems-update.js';

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
  /**
   * Canonical name of the system that this one is built on: `ubuntu-22.04` for `heroku-22`. Of one that was read, what its
   * os-release says that it is, which need not be a known system.
   */
  readonly base?: string;
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
   * `ceilings`. An empty set is that of a library that defines none, with which a loader accepts every need.
   */
  readonly versions?: Readonly<Record<string, readonly string[]>>;
  /** What the libraries define and need, by the names in `libraries`, where the system itself was read. */
  readonly exports?: Readonly<Record<string, LibraryExports>>;
  /** What lets musl start executables that are built for glibc, where the system was read and has it. */
  readonly glibcLayer?: GlibcLayer;
  /** Sonames that the base system has. */
  readonly libraries: readonly string[];
  /** `libraries` is everything that is there: a soname that is not in it is missing, not unchecked. */
  readonly librariesComplete: boolean;
  /** Places that may bring further libraries in ways that could not be read: `Dockerfile:12`. Absent if there is none. */
  readonly unseen?: readonly string[];
  /**
   * What is known for one CPU alone; it goes before the fields above, which hold for all `cpus` together. `forCpu`
   * applies it.
   */
  readonly byCpu?: Readonly<Partial<Record<Cpu, CpuFacts>>>;
  /** Highest x86-64 ISA level that every machine of this system has. */
  readonly isa?: 'x86-64-baseline' | 'x86-64-v2' | 'x86-64-v3' | 'x86-64-v4';
  /** Pages of its own kernel, where they are not those of `USUAL_PAGE_SIZES`. `pageSizeOf` applies them. */
  readonly pageSizes?: Readonly<Partial<Record<Cpu, PageSizeFact>>>;
  /** The page of the kernel that runs, where that was read from the machine or said by the user: it goes before `pageSizes`. */
  readonly pageSize?: PageSizeFact;
  /** ISO date of the end of standard support. */
  readonly endOfLife?: string;
  /** Where the facts come from. */
  readonly source: string;
}

/** The size of a kernel's pages. */
export interface PageSizeFact {
  readonly bytes: number;
  readonly source: string;
}

/** What a system provides to binaries of one CPU. */
export interface CpuFacts {
  readonly ceilings: Readonly<Record<string, string>>;
  readonly markers?: readonly string[];
  readonly versions?: Readonly<Record<string, readonly string[]>>;
  readonly exports?: Readonly<Record<string, LibraryExports>>;
  readonly glibcLayer?: GlibcLayer;
  readonly libraries: readonly string[];
}

/**
 * gcompat, or the links to musl of Alpine's older libc6-compat: a file where glibc has its program interpreter, through which musl
 * starts executables.
 */
export interface GlibcLayer {
  /** Absolute paths of that file, one of which is an executable's PT_INTERP. */
  readonly loaders: readonly string[];
  /** Soname of the library that it has musl load before all others (gcompat's loader/loader.c); absent for links to musl itself. */
  readonly preload?: string;
  /** It is known that a package brings it, and not which names it has. */
  readonly unread?: true;
}

/** What a library of a system that was read gives to those that are loaded with it. `library-exports.ts` looks names up in it. */
export interface LibraryExports {
  /** DT_NEEDED: sonames of what is loaded with it. */
  readonly needed: readonly string[];
  readonly defined: readonly DefinedNames[];
}

/** Names that a library defines in the same way: one text, since a system has some 100,000 of them. */
export interface DefinedNames {
  /** Absent for names without a version. */
  readonly version?: string;
  /** Only who asks for the version finds the names, since none of its versions is the default one. */
  readonly hidden?: true;
  /** The version is the library's first, in which glibc finds hidden names too (elf/dl-lookup.c, check_match: index 2). */
  readonly first?: true;
  /** Separated by NUL. */
  readonly names: string;
}

/** A target of the table: a system that is known by its name. */
export interface NamedTarget extends Target {
  /** Other names by which it is found, without those of images: `focal`, `al2023`. */
  readonly aliases: readonly string[];
  /** Family of releases that follow each other: `ubuntu`, `rhel`, `heroku`. */
  readonly distribution: string;
  /** Release within the distribution: `20.04`, `9`. */
  readonly release: string;
  /** The CPUs are always known for a target of the table. */
  readonly cpus: readonly Cpu[];
  /** A contract that many systems meet (`manylinux_2_28`), not a system that one could run. */
  readonly policy: boolean;
  /** ISO date of the end of paid or community long-term support, where there is one. */
  readonly extendedEndOfLife?: string;
  /** Version of Ruby that the system brings: `3.3` for `lambda-ruby3.3`. */
  readonly ruby?: string;
  /** ISO date on which the facts were read. */
  readonly asOf: string;
  /** The facts were not read from the system itself. */
  readonly uncertain: boolean;
  /** What a user should know besides, one sentence each. */
  readonly notes: readonly string[];
}

/** What a text stands for, and how sure that is. */
export interface ResolvedTarget {
  readonly target: Target;
  /** What was guessed or is not known for certain, one sentence each. */
  readonly warnings: readonly string[];
  /** Version of Ruby that the image or runtime brings, as far as its name says: `3.3`, `3.3.5`. */
  readonly ruby?: string;
  /** Where another RubyGems is installed than the one that came with Ruby. */
  readonly rubygemsUpdate?: RubygemsUpdate;
  /** How its Dockerfile has the gems installed. */
  readonly bundle?: BundleReading;
}
