import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RegistryError } from '../../src/errors.js';
import { readGemMetadata } from '../../src/gem/contents.js';
import { directorySource } from '../../src/registry/directory-source.js';
import type { SingleSource } from '../../src/registry/types.js';
import { gemFile, sha256, temporaryDirectory, writeFiles } from './gem-file.js';

const readMetadata = (open: () => Promise<Readable>): ReturnType<typeof readGemMetadata> =>
  readGemMetadata(open);

async function sourceOf(
  files: Readonly<Record<string, string | Buffer>>,
): Promise<{ source: SingleSource; directory: string }> {
  const directory = await temporaryDirectory();
  await writeFiles(directory, files);
  return { source: await directorySource({ directory, readMetadata }), directory };
}

async function bytes(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const tuple = (name: string, version: string, platform = 'ruby') => ({ name, version, platform });
const shown = (releases: readonly { version: string; platform: string }[]): string[] =>
  releases.map(({ version, platform }) => `${version} ${platform}`);

describe('a directory of gems', () => {
  it('offers what each gem says of itself, oldest first', async () => {
    const { source, directory } = await sourceOf({
      'demo-1.10.0.gem': await gemFile(tuple('demo', '1.10.0')),
      'demo-1.9.0.gem': await gemFile(tuple('demo', '1.9.0'), {
        requiredRuby: ['>= 3.0', '< 3.5.dev'],
        dependencies: { rack: ['>= 1', '< 3'], any: ['>= 0'] },
      }),
      'demo-1.9.0-x86_64-linux-gnu.gem': await gemFile(tuple('demo', '1.9.0', 'x86_64-linux-gnu')),
      'gems/demo-2.0.gem': await gemFile(tuple('demo', '2.0')),
      'README.md': 'not a gem',
      'git-checkout/demo.gemspec': '',
    });
    expect(source.name).toBe(directory);
    expect(source.local).toBe(true);
    const releases = await source.releases('demo');
    expect(shown(releases)).toEqual(['1.9.0 x86_64-linux-gnu', '1.9.0 ruby', '1.10.0 ruby', '2.0 ruby']);
    expect(releases[1]).toEqual({
      ...tuple('demo', '1.9.0'),
      dependencies: [
        { name: 'rack', requirement: ['>= 1', '< 3'] },
        { name: 'any', requirement: ['>= 0'] },
      ],
      requiredRuby: ['>= 3.0', '< 3.5.dev'],
      requiredRubygems: [],
    });
    expect(await source.releases('rack')).toEqual([]);
  });

  it('tells gems apart whose file names begin alike', async () => {
    const { source } = await sourceOf({
      'sass-1.0.gem': await gemFile(tuple('sass', '1.0')),
      'sass-embedded-1.2.gem': await gemFile(tuple('sass-embedded', '1.2')),
      // A name that ends in a number: by the file name alone it might be sass 3 for the platform "1.0".
      'sass-3-1.0.gem': await gemFile(tuple('sass-3', '1.0')),
    });
    expect(shown(await source.releases('sass'))).toEqual(['1.0 ruby']);
    expect(shown(await source.releases('sass-3'))).toEqual(['1.0 ruby']);
    expect(shown(await source.releases('sass-embedded'))).toEqual(['1.2 ruby']);
  });

  it('goes by the metadata where the file name says otherwise', async () => {
    const gem = await gemFile(tuple('demo', '1.0'));
    const { source } = await sourceOf({ 'demo-1.0-java.gem': gem });
    expect(shown(await source.releases('demo'))).toEqual(['1.0 ruby']);
    expect(await bytes(await source.open(tuple('demo', '1.0')))).toEqual(gem);
    const opened = source.open(tuple('demo', '1.0', 'java'));
    await expect(opened).rejects.toMatchObject({ code: 'REGISTRY_GEM_NOT_FOUND' });
    await expect(source.open(tuple('demo', '1.0', 'java'))).rejects.toThrow(
      'demo-1.0-java.gem says of itself that it is demo 1.0 (ruby)',
    );
  });

  it('opens a gem next to a damaged one, and names the damaged one when it matters', async () => {
    const good = await gemFile(tuple('demo', '1.0'));
    const { source, directory } = await sourceOf({
      'demo-1.0.gem': good,
      'demo-1.1.gem': good.subarray(0, 700),
      'demo-1.2.gem': 'MD5SUM = "d41d8cd98f00b204e9800998ecf8427e"\n',
    });
    expect(await source.release(tuple('demo', '1.0'))).toBeDefined();
    expect(await bytes(await source.open(tuple('demo', '1.0')))).toEqual(good);
    await expect(source.releases('demo')).rejects.toThrow(RegistryError);
    await expect(source.releases('demo')).rejects.toThrow(path.join(directory, 'demo-1.'));
    await expect(source.open(tuple('demo', '1.1'))).rejects.toThrow(path.join(directory, 'demo-1.1.gem'));
  });

  it('says which gem is not there', async () => {
    const { source, directory } = await sourceOf({ 'demo-1.0.gem': await gemFile(tuple('demo', '1.0')) });
    await expect(source.open(tuple('demo', '1.1', 'x86_64-linux'))).rejects.toThrow(
      `${directory} has no demo 1.1 (x86_64-linux)`,
    );
  });

  it('does not wait on a FIFO that is named like a gem', async () => {
    const directory = await temporaryDirectory();
    execFileSync('mkfifo', [path.join(directory, 'demo-1.0.gem')]);
    const source = await directorySource({ directory, readMetadata });
    await expect(source.releases('demo')).rejects.toThrow('demo-1.0.gem is not a regular file');
  });

  it('reads metadata of the gems that are asked for, once each', async () => {
    const directory = await temporaryDirectory();
    await writeFiles(directory, {
      'demo-1.0.gem': await gemFile(tuple('demo', '1.0')),
      'other-1.0.gem': await gemFile(tuple('other', '1.0')),
    });
    let reads = 0;
    const source = await directorySource({
      directory,
      readMetadata: (open) => {
        reads++;
        return readGemMetadata(open);
      },
    });
    await Promise.all(
      [source.releases('demo'), source.releases('demo'), source.open(tuple('demo', '1.0'))].map(
        async (one) => {
          const result = await one;
          if ('destroy' in result) result.destroy();
        },
      ),
    );
    expect(reads).toBe(1);
  });
});

describe('a mirror', () => {
  const line = (gem: Buffer): string =>
    `---\n1.0 |\n1.1-x86_64-linux rack:>= 1|checksum:${sha256(gem)},ruby:>= 3.0\n`;

  it('offers what its index lists', async () => {
    const gem = await gemFile(tuple('demo', '1.1', 'x86_64-linux'));
    const { source } = await sourceOf({
      versions: '---\ndemo 1.0,1.1-x86_64-linux 00\n',
      'info/demo': line(gem),
      'gems/demo-1.1-x86_64-linux.gem': gem,
      'gems/unlisted-1.0.gem': await gemFile(tuple('unlisted', '1.0')),
    });
    const releases = await source.releases('demo');
    expect(shown(releases)).toEqual(['1.0 ruby', '1.1 x86_64-linux']);
    expect(releases[1]?.sha256).toBe(sha256(gem));
    expect(await source.release(tuple('demo', '1.1', 'x86_64-linux'))).toEqual(releases[1]);
    expect(await bytes(await source.open(tuple('demo', '1.1', 'x86_64-linux')))).toEqual(gem);
    expect(await source.releases('unlisted')).toEqual([]);
    expect(await source.releases('unknown')).toEqual([]);
  });

  it('reads the index of a gem once, however often it is asked about', async () => {
    const { source, directory } = await sourceOf({ 'info/demo': '---\n1.0 |\n', versions: '' });
    expect(shown(await source.releases('demo'))).toEqual(['1.0 ruby']);
    await rm(path.join(directory, 'info/demo'));
    expect(await source.release(tuple('demo', '1.0'))).toBeDefined();
    expect(shown(await source.releases('demo'))).toEqual(['1.0 ruby']);
    expect(await source.releases('other')).toEqual([]);
  });

  it('names a gem that is listed and not there', async () => {
    const { source, directory } = await sourceOf({ 'info/demo': '---\n1.0 |\n' });
    await expect(source.open(tuple('demo', '1.0'))).rejects.toMatchObject({
      code: 'REGISTRY_GEM_NOT_FOUND',
      message: `the mirror ${directory} has no gems/demo-1.0.gem`,
    });
  });

  it('names file and line of a malformed index', async () => {
    const { source, directory } = await sourceOf({ 'info/demo': '---\n1.0 |\nbroken\n' });
    const error = await source.releases('demo').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'REGISTRY_MALFORMED_INFO',
      message: `${path.join(directory, 'info', 'demo')} is not a compact index for demo: line 3: no space after the version in "broken"`,
      suggestions: ['Correct line 3 of the file, or copy the file again from the server that it mirrors.'],
    });
    expect((error as RegistryError).url).toBeUndefined();
  });

  it('never leaves its directory for a name', async () => {
    const parent = await temporaryDirectory();
    await writeFiles(parent, {
      secret: '---\n9.9 |\n',
      'secret-1.0.gem': await gemFile(tuple('secret', '1.0')),
      'mirror/info/demo': '---\n1.0 |\n',
      'mirror/gems/keep': '',
    });
    const source = await directorySource({ directory: path.join(parent, 'mirror'), readMetadata });
    for (const name of ['../../secret', '..', '.', '', '/etc/passwd', 'a/../../../secret', 'demo\0']) {
      await expect(source.releases(name)).rejects.toMatchObject({ code: 'REGISTRY_BAD_GEM_NAME' });
      await expect(source.open(tuple(name, '1.0'))).rejects.toMatchObject({ code: 'REGISTRY_BAD_GEM_NAME' });
      await expect(source.open(tuple('demo', `1/${name}`))).rejects.toMatchObject({
        code: 'REGISTRY_BAD_GEM_NAME',
      });
    }
  });
});

describe('a directory that is none', () => {
  it.each([
    ['missing', 'missing', 'does not exist'],
    ['a file', 'file', 'is not a directory'],
    ['below a file', 'file/below', 'is not a directory'],
    ['a loop of links', 'loop', 'is a loop of symbolic links'],
    ['empty', 'empty', 'holds no gems'],
    ['without gems', 'others', 'holds no gems'],
  ])('%s', async (_, name, reason) => {
    const parent = await temporaryDirectory();
    await writeFiles(parent, { file: '', 'others/README': '' });
    await mkdir(path.join(parent, 'empty'));
    await symlink('loop', path.join(parent, 'loop'));
    const directory = path.join(parent, name);
    const opened = directorySource({ directory, readMetadata });
    await expect(opened).rejects.toMatchObject({
      code: 'REGISTRY_DIRECTORY',
      message: expect.stringContaining(directory) as string,
    });
    await expect(directorySource({ directory, readMetadata })).rejects.toThrow(reason);
  });

  it('has nothing to offer where it may be empty', async () => {
    const directory = await temporaryDirectory();
    for (const place of [directory, path.join(directory, 'missing')]) {
      const source = await directorySource({ directory: place, readMetadata, mayBeEmpty: true });
      expect(await source.releases('demo')).toEqual([]);
      expect(await source.release(tuple('demo', '1.0'))).toBeUndefined();
    }
  });

  it.skipIf(process.getuid?.() === 0)('may not be read', async () => {
    const directory = await temporaryDirectory();
    await chmod(directory, 0);
    await expect(directorySource({ directory, readMetadata })).rejects.toThrow('permission denied');
    await chmod(directory, 0o700);
  });
});
