import type { Cpu, ElfFile } from '../elf/types.js';
import { compareMuslReleases } from '../target/musl-names.js';
import type { Target } from '../target/types.js';
import { compareDotted } from '../version/symbol-version.js';
import type { Role } from './roles.js';
import { isRubyExtension } from './shared-ruby.js';
import type { RefusalReason } from './types.js';

/** Something of a file, beside what it needs of libraries, for which a loader does not take it. */
export interface Refusal {
  readonly refusal: RefusalReason;
  /** What the file has: an EI_OSABI, a kernel's version. */
  readonly value?: string;
}

interface Asked {
  readonly elf: ElfFile;
  readonly role: Role;
  readonly cpu: Cpu;
  readonly target: Target;
}

/** Version nodes that say that a glibc applies DT_RELR: NEWS of glibc 2.36. Distributions have it in older ones. */
const RELR_MARKER = 'GLIBC_ABI_DT_RELR';
const RELR_SINCE = { gnu: '2.36', musl: '1.2.4' } as const;

/**
 * What keeps the target's loader, or the kernel, from taking the file, in the order in which they look; empty for most files.
 * It says nothing of libraries, versions and symbols.
 */
export function refusalsOf(asked: Asked): readonly Refusal[] {
  const { elf, target } = asked;
  if (!elf.dynamic || (asked.role === 'program' && elf.interpreter === undefined)) {
    return elf.oversizedSegment === true ? [{ refusal: 'oversized-segment' }] : [];
  }
  return [
    ...(asked.role === 'program' || target.libc === 'musl' ? [] : headerRefusals(asked)),
    ...(elf.oversizedSegment === true ? [{ refusal: 'oversized-segment' } as const] : []),
    ...(asked.role === 'opened' && target.libc === 'gnu' ? openingRefusals(asked) : []),
    ...(target.libc === 'gnu' ? glibcRefusals(asked) : muslRefusals(asked)),
  ];
}

/** ELFOSABI_SYSV and ELFOSABI_GNU, and on arm ELFOSABI_ARM_AEABI: VALID_ELF_OSABI of glibc's ldsodefs.h. */
const OS_ABIS = [0, 3];
const OS_ABI_OF_ARM = 64;
const OS_ABI_GNU = 3;
/**
 * LIBC_ABI_MAX of glibc's libc-abis: DEFAULT and UNIQUE everywhere, IFUNC on some CPUs (its pattern `powerpc64-*` is not for ppc64le), of
 * riscv64 from 2.33 on, and ABSOLUTE from 2.28 on.
 */
function abiVersions(cpu: Cpu, { libcVersion }: Target): number {
  const since = (release: string): number => (compareDotted(libcVersion, release) >= 0 ? 1 : 0);
  const ifunc = cpu === 'x86_64' || cpu === 'x86' ? 1 : cpu === 'riscv64' ? since('2.33') : 0;
  return 2 + ifunc + since('2.28');
}

/** glibc's elf/dl-load.c, open_verify: what it opens itself, the program's own libraries among them. */
function* headerRefusals({ elf, cpu, target }: Asked): Generator<Refusal> {
  const { osAbi, abiVersion = 0 } = elf;
  if (!OS_ABIS.includes(osAbi) && !(cpu === 'arm' && osAbi === OS_ABI_OF_ARM)) {
    yield { refusal: 'os-abi', value: String(osAbi) };
  } else if (abiVersion !== 0 && (osAbi !== OS_ABI_GNU || abiVersion >= abiVersions(cpu, target))) {
    yield { refusal: 'abi-version', value: String(abiVersion) };
  }
  if (elf.identPadding === true) yield { refusal: 'ident-padding' };
  const flags = FLAGS_OF_CPU[cpu]?.(elf.flags);
  if (flags !== undefined) yield { refusal: flags, value: `0x${elf.flags.toString(16)}` };
  const kernel = kernelRefusal(elf, target);
  if (kernel !== undefined) yield kernel;
}

/** `e_flags` for which a loader passes a file over, as one for another machine: `elf.h`. */
const FLAGS_OF_CPU: Readonly<Partial<Record<Cpu, (flags: number) => RefusalReason | undefined>>> = {
  // EF_ARM_EABI_VER5 and EF_ARM_ABI_FLOAT_SOFT; sysdeps/unix/sysv/linux/arm/ldsodefs.h, VALID_FLOAT_ABI of a hard-float loader.
  arm: (flags) => ((flags & 0xff000000) === 0x05000000 && (flags & 0x200) !== 0 ? 'float-abi' : undefined),
  // EF_RISCV_FLOAT_ABI is EF_RISCV_FLOAT_ABI_DOUBLE; sysdeps/riscv/dl-machine.h, elf_machine_matches_host of lp64d.
  riscv64: (flags) => ((flags & 0x6) === 0x4 ? undefined : 'float-abi'),
  // EF_PPC64_ABI is 2 or not said; sysdeps/powerpc/powerpc64/dl-machine.h, elf_machine_matches_host of ELFv2.
  ppc64le: (flags) => ([0, 2].includes(flags & 0x3) ? undefined : 'elf-abi'),
};

/** open_verify of glibc's elf/dl-load.c looks at NT_GNU_ABI_TAG up to 2.35; 2.36 no longer does. */
const KERNEL_CHECKED_BEFORE = '2.36';
/** No Linux of today is newer, so that whatever runs is too old. */
const NEWEST_KERNEL = '8';

function kernelRefusal({ abiTag }: ElfFile, { libcVersion }: Target): Refusal | undefined {
  if (abiTag === undefined || compareDotted(libcVersion, KERNEL_CHECKED_BEFORE) >= 0) return undefined;
  if (abiTag.os !== 0) return { refusal: 'other-kernel', value: String(abiTag.os) };
  return compareDotted(abiTag.kernel, NEWEST_KERNEL) >= 0
    ? { refusal: 'newer-kernel', value: abiTag.kernel }
    : undefined;
}

/** glibc 2.30 began to refuse a position-independent executable: bug 24323 in its NEWS. */
const PIE_REFUSED_FROM = '2.30';

/** glibc's elf/dl-load.c, _dl_map_object_from_fd: what dlopen does not take. */
function* openingRefusals({ elf, target }: Asked): Generator<Refusal> {
  if (elf.type === 'exec' || (elf.pie && compareDotted(target.libcVersion, PIE_REFUSED_FROM) >= 0)) {
    yield { refusal: 'program-as-library' };
  } else if (elf.noOpen === true) {
    yield { refusal: 'no-open' };
  }
}

function* glibcRefusals({ elf, target }: Asked): Generator<Refusal> {
  // Nothing of it can be looked up, so `Init_…` is not found.
  if (elf.noHashTable === true && isRubyExtension(elf)) yield { refusal: 'no-hash-table' };
  if (elf.relr !== true || needsMarker(elf)) return;
  if (!appliesRelr(target)) yield { refusal: 'relr-not-applied' };
  // elf/dl-version.c, _dl_check_map_versions: only of a file that has version needs, and needs libc.so itself.
  else if (elf.verneed.length > 0 && elf.needed.some((library) => library.startsWith('libc.so.')))
    yield { refusal: 'relr-without-marker' };
}

function needsMarker({ verneed }: ElfFile): boolean {
  return verneed.some(({ versions }) => versions.some(({ name }) => name === RELR_MARKER));
}

function appliesRelr({ versions, markers, libcVersion }: Target): boolean {
  const set = versions?.['libc.so.6'];
  if (set !== undefined) return set.includes(RELR_MARKER);
  return markers?.includes(RELR_MARKER) === true || compareDotted(libcVersion, RELR_SINCE.gnu) >= 0;
}

/** musl 1.2.3 began to take a segment of no length (ldso/dynlink.c, mmap_fixed). */
const EMPTY_SEGMENT_SINCE = '1.2.3';

function* muslRefusals({ elf, role, target }: Asked): Generator<Refusal> {
  // It looks every name up in every file by its hash table: ldso/dynlink.c, find_sym2.
  if (elf.noHashTable === true) yield { refusal: 'no-hash-table' };
  // ldso/dynlink.c, do_relocs ("unsupported relocation type") and find_sym2, which passes such symbols over.
  if (elf.ifunc === true) yield { refusal: 'ifunc-on-musl' };
  const mapped = role !== 'program' && elf.emptySegment === true;
  if (mapped && compareMuslReleases(target.libcVersion, EMPTY_SEGMENT_SINCE) < 0)
    yield { refusal: 'empty-segment' };
  if (elf.relr === true && !muslAppliesRelr(target)) yield { refusal: 'relr-not-applied' };
}

/** Alpine brought DT_RELR to its musl 1.2.3 (main/musl/relr-1.patch of aports, 1.2.3-r4). */
const RELR_BEFORE_RELEASE = 'alpine-3.17';

function muslAppliesRelr({ libcVersion, base, name }: Target): boolean {
  if ((base ?? name) === RELR_BEFORE_RELEASE) return true;
  return compareMuslReleases(libcVersion, RELR_SINCE.musl) >= 0;
}
