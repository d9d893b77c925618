import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/api/audit.js';
import type { GemReport } from '../../src/audit/types.js';
import type { Bundler } from '../helpers/bundler-lock.js';
import { startBundler } from '../helpers/bundler-lock.js';
import { ROOT } from '../helpers/cli.js';

const MIRROR = path.join(ROOT, 'fixtures/mirror');
const LEDGER = path.join(ROOT, 'fixtures/apps/ledger');
const NATIVE = '    pg (1.6.1-x86_64-linux)\n';

let bundler: Bundler;
let mirror: string;
let gemfile: string;
let lockfile: string;

beforeAll(async () => {
  bundler = await startBundler();
  mirror = path.join(bundler.directory, 'mirror');
  await cp(MIRROR, mirror, { recursive: true, filter: (file) => !file.endsWith('.gem') });
  gemfile = await readFile(path.join(LEDGER, 'Gemfile'), 'utf8');
  lockfile = await readFile(path.join(LEDGER, 'Gemfile.lock'), 'utf8');
});

afterAll(() => bundler.close());

async function audited(files: Readonly<Record<string, string>>): Promise<GemReport | undefined> {
  const root = await mkdtemp(path.join(bundler.directory, 'app-'));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(root, name), text);
  const env = { GEMCOMPAT_CACHE_DIR: path.join(bundler.directory, 'cache') };
  const report = await audit({ path: root, target: 'rhel-8', arches: ['x86_64'], sources: [MIRROR], env });
  await rm(root, { recursive: true });
  return report.gems.find(({ name }) => name === 'pg');
}

function forced(option = 'force_ruby_platform: true'): string {
  return gemfile.replace('gem "pg", "~> 1.5"', `gem "pg", "~> 1.5", ${option}`);
}

describe('a gem that the Gemfile has compiled', () => {
  it.each([
    ['the precompiled variant alone', NATIVE, ''],
    ['both', `    pg (1.6.1)\n${NATIVE}`, ''],
    ['the ruby variant alone', '    pg (1.6.1)\n', ''],
    ['the precompiled ones of two platforms', `    pg (1.6.1-aarch64-linux)\n${NATIVE}`, '  aarch64-linux\n'],
    ['both, for ruby too', `    pg (1.6.1)\n${NATIVE}`, '  ruby\n'],
  ])('is what Bundler installs where the lockfile lists %s', async (_, specs, platforms) => {
    const text = lockfile.replace(NATIVE, specs).replace('PLATFORMS\n', `PLATFORMS\n${platforms}`);
    const machine = { platform: 'x86_64-linux', ruby: '3.3.6' };
    const locked = bundler.lock({ mirror, gemfile: forced(), lockfile: text, machine });
    if ('error' in locked) throw new Error(locked.error);
    expect(locked.installed).toContain('pg-1.6.1');
    for (const each of [text, locked.lockfile]) {
      const gem = await audited({ Gemfile: forced(), 'Gemfile.lock': each });
      expect(gem).toMatchObject({ platform: 'ruby', verdict: 'source', findings: [] });
    }
  });

  it('is told with its line where the lockfile lists a precompiled variant', async () => {
    const gem = await audited({ 'gems.rb': forced(), 'gems.locked': lockfile });
    expect(gem?.notes).toEqual([
      expect.objectContaining({
        kind: 'forced-ruby',
        line: 8,
        file: expect.stringMatching(/gems\.rb$/) as string,
      }),
    ]);
  });

  it.each([
    ['only under a condition', () => forced('force_ruby_platform: true if ENV["PG"]'), 'force-ruby-unclear'],
    ['by a variable', () => forced('**OPTIONS, force_ruby_platform: SOURCE'), 'force-ruby-unclear'],
    ['in a Gemfile that Ruby refuses', () => `${forced()}end\n`, undefined],
    ['not at all', () => gemfile, undefined],
  ])('is judged as it is locked where the Gemfile says it %s', async (_, text, note) => {
    const gem = await audited({ Gemfile: text(), 'Gemfile.lock': lockfile });
    expect(gem).toMatchObject({ platform: 'x86_64-linux', verdict: 'incompatible' });
    expect(gem?.notes?.[0]?.kind).toBe(note);
  });

  it('is judged as it is locked where the lockfile was made without the line, for a gem that others bring in', async () => {
    const text = lockfile
      .replace(/^ {2}pg \(.*\n/m, '')
      .replace('    sequel (', '    sequel_pg (1.0)\n      pg\n$&');
    expect(text).not.toMatch(/^ {2}pg /m);
    const gem = await audited({ Gemfile: forced(), 'Gemfile.lock': text });
    expect(gem).toMatchObject({ platform: 'x86_64-linux', verdict: 'incompatible' });
    expect(gem?.notes?.[0]?.kind).toBe('force-ruby-unclear');
  });

  it('has nothing to install where there is no variant to compile', async () => {
    const text = lockfile.replace(NATIVE, '    pg (1.6.1-x86_64-linux)\n    thruster (0.1.9-x86_64-linux)\n');
    const root = await mkdtemp(path.join(bundler.directory, 'app-'));
    await mkdir(path.join(root, 'vendor/cache'), { recursive: true });
    await cp(
      path.join(MIRROR, 'gems/pg-1.6.1-x86_64-linux.gem'),
      path.join(root, 'vendor/cache/pg-1.6.1-x86_64-linux.gem'),
    );
    await writeFile(path.join(root, 'Gemfile'), forced());
    await writeFile(path.join(root, 'Gemfile.lock'), text);
    const env = { GEMCOMPAT_CACHE_DIR: path.join(bundler.directory, 'cache') };
    const report = await audit({ path: root, target: 'rhel-8', offline: true, env });
    const gem = report.gems.find(({ name }) => name === 'pg');
    expect(gem?.verdict).not.toBe('compatible');
    expect(gem?.verdict).not.toBe('source');
  });
});
