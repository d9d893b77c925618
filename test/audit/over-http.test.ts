import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditOptions, AuditReport, GemReport } from '../../src/index.js';
import { audit } from '../../src/index.js';
import type { ServerOptions, TestServer } from '../helpers/server.js';
import { startServer } from '../helpers/server.js';

const MIRROR = path.resolve('fixtures/mirror');
const GEM = '/gems/thruster-0.1.9-x86_64-linux.gem';

let project: string;
let server: TestServer;

beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'gemcompat-http-'));
});

afterEach(async () => {
  await server.close();
  await rm(project, { recursive: true, force: true });
});

/** The shop's lockfile in a project of its own, its remote a server of ours. */
async function serve(options: Partial<ServerOptions> = {}): Promise<void> {
  server = await startServer({ mirror: MIRROR, ...options });
  const lockfile = await readFile('fixtures/apps/shop/Gemfile.lock', 'utf8');
  await writeFile(
    path.join(project, 'Gemfile.lock'),
    lockfile.replace('https://rubygems.org/', `${server.url}/`),
  );
}

function auditProject(options: Partial<AuditOptions> = {}): Promise<AuditReport> {
  const env = { GEMCOMPAT_CACHE_DIR: path.join(project, 'cache'), HOME: project };
  return audit({ path: project, arches: ['x86_64'], env, ...options, target: 'ubuntu-20.04' });
}

function gemOf(report: AuditReport, name: string): GemReport {
  const gem = report.gems.find((each) => each.name === name);
  if (gem === undefined) throw new Error(`${name} is not in the report`);
  return gem;
}

describe('an audit over HTTP', () => {
  it('agrees with the same mirror on disk', async () => {
    await serve();
    const overHttp = await auditProject();
    const onDisk = await auditProject({ sources: [MIRROR] });
    const place = (source: string): GemReport[] => onDisk.gems.map((gem) => ({ ...gem, source }));
    expect(overHttp.gems).toEqual(place(`${server.url}/`));
    expect(overHttp.pins).toEqual(onDisk.pins);
    expect(overHttp.summary.incompatible).toBeGreaterThan(0);
  });

  it('asks the index only about gems with platform variants, and downloads only what it judges', async () => {
    await serve();
    await auditProject();
    const asked = server.asked().map((line) => line.replace('GET ', ''));
    expect(asked).toContain('/info/thruster');
    expect(asked).not.toContain('/info/rails');
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.filter((route) => route.includes('darwin'))).toEqual([]);
  });

  it('downloads nothing twice: the second run is answered by the cache', async () => {
    await serve();
    const first = await auditProject();
    const before = server.asked().length;
    expect(await auditProject()).toEqual(first);
    const again = server.asked().slice(before);
    expect(again.filter((line) => line.includes('/gems/'))).toEqual([]);
  });

  it('works offline with what the cache has', async () => {
    await serve();
    const first = await auditProject();
    const before = server.asked().length;
    const offline = await auditProject({ offline: true });
    expect(server.asked().length).toBe(before);
    expect(offline.gems.map(({ verdict }) => verdict)).toEqual(first.gems.map(({ verdict }) => verdict));
  });

  it.each([
    ['forbidden', 'REGISTRY_'],
    ['not-found', 'REGISTRY_'],
    ['truncated', ''],
    ['wrong-bytes', ''],
  ] as const)('makes a gem unknown and goes on where its download is %s', async (fault, code) => {
    await serve({ faults: { [GEM]: fault } });
    const report = await auditProject();
    const thruster = gemOf(report, 'thruster');
    expect(thruster.verdict).toBe('unknown');
    expect(thruster.findings).toMatchObject([
      { kind: 'unavailable', code: expect.stringContaining(code) as string },
    ]);
    expect(gemOf(report, 'nokogiri').verdict).toBe('compatible');
    expect(gemOf(report, 'karafka-rdkafka').verdict).toBe('incompatible');
  });

  it('judges a copy in vendor/cache where the server cannot be reached, and says what could not be searched', async () => {
    await serve();
    await server.close();
    const cache = path.join(project, 'vendor', 'cache');
    await mkdir(cache, { recursive: true });
    await writeFile(path.join(cache, path.basename(GEM)), await readFile(path.join(MIRROR, GEM)));
    const report = await auditProject();
    expect(gemOf(report, 'thruster')).toMatchObject({
      verdict: 'incompatible',
      notes: [{ kind: 'search-incomplete' }],
    });
    expect(gemOf(report, 'nokogiri')).toMatchObject({
      verdict: 'unknown',
      findings: [{ kind: 'unavailable' }],
    });
  });

  it('does not trust a copy in vendor/cache that is not what the index has', async () => {
    await serve();
    const cache = path.join(project, 'vendor', 'cache');
    await mkdir(cache, { recursive: true });
    const original = await readFile(path.join(MIRROR, GEM));
    await writeFile(path.join(cache, path.basename(GEM)), Buffer.concat([original, Buffer.alloc(512)]));
    const report = await auditProject();
    expect(gemOf(report, 'thruster')).toMatchObject({
      verdict: 'unknown',
      findings: [{ kind: 'unavailable', code: 'GEM_CHECKSUM_MISMATCH' }],
    });
  });

  it('keeps a password out of everything that is reported', async () => {
    await serve({ credentials: 'deploy:s3cret' });
    const file = path.join(project, 'Gemfile.lock');
    const lockfile = await readFile(file, 'utf8');
    await writeFile(
      file,
      lockfile.replace(server.url, server.url.replace('http://', 'http://deploy:wr0ng@')),
    );
    const report = await auditProject();
    expect(gemOf(report, 'thruster').verdict).toBe('unknown');
    expect(JSON.stringify(report)).not.toContain('wr0ng');
    await writeFile(
      file,
      lockfile.replace(server.url, server.url.replace('http://', 'http://deploy:s3cret@')),
    );
    expect(gemOf(await auditProject(), 'thruster').verdict).toBe('incompatible');
  });
});
