import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseElf } from '../../src/elf/parse.js';
import { ElfError } from '../../src/errors.js';

/** Offsets in a 64-bit file: e_type of Elf64_Ehdr, e_phoff, and p_type and the size of Elf64_Phdr. */
const E_TYPE = 16;
const E_PHOFF = 32;
const E_PHNUM = 56;
const PHDR_SIZE = 56;
const PT_NULL = 0;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;

function damaged(change: (view: DataView) => void): Uint8Array {
  const bytes = Uint8Array.from(readFileSync(new URL('../../fixtures/elf/bin/exe-pie', import.meta.url)));
  change(new DataView(bytes.buffer));
  return bytes;
}

function drop(type: number): (view: DataView) => void {
  return (view) => {
    const start = Number(view.getBigUint64(E_PHOFF, true));
    for (let i = 0; i < view.getUint16(E_PHNUM, true); i += 1) {
      const at = start + i * PHDR_SIZE;
      if (view.getUint32(at, true) === type) view.setUint32(at, PT_NULL, true);
    }
  };
}

// The loader of glibc refuses each of these; none may count as a file that nothing loads.
it.each([
  [
    'an e_type of its own',
    (view: DataView) => {
      view.setUint16(E_TYPE, 0xfe42, true);
    },
    'ELF_BAD_HEADER',
  ],
  ['no PT_LOAD', drop(PT_LOAD), 'ELF_BAD_PROGRAM_HEADERS'],
  ['no PT_DYNAMIC', drop(PT_DYNAMIC), 'ELF_BAD_PROGRAM_HEADERS'],
])('refuses an executable with %s', (_, change, code) => {
  const read = (): unknown => parseElf(damaged(change));
  expect(read).toThrow(ElfError);
  expect(read).toThrow(expect.objectContaining({ code }) as Error);
});
