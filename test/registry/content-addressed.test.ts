import { copyFile, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rubyAbiFor } from '../../src/gem/content-address.js';
import { readGemMetadata } from '../../src/gem/contents.js';
import { bundlerSettings } from '../../src/registry/bundler-settings.js';
import { openRegistry } from '../../src/registry/sources.js';
import type { Release, SingleSource } from '../../src/registry/types.js';
import { indexedGems, mirrorDirectory } from '../helpers/mirror.js';
import { startServer } from '../helpers/server.js';
import { sha256, temporaryDirectory, writeFiles } from './gem-file.js';

async function sourceOf(url: string): Promise<SingleSource> {
  const settings = await bundlerSettings({ cwd: '/nowhere', home: '/nowhere', env: {} });
  const readMetadata = (open: () => Promise<Readable>): ReturnType<typeof readGemMetadata> =>
    readGemMetadata(open);
  const registry = openRegistry({ cwd: '/nowhere', settings, readMetadata, version: '0.0.0' });
  onTestFinished(() => {
    registry.close();
  });
  return registry.source(url);
}

/** The fixtures' content-addressed gems and those beside them, in a directory without an index. */
async function gemFiles(): Promise<string> {
  const directory = await temporaryDirectory();
  const files = await readdir(path.join(mirrorDirectory, 'gems'));
  for (const file of files.filter((name) => /^(?:lexidex|avroscript)-/.test(name)))
    await copyFile(path.join(mirrorDirectory, 'gems', file), path.join(directory, file));
  return directory;
}

const places: readonly (readonly [name: string, open: () => Promise<string>])[] = [
  ['a mirror on disk', () => Promise.resolve(mirrorDirectory)],
  ['a directory of .gem files', gemFiles],
  [
    'a server',
    async () => {
      const server = await startServer({ mirror: mirrorDirectory });
      onTestFinished(() => server.close());
      return server.url;
    },
  ],
];

const shown = ({ version, platform, address, requiredRuby, requiredRubygems }: Release): string =>
  [version, platform, address ?? '-', rubyAbiFor(requiredRuby) ?? 'any', requiredRubygems.join()].join(' ');

describe.each(places)('%s', (_, open) => {
  it('gives content-addressed gems their platform, address and Ruby', async () => {
    const source = await sourceOf(await open());
    const lexidex = (await source.releases('lexidex')).map(shown);
    expect(lexidex.sort()).toEqual([
      '0.4.4 ruby - any ',
      '0.4.4 x86_64-linux 50914f11 3.4 >= 4.1.0.a',
      '0.4.4 x86_64-linux ad89824c 3.3 >= 4.1.0.a',
      '0.4.4 x86_64-linux aec2c041 3.2 >= 4.1.0.a',
      '0.4.4 x86_64-linux e0fb09cd 4.0 >= 4.1.0.a',
      '0.4.4 x86_64-linux-gnu - any >= 3.3.22',
      '0.4.4 x86_64-linux-musl - any >= 3.3.22',
      '0.4.4 x86_64-linux-musl da2d3599 3.4 >= 4.1.0.a',
    ]);
    const avroscript = (await source.releases('avroscript')).map(shown);
    expect(avroscript.sort()).toEqual([
      '0.0.2 ruby - any ',
      '0.0.2 x86_64-linux 128758c9 4.0 >= 4.1.0.a',
      '0.0.2 x86_64-linux 897ef59d 3.4 >= 4.1.0.a',
    ]);
  });

  it('opens the file of each', async () => {
    const source = await sourceOf(await open());
    const gems = (await indexedGems()).filter(({ name }) => name === 'lexidex');
    for (const { name, version, platform, address, sha256: digest } of gems) {
      const gem = { name, version, platform, ...(address === undefined ? {} : { address }) };
      expect(await source.release(gem)).toMatchObject(gem);
      const chunks: Buffer[] = [];
      for await (const chunk of await source.open(gem)) chunks.push(chunk as Buffer);
      expect(sha256(Buffer.concat(chunks))).toBe(digest);
    }
  });
});

describe('a file name of hex digits', () => {
  it('is no address where it is the platform that the gem says of itself', async () => {
    const directory = await temporaryDirectory();
    await writeFiles(directory, {
      'info/demo': '---\n1.0-abcdef12 |checksum:' + '0'.repeat(64) + ',ruby:~> 3.3.0\n',
    });
    const [release] = await (await sourceOf(directory)).releases('demo');
    expect(release).toMatchObject({ platform: 'abcdef12' });
    expect(release).not.toHaveProperty('address');
  });

  it('that another gem lies under is one all the same: its bytes are held against it when it is read', async () => {
    const directory = await temporaryDirectory();
    const bytes = await readFile(path.join(mirrorDirectory, 'gems', 'lexidex-0.4.4-x86_64-linux-musl.gem'));
    await writeFiles(directory, { 'lexidex-0.4.4-ad89824c.gem': bytes });
    expect(await (await sourceOf(directory)).releases('lexidex')).toMatchObject([
      { platform: 'x86_64-linux-musl', address: 'ad89824c' },
    ]);
  });
});
