import { SHF_ALLOC, SHT_NOBITS, SHT_NOTE } from './constants.js';
import type { ElfHeader } from './header.js';
import type { ElfRecord } from './reader.js';

/** `Elf*_Shdr`, as far as it is used: gABI, "Section Header". */
export interface SectionHeader {
  /** Offset of the name in the section name string table, in bytes. */
  readonly name: number;
  readonly type: number;
  readonly flags: bigint;
  readonly addr: bigint;
  readonly offset: bigint;
  readonly size: bigint;
  readonly info: number;
}

/** Size of an entry in bytes. */
const SECTION_HEADER_SIZE = { narrow: 40, wide: 64 } as const;

/** Tables with more entries than `e_shnum` can say are those of huge object files; nothing here needs them. */
const MAX_SECTIONS = 0xffff;

/**
 * The section headers, or nothing where they are absent or do not fit the file. The loader never looks at them, and
 * they may be stripped: so they are a second source for what the program headers do not say, and what is wrong in
 * them is no error.
 * @throws MissingRangeError from a sparse view.
 */
export function readSectionHeaders(header: ElfHeader): readonly SectionHeader[] {
  const first = readSectionHeader(header, 0);
  if (first === undefined) return [];
  const count = header.shnum === 0 ? Number(first.size) : header.shnum;
  const { reader } = header;
  const size = entrySize(header);
  const start = Number(header.shoff);
  if (count > MAX_SECTIONS || start + count * size > reader.bytes.size) return [];
  const table = reader.record(start, count * size, reader.structure('Shdr'));
  return Array.from({ length: count }, (_, index) => decode(table, index * size, reader.wide));
}

/** One section header, or nothing where there is no such entry in the file. */
export function readSectionHeader(header: ElfHeader, index: number): SectionHeader | undefined {
  const { reader, shoff } = header;
  const size = entrySize(header);
  const start = Number(shoff) + index * size;
  if (shoff === 0n || header.shentsize !== size || start + size > reader.bytes.size) return undefined;
  return decode(reader.record(start, size, reader.structure('Shdr')), 0, reader.wide);
}

/**
 * Do the sections say that this is a separate debug file, whose program headers are a copy of those of the stripped
 * file and point at content that is not here? Every loaded section but the notes is then SHT_NOBITS (`eu-strip -f`,
 * `objcopy --only-keep-debug`). One section alone is no evidence: the loader would read the file regardless.
 */
export function describesSeparateDebugFile(sections: readonly SectionHeader[]): boolean {
  const loaded = sections.filter(({ type, flags }) => (flags & SHF_ALLOC) !== 0n && type !== SHT_NOTE);
  return loaded.length > 2 && loaded.every(({ type }) => type === SHT_NOBITS);
}

function entrySize({ reader }: ElfHeader): number {
  return reader.wide ? SECTION_HEADER_SIZE.wide : SECTION_HEADER_SIZE.narrow;
}

function decode(table: ElfRecord, at: number, wide: boolean): SectionHeader {
  return {
    name: table.u32(at),
    type: table.u32(at + 4),
    flags: table.native(at + 8),
    addr: table.native(at + (wide ? 16 : 12)),
    offset: table.native(at + (wide ? 24 : 16)),
    size: table.native(at + (wide ? 32 : 20)),
    info: table.u32(at + (wide ? 44 : 28)),
  };
}
