import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import cacache from 'cacache';
import { describe, expect, it, vi } from 'vitest';
import type { GemContents } from '../../src/gem/types.js';
import { CACHE_FORMAT, cacheDirectory, noCache, openCache } from '../../src/registry/cache.js';
import type { RegistryCache } from '../../src/registry/cache.js';
import { defines, elf } from '../helpers/contents.js';
import { temporaryDirectory, writeFiles } from './gem-file.js';

const SHA256 = 'ab'.repeat(32);
const REMOTE = 'https://rubygems.org/';

const CONTENTS: GemContents = {
  sha256: SHA256,
  size: 1234,
  metadata: {
    name: 'demo',
    version: '1.0',
    platform: 'x86_64-linux',
    requiredRuby: ['>= 3.0'],
    requiredRubygems: [],
    dependencies: [{ name: 'rack', requirement: ['>= 1'] }],
    extensions: [],
    executables: ['demo'],
  },
  binaries: [
    {
      path: 'lib/x.so',
      gzipped: false,
      elf: elf({ needs: { 'libc.so.6': ['GLIBC_2.34'] }, verdef: defines('X_1') }),
    },
    {
      path: 'exe/x',
      gzipped: true,
      elf: elf({
        interpreter: '/lib64/ld-linux-x86-64.so.2',
        soname: 'x',
        filter: 'y',
        isaNeeded: ['x86-64-v3'],
      }),
    },
  ],
  unreadable: [{ path: 'lib/x.so', code: 'ELF_TRUNCATED', reason: 'cut' }],
  staticArchives: [],
  nestedArchives: ['data.zip'],
  links: { 'lib/libx.so': 'libx.so.1' },
};

function cacheIn(directory: string): { cache: RegistryCache; warnings: string[] } {
  const warnings: string[] = [];
  return { cache: openCache({ directory, warn: (message) => warnings.push(message) }), warnings };
}

async function files(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

describe('openCache', () => {
  it('gives back what was put in, in another run too', async () => {
    const directory = path.join(await temporaryDirectory(), 'not', 'there', 'yet');
    const first = cacheIn(directory);
    expect(await first.cache.getInfo(REMOTE, 'demo')).toBeUndefined();
    expect(await first.cache.getInspection(SHA256)).toBeUndefined();
    await first.cache.putInfo(REMOTE, 'demo', { bytes: Buffer.from('---\n1.0 |\n'), etag: 'W/"x"' });
    await first.cache.putInfo(REMOTE, 'other', { bytes: Buffer.from('---\n') });
    await first.cache.putInspection(SHA256, CONTENTS);
    const second = cacheIn(directory);
    expect(await second.cache.getInfo(REMOTE, 'demo')).toEqual({
      bytes: Buffer.from('---\n1.0 |\n'),
      etag: 'W/"x"',
    });
    expect(await second.cache.getInfo(REMOTE, 'other')).toEqual({ bytes: Buffer.from('---\n') });
    expect(await second.cache.getInfo('https://gems.example.com/', 'demo')).toBeUndefined();
    expect(await second.cache.getInspection(SHA256)).toEqual(CONTENTS);
    expect(await second.cache.getInspection('cd'.repeat(32))).toBeUndefined();
    expect([...first.warnings, ...second.warnings]).toEqual([]);
  });

  it('writes nothing before the first put', async () => {
    const directory = path.join(await temporaryDirectory(), 'cache');
    const { cache } = cacheIn(directory);
    await cache.getInfo(REMOTE, 'demo');
    await cache.getInspection(SHA256);
    await expect(stat(directory)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('keeps one content for each key', async () => {
    const directory = await temporaryDirectory();
    const { cache } = cacheIn(directory);
    for (let number = 0; number < 5; number++) {
      await cache.putInfo(REMOTE, 'demo', {
        bytes: Buffer.from(`---\n1.${number} |\n`),
        etag: `"${number}"`,
      });
    }
    await cache.putInfo(REMOTE, 'demo', { bytes: Buffer.from('---\n1.4 |\n'), etag: '"same bytes"' });
    expect((await files(directory)).filter((file) => file.includes('content-v2'))).toHaveLength(1);
    expect(await cache.getInfo(REMOTE, 'demo')).toEqual({
      bytes: Buffer.from('---\n1.4 |\n'),
      etag: '"same bytes"',
    });
  });

  it.each(['flipped', 'cut', 'emptied', 'removed'])(
    'takes a %s entry for a miss, and removes it',
    async (damage) => {
      const directory = await temporaryDirectory();
      const { cache, warnings } = cacheIn(directory);
      await cache.putInspection(SHA256, CONTENTS);
      const [content] = (await files(directory)).filter((file) => file.includes('content-v2'));
      if (content === undefined) throw new Error('no content');
      const bytes = await readFile(content);
      if (damage === 'flipped') await writeFile(content, bytes.with(10, (bytes[10] ?? 0) ^ 1));
      if (damage === 'cut') await writeFile(content, bytes.subarray(0, 20));
      if (damage === 'emptied') await writeFile(content, '');
      if (damage === 'removed') await rm(content);
      expect(await cache.getInspection(SHA256)).toBeUndefined();
      if (damage !== 'removed') {
        expect((await files(directory)).filter((file) => file.includes('content-v2'))).toEqual([]);
      }
      await cache.putInspection(SHA256, CONTENTS);
      expect(await cache.getInspection(SHA256)).toEqual(CONTENTS);
      expect(warnings).toEqual([]);
    },
  );

  it('takes a damaged index for a miss', async () => {
    const directory = await temporaryDirectory();
    const { cache, warnings } = cacheIn(directory);
    await cache.putInspection(SHA256, CONTENTS);
    const [bucket] = (await files(directory)).filter((file) => file.includes('index-v5'));
    if (bucket === undefined) throw new Error('no index');
    await writeFile(bucket, '{"key": broken');
    expect(await cache.getInspection(SHA256)).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it.each([
    ['of another gem', { ...CONTENTS, sha256: 'cd'.repeat(32) }],
    ['of another shape', { sha256: SHA256 }],
    ['of a reader that knew no links', { ...CONTENTS, links: undefined }],
    ['of a reader that saw more', { ...CONTENTS, signatures: [] }],
    ['null', null],
    ['in a list', [CONTENTS]],
  ])('takes contents %s for a miss', async (_, stored) => {
    const directory = await temporaryDirectory();
    const cache = openCache({ directory, version: '1.2.3', warn: (message) => expect.fail(message) });
    const key = `gemcompat:${CACHE_FORMAT}:inspection:1.2.3:${SHA256}`;
    await cacache.put(directory, key, JSON.stringify(CONTENTS));
    expect(await cache.getInspection(SHA256)).toEqual(CONTENTS);
    await cacache.put(directory, key, JSON.stringify(stored));
    expect(await cache.getInspection(SHA256)).toBeUndefined();
    expect(await cacache.get.info(directory, key)).toBeNull();
  });

  it('does not answer with what another version of the program saw in a gem, but for what a server sent', async () => {
    const directory = await temporaryDirectory();
    const at = (version: string): RegistryCache =>
      openCache({ directory, version, warn: (message) => expect.fail(message) });
    await at('1.0.0').putInspection(SHA256, CONTENTS);
    await at('1.0.0').putInfo(REMOTE, 'demo', { bytes: Buffer.from('---\n') });
    expect(await at('1.0.1').getInspection(SHA256)).toBeUndefined();
    expect(await at('1.0.1').getInfo(REMOTE, 'demo')).toEqual({ bytes: Buffer.from('---\n') });
    await at('1.0.1').putInspection(SHA256, { ...CONTENTS, nestedArchives: [] });
    expect(await at('1.0.0').getInspection(SHA256)).toEqual(CONTENTS);
    expect(await at('1.0.1').getInspection(SHA256)).toEqual({ ...CONTENTS, nestedArchives: [] });
  });

  it('survives that many write at the same time', async () => {
    const directory = await temporaryDirectory();
    const { cache, warnings } = cacheIn(directory);
    await Promise.all(
      Array.from({ length: 50 }, (_, number) =>
        cache.putInfo(REMOTE, `gem${number % 10}`, { bytes: Buffer.from(`---\n${number % 10}.0 |\n`) }),
      ),
    );
    for (let number = 0; number < 10; number++) {
      expect((await cache.getInfo(REMOTE, `gem${number}`))?.bytes.toString()).toBe(`---\n${number}.0 |\n`);
    }
    expect(warnings).toEqual([]);
  });

  it('warns once where the directory cannot be made, and goes on', async () => {
    const parent = await temporaryDirectory();
    await writeFiles(parent, { file: '' });
    const directory = path.join(parent, 'file', 'cache');
    const { cache, warnings } = cacheIn(directory);
    await cache.putInfo(REMOTE, 'demo', { bytes: Buffer.from('---\n') });
    await cache.putInspection(SHA256, CONTENTS);
    expect(await cache.getInfo(REMOTE, 'demo')).toBeUndefined();
    expect(await cache.getInspection(SHA256)).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(directory);
    expect(warnings[0]).toContain('ENOTDIR');
  });

  it.each(['/proc', '/proc/self/gemcompat', '/dev/null', '/dev/null/cache', '/sys/gemcompat', '\0'])(
    'warns once where nothing can be written: %j',
    async (directory) => {
      const { cache, warnings } = cacheIn(directory);
      await cache.putInspection(SHA256, CONTENTS);
      await cache.putInspection(SHA256, CONTENTS);
      expect(await cache.getInspection(SHA256)).toBeUndefined();
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain('going on without it');
    },
  );

  it.skipIf(process.getuid?.() === 0)('reads on where it cannot write', async () => {
    const directory = await temporaryDirectory();
    await cacheIn(directory).cache.putInspection(SHA256, CONTENTS);
    await chmod(directory, 0o500);
    const { cache, warnings } = cacheIn(directory);
    await cache.putInfo(REMOTE, 'demo', { bytes: Buffer.from('---\n') });
    expect(await cache.getInspection(SHA256)).toEqual(CONTENTS);
    expect(warnings).toHaveLength(1);
    await chmod(directory, 0o700);
  });
});

describe('cacheDirectory', () => {
  it('is what GEMCOMPAT_CACHE_DIR says, or in the place for caches', () => {
    vi.stubEnv('XDG_CACHE_HOME', '/xdg');
    expect(cacheDirectory({ GEMCOMPAT_CACHE_DIR: '/somewhere' })).toBe('/somewhere');
    if (process.platform === 'linux') {
      expect(cacheDirectory({ GEMCOMPAT_CACHE_DIR: '' })).toBe('/xdg/gemcompat');
      expect(cacheDirectory({})).toBe('/xdg/gemcompat');
    }
    vi.unstubAllEnvs();
  });
});

describe('noCache', () => {
  it('holds nothing', async () => {
    const cache = noCache();
    await cache.putInspection(SHA256, CONTENTS);
    await cache.putInfo(REMOTE, 'demo', { bytes: Buffer.from('---\n') });
    expect(await cache.getInspection(SHA256)).toBeUndefined();
    expect(await cache.getInfo(REMOTE, 'demo')).toBeUndefined();
  });
});
