import { describe, expect, it } from 'vitest';
import { zipExtent } from '../../src/archive/zip-extent.js';
import type { ZipExtent } from '../../src/archive/zip-extent.js';
import { wholeBytes } from '../../src/elf/whole-bytes.js';
import { fixture } from '../inspect/trees.js';

const extentOf = (bytes: Uint8Array, from = 0): ZipExtent | undefined => zipExtent(wholeBytes(bytes), from);
const program = Buffer.alloc(5000, 'program ');

/** What zip 3.0 and bsdtar 3.7 wrote: fixtures/inspect/build.sh. */
describe.each(['probe-links.zip', 'probe-zip64.zip', 'probe-descriptors.zip', 'probe-encrypted.zip'])(
  '%s',
  (name) => {
    const zip = fixture(name);

    it('is its own extent', () => {
      expect(extentOf(zip)).toEqual({ start: 0, end: zip.length });
    });

    it('is found behind a program', () => {
      const bytes = Buffer.concat([program, zip]);
      expect(extentOf(bytes, program.length)).toEqual({ start: program.length, end: bytes.length });
    });

    it.each([1, 511, 300_000])('ends before %i zeroes', (length) => {
      expect(extentOf(Buffer.concat([zip, Buffer.alloc(length)]))).toEqual({ start: 0, end: zip.length });
    });

    it('ends before other bytes', () => {
      expect(extentOf(Buffer.concat([zip, program]))).toEqual({ start: 0, end: zip.length });
    });

    it('cut short has none', () => {
      for (const cut of [1, 10, 22, zip.length - 30])
        expect(extentOf(zip.subarray(0, zip.length - cut))).toBeUndefined();
    });
  },
);

it('after zip -A, offsets are those of the file', () => {
  const bytes = fixture('probe-sfx-adjusted');
  expect(extentOf(bytes)).toEqual({ start: 0, end: bytes.length });
});

it('a zip that lies in a comment is not taken for the one that has it', () => {
  const inner = fixture('probe-unix-names.zip');
  const outer = Buffer.from(fixture('probe-links.zip'));
  outer.writeUInt16LE(inner.length, outer.length - 2);
  // The last end record counts, as for unzip.
  const bytes = Buffer.concat([outer, inner]);
  expect(extentOf(bytes)).toEqual({ start: outer.length, end: bytes.length });
});

it.each([0, 10, 22, 70_000])('%i bytes of anything else have none', (length) => {
  expect(extentOf(Buffer.alloc(length, 'x'))).toBeUndefined();
  expect(extentOf(Buffer.alloc(length))).toBeUndefined();
});
