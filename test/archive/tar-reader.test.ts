import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TarError } from '../../src/archive/tar-header.js';
import type { TarEntry } from '../../src/archive/tar-reader.js';
import { TarReader } from '../../src/archive/tar-reader.js';
import { layerOf } from '../target/image/image-builder.js';

type Read = TarEntry & { readonly bytes: Buffer };

function fixture(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`./fixtures/${name}.tar.gz`, import.meta.url)));
}

function read(archive: Uint8Array, pieces: (at: number) => number = () => 65536): Read[] {
  const found: Read[] = [];
  const tar = new TarReader((entry) => {
    const chunks: Uint8Array[] = [];
    return {
      satisfied: false,
      push: (chunk) => chunks.push(chunk),
      end: () => found.push({ ...entry, bytes: Buffer.concat(chunks) }),
    };
  });
  for (let at = 0; at < archive.length;) {
    const end = at + Math.max(1, pieces(at));
    tar.push(archive.subarray(at, end));
    at = end;
  }
  tar.end();
  return found;
}

describe('sparse files', () => {
  const expected = Buffer.alloc(4 << 20);
  expected.write('begin', 0);
  for (let part = 1; part < 30; part++) expected.write(`part${part}`, part * 131072);

  it.each(['sparse-gnu', 'sparse-pax-0.0', 'sparse-pax-0.1', 'sparse-pax-1.0'])(
    '%s is the whole file',
    (name) => {
      const entries = read(fixture(name), () => 777);
      expect(entries.map((entry) => [entry.name, entry.kind, entry.size])).toEqual([
        ['sparse', 'file', 4 << 20],
      ]);
      expect(entries[0]?.bytes.equals(expected)).toBe(true);
    },
  );
});

describe('names', () => {
  const long = 'directory-with-a-long-name/'.repeat(11);

  it.each(['names-gnu', 'names-pax'])('%s has long names, links and hard links', (name) => {
    const entries = read(fixture(name));
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    expect(byName.get(`${long}file`)?.bytes.toString()).toBe('long\n');
    expect(byName.get(long)?.kind).toBe('directory');
    expect(byName.get('link')).toMatchObject({ kind: 'link', linkname: `/${long}` });
    expect(byName.get('hard')).toMatchObject({ kind: 'hard-link', linkname: `${long}file`, size: 0 });
    expect(byName.get('fifo')?.kind).toBe('other');
  });

  it('reads v7', () => {
    expect(read(fixture('names-v7')).map(({ name, bytes }) => [name, bytes.toString()])).toEqual([
      ['short', 'short'],
    ]);
  });
});

it('reads the same whatever the size of the pieces', async () => {
  const archive = await layerOf([
    ['a/', ''],
    ['a/b', 'x'.repeat(1500)],
    ['n'.repeat(150), 'long name'],
    ['empty', ''],
  ]);
  const whole = read(archive);
  expect(whole.map(({ name }) => name)).toEqual(['a/', 'a/b', 'n'.repeat(150), 'empty']);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1200 }), { minLength: 1 }), (sizes) => {
      expect(read(archive, (at) => sizes[at % sizes.length] ?? 1)).toEqual(whole);
    }),
    { seed: 20_26, numRuns: 50 },
  );
});

it('refuses what is cut short, and ends at a block between two entries', async () => {
  const archive = await layerOf([
    ['first', 'x'.repeat(600)],
    ['n'.repeat(150), 'y'],
  ]);
  const ends: number[] = [];
  for (let length = 0; length <= archive.length; length++) {
    try {
      read(archive.subarray(0, length));
      ends.push(length);
    } catch (error) {
      expect(error).toBeInstanceOf(TarError);
    }
  }
  // Nothing at all; all of a file, its padding or not; everything.
  const first = 512 + 600;
  const padding = Array.from({ length: 425 }, (_, index) => first + index);
  expect(ends.slice(0, 1 + padding.length)).toEqual([0, ...padding]);
  expect(ends.at(-1)).toBe(archive.length);
});

it.each([
  ['not-tar', Buffer.alloc(1024, 'no tar archive at all. ')],
  ['not-tar', Buffer.from('{}')],
] as const)('says %s of what is none', (reason, bytes) => {
  expect(() => read(bytes)).toThrow(expect.objectContaining({ reason }) as Error);
});

it.each([
  ['a size that is no number', (block: Buffer) => block.write('zzz', 124)],
  ['a size beyond 2^53', (block: Buffer) => block.fill(0xff, 125, 136).fill(0x80, 124, 125)],
  ['a type that nobody knows', (block: Buffer) => block.write('Z', 156)],
])('refuses %s', async (_what, damage) => {
  const archive = await layerOf([['file', 'x']]);
  damage(archive);
  archive.write('        ', 148);
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  expect(() => read(archive)).toThrow(TarError);
});

it('lets nothing but its own error escape from mutated archives', () => {
  const seeds = ['sparse-gnu', 'sparse-pax-1.0', 'sparse-pax-0.0', 'names-pax', 'names-gnu'].map(fixture);
  fc.assert(
    fc.property(
      fc.nat(seeds.length - 1),
      fc.array(fc.tuple(fc.nat(6000), fc.nat(255)), { maxLength: 8 }),
      (which, edits) => {
        const archive = Buffer.from(seeds[which] ?? []).subarray(0, 20_000);
        for (const [at, byte] of edits) archive[at % archive.length] = byte;
        // Checksums are made right again, so that the edit gets further than that.
        for (let at = 0; at + 512 <= archive.length; at += 512) {
          if (archive.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
          archive.write('        ', at + 148);
          const sum = archive.subarray(at, at + 512).reduce((total, value) => total + value, 0);
          archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148);
        }
        const satisfied = { satisfied: true, push: () => undefined, end: () => undefined };
        try {
          const tar = new TarReader(() => satisfied);
          tar.push(archive);
          tar.end();
        } catch (error) {
          expect(error).toBeInstanceOf(TarError);
        }
      },
    ),
    { seed: 20_26, numRuns: 500 },
  );
});
