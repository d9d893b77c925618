import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { GemReport } from '../../src/index.js';
import { audit } from '../../src/index.js';
import { mirrorDirectory } from '../helpers/mirror.js';
import type { TestServer } from '../helpers/server.js';
import { startServer } from '../helpers/server.js';
import { lockfileText } from './in-memory.js';

let project: string;
let mirror: string;
let server: TestServer;

beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'gemcompat-stale-'));
  mirror = path.join(project, 'mirror');
  for (const part of ['info', 'versions', 'gems'])
    await cp(path.join(mirrorDirectory, part), path.join(mirror, part), {
      recursive: true,
      filter: (file) => !file.includes('/gems/') || path.basename(file).startsWith('thruster-'),
    });
  server = await startServer({ mirror });
  await writeFile(
    path.join(project, 'Gemfile.lock'),
    lockfileText({
      specs: ['thruster (0.1.10)', 'thruster (0.1.10-x86_64-linux)'],
      platforms: ['ruby', 'x86_64-linux'],
      dependencies: ['thruster'],
    }).replace('https://rubygems.org/', `${server.url}/`),
  );
});

afterEach(async () => {
  await server.close();
  await rm(project, { recursive: true, force: true });
});

async function thruster(): Promise<GemReport | undefined> {
  const env = { GEMCOMPAT_CACHE_DIR: path.join(project, 'cache'), HOME: project };
  const { gems } = await audit({ path: project, target: 'debian-12', arches: ['x86_64'], env });
  return gems.find(({ name }) => name === 'thruster');
}

/** The index without the lines that match. */
async function cut(lines: RegExp): Promise<void> {
  const file = path.join(mirror, 'info', 'thruster');
  const kept = (await readFile(file, 'utf8')).split('\n').filter((line) => !lines.test(line));
  await writeFile(file, kept.join('\n'));
}

it('asks for the list of versions only where the index lacks something', async () => {
  expect((await thruster())?.verdict).toBe('compatible');
  expect(server.asked()).not.toContain('GET /versions');
});

it('does not take a cut index for one from which a variant is gone', async () => {
  await cut(/^0\.1\.10-x86_64/);
  expect(await thruster()).toMatchObject({
    verdict: 'unknown',
    findings: [{ kind: 'unavailable', code: 'INDEX_NOT_CURRENT' }],
  });
  expect(server.asked().filter((line) => line === 'GET /versions')).toHaveLength(1);
});

it('says that it is gone where the list of versions agrees, or cannot be had', async () => {
  await cut(/^0\.1\.10-x86_64/);
  server.setFault('/versions', 'not-found');
  expect(await thruster()).toMatchObject({ verdict: 'unknown', findings: [{ code: 'VARIANT_GONE' }] });
  server.setFault('/versions', undefined);
  const md5 = createHash('md5')
    .update(await readFile(path.join(mirror, 'info', 'thruster')))
    .digest('hex');
  const versions = path.join(mirror, 'versions');
  await writeFile(versions, `${await readFile(versions, 'utf8')}thruster -0.1.10-x86_64-linux ${md5}\n`);
  expect(await thruster()).toMatchObject({ verdict: 'unknown', findings: [{ code: 'VARIANT_GONE' }] });
});
