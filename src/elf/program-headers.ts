import { PN_XNUM } from './constants.js';
import type { ElfHeader } from './header.js';
import { malformed } from './malformed.js';
import type { Place } from './malformed.js';
import { readSectionHeader } from './section-headers.js';

/** `Elf*_Phdr`: gABI, "Program Header". Offsets, addresses and sizes are in bytes. */
export interface ProgramHeader {
  readonly place: Place;
  readonly type: number;
  readonly flags: number;
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly filesz: bigint;
  readonly memsz: bigint;
  readonly align: bigint;
}

/** Size of an entry in bytes. */
const PROGRAM_HEADER_SIZE = { narrow: 32, wide: 56 } as const;

/** Core dumps alone need PN_XNUM, and they are not read; neither Linux nor glibc would load more than PN_XNUM says. */
const MAX_PROGRAM_HEADERS = 1 << 17;

/** Where the program header table lies, in bytes; a length of 0 where there is none. */
export interface TableRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * The range of the program header table.
 * @throws ElfError ELF_BAD_PROGRAM_HEADERS, ELF_TRUNCATED, ELF_LIMIT; MissingRangeError from a sparse view.
 */
export function programHeaderRange(header: ElfHeader): TableRange {
  const { reader, phoff } = header;
  const place = { offset: 0, structure: reader.structure('Ehdr') };
  const count = programHeaderCount(header, place);
  if (count === 0) return { offset: 0, length: 0 };
  const size = reader.wide ? PROGRAM_HEADER_SIZE.wide : PROGRAM_HEADER_SIZE.narrow;
  if (header.phentsize !== size) {
    throw malformed('ELF_BAD_PROGRAM_HEADERS', place, `e_phentsize is ${header.phentsize}, not ${size}`);
  }
  if (count > MAX_PROGRAM_HEADERS) {
    throw malformed('ELF_LIMIT', place, `${count} program headers, more than ${MAX_PROGRAM_HEADERS}`);
  }
  const offset = reader.withinFile(phoff, place, 'e_phoff');
  if (count * size > reader.bytes.size - offset) {
    throw malformed(
      'ELF_TRUNCATED',
      { offset, structure: reader.structure('Phdr') },
      `${count} program headers do not fit into the file of ${reader.bytes.size} bytes`,
    );
  }
  return { offset, length: count * size };
}

/**
 * All program headers, in file order.
 * @throws ElfError ELF_BAD_PROGRAM_HEADERS, ELF_TRUNCATED, ELF_LIMIT; MissingRangeError from a sparse view.
 */
export function readProgramHeaders(header: ElfHeader): readonly ProgramHeader[] {
  const { reader } = header;
  const { offset, length } = programHeaderRange(header);
  if (length === 0) return [];
  const structure = reader.structure('Phdr');
  const table = reader.record(offset, length, structure);
  const size = reader.wide ? PROGRAM_HEADER_SIZE.wide : PROGRAM_HEADER_SIZE.narrow;
  return Array.from({ length: length / size }, (_, index) => {
    const at = index * size;
    return reader.wide
      ? {
          place: table.field(at),
          type: table.u32(at),
          flags: table.u32(at + 4),
          offset: table.u64(at + 8),
          vaddr: table.u64(at + 16),
          filesz: table.u64(at + 32),
          memsz: table.u64(at + 40),
          align: table.u64(at + 48),
        }
      : {
          place: table.field(at),
          type: table.u32(at),
          flags: table.u32(at + 24),
          offset: table.native(at + 4),
          vaddr: table.native(at + 8),
          filesz: table.native(at + 16),
          memsz: table.native(at + 20),
          align: table.native(at + 28),
        };
  });
}

function programHeaderCount(header: ElfHeader, place: Place): number {
  if (header.phnum !== PN_XNUM) return header.phnum;
  const first = readSectionHeader(header, 0);
  if (first === undefined) {
    throw malformed(
      'ELF_BAD_PROGRAM_HEADERS',
      place,
      'e_phnum is PN_XNUM, but section header 0, which has the real count, cannot be read',
    );
  }
  return first.info;
}
