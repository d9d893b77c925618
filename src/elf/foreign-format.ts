/** An executable or a library in a format that Linux does not load. */
export interface ForeignBinary {
  readonly system: 'macOS' | 'Windows';
  /** The CPUs that it is for, as that system calls them: `arm64`, `x86_64`; a number where it has no name here. */
  readonly cpus: readonly string[];
}

/** How many bytes `foreignBinary` looks at at most; a file whose header lies behind them is not known. */
export const FOREIGN_MAGIC_LENGTH = 512;

/** First bytes of the formats here: `MZ`, Mach-O in either byte order, and universal. */
const FIRST_BYTES: ReadonlySet<number | undefined> = new Set([0x4d, 0xfe, 0xce, 0xcf, 0xca]);

/** Whether a file with this first byte may be one. */
export function mayBeForeign(first: number | undefined): boolean {
  return FIRST_BYTES.has(first);
}

/**
 * What another system loads, by the first bytes of the file: Mach-O of macOS, thin or universal, and PE of Windows. Undefined for
 * what no loader takes (object files, debug symbols), for .NET assemblies, which run wherever .NET does, and for EFI programs.
 */
export function foreignBinary(head: Uint8Array): ForeignBinary | undefined {
  if (!mayBeForeign(head[0]) || head.length < 32) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, Math.min(head.length, FOREIGN_MAGIC_LENGTH));
  switch (view.getUint32(0)) {
    case 0xfeedface:
    case 0xfeedfacf:
      return thin(view, false);
    case 0xcefaedfe:
    case 0xcffaedfe:
      return thin(view, true);
    case 0xcafebabe:
      return universal(view, 20);
    case 0xcafebabf:
      return universal(view, 32);
    default:
      return view.getUint16(0) === 0x4d5a ? portable(view) : undefined;
  }
}

/** `cputype` of mach/machine.h. */
const MACH_CPUS: Readonly<Record<number, string>> = {
  7: 'i386',
  12: 'arm',
  18: 'ppc',
  0x01000007: 'x86_64',
  0x0100000c: 'arm64',
  0x01000012: 'ppc64',
  0x0200000c: 'arm64_32',
};

/** `filetype` of mach-o/loader.h that a loader takes: MH_EXECUTE, MH_DYLIB, MH_BUNDLE. */
const MACH_LOADED: ReadonlySet<number> = new Set([2, 6, 8]);

/** `mach_header`: magic, cputype, cpusubtype, filetype. */
function thin(view: DataView, littleEndian: boolean): ForeignBinary | undefined {
  if (!MACH_LOADED.has(view.getUint32(12, littleEndian))) return undefined;
  return { system: 'macOS', cpus: [machCpu(view.getUint32(4, littleEndian))] };
}

function machCpu(type: number): string {
  return MACH_CPUS[type] ?? `CPU ${type}`;
}

/**
 * `fat_header` and its `fat_arch`s (mach-o/fat.h), big-endian. Java's classes have the same magic and their version behind it (JVMS
 * 4.1), 45 or more, which no count of CPUs comes to; and they name no CPU.
 * @param size of a `fat_arch` in bytes
 */
function universal(view: DataView, size: 20 | 32): ForeignBinary | undefined {
  const count = view.getUint32(4);
  if (count === 0 || 8 + count * size > view.byteLength) return undefined;
  const types = Array.from({ length: count }, (_, index) => view.getUint32(8 + index * size));
  if (!types.every((type) => MACH_CPUS[type] !== undefined)) return undefined;
  return { system: 'macOS', cpus: [...new Set(types.map(machCpu))] };
}

/** `Machine` of Microsoft's "PE Format". */
const PE_CPUS: Readonly<Record<number, string>> = {
  0x014c: 'x86',
  0x01c4: 'arm',
  0x8664: 'x64',
  0xaa64: 'arm64',
  0xa641: 'arm64ec',
};

/** `Subsystem` of "PE Format": EFI applications, drivers, ROM images. */
const EFI: ReadonlySet<number> = new Set([10, 11, 12, 13]);

const EXECUTABLE_IMAGE = 0x0002;

/** Size of a section's header ("Section Table"): VirtualSize is at 8, VirtualAddress at 12, SizeOfRawData at 16. In bytes. */
const SECTION_HEADER = 40;

/** The MS-DOS header says at 0x3c where `PE\0\0` is; behind that lie the COFF header and the optional header ("PE Format"). */
function portable(view: DataView): ForeignBinary | undefined {
  if (view.byteLength < 0x40) return undefined;
  const at = view.getUint32(0x3c, true);
  if (at + 24 + 70 > view.byteLength || view.getUint32(at) !== 0x50450000) return undefined;
  const optional = at + 24;
  const magic = view.getUint16(optional, true);
  const hasOptional = magic === 0x10b || magic === 0x20b;
  if (!hasOptional || (view.getUint16(at + 22, true) & EXECUTABLE_IMAGE) === 0) return undefined;
  if (EFI.has(view.getUint16(optional + 68, true))) return undefined;
  // The CLR header is the 15th of the data directories, of eight bytes each, which begin behind fields of another size in PE32+.
  const clr = optional + (magic === 0x10b ? 96 : 112) + 14 * 8;
  if (clr + 4 <= view.byteLength && view.getUint32(clr, true) !== 0) return undefined;
  if (hasNoCode(view, at)) return undefined;
  const machine = view.getUint16(at + 4, true);
  return { system: 'Windows', cpus: [PE_CPUS[machine] ?? `CPU ${machine}`] };
}

/**
 * Whether the code that it would start with is not in the file: what `objcopy --only-keep-debug` leaves of an executable
 * (`prog.exe.debug`) has the headers of all sections, and the content of those with debug data alone. UPX unpacks into a section
 * without content, and starts in another.
 */
function hasNoCode(view: DataView, at: number): boolean {
  const entry = view.getUint32(at + 24 + 16, true);
  const first = at + 24 + view.getUint16(at + 20, true);
  for (let index = 0; index < view.getUint16(at + 6, true); index += 1) {
    const section = first + index * SECTION_HEADER;
    if (section + SECTION_HEADER > view.byteLength) break;
    const address = view.getUint32(section + 12, true);
    if (entry < address || entry >= address + view.getUint32(section + 8, true)) continue;
    return view.getUint32(section + 16, true) === 0;
  }
  return false;
}
