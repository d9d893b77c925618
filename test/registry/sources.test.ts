import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RegistryError } from '../../src/errors.js';
import { readGemMetadata } from '../../src/gem/contents.js';
import { bundlerSettings } from '../../src/registry/bundler-settings.js';
import { openRegistry } from '../../src/registry/sources.js';
import type { Registry, RegistryOptions } from '../../src/registry/sources.js';
import { startServer } from '../helpers/server.js';
import type { ServerOptions, TestServer } from '../helpers/server.js';
import { gemFile, sha256, temporaryDirectory, writeFiles } from './gem-file.js';

const GEM = { name: 'demo', version: '1.0', platform: 'x86_64-linux' };
const FILE = 'demo-1.0-x86_64-linux.gem';

async function registry(
  options: Partial<RegistryOptions> & { env?: Record<string, string> } = {},
): Promise<Registry> {
  const settings = await bundlerSettings({ cwd: '/nowhere', home: '/nowhere', env: options.env ?? {} });
  const opened = openRegistry({
    cwd: '/nowhere',
    settings,
    readMetadata: (open) => readGemMetadata(open),
    version: '0.0.0',
    retry: { retries: 0 },
    ...options,
  });
  onTestFinished(() => {
    opened.close();
  });
  return opened;
}

async function serve(
  info: string,
  gems: Readonly<Record<string, Buffer>> = {},
  options: Partial<ServerOptions> = {},
): Promise<TestServer> {
  const mirror = await temporaryDirectory();
  await writeFiles(mirror, {
    versions: '---\n',
    'info/demo': info,
    ...Object.fromEntries(Object.entries(gems).map(([name, bytes]) => [`gems/${name}`, bytes])),
  });
  const server = await startServer({ mirror, ...options });
  onTestFinished(() => server.close());
  return server;
}

async function bytes(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('a registry', () => {
  it('opens URLs, file URLs and directories, the relative ones from the working directory', async () => {
    const parent = await temporaryDirectory();
    const gem = await gemFile(GEM);
    await writeFiles(parent, { [`vendor/cache/${FILE}`]: gem });
    const opened = await registry({ cwd: parent });
    const directory = path.join(parent, 'vendor', 'cache');
    for (const spec of ['vendor/cache', directory, pathToFileURL(directory).href]) {
      const source = await opened.source(spec);
      expect(await source.releases('demo')).toHaveLength(1);
      expect(source.local).toBe(true);
    }
    const server = await serve('---\n1.0 |\n');
    expect((await opened.source(server.url)).local).toBe(false);
  });

  it('asks one server once, however many sections name it, with and without a slash', async () => {
    const server = await serve('---\n1.0 |\n');
    const opened = await registry();
    for (const url of [server.url, `${server.url}/`, server.url.replace('http:', 'HTTP:')]) {
      await (await opened.sources({ remotes: [url] })).releases('demo');
    }
    expect(server.asked()).toEqual(['GET /info/demo']);
  });

  it.each([
    'ftp://gems.example.com/',
    's3://bucket/gems',
    'http://',
    'https://me:hunter2@',
    'file://host/share',
  ])('refuses %s', async (spec) => {
    const opened = await registry();
    const failed = opened.source(spec);
    await expect(failed).rejects.toMatchObject({ code: 'REGISTRY_BAD_URL' });
    await expect(opened.source(spec)).rejects.not.toThrow('hunter2');
  });

  it('uses the credentials that Bundler would use', async () => {
    const server = await serve('---\n1.0 |\n', {}, { credentials: 'me:s3cret' });
    const opened = await registry({ env: { BUNDLE_127__0__0__1: 'me:s3cret' } });
    expect(await (await opened.source(server.url)).releases('demo')).toHaveLength(1);
    // What the URL carries goes before what is configured.
    const wrong = await opened.source(server.url.replace('//', '//me:wrong@'));
    await expect(wrong.releases('demo')).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
  });

  it('asks the mirror that is configured, with the credentials for the mirror', async () => {
    const server = await serve('---\n1.0 |\n', {}, { credentials: 'me:s3cret', base: '/rubygems' });
    const opened = await registry({
      env: { BUNDLE_MIRROR__ALL: server.url, BUNDLE_127__0__0__1: 'me:s3cret' },
    });
    const source = await opened.source('https://rubygems.org/');
    expect(source.name).toBe(`${server.url}/ (mirror of https://rubygems.org/)`);
    expect(await source.releases('demo')).toHaveLength(1);
  });

  it('asks the remote itself where the mirror does not answer in time and has a fallback timeout', async () => {
    const gone = await startServer({ mirror: '/nowhere' });
    await gone.close();
    const server = await serve('---\n1.0 |\n');
    const opened = await registry({
      env: { BUNDLE_MIRROR__ALL: gone.url, BUNDLE_MIRROR__ALL__FALLBACK_TIMEOUT: 'true' },
    });
    expect(await (await opened.source(server.url)).releases('demo')).toHaveLength(1);
  });

  it('takes a mirror that is a directory', async () => {
    const directory = await temporaryDirectory();
    await writeFiles(directory, { 'info/demo': '---\n1.0 |\n' });
    const opened = await registry({ env: { BUNDLE_MIRROR__ALL: pathToFileURL(directory).href } });
    expect(await (await opened.source('https://rubygems.org')).releases('demo')).toHaveLength(1);
  });
});

describe('sources together', () => {
  it('are the union of the remotes, the first one going before', async () => {
    const first = await serve('---\n1.0 a:>= 1|\n1.2 |\n');
    const second = await serve('---\n1.0 b:>= 1|\n1.1 |\n');
    const opened = await registry();
    const group = await opened.sources({ remotes: [first.url, second.url] });
    const releases = await group.releases('demo');
    expect(releases.map(({ version }) => version)).toEqual(['1.0', '1.2', '1.1']);
    expect(releases[0]?.dependencies[0]?.name).toBe('a');
    expect(group.name).toBe(`${first.url}/, ${second.url}/`);
  });

  it('fail where one remote fails, for the union without it is a shorter list', async () => {
    const first = await serve('---\n1.0 |\n');
    const second = await serve('', {}, { faults: { '/info/demo': 'failing' } });
    const group = await (await registry()).sources({ remotes: [first.url, second.url] });
    await expect(group.releases('demo')).rejects.toMatchObject({
      code: 'REGISTRY_SERVER_ERROR',
      status: 503,
    });
  });

  it('open the local copy, with the checksum of the remote', async () => {
    const gem = await gemFile(GEM);
    const vendor = await temporaryDirectory();
    await writeFiles(vendor, { [FILE]: gem });
    const server = await serve(`---\n1.0-x86_64-linux |checksum:${sha256(gem)}\n1.1 |\n`);
    const group = await (await registry()).sources({ local: [vendor], remotes: [server.url] });
    const located = await group.locate(GEM);
    expect(located.source.name).toBe(vendor);
    expect(located.release.sha256).toBe(sha256(gem));
    expect(located.unverified).toBeUndefined();
    expect(await bytes(await located.open())).toEqual(gem);
    expect(await bytes(await located.open())).toEqual(gem);
    expect((await group.releases('demo')).map(({ version }) => version)).toEqual(['1.0', '1.1']);
    expect(server.asked()).toEqual(['GET /info/demo']);
  });

  it('open the local copy where the remote fails, and say that there is no checksum', async () => {
    const gem = await gemFile(GEM);
    const vendor = await temporaryDirectory();
    await writeFiles(vendor, { [FILE]: gem });
    const server = await serve('', {}, { faults: { '/info/demo': 'failing' } });
    const group = await (await registry()).sources({ local: [vendor], remotes: [server.url] });
    const located = await group.locate(GEM);
    expect(await bytes(await located.open())).toEqual(gem);
    expect(located.release.sha256).toBeUndefined();
    expect(located.unverified).toBeInstanceOf(RegistryError);
    await expect(group.releases('demo')).rejects.toMatchObject({ code: 'REGISTRY_SERVER_ERROR' });
  });

  it('fetch what is not at hand from the first remote that lists it', async () => {
    const gem = await gemFile(GEM);
    const vendor = path.join(await temporaryDirectory(), 'vendor', 'cache');
    const first = await serve('---\n0.9 |\n');
    const second = await serve(`---\n1.0-x86_64-linux |checksum:${sha256(gem)}\n`, { [FILE]: gem });
    const group = await (await registry()).sources({ local: [vendor], remotes: [first.url, second.url] });
    const located = await group.locate(GEM);
    expect(located.source.name).toBe(`${second.url}/`);
    expect(await bytes(await group.open(GEM))).toEqual(gem);
    expect(first.asked()).toEqual(['GET /info/demo']);
  });

  it('do not pass over a remote that fails: it may have had the gem', async () => {
    const gem = await gemFile(GEM);
    const first = await serve('', {}, { faults: { '/info/demo': 'failing' } });
    const second = await serve('---\n1.0-x86_64-linux |\n', { [FILE]: gem });
    const group = await (await registry()).sources({ remotes: [first.url, second.url] });
    await expect(group.locate(GEM)).rejects.toMatchObject({ code: 'REGISTRY_SERVER_ERROR' });
  });

  it('say where they looked', async () => {
    const server = await serve('---\n0.9 |\n');
    const group = await (await registry()).sources({ remotes: [server.url] });
    await expect(group.open(GEM)).rejects.toMatchObject({
      code: 'REGISTRY_GEM_NOT_FOUND',
      message: `demo-1.0-x86_64-linux is in none of ${server.url}/`,
    });
  });

  it('are the local copies alone where there is no remote', async () => {
    const vendor = await temporaryDirectory();
    await writeFiles(vendor, { [FILE]: await gemFile(GEM) });
    const group = await (await registry()).sources({ local: [vendor], remotes: [] });
    expect(await group.releases('demo')).toHaveLength(1);
    expect((await group.locate(GEM)).release.sha256).toBeUndefined();
  });
});
