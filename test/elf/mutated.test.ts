import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseElf } from '../../src/elf/parse.js';
import type { ElfFile } from '../../src/elf/types.js';
import { ElfError } from '../../src/errors.js';
import { Dissection, fixture, fixtureNames, outcome } from './fixture.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

const NEEDED = 1;
const STRTAB = 5;
const STRSZ = 10;
const VERNEED = 0x6ffffffe;

const versionsOf = (elf: ElfFile): string[] =>
  elf.verneed.flatMap(({ library, versions }) =>
    versions.map(({ name, weak }) => `${library} ${name} ${String(weak)}`),
  );

describe('cut short at every byte', () => {
  it.each(['exe-lld', 'exe-arm', 'exe-s390x', 'lib-weak-verneed.so', 'exe-without-section-headers'])(
    '%s is an error or loses nothing',
    (name) => {
      const whole = fixture(name);
      const elf = parseElf(whole);
      let errors = 0;
      for (let length = 0; length < whole.length; length += 1) {
        const result = outcome(whole.subarray(0, length));
        if (result instanceof ElfError) errors += 1;
        else
          expect([length, versionsOf(result), result.needed]).toEqual([length, versionsOf(elf), elf.needed]);
      }
      expect(errors).toBeGreaterThan(whole.length / 2);
    },
  );
});

describe('changed at random', () => {
  const change = fc.record({
    at: fc.nat(),
    value: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
  });

  it('ends with a reading or an ElfError, soon', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...fixtureNames),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        (name, changes) => {
          const bytes = fixture(name);
          // The first 4 KiB have the headers and, in most fixtures, the tables.
          for (const { at, value } of changes)
            bytes[at % (at % 4 === 0 ? bytes.length : Math.min(bytes.length, 4096))] = value;
          inBoundedTime(() => outcome(bytes));
        },
      ),
      { seed: 20, numRuns: 5000 },
    );
  });

  it('loses no needed version to a changed byte outside of what names it', () => {
    const file = new Dissection('lib-needs-glibc-2.99.so');
    const original = versionsOf(parseElf(file.bytes));
    expect(original).toContain('libc.so.6 GLIBC_2.99 false');
    // Headers' types and addresses, the dynamic table and the verneed records are what the loader itself goes by.
    const verneed = file.dynamicValue(VERNEED);
    for (let at = verneed; at < verneed + 48; at += 1) {
      for (const value of [0, 1, 2, 0xff]) {
        const bytes = fixture('lib-needs-glibc-2.99.so');
        if (bytes[at] === value) continue;
        bytes[at] = value;
        const result = outcome(bytes);
        if (result instanceof ElfError || isDeepStrictEqual(versionsOf(result), original)) continue;
        // What is left is vna_flags, which the loader obeys, and another string that is a library's name.
        const field = (at - verneed) % 16;
        expect([field, versionsOf(result)]).toEqual([expect.toBeOneOf([4, 5, 6, 7]), expect.anything()]);
      }
    }
  });
});

describe('bounded', () => {
  /** A library whose DT_NEEDED entries all name one string of a megabyte, in a file of `entries` × 16 bytes and more. */
  function manyNames(entries: number): Uint8Array {
    const table = 1 << 20;
    const dynamic = 0x1000;
    const strings = dynamic + entries * 16 + 64;
    const bytes = new Uint8Array(strings + table);
    bytes.set(fixture('exe-pie').subarray(0, 64));
    const view = new DataView(bytes.buffer);
    view.setUint16(56, 2, true);
    view.setBigUint64(40, 0n, true);
    const header = (at: number, type: number, offset: number, size: number): void => {
      view.setUint32(at, type, true);
      for (const [field, value] of [
        [8, offset],
        [16, offset],
        [32, size],
        [40, size],
      ] as const) {
        view.setBigUint64(at + field, BigInt(value), true);
      }
    };
    header(64, 1, 0, bytes.length);
    header(120, 2, dynamic, entries * 16 + 48);
    const entry = (index: number, tag: number, value: number): void => {
      view.setBigUint64(dynamic + index * 16, BigInt(tag), true);
      view.setBigUint64(dynamic + index * 16 + 8, BigInt(value), true);
    };
    entry(0, STRTAB, strings);
    entry(1, STRSZ, table);
    for (let index = 0; index < entries; index += 1) entry(index + 2, NEEDED, index);
    bytes.fill(0x61, strings, strings + table - 1);
    return bytes;
  }

  it.each([
    [60_000, 'ELF_LIMIT'],
    [2_000_000, 'ELF_LIMIT'],
  ])('%d names that are suffixes of one long string: %s', (entries, code) => {
    const bytes = manyNames(entries);
    expect(inBoundedTime(() => outcome(bytes))).toMatchObject({ code });
  });

  it('reads a file of 65,534 PT_LOAD segments soon', () => {
    const small = new Dissection('exe-pie');
    const headers = (small.bytes.length + 7) & ~7;
    const count = 0xfffe;
    const bytes = new Uint8Array(headers + count * 56);
    bytes.set(small.bytes);
    const view = new DataView(bytes.buffer);
    const own = Number(small.view.getBigUint64(32, true));
    const ownSize = small.view.getUint16(56, true) * 56;
    for (let at = headers + ownSize; at < bytes.length; at += 56) {
      view.setUint32(at, 1, true);
      view.setBigUint64(at + 16, BigInt(at) * 0x10000n, true);
      view.setBigUint64(at + 32, 8n, true);
      view.setBigUint64(at + 40, 8n, true);
    }
    bytes.copyWithin(headers, own, own + ownSize);
    view.setBigUint64(32, BigInt(headers), true);
    view.setUint16(56, count, true);
    const { pages: _, ...read } = inBoundedTime(() => parseElf(bytes));
    const { pages, ...expected } = parseElf(small.bytes);
    expect(pages).toBeDefined();
    expect(read).toEqual(expected);
  });
});
