import { mkdtemp, readdir, rm, writeFile, mkdir, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TargetError } from '../../../src/errors.js';
import { createAgents } from '../../../src/http/agents.js';
import type { Agents } from '../../../src/http/agents.js';
import { pullImage } from '../../../src/target/image/pull-image.js';
import type { PullOptions } from '../../../src/target/image/pull-image.js';
import { readImage } from '../../../src/target/image/read-image.js';
import type { ResolvedTarget } from '../../../src/target/types.js';
import { startRegistry } from '../../helpers/registry-server.js';
import type { RegistryServer, RegistryServerOptions } from '../../helpers/registry-server.js';
import type { BuiltImage, BuildOptions, Entry } from './image-builder.js';
import {
  buildImage,
  describe as descriptorOf,
  GLIBC_SYSTEM,
  hardLink,
  layerOf,
  link,
  OCI_INDEX,
  OCI_MANIFEST,
} from './image-builder.js';

let home: string;
let agents: Agents;
const open: RegistryServer[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'pull-'));
  agents = createAgents({ connectTimeout: 2000 });
});

afterEach(async () => {
  agents.close();
  for (const server of open.splice(0)) await server.close();
  await rm(home, { recursive: true });
});

async function registry(options: RegistryServerOptions = {}): Promise<RegistryServer> {
  const server = await startRegistry(options);
  open.push(server);
  return server;
}

function push(server: RegistryServer, image: BuiltImage, tag?: string): string {
  for (const blob of [image.config, ...image.layers]) server.putBlob('team/app', blob);
  return server.putManifest('team/app', image.manifest, OCI_MANIFEST, tag);
}

async function glibcImage(options: BuildOptions = {}, more: readonly Entry[][] = []): Promise<BuiltImage> {
  const layers = [await layerOf(GLIBC_SYSTEM)];
  for (const entries of more) layers.push(await layerOf(entries));
  return buildImage(layers, options);
}

function options(more: Partial<PullOptions> = {}): PullOptions {
  return {
    agents,
    userAgent: 'gemcompat/test',
    env: { PATH: `${home}:${process.env['PATH'] ?? ''}` },
    home,
    cacheDirectory: join(home, 'cache'),
    retry: { retries: 2, pause: 1, longestPause: 100 },
    httpLimits: { connect: 2000, answer: 1000, idle: 500, total: 5000, redirects: 3 },
    helperTimeout: 1000,
    ...more,
  };
}

async function read(
  server: RegistryServer,
  name = 'team/app:1',
  more: Partial<PullOptions> = {},
): Promise<ResolvedTarget> {
  const image = await pullImage(`${server.host}/${name}`, 'x86_64', options(more));
  return readImage(image, { name: `image:${name}`, cpu: 'x86_64' });
}

/** What is in the cache's directory, which is not made before there is anything to keep. */
function cached(): Promise<string[]> {
  return readdir(join(home, 'cache'), { recursive: true }).catch(() => []);
}

async function failure(promise: Promise<unknown>): Promise<TargetError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TargetError);
  expect((error as TargetError).suggestions.length).toBeGreaterThan(0);
  return error as TargetError;
}

async function dockerConfig(config: unknown): Promise<void> {
  await mkdir(join(home, '.docker'));
  await writeFile(join(home, '.docker', 'config.json'), JSON.stringify(config));
}

async function helper(name: string, script: string): Promise<void> {
  const file = join(home, `docker-credential-${name}`);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

const auth = Buffer.from('user:pass:word').toString('base64');

describe('an image', () => {
  it('is what its layers make of one another', async () => {
    const server = await registry();
    push(
      server,
      await glibcImage({ env: ['PATH=/opt/bin:/usr/bin', 'RUBY_VERSION=3.3.5'] }, [
        [
          ['usr/lib/x86_64-linux-gnu/.wh.libanswer.so.2', ''],
          // Through the link that a lower layer has for lib.
          ['lib/x86_64-linux-gnu/libother.so.1', link('libanswer.so.2.0')],
          ['usr/bin/ruby', 'script'],
        ],
      ]),
      '1',
    );
    const { target, warnings, ruby } = await read(server);
    expect(target).toMatchObject({
      libc: 'gnu',
      libcVersion: '2.36',
      title: 'Test Linux 1',
      cpus: ['x86_64'],
      librariesComplete: true,
    });
    expect(target.versions?.['libother.so.1']).toEqual([
      'libanswer.so.2',
      'ANSWER_1',
      'ANSWER_2',
      'ANSWER_3',
    ]);
    expect(target.libraries).toContain('libother.so.1');
    expect(warnings).toEqual([]);
    expect(ruby).toBe('3.3.5');
  });

  it('is chosen from an index for the CPU', async () => {
    const server = await registry();
    const image = await glibcImage();
    const other = await glibcImage({ architecture: 'arm64' }, [[['else', '']]]);
    push(server, image);
    const entry = (built: BuiltImage, architecture: string, os = 'linux') => ({
      ...descriptorOf(built.manifest, OCI_MANIFEST),
      platform: { os, architecture },
    });
    const index = {
      manifests: [entry(other, 'unknown', 'unknown'), entry(other, 'arm64'), entry(image, 'amd64')],
    };
    server.putManifest('team/app', Buffer.from(JSON.stringify(index)), OCI_INDEX, '1');
    expect((await read(server)).target.libcVersion).toBe('2.36');

    const error = await failure(pullImage(`${server.host}/team/app:1`, 's390x', options()));
    expect(error.code).toBe('TARGET_NOT_FOR_CPU');
    expect(error.message).toMatch(/no image for linux\/s390x, but for linux\/arm64, linux\/amd64/);
  });

  it('is read from the cache: by tag only the manifest is asked for, by digest nothing', async () => {
    const server = await registry();
    const digest = push(server, await glibcImage(), '1');
    const first = await read(server);
    const asked = server.requests.length;
    const second = await read(server);
    expect(second).toEqual(first);
    expect(server.requests.slice(asked).map(({ path }) => path)).toEqual(['/v2/team/app/manifests/1']);
    const again = server.requests.length;
    await read(server, `team/app@${digest}`);
    expect(server.requests.length).toBe(again);
  });
});

it('that is refused leaves nothing in the cache, and one that is read all that it takes to read it again', async () => {
  const server = await registry();
  push(server, buildImage([await layerOf([['etc/os-release', 'ID=none\n']])]), 'none');
  expect((await failure(read(server, 'team/app:none'))).code).toBe('TARGET_NO_LIBC');
  push(
    server,
    await glibcImage({}, [[['etc/passwd/x', '']], [['etc/passwd', hardLink('nowhere')]]]),
    'broken',
  );
  await failure(read(server, 'team/app:broken'));
  push(server, await glibcImage(), '1');
  await failure(pullImage(`${server.host}/team/app:1`, 's390x', options()));
  expect(await cached()).toEqual([]);
  await read(server);
  expect((await cached()).length).toBeGreaterThan(0);
});

describe('a transfer', () => {
  it.each(['failing-once', 'rate-limited-once', 'reset-once', 'reset-once-no-ranges'] as const)(
    'gets over %s',
    async (fault) => {
      const server = await registry();
      const image = await glibcImage();
      push(server, image, '1');
      server.setFault(`/team/app/blobs/${descriptorOf(image.layers[0] ?? image.config, '').digest}`, fault);
      expect((await read(server)).target.libcVersion).toBe('2.36');
    },
  );

  it.each([
    ['not-found', 'TARGET_IMAGE_NOT_FOUND'],
    ['rate-limited', 'TARGET_REGISTRY_RATE_LIMITED'],
    ['failing', 'TARGET_REGISTRY_ANSWER'],
    ['reset', 'TARGET_REGISTRY_UNREACHABLE'],
    ['wrong-bytes', 'TARGET_DIGEST_MISMATCH'],
    ['short', 'TARGET_DIGEST_MISMATCH'],
    ['redirect-loop', 'TARGET_REGISTRY_ANSWER'],
    ['silent', 'TARGET_REGISTRY_TIMEOUT'],
    ['stalled', 'TARGET_REGISTRY_TIMEOUT'],
    ['login-page', 'TARGET_DIGEST_MISMATCH'],
  ] as const)('that meets %s is %s, and leaves nothing in the cache', async (fault, code) => {
    const server = await registry();
    const image = await glibcImage();
    push(server, image, '1');
    server.setFault(`/team/app/blobs/${descriptorOf(image.layers[0] ?? image.config, '').digest}`, fault);
    expect((await failure(read(server))).code).toBe(code);
    expect(await cached()).toEqual([]);
    server.setFault(`/team/app/blobs/${descriptorOf(image.layers[0] ?? image.config, '').digest}`, undefined);
    expect((await read(server)).target.libcVersion).toBe('2.36');
  });

  it('shows another host no credentials', async () => {
    const elsewhere = await registry();
    const server = await registry({
      auth: { kind: 'basic', login: 'user:pass:word' },
      elsewhere: elsewhere.url,
    });
    await dockerConfig({ auths: { [server.host]: { auth } } });
    const image = await glibcImage();
    push(server, image, '1');
    push(elsewhere, image);
    server.setFault(
      `/team/app/blobs/${descriptorOf(image.layers[0] ?? image.config, '').digest}`,
      'redirect-elsewhere',
    );
    await read(server);
    expect(elsewhere.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('names a registry that is not there', async () => {
    const error = await failure(pullImage('127.0.0.1:1/team/app:1', 'x86_64', options()));
    expect(error.code).toBe('TARGET_REGISTRY_UNREACHABLE');
    expect(error.message).toContain('127.0.0.1:1');
  });
});

describe('a login', () => {
  it.each([
    ['auth', { auth }],
    ['user and password', { username: 'user', password: 'pass:word' }],
  ])('is taken from %s of the configuration', async (_what, entry) => {
    const server = await registry({ auth: { kind: 'basic', login: 'user:pass:word' } });
    await dockerConfig({ auths: { [`https://${server.host}/v2/`]: entry } });
    push(server, await glibcImage(), '1');
    expect((await read(server)).target.libcVersion).toBe('2.36');
  });

  it.each([
    ['nobody', undefined],
    ['a user', 'user:pass:word'],
  ])('gets a token for %s, and another when it has run out', async (_who, login) => {
    const server = await registry({
      auth: { kind: 'bearer', runsOutAfter: 2, ...(login === undefined ? {} : { login }) },
    });
    if (login !== undefined) await dockerConfig({ auths: { [server.host]: { auth } } });
    push(server, await glibcImage({}, [[['a', '']], [['b', '']]]), '1');
    expect((await read(server)).target.libcVersion).toBe('2.36');
    const tokens = server.requests.filter(({ path }) => path.startsWith('/token'));
    expect(tokens.length).toBeGreaterThan(1);
    expect(decodeURIComponent(tokens[0]?.path ?? '')).toContain('scope=repository:team/app:pull');
  });

  it('exchanges an identity token, of a helper', async () => {
    const server = await registry({ auth: { kind: 'bearer', login: 'nobody:', refreshToken: 'refresh' } });
    await dockerConfig({ credHelpers: { [server.host]: 'test' } });
    await helper(
      'test',
      `read server; echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"<token>\\",\\"Secret\\":\\"refresh\\"}"`,
    );
    push(server, await glibcImage(), '1');
    expect((await read(server)).target.libcVersion).toBe('2.36');
    expect(server.requests.find(({ path }) => path === '/token')?.body).toContain('grant_type=refresh_token');
  });

  it('is asked of the store for all registries, and of the file where the store has none', async () => {
    const server = await registry({ auth: { kind: 'basic', login: 'user:pass:word' } });
    await dockerConfig({ credsStore: 'none', auths: { [server.host]: { auth } } });
    await helper('none', 'echo "credentials not found in native keychain"; exit 1');
    push(server, await glibcImage(), '1');
    expect((await read(server)).target.libcVersion).toBe('2.36');
  });

  it.each([
    ['hangs', 'sleep 20', /did not answer within 1000 ms/],
    ['fails', 'echo secret; exit 1', /failed\.$/],
    ['answers with something else', 'echo secret', /no login/],
  ])('is an error where the helper %s', async (_what, script, words) => {
    const server = await registry({ auth: { kind: 'basic', login: 'user:pass:word' } });
    await dockerConfig({ credsStore: 'test' });
    await helper('test', `exec ${script.startsWith('sleep') ? script : `sh -c '${script}'`}`);
    push(server, await glibcImage(), '1');
    const error = await failure(read(server));
    expect(error.code).toBe('TARGET_CREDENTIALS');
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('secret');
  });

  it.each([
    ['none', undefined, /asks for a login/],
    ['a wrong one', { auth: Buffer.from('user:wrong').toString('base64') }, /refuses the login/],
  ])('that is needed and is %s says how to log in', async (_what, entry, words) => {
    const server = await registry({ auth: { kind: 'basic', login: 'user:pass:word' } });
    if (entry !== undefined) await dockerConfig({ auths: { [server.host]: entry } });
    push(server, await glibcImage(), '1');
    const error = await failure(read(server));
    expect(error.code).toBe('TARGET_IMAGE_UNAUTHORIZED');
    expect(error.message).toMatch(words);
    expect(error.suggestions.join()).toContain(`docker login ${server.host}`);
  });
});

describe('what is no image for this', () => {
  it.each([
    [
      'a layer that is no tar',
      () => Promise.resolve(buildImage([Buffer.alloc(2000, 'no tar')])),
      'TARGET_LAYER_NOT_TAR',
    ],
    ['no C library', async () => buildImage([await layerOf([['app', 'static']])]), 'TARGET_NO_LIBC'],
    ['no layers', () => Promise.resolve(buildImage([])), 'TARGET_NO_LIBC'],
    [
      'another diff_id',
      () => glibcImage({ diffIds: [`sha256:${'0'.repeat(64)}`] }),
      'TARGET_DIGEST_MISMATCH',
    ],
    [
      'a path that climbs out',
      async () => buildImage([await layerOf([['../../etc/passwd', 'x']])]),
      'TARGET_LINK_ESCAPES',
    ],
    [
      'a link that climbs out',
      () =>
        glibcImage({}, [
          [
            ['lib64/', ''],
            ['lib64/.wh.ld-linux-x86-64.so.2', ''],
          ],
          [['lib64/ld-linux-x86-64.so.2', link('../../../lib/x')]],
        ]),
      'TARGET_LINK_ESCAPES',
    ],
    ['a system for Windows', () => glibcImage({ os: 'windows' }), 'TARGET_NOT_FOR_CPU'],
    [
      'a layer cut short',
      async () => buildImage([(await layerOf(GLIBC_SYSTEM)).subarray(0, 5000)]),
      'TARGET_TRUNCATED',
    ],
    [
      'gzip cut short',
      () => glibcImage({ compress: (archive) => gzipSync(archive).subarray(0, 900) }),
      'TARGET_TRUNCATED',
    ],
  ])('%s', async (_what, build, code) => {
    const server = await registry();
    push(server, await build(), '1');
    expect((await failure(read(server))).code).toBe(code);
  });

  it.each([
    ['schema 1', { schemaVersion: 1, fsLayers: [] }, 'TARGET_IMAGE_UNSUPPORTED'],
    [
      'a chart',
      {
        schemaVersion: 2,
        config: {
          mediaType: 'application/vnd.cncf.helm.config.v1+json',
          digest: `sha256:${'0'.repeat(64)}`,
          size: 2,
        },
        layers: [],
      },
      'TARGET_IMAGE_UNSUPPORTED',
    ],
    ['something else', { hello: 'world' }, 'TARGET_IMAGE_INVALID'],
  ])('%s', async (_what, manifest, code) => {
    const server = await registry();
    server.putManifest('team/app', Buffer.from(JSON.stringify(manifest)), OCI_MANIFEST, '1');
    expect((await failure(read(server))).code).toBe(code);
  });

  it('a name that is not there, and one that is none', async () => {
    const server = await registry();
    expect((await failure(read(server, 'team/app:nothing'))).code).toBe('TARGET_IMAGE_NOT_FOUND');
    expect((await failure(pullImage('Not an image', 'x86_64', options()))).code).toBe(
      'TARGET_IMAGE_REFERENCE',
    );
  });
});

it('fetches a layer that may not be distributed from where its descriptor says', async () => {
  const elsewhere = await registry();
  const archive = await layerOf(GLIBC_SYSTEM);
  const layer = gzipSync(archive);
  const digest = elsewhere.putBlob('files', layer);
  const server = await registry();
  const image = buildImage([archive], { urls: [`${elsewhere.url}/v2/files/blobs/${digest}`] });
  server.putBlob('team/app', image.config);
  server.putManifest('team/app', image.manifest, OCI_MANIFEST, '1');
  expect((await read(server)).target.libcVersion).toBe('2.36');
});
