import { describe, expect, it } from 'vitest';
import { PF_W, PF_X, PT_LOAD } from '../../src/elf/constants.js';
import { parseElf } from '../../src/elf/parse.js';
import type { ProgramHeader } from '../../src/elf/program-headers.js';
import { readSegmentPages } from '../../src/elf/segment-pages.js';
import { fixture } from './fixture.js';

const GIB = 1 << 30;
const R = 4;
const RX = R | PF_X;
const RW = R | PF_W;

interface Segment extends Partial<ProgramHeader> {
  readonly offset: bigint;
  readonly vaddr: bigint;
}

/** One page of content of 64 KiB alignment, but for what is given. */
function load(facts: Segment): ProgramHeader {
  return {
    place: { offset: 64, structure: 'Elf64_Phdr' },
    type: PT_LOAD,
    flags: R,
    filesz: 0x1000n,
    memsz: facts.filesz ?? 0x1000n,
    align: 0x10000n,
    ...facts,
  };
}

describe('how segments lie towards pages', () => {
  it.each([
    // As `readelf -lW` shows them: addresses and offsets differ by 0x1000, and each has 0x1000 as its alignment.
    ['exe-pie', { congruent: 0x1000, aligned: 0x1000, apart: 0x1000 }],
    ['exe-arm', { congruent: 0x1000, aligned: 0x1000, apart: 0x1000 }],
    ['exe-aarch64', { congruent: 0x1000, aligned: 0x1000, apart: 0x1000 }],
    ['exe-s390x', { congruent: 0x1000, aligned: 0x1000, apart: 0x1000 }],
    // GNU ld's layout where all fits into it: offsets are addresses, and yet code and what follows are 8 KiB apart at most.
    ['lib-verdef.so', { congruent: GIB, aligned: 0x1000, apart: 0x2000 }],
  ])('of %s', (name, pages) => {
    expect(parseElf(fixture(name)).pages).toEqual(pages);
  });

  it('are not told of a file that no loader takes', () => {
    expect(parseElf(fixture('object-file.o')).pages).toBeUndefined();
  });

  it('by the smallest of all segments, those without content included', () => {
    const first = load({ offset: 0n, vaddr: 0x400000n });
    const empty = load({ offset: 0x3000n, vaddr: 0x5f5000n, filesz: 0n, memsz: 0x10n, align: 0x2000n });
    expect(readSegmentPages([first, empty])).toMatchObject({ congruent: 0x2000, aligned: 0x2000 });
    expect(readSegmentPages([first])).toEqual({
      congruent: 0x400000,
      aligned: 0x10000,
      apart: GIB,
    });
  });

  it('has an address below its offset', () => {
    expect(readSegmentPages([load({ offset: 0x5000n, vaddr: 0x1000n })]).congruent).toBe(0x4000);
  });

  it.each<[string, bigint, bigint, boolean]>([
    ['0 with no difference', 0n, 0n, false],
    ['0 with any difference', 0n, 0x10000n, true],
    ['64 KiB with 4 KiB', 0x10000n, 0x1000n, true],
    ['4 KiB with 64 KiB', 0x1000n, 0x10000n, false],
    // No power of two: the loader takes one from it and masks.
    ['0x3000 with 0x4000', 0x3000n, 0x4000n, false],
    ['0x3000 with 0x2000', 0x3000n, 0x2000n, true],
    ['the largest number', 0xffff_ffff_ffff_ffffn, 0x2n, true],
  ])('a p_align of %s', (_, align, difference, misaligned) => {
    const pages = readSegmentPages([load({ offset: 0n, vaddr: difference, align })]);
    expect(pages.misaligned ?? false).toBe(misaligned);
  });

  describe('and towards each other', () => {
    const text = load({ offset: 0x1000n, vaddr: 0x1000n, flags: RX });
    const data = load({ offset: 0x3000n, vaddr: 0x3000n, flags: RW });
    const apart = (...segments: ProgramHeader[]): number => readSegmentPages(segments).apart;

    it('code that writable data would take the place of', () => {
      expect(apart(text, data)).toBe(0x2000);
      expect(apart(text, { ...data, vaddr: 0x12000n, offset: 0x12000n })).toBe(0x10000);
    });

    it('a later one that has all permissions of the earlier undoes nothing', () => {
      const headers = load({ offset: 0n, vaddr: 0n });
      expect(apart(headers, text)).toBe(GIB);
      expect(apart(text, { ...data, flags: R | PF_W | PF_X })).toBe(GIB);
      // Mapped in the order of the table.
      expect(apart(data, text)).toBe(0x2000);
    });

    it('other content, and what was to be zero', () => {
      expect(apart(data, { ...data, vaddr: 0x5000n })).toBe(0x4000);
      expect(apart({ ...data, memsz: 0x1800n }, { ...data, vaddr: 0x8000n, offset: 0x8000n })).toBe(0x8000);
    });

    it('overlap', () => {
      expect(apart(text, { ...data, vaddr: 0x1800n, offset: 0x1800n })).toBe(1);
    });

    it('one without memory is mapped up to its address, and one at 0 is nowhere', () => {
      const empty = load({ offset: 0x4000n, vaddr: 0x4000n, filesz: 0n, memsz: 0n });
      expect(apart(text, empty)).toBe(0x4000);
      expect(apart({ ...empty, vaddr: 0n, offset: 0n, flags: RX }, data)).toBe(GIB);
    });
  });
});
