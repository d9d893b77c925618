import { describe, expect, it } from 'vitest';
import { ElfError } from '../../src/errors.js';
import { Dissection, outcome } from './fixture.js';

const NEEDED = 1;
const STRTAB = 5;
const SYMTAB = 6;
const STRSZ = 10;
const SYMENT = 11;
const HASH = 4;
const GNU_HASH = 0x6ffffef5;
const VERSYM = 0x6ffffff0;
const VERNEED = 0x6ffffffe;
const VERNEEDNUM = 0x6fffffff;

interface Damage {
  name: string;
  file?: string;
  edit: (file: Dissection) => void;
  code: string;
  structure: string;
}

const damages: Damage[] = [
  { name: 'no magic', edit: (f) => f.bytes.fill(0, 0, 4), code: 'ELF_NOT_ELF', structure: 'e_ident' },
  { name: 'class 3', edit: (f) => (f.bytes[4] = 3), code: 'ELF_BAD_HEADER', structure: 'e_ident' },
  { name: 'data 0', edit: (f) => (f.bytes[5] = 0), code: 'ELF_BAD_HEADER', structure: 'e_ident' },
  { name: 'EI_VERSION 2', edit: (f) => (f.bytes[6] = 2), code: 'ELF_BAD_HEADER', structure: 'e_ident' },
  {
    name: 'e_version 2',
    edit: (f) => {
      f.u32(20, 2);
    },
    code: 'ELF_BAD_HEADER',
    structure: 'Elf64_Ehdr',
  },
  {
    name: 'e_phentsize 55',
    edit: (f) => {
      f.u16(54, 55);
    },
    code: 'ELF_BAD_PROGRAM_HEADERS',
    structure: 'Elf64_Ehdr',
  },
  {
    name: 'e_phoff past the end',
    edit: (f) => {
      f.u64(32, 1 << 20);
    },
    code: 'ELF_TRUNCATED',
    structure: 'Elf64_Ehdr',
  },
  {
    name: 'e_phoff near 2^64',
    edit: (f) => {
      f.u64(32, 2n ** 64n - 8n);
    },
    code: 'ELF_TRUNCATED',
    structure: 'Elf64_Ehdr',
  },
  {
    name: 'too many program headers',
    edit: (f) => {
      f.u16(56, 0xfffe);
    },
    code: 'ELF_TRUNCATED',
    structure: 'Elf64_Phdr',
  },
  {
    name: 'PN_XNUM and 2^32 - 1 program headers',
    edit: (f) => {
      f.u16(56, 0xffff);
      f.u32(Number(f.view.getBigUint64(40, true)) + 44, 0xffffffff);
    },
    code: 'ELF_LIMIT',
    structure: 'Elf64_Ehdr',
  },
  {
    name: 'PN_XNUM without section headers',
    edit: (f) => {
      f.u16(56, 0xffff);
      f.u64(40, 0);
    },
    code: 'ELF_BAD_PROGRAM_HEADERS',
    structure: 'Elf64_Ehdr',
  },
  {
    name: 'PT_LOAD past the end',
    edit: (f) => {
      f.u64(f.programHeader(1) + 32, 1 << 20);
    },
    code: 'ELF_TRUNCATED',
    structure: 'Elf64_Phdr',
  },
  {
    name: 'two PT_LOAD with different content for the tables',
    edit: (f) => {
      const first = f.programHeader(1);
      f.u64(first + 56 + 16, 0);
    },
    code: 'ELF_BAD_ADDRESS',
    structure: 'Elf64_Phdr',
  },
  {
    name: 'PT_INTERP without NUL',
    edit: (f) => {
      f.u64(f.programHeader(3) + 32, 27);
    },
    code: 'ELF_BAD_INTERP',
    structure: 'PT_INTERP',
  },
  {
    name: 'PT_INTERP of 1 byte',
    edit: (f) => {
      f.u64(f.programHeader(3) + 32, 1);
    },
    code: 'ELF_BAD_INTERP',
    structure: 'Elf64_Phdr',
  },
  {
    name: 'PT_INTERP past the end',
    edit: (f) => {
      f.u64(f.programHeader(3) + 8, 1 << 20);
    },
    code: 'ELF_TRUNCATED',
    structure: 'Elf64_Phdr',
  },
  {
    name: 'PT_DYNAMIC at an address that is not mapped',
    edit: (f) => {
      f.u64(f.programHeader(2) + 16, 1 << 30);
    },
    code: 'ELF_BAD_ADDRESS',
    structure: 'Elf64_Phdr',
  },
  {
    name: 'a dynamic table without DT_NULL',
    edit: (f) => {
      const end = Number(f.view.getBigUint64(f.programHeader(2) + 8, true));
      f.bytes.fill(0x15, f.dynamicEnd());
      expect(end).toBeGreaterThan(0);
    },
    code: 'ELF_BAD_DYNAMIC',
    structure: 'Elf64_Dyn',
  },
  {
    name: 'DT_NEEDED past DT_STRSZ',
    edit: (f) => {
      f.u64(f.dynamic(NEEDED) + 8, 1 << 16);
    },
    code: 'ELF_BAD_STRING',
    structure: 'Elf64_Dyn',
  },
  {
    name: 'a DT_STRTAB that does not end with NUL',
    edit: (f) => {
      const needed = f.dynamicValue(NEEDED);
      f.u64(f.dynamic(STRSZ) + 8, needed + 4);
    },
    code: 'ELF_BAD_STRING',
    structure: 'DT_STRTAB',
  },
  {
    name: 'no DT_STRTAB',
    edit: (f) => {
      f.u64(f.dynamic(STRTAB), 21);
    },
    code: 'ELF_BAD_DYNAMIC',
    structure: 'PT_DYNAMIC',
  },
  {
    name: 'no DT_STRSZ',
    edit: (f) => {
      f.u64(f.dynamic(STRSZ), 21);
    },
    code: 'ELF_BAD_DYNAMIC',
    structure: 'PT_DYNAMIC',
  },
  {
    name: 'a DT_STRSZ of 2^63',
    edit: (f) => {
      f.u64(f.dynamic(STRSZ) + 8, 2n ** 63n);
    },
    code: 'ELF_TRUNCATED',
    structure: 'Elf64_Dyn',
  },
  {
    name: 'a DT_STRSZ past the segment',
    edit: (f) => {
      f.u64(f.dynamic(STRSZ) + 8, 0x2000);
    },
    code: 'ELF_BAD_ADDRESS',
    structure: 'Elf64_Dyn',
  },
  {
    name: 'DT_SYMENT 16',
    edit: (f) => {
      f.u64(f.dynamic(SYMENT) + 8, 16);
    },
    code: 'ELF_BAD_SYMTAB',
    structure: 'Elf64_Dyn',
  },
  {
    name: 'DT_SYMTAB in no segment',
    edit: (f) => {
      f.u64(f.dynamic(SYMTAB) + 8, 1 << 30);
    },
    code: 'ELF_BAD_ADDRESS',
    structure: 'Elf64_Dyn',
  },
  {
    name: 'versions without DT_VERSYM',
    edit: (f) => {
      f.u64(f.dynamic(VERSYM), 21);
    },
    code: 'ELF_BAD_VERSYM',
    structure: 'PT_DYNAMIC',
  },
  {
    name: 'a version index that nothing has',
    edit: (f) => {
      f.u16(f.dynamicValue(VERSYM) + 2, 0x7ffe);
    },
    code: 'ELF_BAD_VERSYM',
    structure: 'DT_VERSYM',
  },
  {
    name: 'DT_VERNEEDNUM without DT_VERNEED',
    edit: (f) => {
      f.u64(f.dynamic(VERNEED), 21);
    },
    code: 'ELF_BAD_VERNEED',
    structure: 'Elf64_Dyn',
  },
  {
    name: 'DT_VERNEED in no segment',
    edit: (f) => {
      f.u64(f.dynamic(VERNEED) + 8, 1 << 30);
    },
    code: 'ELF_BAD_ADDRESS',
    structure: 'Elf64_Dyn',
  },
  {
    name: 'DT_VERNEEDNUM 2 with one library',
    edit: (f) => {
      f.u64(f.dynamic(VERNEEDNUM) + 8, 2);
    },
    code: 'ELF_BAD_VERNEED',
    structure: 'Elf64_Verneed',
  },
  {
    name: 'DT_VERNEEDNUM 0',
    edit: (f) => {
      f.u64(f.dynamic(VERNEEDNUM) + 8, 0);
    },
    code: 'ELF_BAD_VERNEED',
    structure: 'Elf64_Verneed',
  },
  {
    name: 'vn_version 2',
    edit: (f) => {
      f.u16(f.dynamicValue(VERNEED), 2);
    },
    code: 'ELF_BAD_VERNEED',
    structure: 'Elf64_Verneed',
  },
  {
    name: 'vn_cnt 1 with two versions',
    edit: (f) => {
      f.u16(f.dynamicValue(VERNEED) + 2, 1);
    },
    code: 'ELF_BAD_VERNEED',
    structure: 'Elf64_Vernaux',
  },
  {
    name: 'vn_cnt 0',
    edit: (f) => {
      f.u16(f.dynamicValue(VERNEED) + 2, 0);
    },
    code: 'ELF_BAD_VERNEED',
    structure: 'Elf64_Vernaux',
  },
  {
    name: 'vn_cnt 3 with two versions',
    edit: (f) => {
      f.u16(f.dynamicValue(VERNEED) + 2, 3);
    },
    code: 'ELF_BAD_VERNEED',
    structure: 'Elf64_Vernaux',
  },
  {
    name: 'vna_next 0 before the end',
    edit: (f) => {
      f.u32(f.dynamicValue(VERNEED) + 16 + 12, 0);
    },
    code: 'ELF_BAD_VERNEED',
    structure: 'Elf64_Vernaux',
  },
  {
    name: 'vna_next past the segment',
    edit: (f) => {
      f.u32(f.dynamicValue(VERNEED) + 16 + 12, 0xfffffff0);
    },
    code: 'ELF_BAD_VERNEED',
    structure: 'Elf64_Vernaux',
  },
  {
    name: 'vn_next past the segment',
    edit: (f) => {
      f.u32(f.dynamicValue(VERNEED) + 12, 0x10000);
    },
    code: 'ELF_BAD_VERNEED',
    structure: 'Elf64_Verneed',
  },
  {
    name: 'vn_aux that leads back to the library',
    edit: (f) => {
      f.u32(f.dynamicValue(VERNEED) + 8, 0);
    },
    code: 'ELF_BAD_VERNEED',
    structure: 'Elf64_Vernaux',
  },
  {
    name: 'vna_name past DT_STRSZ',
    edit: (f) => {
      f.u32(f.dynamicValue(VERNEED) + 16 + 8, 0xffffff);
    },
    code: 'ELF_BAD_STRING',
    structure: 'Elf64_Vernaux',
  },
  {
    name: 'vna_hash of another name',
    edit: (f) => {
      f.u32(f.dynamicValue(VERNEED) + 16, 1);
    },
    code: 'ELF_BAD_VERNEED',
    structure: 'Elf64_Vernaux',
  },
  {
    name: 'vd_hash of another name',
    file: 'lib-verdef.so',
    edit: (f) => {
      f.u32(f.dynamicValue(0x6ffffffc) + f.view.getUint32(f.dynamicValue(0x6ffffffc) + 16, true) + 8, 1);
    },
    code: 'ELF_BAD_VERDEF',
    structure: 'Elf64_Verdef',
  },
  {
    name: 'vd_cnt 0',
    file: 'lib-verdef.so',
    edit: (f) => {
      f.u16(f.dynamicValue(0x6ffffffc) + 6, 0);
    },
    code: 'ELF_BAD_VERDEF',
    structure: 'Elf64_Verdaux',
  },
  {
    name: 'DT_VERDEFNUM 9',
    file: 'lib-verdef.so',
    edit: (f) => {
      f.u64(f.dynamic(0x6ffffffd) + 8, 9);
    },
    code: 'ELF_BAD_VERDEF',
    structure: 'Elf64_Verdef',
  },
  {
    name: 'DT_HASH with 2^32 - 1 chains',
    file: 'exe-hash-sysv',
    edit: (f) => {
      f.u32(f.dynamicValue(HASH) + 4, 0xffffffff);
    },
    code: 'ELF_BAD_HASH_TABLE',
    structure: 'DT_HASH',
  },
  {
    name: 'DT_GNU_HASH with 2^32 - 1 buckets',
    edit: (f) => {
      f.u32(f.dynamicValue(GNU_HASH), 0xffffffff);
    },
    code: 'ELF_BAD_HASH_TABLE',
    structure: 'DT_GNU_HASH',
  },
  {
    name: 'DT_GNU_HASH with a bucket past the end',
    file: 'lib-verdef.so',
    edit: (f) => {
      f.u32(
        f.dynamicValue(GNU_HASH) + 16 + 8 * f.view.getUint32(f.dynamicValue(GNU_HASH) + 8, true),
        0x7fffffff,
      );
    },
    code: 'ELF_BAD_HASH_TABLE',
    structure: 'DT_GNU_HASH',
  },
  {
    name: 'an ISA level that is not known',
    file: 'exe-isa-v3',
    edit: (f) => {
      setIsaBits(f, 0x10);
    },
    code: 'ELF_BAD_NOTE',
    structure: 'NT_GNU_PROPERTY_TYPE_0',
  },
  {
    name: 'a property note that is longer than its segment',
    edit: (f) => {
      f.u32(Number(f.view.getBigUint64(f.programHeader(4) + 8, true)) + 4, 0xfffffff0);
    },
    code: 'ELF_BAD_NOTE',
    structure: 'PT_NOTE',
  },
];

/** Writes the bits of GNU_PROPERTY_X86_ISA_1_NEEDED. */
function setIsaBits(file: Dissection, bits: number): void {
  const note = Number(file.view.getBigUint64(file.programHeader(4) + 8, true));
  for (let at = note + 16; ; at += 4) {
    if (file.view.getUint32(at, true) !== 0xc0008002) continue;
    file.u32(at + 8, bits);
    return;
  }
}

describe('malformed files', () => {
  it.each(damages)('$name: $code', ({ file = 'exe-pie', edit, code, structure }) => {
    const damaged = new Dissection(file);
    edit(damaged);
    const result = outcome(damaged.bytes);
    expect(result).toBeInstanceOf(ElfError);
    expect(result).toMatchObject({ code, structure });
    const { offset, message } = result as ElfError;
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThanOrEqual(damaged.bytes.length);
    expect(message).toContain(`${structure} at offset 0x${offset.toString(16)}: `);
  });

  it('points at the very byte: a string offset past DT_STRSZ', () => {
    const file = new Dissection('exe-pie');
    const vernaux = file.dynamicValue(VERNEED) + 16;
    file.u32(vernaux + 8, 0xffffff);
    expect(outcome(file.bytes)).toMatchObject({ offset: vernaux + 8 });
  });
});
