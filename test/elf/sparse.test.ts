import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MissingRangeError } from '../../src/elf/missing-range.js';
import { parseElf } from '../../src/elf/parse.js';
import type { FileRange } from '../../src/elf/retained-range.js';
import type { Retention, SparseElfOptions } from '../../src/elf/sparse.js';
import { RETENTION, SparseElfCollector } from '../../src/elf/sparse.js';
import type { ElfBytes, ElfFile } from '../../src/elf/types.js';
import { ElfError } from '../../src/errors.js';
import { Dissection, fixture, fixtureNames } from './fixture.js';

const MIB = 1 << 20;

function stream(bytes: Uint8Array, chunk: number, options: SparseElfOptions = {}, size = true): ElfBytes {
  const collector = new SparseElfCollector(size ? bytes.length : undefined, options);
  const reused = new Uint8Array(chunk);
  for (let at = 0; at < bytes.length; at += chunk) {
    const part = bytes.subarray(at, at + chunk);
    reused.set(part);
    collector.push(reused.subarray(0, part.length));
    reused.fill(0xee);
  }
  return collector.finish();
}

/** As a caller does it: once more with each range that was missed. */
function parseInPasses(
  bytes: Uint8Array,
  chunk: number,
  retention: Retention,
): { elf: ElfFile; passes: number } {
  const extra: FileRange[] = [];
  for (;;) {
    const view = stream(bytes, chunk, { extra, retention });
    try {
      return { elf: parseElf(view), passes: extra.length + 1 };
    } catch (error) {
      if (!(error instanceof MissingRangeError)) throw error;
      extra.push({ offset: error.offset, length: error.length });
    }
  }
}

/** Vitest's own comparison of large arrays takes milliseconds. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

describe('a file that is smaller than the bounds', () => {
  it.each(fixtureNames)(
    '%s is read as if it were held whole, in chunks of 321 bytes that are reused',
    (name) => {
      const bytes = fixture(name);
      expect(parseElf(stream(bytes, 321))).toEqual(parseElf(bytes));
      expect(parseElf(stream(bytes, 321, {}, false))).toEqual(parseElf(bytes));
    },
  );
});

describe('a file that is larger than the bounds', () => {
  const tiny: Retention = { head: 256, tail: 128, segments: 512, extra: RETENTION.extra };

  it.each(fixtureNames)('%s is read right in a few passes', (name) => {
    const bytes = fixture(name);
    const { elf, passes } = parseInPasses(bytes, 100, tiny);
    expect(elf).toEqual(parseElf(bytes));
    expect(passes).toBeLessThan(6);
  });

  it('what is held is right at every place, whatever the bounds and the chunks', () => {
    const bytes = fixture('exe-patchelf');
    const part = fc.integer({ min: 0, max: bytes.length });
    fc.assert(
      fc.property(
        fc.integer({ min: 64, max: 9000 }),
        fc.integer({ min: 1, max: 9000 }),
        fc.integer({ min: 4, max: 9000 }),
        fc.integer({ min: 7, max: 5000 }),
        fc.array(fc.tuple(part, part), { maxLength: 20 }),
        (head, tail, segments, chunk, reads) => {
          const view = stream(bytes, chunk, { retention: { head, tail, segments, extra: 0 } });
          expect(same(view.read(0, head), bytes.subarray(0, head))).toBe(true);
          expect(same(view.read(bytes.length - tail, tail), bytes.subarray(bytes.length - tail))).toBe(true);
          for (const [from, to] of reads.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)) {
            try {
              expect(same(view.read(from, to - from), bytes.subarray(from, to))).toBe(true);
            } catch (error) {
              if (!(error instanceof MissingRangeError)) throw error;
              expect(error).toMatchObject({ offset: from, length: to - from });
            }
          }
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('says which range it lacks', () => {
    const bytes = fixture('exe-pie');
    const view = stream(bytes, 500, { retention: { head: 64, tail: 16, segments: 0, extra: 0 } });
    expect(() => view.read(60, 100)).toThrow(
      expect.objectContaining({ name: 'MissingRangeError', offset: 60, length: 100 }),
    );
  });
});

/** `exe-pie` with 80 MiB of code and 80 MiB of data appended as segments, and its PT_INTERP and section headers behind them. */
function largeExecutable(): Dissection & { size: number } {
  const file = new Dissection('exe-pie');
  const note = file.programHeader(4);
  const size = file.bytes.length + 160 * MIB;
  [note, note + 56].forEach((at, index) => {
    file.u32(at, 1);
    file.u32(at + 4, index === 0 ? 5 : 4);
    for (const [field, value] of [
      [8, file.bytes.length + index * 80 * MIB],
      [16, 0x10000000 + index * 0x10000000],
      [32, 80 * MIB],
      [40, 80 * MIB],
    ] as const) {
      file.u64(at + field, value);
    }
  });
  return Object.assign(file, { size });
}

describe('160 MiB', () => {
  it('is read in one pass and within the bounds', () => {
    const file = largeExecutable();
    const filler = new Uint8Array(MIB).fill(0x90);
    const collector = new SparseElfCollector(file.size);
    collector.push(file.bytes);
    for (let pushed = 0; pushed < 160; pushed += 1) collector.push(filler);
    const view = collector.finish();
    // What its notes say is not there: they were overwritten; and its segments lie as they come to lie.
    const { isaNeeded, pages: _, ...elf } = parseElf(view);
    const { isaNeeded: isaOfSmall, abiTag: _tag, pages: _pages, ...small } = parseElf(fixture('exe-pie'));
    expect(elf).toEqual(small);
    expect(isaNeeded.length).toBeLessThanOrEqual(isaOfSmall.length);

    let held = 0;
    for (let at = 0; at + 4096 <= file.size; at += 4096) {
      try {
        held += view.read(at, 4096).length;
      } catch (error) {
        if (!(error instanceof MissingRangeError)) throw error;
      }
    }
    expect(held).toBeLessThanOrEqual(RETENTION.head + RETENTION.tail + RETENTION.segments);
    expect(held).toBeGreaterThanOrEqual(RETENTION.head + RETENTION.tail);
  });
});

describe('streams that are not what was said', () => {
  it('ends early: an ElfError', () => {
    const collector = new SparseElfCollector(1000);
    collector.push(new Uint8Array(999));
    expect(() => collector.finish()).toThrow(ElfError);
    expect(() => collector.finish()).toThrow(expect.objectContaining({ code: 'ELF_TRUNCATED', offset: 999 }));
  });

  it('goes on too long: a RangeError', () => {
    const collector = new SparseElfCollector(10);
    expect(() => {
      collector.push(new Uint8Array(11));
    }).toThrow(RangeError);
  });

  it('asks for more than may be held', () => {
    expect(
      () => new SparseElfCollector(1e9, { extra: [{ offset: 0, length: RETENTION.extra + 1 }] }),
    ).toThrow(expect.objectContaining({ code: 'ELF_LIMIT' }));
  });

  it.each([0, 1, 3, 63, 64, 100])('%d bytes of nothing are collected without a word', (length) => {
    const bytes = new Uint8Array(length);
    expect(stream(bytes, 7).size).toBe(length);
  });
});
