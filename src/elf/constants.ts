/**
 * Numbers of the ELF format. Names are those of the System V gABI (https://gabi.xinuos.com/), the LSB core
 * specification's symbol versioning chapter, and glibc's `elf/elf.h`, which carries the processor supplements too.
 */

/** `e_ident`: gABI, "ELF Identification". Indices are in bytes. */
export const EI_CLASS = 4;
export const EI_DATA = 5;
export const EI_VERSION = 6;
export const EI_OSABI = 7;
export const EI_ABIVERSION = 8;
/** First byte of the padding. */
export const EI_PAD = 9;
export const EI_NIDENT = 16;
export const ELFCLASS32 = 1;
export const ELFCLASS64 = 2;
export const ELFDATA2LSB = 1;
export const ELFDATA2MSB = 2;
export const EV_CURRENT = 1;

/** `e_type`. */
export const ET_REL = 1;
export const ET_EXEC = 2;
export const ET_DYN = 3;
export const ET_CORE = 4;

/** `e_machine`: the gABI's registry of machines, as in `elf.h`. */
export const EM_386 = 3;
export const EM_MIPS = 8;
export const EM_PPC64 = 21;
export const EM_S390 = 22;
export const EM_ARM = 40;
export const EM_X86_64 = 62;
export const EM_AARCH64 = 183;
export const EM_RISCV = 243;
/** The number that Alpha really uses; the registered one is 41. `elf.h`: EM_ALPHA. */
export const EM_ALPHA = 0x9026;

/** `e_phnum` when the count does not fit: it is then `sh_info` of section header 0. */
export const PN_XNUM = 0xffff;

/** `p_type`. */
export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PT_INTERP = 3;
export const PT_NOTE = 4;
export const PT_TLS = 7;
/** `elf.h`: whether the stack has to be executable. */
export const PT_GNU_STACK = 0x6474e551;
/** Linux gABI extensions. */
export const PT_GNU_PROPERTY = 0x6474e553;

/** `p_flags`: executable, writable. */
export const PF_X = 1;
export const PF_W = 2;

/** `sh_type` and `sh_flags`. */
export const SHT_NOTE = 7;
export const SHT_NOBITS = 8;
export const SHT_DYNSYM = 11;
export const SHF_ALLOC = 2n;

/** `d_tag`: gABI, "Dynamic Section"; the GNU ones from `elf.h`. */
export const DT_NULL = 0;
export const DT_NEEDED = 1;
export const DT_PLTRELSZ = 2;
export const DT_HASH = 4;
export const DT_STRTAB = 5;
export const DT_SYMTAB = 6;
export const DT_RELA = 7;
export const DT_RELASZ = 8;
export const DT_STRSZ = 10;
export const DT_SYMENT = 11;
export const DT_SONAME = 14;
export const DT_RPATH = 15;
export const DT_REL = 17;
export const DT_RELSZ = 18;
export const DT_PLTREL = 20;
export const DT_JMPREL = 23;
export const DT_BIND_NOW = 24;
export const DT_RUNPATH = 29;
export const DT_FLAGS = 30;
export const DT_RELRSZ = 35;
export const DT_RELR = 36;
export const DT_GNU_HASH = 0x6ffffef5;
export const DT_VERSYM = 0x6ffffff0;
/** How many entries of DT_RELA and DT_REL, from the first on, are R_*_RELATIVE. */
export const DT_RELACOUNT = 0x6ffffff9;
export const DT_RELCOUNT = 0x6ffffffa;
export const DT_FLAGS_1 = 0x6ffffffb;
export const DT_VERDEF = 0x6ffffffc;
export const DT_VERDEFNUM = 0x6ffffffd;
export const DT_VERNEED = 0x6ffffffe;
export const DT_VERNEEDNUM = 0x6fffffff;
export const DT_FILTER = 0x7fffffff;

/** `DT_FLAGS`: everything is looked up when the file is loaded. */
export const DF_BIND_NOW = 0x8n;
/** `DT_FLAGS_1`: the same. */
export const DF_1_NOW = 0x1n;
/** `DT_FLAGS_1`: the file may not be opened by dlopen. */
export const DF_1_NOOPEN = 0x40n;
/** `DT_FLAGS_1`: the default directories are not searched. */
export const DF_1_NODEFLIB = 0x00000800n;
/** `DT_FLAGS_1`: position-independent executable. */
export const DF_1_PIE = 0x08000000n;

/** `vn_version` and `vd_version`: LSB, "Symbol Versioning". */
export const VER_NEED_CURRENT = 1;
export const VER_DEF_CURRENT = 1;
/** `vd_flags`: the entry names the file itself. */
export const VER_FLG_BASE = 1;
/**
 * `vna_flags`: glibc's loader (`elf/dl-version.c`, `match_symbol`) accepts a library without a version that is
 * needed weakly.
 */
export const VER_FLG_WEAK = 2;
/** `DT_VERSYM` entries: local, global, and from here on an index of a verneed or verdef entry. */
export const VER_NDX_GLOBAL = 1;
/** The low 15 bits of a `DT_VERSYM` entry, of `vna_other` and of `vd_ndx`; bit 15 hides the symbol. */
export const VERSYM_INDEX = 0x7fff;

/** `st_shndx` of a symbol that the file does not define. */
export const SHN_UNDEF = 0;
/** `st_shndx` of a symbol whose value is no address. */
export const SHN_ABS = 0xfff1;
/** `st_info >> 4`. */
export const STB_LOCAL = 0;
export const STB_WEAK = 2;
/** `st_info & 0xf`: the value is that of a function which chooses the real one. */
export const STT_GNU_IFUNC = 10;

/** Note type of owner GNU: the system and its oldest kernel that a file is for, in four words. */
export const NT_GNU_ABI_TAG = 1;
/** Note type of the GNU property array: Linux gABI extensions, "Program Property". */
export const NT_GNU_PROPERTY_TYPE_0 = 5;
/** x86-64 psABI, "Program Property": a bit for each ISA level that the program needs. */
export const GNU_PROPERTY_X86_ISA_1_NEEDED = 0xc0008002;
