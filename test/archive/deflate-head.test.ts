import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { constants, createInflateRaw, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstInflatedByte } from '../../src/archive/deflate-head.js';
import { MAGIC_LENGTH, magicOf, mayBegin } from '../../src/archive/formats.js';
import { elf } from '../inspect/trees.js';

const STRATEGIES = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FIXED,
  constants.Z_FILTERED,
];

/** What zlib gives first when it is given byte by byte; undefined where it fails before. */
async function firstByZlib(data: Buffer): Promise<number | undefined> {
  const inflater = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  const bytes = Array.from(data, (_, at) => data.subarray(at, at + 1));
  try {
    for await (const chunk of Readable.from(bytes).pipe(inflater) as AsyncIterable<Buffer>) return chunk[0];
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('Z_DATA_ERROR');
  }
  return undefined;
}

describe('the first byte of deflate data', () => {
  it('is what zlib packed, at every level and by every strategy', () => {
    const content = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 3000 }),
      fc.string({ minLength: 1, maxLength: 3000 }).map((text) => Buffer.from(`x${text}`)),
    );
    fc.assert(
      fc.property(
        content,
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(...STRATEGIES),
        (data, level, strategy) => {
          const packed = deflateRawSync(data, { level, strategy });
          expect(firstInflatedByte(packed)).toBe(data[0]);
          expect(firstInflatedByte(packed.subarray(0, 512))).toBe(data[0]);
        },
      ),
      { seed: 20_26, numRuns: 3000 },
    );
  });

  it('is that of ELF', () => {
    for (let level = 0; level <= 9; level += 1) {
      expect(firstInflatedByte(deflateRawSync(elf(), { level }))).toBe(0x7f);
    }
  });

  it('is told of no data that is cut before it', () => {
    const packed = deflateRawSync(elf());
    const told = Array.from({ length: packed.length }, (_, length) =>
      firstInflatedByte(packed.subarray(0, length)),
    );
    const from = told.findIndex((byte) => byte !== undefined);
    expect(from).toBeGreaterThan(20);
    expect(new Set(told.slice(from))).toEqual(new Set([0x7f]));
  });

  it('is told of no empty block, and of nothing that is no deflate data', () => {
    expect(firstInflatedByte(deflateRawSync(Buffer.alloc(0)))).toBeUndefined();
    expect(firstInflatedByte(Buffer.from('010000ffff7f', 'hex'))).toBeUndefined();
    expect(firstInflatedByte(Buffer.alloc(0))).toBeUndefined();
    expect(firstInflatedByte(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toBeUndefined();
  });

  it('is told of no block that zlib refuses before it gives a byte', async () => {
    const packed = Array.from({ length: 40 }, (_, i) =>
      deflateRawSync(elf().subarray(i), { level: i % 10, strategy: STRATEGIES[i % STRATEGIES.length] }),
    );
    const flips = fc.array(fc.nat({ max: 1600 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...packed), flips, async (data, bits) => {
        const malformed = Buffer.from(data.subarray(0, 512));
        for (const bit of bits) {
          const at = (bit >> 3) % malformed.length;
          malformed[at] = (malformed[at] ?? 0) ^ (1 << (bit & 7));
        }
        const byte = firstInflatedByte(malformed);
        if (byte !== undefined) expect(await firstByZlib(malformed)).toBe(byte);
      }),
      { seed: 20_26, numRuns: 1500 },
    );
    // A stored block whose length and its complement do not go together.
    expect(firstInflatedByte(Buffer.from('010200fdfe4142', 'hex'))).toBeUndefined();
    expect(firstInflatedByte(Buffer.from('010200fdff4142', 'hex'))).toBe(0x41);
  });

  it('comes to an end on anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (data) => {
        const byte = firstInflatedByte(data);
        expect(byte === undefined || (byte >= 0 && byte <= 255)).toBe(true);
      }),
      { seed: 20_26, numRuns: 5000 },
    );
  });
});

describe('what may begin so', () => {
  it('has every beginning by which a file is known', () => {
    const files = ['inspect', 'elf', 'deployed/bin', 'mirror/gems'].flatMap((name) => {
      const folder = fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
      return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(folder, entry.name)));
    });
    const signatures = [
      '504b0506',
      'fd377a585a00',
      '425a6839314159265359',
      '28b52ffd',
      '502a4d18',
      '04224d18',
      '02214d18',
      '377abcaf271c',
      '4c5a495001',
      '526172211a0700',
      '213c617263683e0a64656269616e2d62696e61727920',
      'edabeedb',
      '1f8b08',
      '2321',
      '213c617263683e0a',
      '213c7468696e3e0a',
    ].map((hex) => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(601)]));
    const known = [...files, ...signatures].filter(
      (bytes) => magicOf(bytes.subarray(0, MAGIC_LENGTH)) !== undefined,
    );
    expect(known.length).toBeGreaterThan(60);
    for (const bytes of known) expect(mayBegin(bytes[0] ?? 0, bytes.length)).toBe(true);
    expect(mayBegin(0xca, 1000)).toBe(false);
  });
});
