import { randomBytes } from 'node:crypto';
import { createServer, Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { GemcompatError } from '../../src/errors.js';
import { RegistryError } from '../../src/errors.js';
import { createAgents } from '../../src/http/agents.js';
import { noCache, openCache } from '../../src/registry/cache.js';
import { parseUserinfo } from '../../src/registry/credentials.js';
import { createHttpClient } from '../../src/registry/http-client.js';
import { HTTP_LIMITS } from '../../src/http/exchange.js';
import type { HttpLimits } from '../../src/http/exchange.js';
import { httpSource } from '../../src/registry/http-source.js';
import type { HttpSourceOptions } from '../../src/registry/http-source.js';
import { parseRemote } from '../../src/registry/remote-url.js';
import type { RetryPolicy } from '../../src/http/retry.js';
import type { SingleSource } from '../../src/registry/types.js';
import { startServer } from '../helpers/server.js';
import type { Fault, ServerOptions, TestServer } from '../helpers/server.js';
import { gemFile, sha256, temporaryDirectory, writeFiles } from './gem-file.js';

const GEM = { name: 'demo', version: '1.0.0', platform: 'x86_64-linux' };
const FILE = '/gems/demo-1.0.0-x86_64-linux.gem';

/** More than a socket's buffers hold, and not to be compressed to nothing. */
const BALLAST = randomBytes(300_000);

async function mirror(): Promise<{ directory: string; gem: Buffer }> {
  const directory = await temporaryDirectory();
  const gem = await gemFile(GEM, { ballast: BALLAST });
  const info = `---\n0.9.0 |\n1.0.0-x86_64-linux rack:>= 1|checksum:${sha256(gem)},ruby:>= 3.0\n`;
  await writeFiles(directory, {
    versions: `created_at: 2025-01-01T00:00:00Z\n---\ndemo 0.9.0,1.0.0-x86_64-linux 0123\n`,
    names: '---\ndemo\n',
    'info/demo': info,
    'gems/demo-1.0.0-x86_64-linux.gem': gem,
  });
  return { directory, gem };
}

async function serve(options: Omit<ServerOptions, 'mirror'> & { mirror?: string } = {}): Promise<TestServer> {
  const server = await startServer({ ...options, mirror: options.mirror ?? (await mirror()).directory });
  onTestFinished(() => server.close());
  return server;
}

function sourceAt(
  url: string,
  options: Partial<HttpSourceOptions> & { limits?: Partial<HttpLimits>; retry?: Partial<RetryPolicy> } = {},
): SingleSource {
  const limits = { ...HTTP_LIMITS, ...options.limits };
  const agents = createAgents({ connectTimeout: limits.connect });
  onTestFinished(() => {
    agents.close();
  });
  const client = createHttpClient({
    agents,
    limits,
    retry: { retries: 2, pause: 5, longestPause: 2000, ...options.retry },
    userAgent: 'gemcompat/1.2.3',
  });
  return httpSource({ client, cache: noCache(), ...options, url: parseRemote(url) });
}

async function bytes(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function failure(promise: Promise<unknown>): Promise<RegistryError> {
  try {
    await promise;
  } catch (error) {
    expect(error).toBeInstanceOf(RegistryError);
    return error as RegistryError;
  }
  throw new Error('it did not fail');
}

describe('a server that behaves', () => {
  it.each(['', '/private', '/private/gems-proxy'])(
    'answers below the path "%s", with and without a slash',
    async (base) => {
      const { directory, gem } = await mirror();
      const server = await serve({ mirror: directory, base });
      for (const url of [server.url, `${server.url}/`]) {
        const source = sourceAt(url);
        expect(source.name).toBe(`${server.url}/`);
        const releases = await source.releases('demo');
        expect(releases.map(({ version, platform }) => `${version} ${platform}`)).toEqual([
          '0.9.0 ruby',
          '1.0.0 x86_64-linux',
        ]);
        expect(releases[1]?.sha256).toBe(sha256(gem));
        expect(await source.release(GEM)).toEqual(releases[1]);
        expect(await source.release({ ...GEM, platform: 'java' })).toBeUndefined();
        expect(sha256(await bytes(await source.open(GEM)))).toBe(sha256(gem));
      }
    },
  );

  it('names itself to the server and asks for a gem without a coding', async () => {
    const server = await serve();
    const source = sourceAt(server.url);
    await source.releases('demo');
    await bytes(await source.open(GEM));
    expect(server.requests.map(({ headers }) => headers['user-agent'])).toEqual([
      'gemcompat/1.2.3',
      'gemcompat/1.2.3',
    ]);
    expect(server.requests.map(({ headers }) => headers['accept-encoding'])).toEqual(['gzip', 'identity']);
  });

  it('keeps its connections', async () => {
    const server = await serve();
    const source = sourceAt(server.url);
    await source.releases('demo');
    await source.releases('unknown');
    expect(new Set(server.requests.map(({ headers }) => headers.connection))).toEqual(
      new Set(['keep-alive']),
    );
  });

  it('asks for each info once, however many want it at the same time', async () => {
    const server = await serve({ expected: ['GET /info/demo'] });
    const source = sourceAt(server.url);
    await Promise.all(Array.from({ length: 20 }, () => source.releases('demo')));
    await source.releases('demo');
    expect(server.asked()).toEqual(['GET /info/demo']);
    server.verify();
  });

  it('has no releases for a name that the server does not know', async () => {
    const server = await serve({ expected: ['GET /info/unknown', 'GET /versions', 'GET /info/other'] });
    const source = sourceAt(server.url);
    expect(await source.releases('unknown')).toEqual([]);
    expect(await source.releases('other')).toEqual([]);
    expect(server.asked()).toEqual(['GET /info/unknown', 'GET /versions', 'GET /info/other']);
    server.verify();
  });

  it('decodes gzip', async () => {
    const server = await serve({ gzip: true });
    expect(await sourceAt(server.url).releases('demo')).toHaveLength(2);
  });

  it.each(['../secret', '..', '.', '', 'a/b', 'a?b', 'a#b', 'a b', 'ä', 'a\0b', '%2e%2e'])(
    'asks nothing for the gem name %j',
    async (name) => {
      const server = await serve();
      const source = sourceAt(server.url);
      expect((await failure(source.releases(name))).code).toBe('REGISTRY_BAD_GEM_NAME');
      expect((await failure(source.open({ ...GEM, name }))).code).toBe('REGISTRY_BAD_GEM_NAME');
      expect((await failure(source.open({ ...GEM, platform: `x/${name}` }))).code).toBe(
        'REGISTRY_BAD_GEM_NAME',
      );
      expect(server.asked()).toEqual([]);
    },
  );
});

describe('a server that fails for good', () => {
  it.each<[Fault, string, number | undefined, number]>([
    ['unauthorized', 'REGISTRY_UNAUTHORIZED', 401, 1],
    ['forbidden', 'REGISTRY_FORBIDDEN', 403, 1],
    ['rate-limited', 'REGISTRY_RATE_LIMITED', 429, 3],
    ['failing', 'REGISTRY_SERVER_ERROR', 503, 3],
    ['reset', 'REGISTRY_CONNECTION_LOST', undefined, 3],
    ['truncated', 'REGISTRY_CONNECTION_LOST', undefined, 3],
    ['truncated-chunked', 'REGISTRY_CONNECTION_LOST', undefined, 3],
    ['truncated-unmarked', 'REGISTRY_DAMAGED_BODY', undefined, 3],
    ['truncated-gzip', 'REGISTRY_DAMAGED_BODY', undefined, 3],
    ['wrong-digest', 'REGISTRY_DAMAGED_BODY', undefined, 3],
    ['redirect-loop', 'REGISTRY_BAD_REDIRECT', 301, 6],
    ['redirect-nowhere', 'REGISTRY_BAD_REDIRECT', 302, 1],
    ['login-page', 'REGISTRY_WEB_PAGE', 200, 1],
    ['login-page-as-text', 'REGISTRY_WEB_PAGE', 200, 1],
    ['empty', 'REGISTRY_DAMAGED_BODY', 200, 1],
    ['not-modified', 'REGISTRY_DAMAGED_BODY', undefined, 1],
    ['unknown-coding', 'REGISTRY_DAMAGED_BODY', undefined, 1],
    ['silent', 'REGISTRY_TIMEOUT', undefined, 3],
    ['stalled', 'REGISTRY_TIMEOUT', undefined, 3],
    ['dripping', 'REGISTRY_TIMEOUT', undefined, 3],
  ])('%s: %s', async (fault, code, status, requests) => {
    const server = await serve({ faults: { '/info/demo': fault } });
    const source = sourceAt(server.url, { limits: { answer: 300, idle: 200, total: 500 } });
    const error = await failure(source.releases('demo'));
    expect(error).toMatchObject({ code, url: `${server.url}/info/demo` });
    expect(error.status).toBe(status);
    expect(error.suggestions.length).toBeGreaterThan(0);
    expect(server.requests).toHaveLength(requests);
    // What failed once is not asked again in the same run.
    expect(await failure(source.releases('demo'))).toBe(error);
    expect(server.requests).toHaveLength(requests);
  });

  it.each<[Fault, string]>([
    ['reset', 'REGISTRY_CONNECTION_LOST'],
    ['truncated', 'REGISTRY_CONNECTION_LOST'],
    ['truncated-chunked', 'REGISTRY_CONNECTION_LOST'],
    ['wrong-digest', 'REGISTRY_DAMAGED_BODY'],
    ['stalled', 'REGISTRY_TIMEOUT'],
    ['reset-once-then-changed', 'REGISTRY_CONNECTION_LOST'],
    ['login-page', 'REGISTRY_WEB_PAGE'],
    ['not-found', 'REGISTRY_GEM_NOT_FOUND'],
    ['forbidden', 'REGISTRY_FORBIDDEN'],
    ['silent', 'REGISTRY_TIMEOUT'],
  ])('a gem, %s: %s', async (fault, code) => {
    const server = await serve({ faults: { [FILE]: fault } });
    const source = sourceAt(server.url, { limits: { answer: 300, idle: 200, total: 500 } });
    expect((await failure(source.open(GEM).then(bytes))).code).toBe(code);
  });

  it('gives wrong bytes without a digest as they are: the reader compares them with the index', async () => {
    const { directory, gem } = await mirror();
    const server = await serve({ mirror: directory, faults: { [FILE]: 'wrong-bytes' } });
    const got = await bytes(await sourceAt(server.url).open(GEM));
    expect(got).toHaveLength(gem.length);
    expect(sha256(got)).not.toBe(sha256(gem));
  });

  it('says which line of an index is malformed', async () => {
    const directory = await temporaryDirectory();
    await writeFiles(directory, { 'info/demo': '---\n1.0 |\nbroken\n' });
    const server = await serve({ mirror: directory });
    const error = await failure(sourceAt(server.url).releases('demo'));
    expect(error.message).toBe(
      `${server.url}/info/demo is not a compact index for demo: line 3: no space after the version in "broken"`,
    );
    expect(error.url).toBe(`${server.url}/info/demo`);
    expect(error.suggestions.join()).toContain('Open the address in a browser');
  });

  it('stops reading an index that does not end', async () => {
    const server = await serve({ faults: { '/info/demo': 'endless' } });
    const error = await failure(sourceAt(server.url).releases('demo'));
    expect(error).toMatchObject({ code: 'REGISTRY_TOO_LARGE', url: `${server.url}/info/demo` });
    expect(server.requests).toHaveLength(1);
  });

  it('names what a server without a compact index lacks', async () => {
    const server = await serve({ compactIndex: false, expected: ['GET /info/demo', 'GET /versions'] });
    const error = await failure(sourceAt(server.url).releases('demo'));
    expect(error).toMatchObject({ code: 'REGISTRY_NO_COMPACT_INDEX', status: 404, url: `${server.url}/` });
    expect(error.message).toContain('/versions');
    expect(error.suggestions.join()).toContain('specs.4.8.gz');
    server.verify();
  });

  it('does not take a gem for unknown where it cannot tell whether there is an index', async () => {
    const server = await serve({ faults: { '/versions': 'failing' } });
    expect((await failure(sourceAt(server.url).releases('unknown'))).code).toBe('REGISTRY_SERVER_ERROR');
  });

  it('says that nothing listens, and what to do instead', async () => {
    const port = await unusedPort();
    const error = await failure(sourceAt(`http://127.0.0.1:${port}`).releases('demo'));
    expect(error.code).toBe('REGISTRY_UNREACHABLE');
    expect(error.message).toBe(`127.0.0.1:${port} cannot be reached (ECONNREFUSED)`);
    expect(error.url).toBe(`http://127.0.0.1:${port}/info/demo`);
    expect(error.suggestions.join(' ')).toMatch(/--source DIR.*--offline/);
  });

  it('does not try again where the name does not resolve', async () => {
    const source = sourceAt('http://gems.invalid', {
      // Pauses that are longer than a test may take.
      retry: { retries: 5, pause: 600_000, longestPause: 600_000 },
    });
    const error = await failure(source.releases('demo'));
    expect(error.code).toBe('REGISTRY_UNREACHABLE');
    // Nor for the next of several hundred gems.
    expect(await failure(source.releases('other'))).toBe(error);
    expect(await failure(source.open(GEM))).toBe(error);
  });
});

describe('a server out of reach', () => {
  const names = Array.from({ length: 300 }, (_, number) => `gem${number}`);

  /** What became of requests for many gems at the same time, by the codes of their failures. */
  async function outcomes(source: SingleSource): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const result of await Promise.allSettled(names.map((name) => source.releases(name)))) {
      const code = result.status === 'fulfilled' ? 'ok' : (result.reason as GemcompatError).code;
      counts[code] = (counts[code] ?? 0) + 1;
    }
    return counts;
  }

  it('is tried by one request while the others wait for what comes of it', async () => {
    const port = await unusedPort();
    const connections = connectionsTo(port);
    const source = sourceAt(`http://127.0.0.1:${port}`);
    expect(await outcomes(source)).toEqual({ REGISTRY_UNREACHABLE: names.length });
    expect(connections()).toBe(3);
    expect((await failure(source.open(GEM))).code).toBe('REGISTRY_UNREACHABLE');
    expect(connections()).toBe(3);
  });

  it('is given up by all as soon as one gives it up, having answered before', async () => {
    const server = await startServer({ mirror: (await mirror()).directory });
    const source = sourceAt(server.url, { retry: { retries: 2, pause: 400 } });
    expect(await source.releases('demo')).toHaveLength(2);
    await server.close();
    // One is a pause ahead of the others.
    const random = vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValue(0.9);
    onTestFinished(() => {
      random.mockRestore();
    });
    const connections = connectionsTo(Number(new URL(server.url).port));
    expect(await outcomes(source)).toEqual({ REGISTRY_UNREACHABLE: names.length });
    // Two attempts of each and the third of one, in place of three of each.
    expect(connections()).toBeLessThan(names.length * 2.5);
  });

  it('is one that a redirect leads to, and not the one that redirects', async () => {
    const port = await unusedPort();
    const { directory } = await mirror();
    const elsewhere = `http://127.0.0.1:${port}`;
    const server = await serve({ mirror: directory, faults: { [FILE]: 'redirect-elsewhere' }, elsewhere });
    const connections = connectionsTo(port);
    const source = sourceAt(server.url);
    for (let time = 0; time < 3; time++) {
      const error = await failure(source.open(GEM));
      expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', url: `${elsewhere}${FILE}` });
    }
    expect(connections()).toBe(3);
    expect(await source.releases('demo')).toHaveLength(2);
  });

  it('is none that answers badly: the others go as soon as the first has an answer', async () => {
    const server = await serve({ faults: { '/info/demo': 'silent' } });
    const source = sourceAt(server.url, { limits: { answer: 400 }, retry: { retries: 5 } });
    const ended: string[] = [];
    const demo = failure(source.releases('demo')).finally(() => ended.push('demo'));
    expect(await source.releases('other').finally(() => ended.push('other'))).toEqual([]);
    expect((await demo).code).toBe('REGISTRY_TIMEOUT');
    expect(ended).toEqual(['other', 'demo']);
  });

  it('waits for no body: the first answer is enough', async () => {
    const server = await serve({ faults: { '/info/demo': 'stalled' } });
    const source = sourceAt(server.url, { limits: { idle: 5000 }, retry: { retries: 0 } });
    const ended: string[] = [];
    const demo = failure(source.releases('demo')).finally(() => ended.push('demo'));
    expect(await source.releases('other').finally(() => ended.push('other'))).toEqual([]);
    expect((await demo).code).toBe('REGISTRY_TIMEOUT');
    expect(ended).toEqual(['other', 'demo']);
  });
});

/** Counts the connections that this process tries to a port of this machine from now on. */
function connectionsTo(port: number): () => number {
  const connect = vi.spyOn(Socket.prototype, 'connect');
  onTestFinished(() => {
    connect.mockRestore();
  });
  // `net.connect` hands its arguments on as a list of options and callback.
  const portOf = (call: readonly unknown[]): unknown => (call.flat()[0] as { port?: unknown }).port;
  return () => connect.mock.calls.filter((call) => Number(portOf(call)) === port).length;
}

describe('a server that fails and recovers', () => {
  it.each<Fault>(['failing-once', 'rate-limited-once', 'reset-once'])('%s', async (fault) => {
    const server = await serve({ faults: { '/info/demo': fault, [FILE]: fault } });
    const source = sourceAt(server.url);
    expect(await source.releases('demo')).toHaveLength(2);
    expect((await bytes(await source.open(GEM))).length).toBeGreaterThan(1000);
    expect(server.requests).toHaveLength(4);
  });

  it('waits as long as Retry-After says', async () => {
    const server = await serve({ faults: { '/info/demo': 'rate-limited-once' }, retryAfter: '1' });
    const started = performance.now();
    expect(await sourceAt(server.url).releases('demo')).toHaveLength(2);
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  it('does not wait for a Retry-After past its bound', async () => {
    const server = await serve({ faults: { '/info/demo': 'rate-limited-once' }, retryAfter: '3600' });
    const error = await failure(sourceAt(server.url).releases('demo'));
    expect(error).toMatchObject({ code: 'REGISTRY_RATE_LIMITED', status: 429 });
    expect(server.requests).toHaveLength(1);
  });

  it('takes a broken download up where it ended', async () => {
    const { directory, gem } = await mirror();
    const server = await serve({ mirror: directory, faults: { [FILE]: 'reset-once' } });
    expect(sha256(await bytes(await sourceAt(server.url).open(GEM)))).toBe(sha256(gem));
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=[1-9][0-9]*-$/),
    ]);
  });

  it('takes it up from a server that ignores ranges', async () => {
    const { directory, gem } = await mirror();
    const server = await serve({ mirror: directory, faults: { [FILE]: 'reset-once-no-ranges' } });
    expect(sha256(await bytes(await sourceAt(server.url).open(GEM)))).toBe(sha256(gem));
  });
});

describe('redirects and credentials', () => {
  it('follows a redirect on the same host, credentials included', async () => {
    const server = await serve({ faults: { '/info/demo': 'redirect' }, credentials: 'me:s3cret' });
    const source = sourceAt(server.url, { credentials: parseUserinfo('me:s3cret') });
    expect(await source.releases('demo')).toHaveLength(2);
    expect(server.asked()).toEqual(['GET /info/demo', 'GET /info/demo?served']);
  });

  it('sends no credentials to another host', async () => {
    const { directory, gem } = await mirror();
    const elsewhere = await serve({ mirror: directory });
    const server = await serve({
      mirror: directory,
      faults: { [FILE]: 'redirect-elsewhere' },
      credentials: 'me:s3cret',
      elsewhere: elsewhere.url,
    });
    const source = sourceAt(server.url, { credentials: parseUserinfo('me:s3cret') });
    expect(sha256(await bytes(await source.open(GEM)))).toBe(sha256(gem));
    expect(elsewhere.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('keeps what a signed redirect carries out of the error', async () => {
    const elsewhere = await serve({ faults: { '/info/demo': 'forbidden' } });
    const server = await serve({ faults: { '/info/demo': 'redirect-elsewhere' }, elsewhere: elsewhere.url });
    const error = await failure(sourceAt(server.url).releases('demo'));
    expect(error).toMatchObject({ code: 'REGISTRY_FORBIDDEN', url: `${elsewhere.url}/info/demo` });
    expect(everythingOf(error)).not.toContain('s3cret');
  });

  it('uses the credentials of the URL, decoded, and shows them nowhere', async () => {
    const server = await serve({ credentials: 'me@example.com:pa:ss word' });
    const url = server.url.replace('http://', 'http://me%40example.com:pa%3Ass+word@');
    const source = sourceAt(url);
    expect(await source.releases('demo')).toHaveLength(2);
    expect(source.name).toBe(`${server.url}/`);
    expect(JSON.stringify(source)).not.toContain('pa%3Ass');
  });

  it.each([
    ['none', undefined, 'asks for credentials (HTTP 401)'],
    ['wrong ones', 'me:hunter2', 'refuses the credentials that are configured for'],
  ])('says how to set credentials where there are %s', async (_, userinfo, message) => {
    const server = await serve({ credentials: 'me:s3cret' });
    const url = userinfo === undefined ? server.url : server.url.replace('//', `//${userinfo}@`);
    const error = await failure(sourceAt(url).releases('demo'));
    expect(error).toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      status: 401,
      url: `${server.url}/info/demo`,
    });
    expect(error.message).toContain(message);
    expect(error.suggestions[0]).toContain('BUNDLE_127__0__0__1=user:password');
    expect(error.suggestions[0]).toContain('bundle config set');
    expect(everythingOf(error)).not.toMatch(/hunter2|bWU6/);
  });

  it.each<Fault>([
    'failing',
    'reset',
    'truncated',
    'stalled',
    'login-page',
    'redirect-loop',
    'wrong-digest',
    'empty',
  ])('shows no credentials when the server is %s', async (fault) => {
    const server = await serve({ faults: { '/info/demo': fault, [FILE]: fault } });
    const url = server.url.replace('//', '//me:hunter2@');
    const source = sourceAt(url, { limits: { answer: 300, idle: 100, total: 300 }, retry: { retries: 0 } });
    expect(everythingOf(await failure(source.releases('demo')))).not.toMatch(/hunter2|bWU6/);
    if (fault === 'empty') return;
    expect(everythingOf(await failure(source.open(GEM).then(bytes)))).not.toMatch(/hunter2|bWU6/);
  });
});

describe('the cache', () => {
  it('is asked with its ETag, and answers where nothing has changed', async () => {
    const directory = await temporaryDirectory();
    const cache = openCache({ directory, warn: (message) => expect.fail(message) });
    const { directory: files } = await mirror();
    const server = await serve({ mirror: files });
    const first = await sourceAt(server.url, { cache }).releases('demo');
    const second = await sourceAt(server.url, { cache }).releases('demo');
    expect(second).toEqual(first);
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      expect.stringMatching(/^"[0-9a-f]{32}"$/),
    ]);
    await writeFiles(files, { 'info/demo': '---\n3.0 |\n' });
    expect((await sourceAt(server.url, { cache }).releases('demo')).map(({ version }) => version)).toEqual([
      '3.0',
    ]);
  });

  it('keeps nothing that could not be read', async () => {
    const cache = openCache({
      directory: await temporaryDirectory(),
      warn: (message) => expect.fail(message),
    });
    const server = await serve({ faults: { '/info/demo': 'login-page-as-text' } });
    await failure(sourceAt(server.url, { cache }).releases('demo'));
    expect(await cache.getInfo(`${server.url}/`, 'demo')).toBeUndefined();
  });

  it('offline, answers alone: infos that it has, and no gems', async () => {
    const cache = openCache({
      directory: await temporaryDirectory(),
      warn: (message) => expect.fail(message),
    });
    const server = await serve();
    await sourceAt(server.url, { cache }).releases('demo');
    const offline = sourceAt(server.url, { cache, offline: true });
    expect(await offline.releases('demo')).toHaveLength(2);
    for (const ask of [() => offline.releases('other'), () => offline.open(GEM)]) {
      const error = await failure(ask());
      expect(error.code).toBe('REGISTRY_OFFLINE');
      expect(error.suggestions[0]).toContain('--offline');
    }
    expect(server.requests).toHaveLength(1);
  });
});

describe('a proxy', () => {
  it('is used where the environment names one, but for NO_PROXY', async () => {
    const { directory, gem } = await mirror();
    // A plain proxy gets the whole URL in the request line; this one serves it itself.
    const proxy = await serve({ mirror: directory });
    vi.stubEnv('http_proxy', proxy.url);
    vi.stubEnv('no_proxy', 'direct.invalid');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const source = sourceAt('http://gems.invalid');
    expect(await source.releases('demo')).toHaveLength(2);
    expect(sha256(await bytes(await source.open(GEM)))).toBe(sha256(gem));
    expect(proxy.asked()).toEqual([
      'GET http://gems.invalid/info/demo',
      'GET http://gems.invalid/gems/demo-1.0.0-x86_64-linux.gem',
    ]);
    expect((await failure(sourceAt('http://direct.invalid').releases('demo'))).code).toBe(
      'REGISTRY_UNREACHABLE',
    );
  });
});

/** All that could be printed of an error. */
function everythingOf(error: GemcompatError): string {
  const cause = error.cause instanceof Error ? `${error.cause.message} ${String(error.cause.stack)}` : '';
  return `${error.message} ${String(error.stack)} ${JSON.stringify(error)} ${error.suggestions.join()} ${cause}`;
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
