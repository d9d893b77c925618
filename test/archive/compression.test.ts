import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompressed, DecompressError } from '../../src/archive/compression.js';

const numbers = (last: number): string =>
  Array.from({ length: last }, (_, index) => `${index + 1}\n`).join('');
const zst = (name: string): Buffer => readFileSync(new URL(`./fixtures/${name}.zst`, import.meta.url));

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function inflate(bytes: Uint8Array, size = 4096): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompressed(pieces(bytes, size))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const text = Buffer.from(numbers(30_000));

describe.each([
  ['gzip', gzipSync(text), text],
  [
    'gzip in two members',
    Buffer.concat([gzipSync(text), gzipSync('more')]),
    Buffer.concat([text, Buffer.from('more')]),
  ],
  ['zstd in frames', zst('numbers-twice'), Buffer.concat([text, Buffer.from(numbers(100))])],
  ['nothing', text, text],
  ['no bytes', Buffer.alloc(0), Buffer.alloc(0)],
])('%s', (_name, compressed, expected) => {
  it.each([61, 4096, 1 << 20])('inflates in pieces of %i bytes', async (size) => {
    expect((await inflate(compressed, size)).equals(expected)).toBe(true);
  });
});

it.each([
  ['more follows the compressed data', Buffer.concat([gzipSync(text), Buffer.alloc(500_000, 'x')])],
  [
    'the compressed data is damaged',
    Buffer.concat([gzipSync(text).subarray(0, 20), Buffer.alloc(500_000, 0xff)]),
  ],
])('reads the source to its end where %s', async (_what, bytes) => {
  let read = 0;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces(bytes, 1000)) {
      read += piece.length;
      yield piece;
    }
  };
  await expect(
    (async () => {
      for await (const chunk of decompressed(source())) expect(chunk.length).toBeGreaterThan(0);
    })(),
  ).rejects.toMatchObject({ reason: 'corrupt' });
  expect(read).toBe(bytes.length);
});

it.each([
  ['gzip', gzipSync(text)],
  ['zstd', zst('numbers-twice').subarray(0, 30_000)],
])('says that %s is cut short', async (_name, compressed) => {
  for (const length of [7, 10, 20, 1000, compressed.length - 9, compressed.length - 1]) {
    await expect(inflate(compressed.subarray(0, length))).rejects.toMatchObject({ reason: 'truncated' });
  }
});

it('refuses a window that would take 256 MiB', async () => {
  await expect(inflate(zst('window-256-mib'))).rejects.toMatchObject({
    reason: 'limit',
    message: expect.stringContaining('a window of 268435456 bytes') as string,
  });
});

it.each([
  ['xz', 'fd377a585a000004'],
  ['bzip2', '425a683931415926'],
])('names %s', async (name, hex) => {
  await expect(inflate(Buffer.from(hex, 'hex'))).rejects.toThrow(`compressed with ${name}`);
});

it('passes the failure of the source on', async () => {
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(gzipSync(text).subarray(0, 1000));
    throw new Error('the connection broke');
  };
  const chunks = decompressed(source());
  await expect(
    (async () => {
      for await (const chunk of chunks) expect(chunk.length).toBeGreaterThan(0);
    })(),
  ).rejects.toThrow('the connection broke');
});

it('lets go of the source when it is given up', async () => {
  let closed = false;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield await Promise.resolve(gzipSync(text));
    } finally {
      closed = true;
    }
  };
  for await (const chunk of decompressed(source())) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
  expect(closed).toBe(true);
});

it('lets nothing but its own error escape from mutated data', async () => {
  const seeds = [gzipSync(numbers(3000)), zst('numbers-twice')];
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
      async (which, edits) => {
        const bytes = Buffer.from(seeds[which] ?? []);
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        try {
          await inflate(bytes, 100_000);
        } catch (error) {
          expect(error).toBeInstanceOf(DecompressError);
        }
      },
    ),
    { seed: 20_26, numRuns: 150 },
  );
});
