/** The CPUs that this project judges, by RubyGems' names. */
export type Cpu = 'x86_64' | 'aarch64' | 'arm' | 'x86' | 'ppc64le' | 's390x' | 'riscv64';

/** One `Elf*_Vernaux`: a version name that a needed library has to define. */
export interface VersionNeed {
  /** `vna_name`: `GLIBC_2.34`. */
  readonly name: string;
  /** `vna_hash`, the SysV hash of the name. */
  readonly hash: number;
  /** `vna_flags`, as stored. */
  readonly flags: number;
  /** `VER_FLG_WEAK` is set: the loader accepts the library without this version. */
  readonly weak: boolean;
  /** `vna_other` without the hidden bit: the index by which DT_VERSYM refers to it. */
  readonly index: number;
  /**
   * Names of the dynamic symbols that are bound to this version, in symbol table order: undefined ones, and those
   * that an executable defines as the target of a copy relocation.
   */
  readonly symbols: readonly string[];
}

/** One `Elf*_Verneed`: the versions that are needed of one library. */
export interface LibraryNeed {
  /** `vn_file`: `libc.so.6`. */
  readonly library: string;
  readonly versions: readonly VersionNeed[];
}

/** One `Elf*_Verdef`: a version that this file defines. */
export interface VersionDefinition {
  readonly name: string;
  /** `vd_ndx` without the hidden bit. */
  readonly index: number;
  /** `vd_flags`, as stored. */
  readonly flags: number;
  /** `VER_FLG_BASE` is set: the file's own name, not a version. */
  readonly base: boolean;
  /** Names of the versions that this one inherits from. */
  readonly parents: readonly string[];
  /** Names of the defined dynamic symbols that carry this version, in symbol table order; none for the base. */
  readonly symbols: readonly string[];
}

/** `GNU_PROPERTY_X86_ISA_1_NEEDED` levels. */
export type X86IsaLevel = 'x86-64-baseline' | 'x86-64-v2' | 'x86-64-v3' | 'x86-64-v4';

/** What a Go executable says of its build: debug/buildinfo of Go's standard library. */
export interface GoBuild {
  /** `go1.22.4` */
  readonly version: string;
  /** Package path of main: `github.com/basecamp/thruster/cmd/thrust`. */
  readonly path?: string;
  /** Path of the main module. */
  readonly module?: string;
  /** Build settings that bear on how it is linked: `CGO_ENABLED`, `-buildmode`, `-tags`, `GOARCH`, `GOOS`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Toolchains that leave something of their own in what they build, besides what compilers write into `.comment`. */
export type ProducerMark = 'graalvm' | 'bun' | 'dart' | 'rust';

/**
 * Evidence of who built a file, from section headers that may be stripped or wrong: what is not there is not known, and
 * it bears on no verdict.
 */
export interface Producer {
  /** Distinct strings of `.comment`, in file order. */
  readonly comments: readonly string[];
  readonly go?: GoBuild;
  readonly marks: readonly ProducerMark[];
}

/** PT_TLS. */
export interface ThreadLocalStorage {
  /** `p_memsz`, in bytes. */
  readonly size: number;
  /** `p_align`, in bytes. */
  readonly align: number;
  /**
   * The file reaches its own data by the initial-exec model (a relocation such as R_X86_64_TPOFF64), which takes room that the
   * loader lays out when the process starts.
   */
  readonly initialExec?: true;
}

/** NT_GNU_ABI_TAG: `elf.h`, `ELF_NOTE_OS_*`. */
export interface AbiTag {
  /** 0 is Linux, 1 the Hurd, 2 Solaris, 3 FreeBSD. */
  readonly os: number;
  /** Oldest kernel: `3.2.0`. */
  readonly kernel: string;
}

/**
 * How the PT_LOAD segments of a file lie towards the kernel's pages, which have 4, 16 or 64 KiB. In bytes, powers of two of at
 * most 1 GiB.
 */
export interface SegmentPages {
  /** The largest page modulo which `p_vaddr` and `p_offset` of every segment are equal: larger ones cannot be mapped. */
  readonly congruent: number;
  /** The largest page of which `p_align` of every segment is a multiple. */
  readonly aligned: number;
  /** `p_vaddr` and `p_offset` of a segment differ modulo its own `p_align`. */
  readonly misaligned?: true;
  /** The largest page that no two segments share of which one would undo the other: in permissions, content or zeros. */
  readonly apart: number;
}

/** What an ELF file says of itself: facts, no judgement. Plain data, safe to clone and to serialise as JSON. */
export interface ElfFile {
  /** `EI_CLASS`. */
  readonly class: 32 | 64;
  /** `EI_DATA`. */
  readonly byteOrder: 'little' | 'big';
  /** `EI_OSABI`. */
  readonly osAbi: number;
  /** `EI_ABIVERSION`, where it is not 0. */
  readonly abiVersion?: number;
  /** A byte of `e_ident` behind EI_ABIVERSION is not 0. */
  readonly identPadding?: true;
  /** `e_type`: ET_EXEC, ET_DYN, ET_REL, ET_CORE, or another number. */
  readonly type: 'exec' | 'dyn' | 'rel' | 'core' | 'other';
  /** `e_machine`. */
  readonly machine: number;
  /** `e_flags`. */
  readonly flags: number;
  /** The CPU of `machine`, class and byte order by RubyGems' name; absent for one that Linux gems do not name. */
  readonly cpu?: Cpu;
  /**
   * The system other than Linux that it is for: `FreeBSD`. Such a file has no `cpu`, since a static executable of another system
   * asks for nothing and would seem to run everywhere.
   */
  readonly system?: string;
  /** PT_INTERP. */
  readonly interpreter?: string;
  /**
   * A loader or the kernel could load it: an executable or shared object whose segments are in the file. False for
   * an object file, a core dump and a separate debug file; of those only the header is read.
   */
  readonly loadable: boolean;
  /** Absent where the program headers were not read, or no Linux loads the file. */
  readonly pages?: SegmentPages;
  /** A PT_DYNAMIC is there, so a dynamic loader (or a static-pie's own start code) reads it. */
  readonly dynamic: boolean;
  /** DF_1_PIE is set in DT_FLAGS_1: an executable although `type` is `dyn`. */
  readonly pie: boolean;
  /** DF_1_NODEFLIB is set in DT_FLAGS_1: the loader's default directories are not searched for what the file needs. */
  readonly noDefaultLibraries?: true;
  /** DF_1_NOOPEN is set in DT_FLAGS_1: the file asks not to be opened by dlopen. */
  readonly noOpen?: true;
  /** DF_BIND_NOW, DF_1_NOW or DT_BIND_NOW: every import is looked up when the file is loaded. */
  readonly bindNow?: true;
  /**
   * PT_GNU_STACK: `executable` where it asks for an executable stack, `unmarked` where there is none, so that the CPU's default
   * holds. Absent where it asks for none.
   */
  readonly stack?: 'executable' | 'unmarked';
  /** PT_TLS: the thread-local data of the file. */
  readonly tls?: ThreadLocalStorage;
  /** DT_RELR is there: relative relocations in their packed form. */
  readonly relr?: true;
  /** The file has an ifunc of its own: a relocation is R_*_IRELATIVE, or a symbol that it defines is of type STT_GNU_IFUNC. */
  readonly ifunc?: true;
  /** There is neither DT_HASH nor DT_GNU_HASH, so that no symbol of the file can be looked up. */
  readonly noHashTable?: true;
  /** A PT_LOAD has more bytes in the file than in memory. */
  readonly oversizedSegment?: true;
  /** A PT_LOAD behind the first begins on a page and is empty. */
  readonly emptySegment?: true;
  /** The NT_GNU_ABI_TAG note of the file. */
  readonly abiTag?: AbiTag;
  /** DT_SONAME. */
  readonly soname?: string;
  /** DT_NEEDED, in file order. */
  readonly needed: readonly string[];
  /** DT_RPATH, split at colons. */
  readonly rpath: readonly string[];
  /** DT_RUNPATH, split at colons. */
  readonly runpath: readonly string[];
  readonly verneed: readonly LibraryNeed[];
  readonly verdef: readonly VersionDefinition[];
  /**
   * DT_FILTER: libraries that have to be found, like DT_NEEDED, in whose place this one stands. The last entry
   * counts.
   */
  readonly filter?: string;
  /** Undefined dynamic symbols without a version, in symbol table order, weak ones included. */
  readonly unversionedImports: readonly string[];
  /**
   * Undefined dynamic symbols of weak binding, with or without a version: the loader accepts that nothing defines
   * them.
   */
  readonly weakImports: readonly string[];
  /**
   * Imports that are looked up when the file is loaded although functions may wait for their first call: data, addresses of
   * functions, what is called without a PLT. In symbol table order; absent where there are none, and with `bindNow`, which
   * makes it all.
   */
  readonly eagerImports?: readonly string[];
  /** Imports to which no relocation refers, so that nothing looks them up; absent where there are none. */
  readonly idleImports?: readonly string[];
  /** Thread-local symbols of other files that are reached by initial-exec relocations; absent where there are none. */
  readonly initialExecImports?: readonly string[];
  /**
   * Names that the file defines without a version, of a file with DT_SONAME: what others may look up in it, besides what
   * `verdef` names. Absent where they were not asked for.
   */
  readonly exports?: readonly string[];
  /** Names of which every definition is hidden behind its version (bit 15 of DT_VERSYM); absent where there are none. */
  readonly hiddenExports?: readonly string[];
  /** `GNU_PROPERTY_X86_ISA_1_NEEDED`, lowest level first; empty where it is not declared. */
  readonly isaNeeded: readonly X86IsaLevel[];
  /** Absent where nothing says who built it. */
  readonly producer?: Producer;
  /**
   * What lies in the file and is described by none of its headers, as the files of a self-extracting archive do: in bytes, from
   * the start of the file.
   */
  readonly appended?: { readonly offset: number; readonly size: number };
}

/**
 * Bytes of a file that may be sparse: what is not held is an error at the door, never zeroes. `parseElf` asks for
 * the ranges that it needs and for nothing else, so a 160 MB executable need not be held.
 */
export interface ElfBytes {
  /** Size of the whole file in bytes. */
  readonly size: number;
  /**
   * `length` bytes from `offset`. The caller has checked that the range lies within `size`.
   * Throws `MissingRangeError` where the view does not hold the range.
   */
  read(offset: number, length: number): Uint8Array;
}
