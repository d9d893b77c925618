import {
  EI_ABIVERSION,
  EI_CLASS,
  EI_DATA,
  EI_NIDENT,
  EI_OSABI,
  EI_PAD,
  EI_VERSION,
  ELFCLASS32,
  ELFCLASS64,
  ELFDATA2LSB,
  ELFDATA2MSB,
  ET_CORE,
  ET_DYN,
  ET_EXEC,
  ET_REL,
  EV_CURRENT,
} from './constants.js';
import { isElf } from './magic.js';
import { malformed } from './malformed.js';
import { ElfReader } from './reader.js';
import type { ElfBytes, ElfFile } from './types.js';

/** `Elf*_Ehdr`: gABI, "ELF Header". */
export interface ElfHeader {
  readonly reader: ElfReader;
  readonly osAbi: number;
  readonly abiVersion: number;
  /** A byte of e_ident behind EI_ABIVERSION is not 0. */
  readonly padded: boolean;
  readonly type: ElfFile['type'];
  readonly machine: number;
  readonly flags: number;
  readonly phoff: bigint;
  readonly phentsize: number;
  readonly phnum: number;
  readonly shoff: bigint;
  readonly shentsize: number;
  readonly shnum: number;
  /** Index of the section with the sections' names. */
  readonly shstrndx: number;
}

/** Size of the header in bytes. */
const HEADER_SIZE = { narrow: 52, wide: 64 } as const;

const TYPES: Readonly<Record<number, ElfFile['type']>> = {
  [ET_REL]: 'rel',
  [ET_EXEC]: 'exec',
  [ET_DYN]: 'dyn',
  [ET_CORE]: 'core',
};

/**
 * Reads the file header, and with it the class and the byte order by which everything else is read.
 * @throws ElfError ELF_NOT_ELF, ELF_TRUNCATED, ELF_BAD_HEADER.
 */
export function readHeader(bytes: ElfBytes): ElfHeader {
  const ident = bytes.read(0, Math.min(EI_NIDENT, bytes.size));
  if (!isElf(ident)) {
    throw malformed('ELF_NOT_ELF', { offset: 0, structure: 'e_ident' }, 'the magic 7f 45 4c 46 is not there');
  }
  const reader = new ElfReader(bytes, ident[EI_CLASS] === ELFCLASS64, ident[EI_DATA] === ELFDATA2LSB);
  reader.read(0, EI_NIDENT, 'e_ident');
  expectOneOf(ident, EI_CLASS, 'EI_CLASS', [ELFCLASS32, ELFCLASS64]);
  expectOneOf(ident, EI_DATA, 'EI_DATA', [ELFDATA2LSB, ELFDATA2MSB]);
  expectOneOf(ident, EI_VERSION, 'EI_VERSION', [EV_CURRENT]);

  const { wide } = reader;
  const header = reader.record(0, wide ? HEADER_SIZE.wide : HEADER_SIZE.narrow, reader.structure('Ehdr'));
  const version = header.u32(20);
  if (version !== EV_CURRENT) {
    throw malformed('ELF_BAD_HEADER', header.field(20), `e_version is ${version}, not ${EV_CURRENT}`);
  }
  return {
    reader,
    osAbi: header.u8(EI_OSABI),
    abiVersion: header.u8(EI_ABIVERSION),
    padded: ident.subarray(EI_PAD, EI_NIDENT).some((byte) => byte !== 0),
    type: TYPES[header.u16(16)] ?? 'other',
    machine: header.u16(18),
    flags: header.u32(wide ? 48 : 36),
    phoff: header.native(wide ? 32 : 28),
    phentsize: header.u16(wide ? 54 : 42),
    phnum: header.u16(wide ? 56 : 44),
    shoff: header.native(wide ? 40 : 32),
    shentsize: header.u16(wide ? 58 : 46),
    shnum: header.u16(wide ? 60 : 48),
    shstrndx: header.u16(wide ? 62 : 50),
  };
}

function expectOneOf(ident: Uint8Array, at: number, name: string, known: readonly number[]): void {
  const value = ident[at] ?? 0;
  if (known.includes(value)) return;
  throw malformed(
    'ELF_BAD_HEADER',
    { offset: at, structure: 'e_ident' },
    `${name} is ${value}, not ${known.join(' or ')}`,
  );
}
