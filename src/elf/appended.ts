import { PT_INTERP, SHF_ALLOC, SHT_NOBITS } from './constants.js';
import type { ElfHeader } from './header.js';
import type { ProgramHeader } from './program-headers.js';
import type { SectionHeader } from './section-headers.js';
import type { ElfFile } from './types.js';

type AppendedData = NonNullable<ElfFile['appended']>;

/**
 * The section that PyInstaller's bootloader has its archive in, where `objcopy --add-section` was at hand: PyInstaller/building/api.py,
 * `pydata`. Without objcopy the archive is behind the file.
 */
const PYINSTALLER_SECTION = 'pydata\0';

/** Longer tables of names belong to no bootloader. In bytes. */
const MAX_NAMES = 64 << 10;

/**
 * What was put behind an executable for it to find there when it runs: the bytes after the last that its headers describe, or the
 * section that is for this. The loader takes no notice of them, so nothing that the headers say holds for them.
 * @throws MissingRangeError from a sparse view
 */
export function appendedTo(
  header: ElfHeader,
  programHeaders: readonly ProgramHeader[],
  sections: readonly SectionHeader[],
): AppendedData | undefined {
  const { size } = header.reader.bytes;
  const end = endOf(header, programHeaders, sections);
  if (end < size) return { offset: end, size: size - end };
  // The bootloader is a program: libraries, which are most files, are not asked.
  const program = header.type === 'exec' || programHeaders.some(({ type }) => type === PT_INTERP);
  return program ? archiveSection(header, sections) : undefined;
}

/** Where the last of the tables, segments and sections ends, in bytes; what reaches past the file's end says nothing. */
function endOf(
  { phoff, phentsize, phnum, shoff, shentsize, reader }: ElfHeader,
  programHeaders: readonly ProgramHeader[],
  sections: readonly SectionHeader[],
): number {
  const bound = BigInt(reader.bytes.size);
  let end = phoff + BigInt(phentsize * phnum);
  const reach = (offset: bigint, size: bigint): void => {
    if (offset + size > end) end = offset + size;
  };
  for (const { offset, filesz } of programHeaders) if (filesz > 0n) reach(offset, filesz);
  for (const { type, offset, size } of sections) if (type !== SHT_NOBITS) reach(offset, size);
  if (sections.length > 0) reach(shoff, BigInt(shentsize * sections.length));
  return Number(end < bound ? end : bound);
}

function archiveSection(
  { reader, shstrndx }: ElfHeader,
  sections: readonly SectionHeader[],
): AppendedData | undefined {
  const bound = BigInt(reader.bytes.size);
  const isHere = ({ type, offset, size }: SectionHeader): boolean =>
    type !== SHT_NOBITS && offset <= bound && size <= bound - offset;
  const table = sections[shstrndx];
  const candidates = sections.filter((section) => (section.flags & SHF_ALLOC) === 0n && isHere(section));
  if (table === undefined || !isHere(table) || candidates.length === 0) return undefined;
  const length = Math.min(Number(table.size), MAX_NAMES);
  const names = Buffer.from(reader.read(Number(table.offset), length, 'section names')).toString('latin1');
  if (!names.includes(PYINSTALLER_SECTION)) return undefined;
  const found = candidates.find(({ name }) => names.startsWith(PYINSTALLER_SECTION, name));
  return found === undefined ? undefined : { offset: Number(found.offset), size: Number(found.size) };
}
