import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { GemOrigin, ReadGem } from '../../src/audit/gem-reader.js';
import { GemReader } from '../../src/audit/gem-reader.js';
import { GemArchiveError } from '../../src/errors.js';
import { inspectGem } from '../../src/gem/contents.js';
import type { GemContents } from '../../src/gem/types.js';
import { contents } from '../helpers/contents.js';
import { buildGem, opened, tinyElf } from '../helpers/gems.js';
import { release } from './in-memory.js';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const FOO = release('foo 1.0-x86_64-linux');

function gem(sha256: string, identity: Partial<GemContents['metadata']> = {}): GemContents {
  const base = contents({}, { sha256 });
  return { ...base, metadata: { ...base.metadata, name: 'foo', version: '1.0', ...identity } };
}

interface Situation {
  /** What the source gives. */
  readonly served?: GemContents | Error;
  /** What is remembered, by SHA-256. */
  readonly remembered?: readonly GemContents[];
  /** SHA-256 of the file that lies at hand. */
  readonly atHand?: string;
  /** SHA-256 by the index and by the lockfile. */
  readonly index?: string;
  readonly locked?: string;
}

async function read(situation: Situation): Promise<{ result: ReadGem; opened: number; kept: string[] }> {
  const { served = gem(A), remembered = [], atHand, index, locked } = situation;
  let count = 0;
  const kept: string[] = [];
  const reader = new GemReader(
    {
      inspect: () => {
        count += 1;
        return served instanceof Error ? Promise.reject(served) : Promise.resolve(served);
      },
      recall: (sha256) => Promise.resolve(remembered.find((one) => one.sha256 === sha256)),
      remember: ({ sha256 }) => {
        kept.push(sha256);
        return Promise.resolve();
      },
    },
    (task) => task(),
  );
  const origin: GemOrigin = {
    name: 'test',
    sources: [],
    offers: () => Promise.resolve([]),
    releases: () => Promise.resolve([]),
    open: () => Promise.resolve(Readable.from([])),
    digest: () => Promise.resolve(atHand),
  };
  const asked = { ...FOO, ...(index === undefined ? {} : { sha256: index }) };
  return { result: await reader.read(origin, asked, locked), opened: count, kept };
}

describe('a gem counts', () => {
  it.each<[string, Situation, boolean]>([
    ['verified by the index', { index: A }, true],
    ['verified by the lockfile', { locked: A }, true],
    ['verified by both', { index: A, locked: A }, true],
    ['unverified where neither gives a digest', {}, false],
  ])('%s', async (_, situation, verified) => {
    const { result, kept } = await read(situation);
    expect(result).toEqual({ contents: gem(A), verified });
    expect(kept).toEqual([A]);
  });

  it.each([
    ['another way to write its version', { version: '1.0.0' }],
    ['another way to write its platform', { platform: 'x86_64-linux' }],
  ])('with %s', async (_, identity) => {
    const { result } = await read({ served: gem(A, identity), index: A });
    expect(result).toMatchObject({ verified: true });
  });
});

describe('a gem does not count', () => {
  it.each<[string, Situation, string, string, number]>([
    [
      'with another digest than the index gives',
      { served: gem(B), index: A },
      'GEM_CHECKSUM_MISMATCH',
      'the index gives',
      1,
    ],
    [
      'with another digest than the lockfile gives',
      { served: gem(B), locked: A },
      'GEM_CHECKSUM_MISMATCH',
      'the lockfile gives',
      1,
    ],
    [
      'where index and lockfile differ, and is not even fetched',
      { index: A, locked: B },
      'GEM_CHECKSUM_MISMATCH',
      B,
      0,
    ],
    [
      'that is another gem',
      { served: gem(A, { name: 'evil' }), index: A },
      'GEM_IDENTITY_MISMATCH',
      'evil 1.0',
      1,
    ],
    [
      'that is another version',
      { served: gem(A, { version: '1.1' }), index: A },
      'GEM_IDENTITY_MISMATCH',
      'foo 1.1',
      1,
    ],
    [
      'that is for another platform',
      { served: gem(A, { platform: 'aarch64-linux' }), index: A },
      'GEM_IDENTITY_MISMATCH',
      'aarch64-linux',
      1,
    ],
    [
      'that cannot be read',
      { served: new GemArchiveError('no tar', { code: 'GEM_NOT_TAR' }) },
      'GEM_NOT_TAR',
      'no tar',
      1,
    ],
  ])('%s', async (_, situation, code, words, times) => {
    const { result, opened: count } = await read(situation);
    expect(result).toMatchObject({
      failed: {
        kind: 'unavailable',
        file: 'foo-1.0-x86_64-linux.gem',
        code,
        reason: expect.stringContaining(words) as string,
      },
    });
    expect(count).toBe(times);
  });

  it('is not remembered where its bytes are not those that were promised', async () => {
    expect((await read({ served: gem(B), index: A })).kept).toEqual([]);
  });
});

describe('what is remembered', () => {
  it('answers for the digest that the index gives, without opening the gem', async () => {
    const { result, opened: count, kept } = await read({ remembered: [gem(A)], index: A });
    expect(result).toEqual({ contents: gem(A), verified: true });
    expect([count, kept]).toEqual([0, []]);
  });

  it('does not answer for a file at hand that has changed since', async () => {
    const { result, opened: count } = await read({
      remembered: [gem(A)],
      atHand: B,
      served: gem(B),
      index: A,
    });
    expect(result).toMatchObject({ failed: { code: 'GEM_CHECKSUM_MISMATCH' } });
    expect(count).toBe(1);
  });

  it('answers by the digest of the file at hand where nobody promised one', async () => {
    const { result, opened: count } = await read({ remembered: [gem(B)], atHand: B });
    expect(result).toEqual({ contents: gem(B), verified: false });
    expect(count).toBe(0);
  });

  it('does not answer under a name that the gem does not have', async () => {
    const { result } = await read({ remembered: [gem(A, { name: 'evil' })], index: A });
    expect(result).toMatchObject({ failed: { code: 'GEM_IDENTITY_MISMATCH' } });
  });
});

it('lets a mistake of the program through', async () => {
  await expect(read({ served: new TypeError('mistake') })).rejects.toThrow('mistake');
});

describe('a real gem', () => {
  const bytes = buildGem({ name: 'foo', version: '1.0', files: [{ name: 'exe/foo', data: tinyElf() }] });
  let inspected = 0;
  const reader = new GemReader(
    {
      inspect: (open, name) => {
        inspected += 1;
        return inspectGem(open, { gem: name });
      },
      recall: () => Promise.resolve(undefined),
      remember: () => Promise.resolve(),
    },
    (task) => task(),
  );
  const origin: GemOrigin = {
    name: 'test',
    sources: [],
    offers: () => Promise.resolve([]),
    releases: () => Promise.resolve([]),
    open: opened(bytes),
    digest: () => Promise.resolve(undefined),
  };

  it('is read once however often it is asked for at the same time, and again for another promise', async () => {
    const [one, two] = await Promise.all([reader.read(origin, FOO), reader.read(origin, FOO)]);
    expect(one).toBe(two);
    expect(inspected).toBe(1);
    if ('failed' in one) throw new Error(one.failed.reason);
    expect(one.contents.binaries.map(({ path }) => path)).toEqual(['exe/foo']);
    const promised = await reader.read(origin, FOO, one.contents.sha256);
    expect(promised).toMatchObject({ verified: true });
    expect(inspected).toBe(2);
  });
});
