import type { Note } from './notes.js';
import type { ProgramHeader } from './program-headers.js';
import type { ElfFile, LibraryNeed } from './types.js';

/**
 * EI_OSABI of systems whose executables Linux does not run, though it does not look at the byte (gABI, "Operating System and
 * ABI"). 0 is said by nearly all, 3 is Linux, and from 64 on it means something else on each processor.
 */
const BY_OS_ABI: Readonly<Record<number, string>> = {
  1: 'HP-UX',
  2: 'NetBSD',
  4: 'GNU/Hurd',
  6: 'Solaris or illumos',
  7: 'AIX',
  8: 'IRIX',
  9: 'FreeBSD',
  10: 'Tru64 UNIX',
  11: 'Novell Modesto',
  12: 'OpenBSD',
  13: 'OpenVMS',
  14: 'NonStop',
  15: 'AROS',
  16: 'FenixOS',
  17: 'CloudABI',
  18: 'OpenVOS',
};

/**
 * Owners of notes of type 1 that say which system, and which release of it, a file is for: OpenBSD's lib/csu/os-note-elf.h,
 * NetBSD's and FreeBSD's sys/elf_common.h (NT_NETBSD_IDENT_TAG, NT_FREEBSD_ABI_TAG), DragonFly's lib/csu/common/notes.h, MINIX'
 * as NetBSD's. Android's are not among them: its static executables run on any Linux (`isOfBionic`).
 */
const BY_NOTE_OWNER: Readonly<Record<string, string>> = {
  OpenBSD: 'OpenBSD',
  NetBSD: 'NetBSD',
  FreeBSD: 'FreeBSD',
  DragonFly: 'DragonFly BSD',
  Minix: 'MINIX',
};
const NT_IDENT = 1;

/** `GOOS` of Go's build information, where Go makes ELF files: its static executables for DragonFly say it nowhere else. */
const BY_GOOS: Readonly<Record<string, string>> = {
  dragonfly: 'DragonFly BSD',
  freebsd: 'FreeBSD',
  netbsd: 'NetBSD',
  openbsd: 'OpenBSD',
  solaris: 'Solaris',
  illumos: 'illumos',
};

/**
 * The first word of an NT_GNU_ABI_TAG (elf.h, `ELF_NOTE_OS_*`) of the systems other than Linux that glibc was ported to. The
 * numbers of others are in no file of theirs, and no loader of today looks at them.
 */
const BY_GNU_ABI_TAG: Readonly<Record<number, string>> = { 1: 'GNU/Hurd', 3: 'GNU/kFreeBSD' };

/**
 * `p_type` of segments that one system alone has: OpenBSD's sys/sys/exec_elf.h (PT_OPENBSD_MUTABLE to PT_OPENBSD_SYSCALLS, and
 * PT_OPENBSD_BOOTDATA), illumos' sys/elf.h (PT_SUNW_UNWIND, PT_SUNWBSS, PT_SUNWSTACK, PT_SUNWDTRACE, PT_SUNWCAP).
 */
const BY_SEGMENT: Readonly<Record<number, string>> = {
  0x65a3dbe5: 'OpenBSD',
  0x65a3dbe6: 'OpenBSD',
  0x65a3dbe7: 'OpenBSD',
  0x65a3dbe8: 'OpenBSD',
  0x65a3dbe9: 'OpenBSD',
  0x65a41be6: 'OpenBSD',
  0x6464e550: 'Solaris or illumos',
  0x6ffffffa: 'Solaris or illumos',
  0x6ffffffb: 'Solaris or illumos',
  0x6ffffffc: 'Solaris or illumos',
  0x6ffffffd: 'Solaris or illumos',
};

/** PT_INTERP of systems whose loader is called nothing like Linux'. */
const BY_INTERPRETER: readonly (readonly [RegExp, string])[] = [
  // FreeBSD's sys/*/include/elf.h and compat; DragonFly's is told apart by its number.
  [/^(?:\/usr)?\/libexec\/ld-elf(?:32|64c?|64cb)?\.so\.1$/, 'FreeBSD'],
  [/^(?:\/usr)?\/libexec\/ld-elf\.so\.2$/, 'DragonFly BSD'],
  [/^(?:\/usr)?\/libexec\/ld\.elf_so(?:-\w+)?$/, 'NetBSD'],
  [/^\/usr\/libexec\/ld\.so$/, 'OpenBSD'],
  // Its own manual, ld.so.1(1); /lib/ld.so.1 by itself is glibc's on MIPS and ppc64.
  [
    /^(?:\/usr\/lib|\/lib\/(?:64|amd64|i386|sparcv9)|\/usr\/lib\/\w+)\/(?:\w+\/)?ld\.so\.1$/,
    'Solaris or illumos',
  ],
  // bionic's linker/: a library of Android needs libc.so, and a static executable runs anywhere.
  [/^\/system\/bin\/(?:bootstrap\/)?linker(?:64|_asan64|_asan)?$/, 'Android'],
  [/^\/lib\/ld-kfreebsd-/, 'GNU/kFreeBSD'],
  [/^\/(?:boot\/)?system\/runtime_loader/, 'Haiku'],
  [/^\/usr\/lib\/ldqnx(?:-64)?\.so\.\d+$/, 'QNX'],
  [/^\/usr\/lib\/Loader\.so$/, 'SerenityOS'],
];

/**
 * DT_NEEDED of a C library by the number that one system alone gives it: FreeBSD's, DragonFly's and NetBSD's
 * lib/libc/shlib_version; OpenBSD counts two numbers. glibc's is 6 (6.1 on alpha and ia64), uClibc's 0 or 1.
 */
const BY_LIBC: readonly (readonly [RegExp, string])[] = [
  [/^libc\.so\.7$/, 'FreeBSD'],
  [/^libc\.so\.8$/, 'DragonFly BSD'],
  [/^libc\.so\.12$/, 'NetBSD'],
  [/^libc\.so\.\d{2,}\.\d+$/, 'OpenBSD'],
];

/**
 * The system other than Linux that a file is for, by its program headers and its interpreter; undefined where that is Linux, or
 * they do not say.
 */
export function systemOfHeaders(
  programHeaders: readonly Pick<ProgramHeader, 'type'>[],
  interpreter: string | undefined,
): string | undefined {
  return (
    BY_INTERPRETER.find(([path]) => interpreter !== undefined && path.test(interpreter))?.[1] ??
    programHeaders.flatMap(({ type }) => BY_SEGMENT[type] ?? [])[0]
  );
}

/** The same by EI_OSABI alone. */
export function systemOfOsAbi(osAbi: number): string | undefined {
  return BY_OS_ABI[osAbi];
}

/** A C library of Linux by its soname: glibc's, Alpine's and musl's own. Android has that too, and 0 in EI_OSABI. */
const LIBC_OF_LINUX = /^(?:libc\.so(?:\.6(?:\.1)?)?|libc\.musl-.*\.so\.1)$/;

/**
 * Whether a file is for Linux although EI_OSABI says another system: it needs a C library that the others do not have, or it is a
 * library that needs none at all.
 */
export function isOfLinux(
  { needed, verneed, pie }: Pick<ElfFile, 'needed' | 'verneed' | 'pie'>,
  { type, interpreter }: { readonly type: ElfFile['type']; readonly interpreter: string | undefined },
): boolean {
  if (needed.length === 0) return type === 'dyn' && !pie && interpreter === undefined;
  return (
    needed.some((library) => LIBC_OF_LINUX.test(library)) ||
    verneed.some(({ versions }) => versions.some(({ name }) => name.startsWith('GLIBC_')))
  );
}

/** The same by its notes, to which other kernels hold it; lazily, since most files are known for Linux' before. */
export function systemOfNotes(notes: Iterable<Note>): string | undefined {
  for (const { owner, type, words } of notes) {
    if (type !== NT_IDENT) continue;
    const system = owner === 'GNU' ? BY_GNU_ABI_TAG[words[0] ?? 0] : BY_NOTE_OWNER[owner];
    if (system !== undefined) return system;
  }
  return undefined;
}

/** bionic's libc/libc.map.txt: `LIBC`, and one for each release from Android 7 on (`LIBC_N`, `LIBC_36`); musl has no versions. */
const BIONIC_VERSION = /^LIBC(?:_[A-Z]|_\d+|_PRIVATE|_PLATFORM)?$/;

/**
 * Whether a file needs libraries of Android: by the note that the NDK's crtbrand.S puts into everything, or by the versions of
 * bionic's libc.so, whose name is that of musl's.
 */
export function isOfBionic(
  needed: readonly string[],
  verneed: readonly LibraryNeed[],
  notes: () => Iterable<Note>,
): boolean {
  if (needed.length === 0) return false;
  const byVersion = verneed.some(
    ({ library, versions }) =>
      library === 'libc.so' && versions.some(({ name }) => BIONIC_VERSION.test(name)),
  );
  return byVersion || [...notes()].some(({ owner, type }) => owner === 'Android' && type === NT_IDENT);
}

/** The same by the C library that it needs, and by what Go says of its build. */
export function systemOfContent(needed: readonly string[], goos: string | undefined): string | undefined {
  const byLibc = BY_LIBC.find(([name]) => needed.some((library) => name.test(library)))?.[1];
  return byLibc ?? (goos === undefined ? undefined : BY_GOOS[goos]);
}
