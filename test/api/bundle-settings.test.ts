import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyPatch, parsePatch } from 'diff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditOptions } from '../../src/api/audit.js';
import { audit } from '../../src/api/audit.js';
import { bundleFloor } from '../../src/api/floor.js';
import { fix } from '../../src/api/fix.js';
import type { AuditReport, MultiTargetReport } from '../../src/audit/types.js';
import { unifiedDiff } from '../../src/fix/unified-diff.js';
import { exitCodeOf } from '../../src/report/exit-code.js';
import { jsonOutputSchema } from '../../src/report/schema.js';
import { renderText } from '../../src/report/text.js';
import { ROOT } from '../helpers/cli.js';

const MIRROR = path.join(ROOT, 'fixtures/mirror');
const LEDGER = path.join(ROOT, 'fixtures/apps/ledger');

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'gemcompat-settings-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function app(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await mkdtemp(path.join(scratch, 'app-'));
  await cp(LEDGER, root, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  return root;
}

/** Of ledger, pg, nokogiri and sqlite3 (of the group test) do not fit rhel-8. */
async function audited(
  files: Readonly<Record<string, string>>,
  options: Partial<AuditOptions> = {},
): Promise<AuditReport> {
  const cwd = await app(files);
  const { env, ...rest } = options;
  const home = { HOME: path.join(cwd, 'home'), GEMCOMPAT_CACHE_DIR: path.join(scratch, 'cache') };
  const report: AuditReport | MultiTargetReport = await audit({
    ...{ cwd, sources: [MIRROR], env: { ...home, ...env } },
    ...rest,
  });
  if ('targets' in report) throw new Error('one target was asked for');
  expect(() => jsonOutputSchema.parse(report)).not.toThrow();
  return report;
}

const failing = ({ gems }: AuditReport): readonly string[] =>
  gems.filter(({ verdict }) => verdict === 'incompatible').map(({ name }) => name);
const left = ({ notInstalled = [] }: AuditReport): readonly string[] => notInstalled.map(({ name }) => name);
const codes = ({ warnings }: AuditReport): readonly string[] => warnings.map(({ code }) => code);

const RHEL = { target: 'rhel-8' } as const;
const FROM = 'FROM registry.access.redhat.com/ubi8/ruby-33\nWORKDIR /rails\n';

describe('groups that are not installed', () => {
  it.each<[string, Readonly<Record<string, string>>, Partial<AuditOptions>, string]>([
    ['a flag', {}, { ...RHEL, without: ['test'] }, '--without'],
    ['only', {}, { ...RHEL, only: ['default'] }, '--only'],
    ['.gemcompat.yml', { '.gemcompat.yml': 'targets: rhel-8\nwithout: [test]\n' }, {}, '.gemcompat.yml'],
    [
      'the Dockerfile',
      { Dockerfile: `${FROM}ENV BUNDLE_WITHOUT=test\nRUN bundle install\n` },
      {},
      'Dockerfile:3',
    ],
    ['the environment', {}, { ...RHEL, env: { BUNDLE_WITHOUT: 'development:test' } }, 'BUNDLE_WITHOUT'],
    ['.bundle/config', { '.bundle/config': '---\nBUNDLE_WITHOUT: "test"\n' }, RHEL, '.bundle/config'],
  ])('by %s', async (_, files, options, place) => {
    const report = await audited(files, options);
    expect(failing(report)).toEqual(['nokogiri', 'pg']);
    expect(report.notInstalled).toEqual([{ name: 'sqlite3', version: '2.6.0', groups: ['test'] }]);
    expect(report.plan?.pins.map(({ name }) => name).sort()).toEqual(['nokogiri', 'pg']);
    expect(renderText(report, { color: false })).toContain(
      `\n\n1 gem of the group test is not installed there (${place}): sqlite3.\n\n`,
    );
  });

  it('do not decide the exit code', async () => {
    const ubuntu = { target: 'ubuntu-20.04' };
    const Gemfile =
      'source "https://rubygems.org"\ngem "pg"\ngem "nokogiri", group: :test\ngem "sqlite3", group: :test\n';
    expect(exitCodeOf(await audited({ Gemfile }, { ...RHEL, without: ['test'] }))).toBe(1);
    expect(exitCodeOf(await audited({}, ubuntu))).toBe(0);
    const Gemfile2 = Gemfile.replace('gem "pg"', 'gem "pg", group: :test');
    expect(exitCodeOf(await audited({ Gemfile: Gemfile2 }, { ...RHEL, without: ['test'] }))).toBe(0);
  });

  it('are named by the flags before the configuration, and that before the Dockerfile', async () => {
    const files = {
      Dockerfile: `${FROM}ENV BUNDLE_WITHOUT=test\nRUN bundle install\n`,
      '.gemcompat.yml': 'without: development\n',
    };
    expect(left(await audited({ Dockerfile: files.Dockerfile }, {}))).toEqual(['sqlite3']);
    expect(left(await audited(files, {}))).toEqual([]);
    expect(left(await audited(files, { without: ['test'] }))).toEqual(['sqlite3']);
    expect(left(await audited({ Dockerfile: files.Dockerfile }, { without: [] }))).toEqual([]);
  });

  it('are not named by this machine for an image that its Dockerfile installs', async () => {
    const report = await audited(
      { Dockerfile: `${FROM}RUN bundle install\n`, '.bundle/config': '---\nBUNDLE_WITHOUT: "test"\n' },
      { env: { BUNDLE_WITHOUT: 'test' } },
    );
    expect(left(report)).toEqual([]);
  });

  it('are not named by the config of the user for another system', async () => {
    const report = await audited({ 'home/.bundle/config': '---\nBUNDLE_WITHOUT: "test"\n' }, RHEL);
    expect(left(report)).toEqual([]);
  });

  it('are not production because this machine leaves it out', async () => {
    const Gemfile =
      'source "https://rubygems.org"\ngem "pg", group: :production\ngem "sqlite3", group: :test\n';
    const here = { env: { BUNDLE_WITHOUT: 'production:test' } };
    const report = await audited({ Gemfile }, { ...RHEL, ...here });
    expect(left(report)).toEqual(['sqlite3']);
    expect(codes(report)).toContain('GROUPS_OF_HERE');
    expect(left(await audited({ Gemfile }, { ...RHEL, without: ['production'] }))).toEqual(['pg']);
  });

  it('are optional ones', async () => {
    const Gemfile = 'source "https://rubygems.org"\ngroup :test, optional: true do\n  gem "sqlite3"\nend\n';
    const report = await audited({ Gemfile }, RHEL);
    expect(renderText(report, { color: false })).toContain(
      'not installed there (optional in the Gemfile): sqlite3.',
    );
    expect(left(await audited({ Gemfile }, { ...RHEL, with: ['test'] }))).toEqual([]);
  });

  it('are said not to be known where a setting, or the Gemfile, is not', async () => {
    const computed = await audited({ Dockerfile: `${FROM}ARG BUNDLE_WITHOUT\nRUN bundle install\n` }, {});
    expect(left(computed)).toEqual([]);
    expect(codes(computed)).toContain('SETTING_UNKNOWN');
    const given = await audited(
      { Dockerfile: `${FROM}ARG BUNDLE_WITHOUT\nRUN bundle install\n` },
      { buildArgs: { BUNDLE_WITHOUT: 'test' } },
    );
    expect(left(given)).toEqual(['sqlite3']);
    const broken = await audited({ Gemfile: 'gem "pg' }, { ...RHEL, without: ['test'] });
    expect(codes(broken)).toContain('GROUPS_UNKNOWN');
  });

  it('are in the floor of a bundle neither', async () => {
    const cwd = await app();
    const env = { GEMCOMPAT_CACHE_DIR: path.join(scratch, 'cache') };
    const report = await bundleFloor({ cwd, sources: [MIRROR], env, without: ['test'] });
    expect(() => jsonOutputSchema.parse(report)).not.toThrow();
    const [floor] = report.floors;
    expect(floor?.notInstalled?.map(({ name }) => name)).toEqual(['sqlite3']);
    expect(floor?.gems.some(({ name }) => name === 'sqlite3')).toBe(false);
  });
});

describe('a frozen install', () => {
  const arm = { arches: ['aarch64'] } as const;

  it('refuses a machine that PLATFORMS lack, once for the target', async () => {
    const Dockerfile = `${FROM}ENV BUNDLE_DEPLOYMENT=1\nRUN bundle install\n`;
    const report = await audited({ Dockerfile }, arm);
    expect(report.refused).toEqual([
      {
        ...{ kind: 'platform-not-locked', arch: 'aarch64', platform: 'aarch64-linux' },
        ...{ locked: ['x86_64-linux'], frozenFrom: 'Dockerfile:3' },
      },
    ]);
    expect(exitCodeOf(report)).toBe(1);
    expect(codes(report)).not.toContain('PLATFORM_NOT_LOCKED');
    const text = renderText(report, { color: false });
    expect(text.match(/--add-platform aarch64-linux/g)).toHaveLength(1);
    expect(text).toContain(
      "✗ bundle install refuses this bundle, whatever its gems are: it is frozen (Dockerfile:3), and the lockfile's PLATFORMS (x86_64-linux) have none for aarch64-linux\n  → run: bundle lock --add-platform aarch64-linux\n",
    );
  });

  it.each([
    ['one that is not', 'ENV BUNDLE_DEPLOYMENT=1 BUNDLE_FROZEN=false\n', 'resolves the bundle anew'],
    ['one that says nothing', '', 'resolves the bundle anew'],
    ['one that may be', 'ARG BUNDLE_FROZEN\n', 'a frozen bundle install refuses it'],
    ['one whose config may be copied', 'COPY . .\n', 'a frozen bundle install refuses it'],
  ])('is told from %s', async (_, env, words) => {
    const report = await audited({ Dockerfile: `${FROM}${env}RUN bundle install\n` }, arm);
    expect(report.refused).toBeUndefined();
    expect(report.warnings.find(({ code }) => code === 'PLATFORM_NOT_LOCKED')?.message).toContain(words);
  });

  it('needs ruby in PLATFORMS where every gem is compiled', async () => {
    const env = 'ENV BUNDLE_DEPLOYMENT=1 BUNDLE_FORCE_RUBY_PLATFORM=true\n';
    const report = await audited({ Dockerfile: `${FROM}${env}RUN bundle install\n` });
    expect(report.refused).toMatchObject([{ platform: 'ruby', forceRubyFrom: 'Dockerfile:3' }]);
    const unfrozen = await audited({
      Dockerfile: `${FROM}ENV BUNDLE_FORCE_RUBY_PLATFORM=true\nRUN bundle install\n`,
    });
    expect(failing(unfrozen)).toEqual([]);
    expect(codes(unfrozen)).toContain('FORCE_RUBY_PLATFORM');
  });
});

it('fix says which platform a frozen install lacks', async () => {
  const cwd = await app({ Dockerfile: `FROM debian:12\nENV BUNDLE_DEPLOYMENT=1\nRUN bundle install\n` });
  const env = { GEMCOMPAT_CACHE_DIR: path.join(scratch, 'cache'), PATH: '' };
  const { outcome } = await fix({ cwd, env, sources: [MIRROR], arches: ['aarch64'], dryRun: true });
  expect(outcome).toMatchObject({ addPlatforms: ['aarch64-linux'], exitCode: 1 });
});

describe('the lockfile that is deployed', () => {
  const SAAS = {
    'Gemfile.saas': 'source "https://rubygems.org"\ngem "pg", "~> 1.5"\n',
    'Gemfile.saas.lock':
      'GEM\n  remote: https://rubygems.org/\n  specs:\n    pg (1.6.1-x86_64-linux)\n\nPLATFORMS\n  x86_64-linux\n\nDEPENDENCIES\n  pg (~> 1.5)\n\nBUNDLED WITH\n   2.6.2\n',
    'saas/Dockerfile': `${FROM}ENV BUNDLE_GEMFILE="Gemfile.saas" \\\n    BUNDLE_WITHOUT="development"\nRUN BUNDLE_PATH=/permabundle bundle install\n`,
  };

  it("is that of the Dockerfile's BUNDLE_GEMFILE", async () => {
    const report = await audited(SAAS, { dockerfile: 'saas/Dockerfile' });
    expect(report.lockfile).toBe('Gemfile.saas.lock');
    expect(failing(report)).toEqual(['pg']);
    expect(report.warnings.map(({ message }) => message)).toContain(
      'saas/Dockerfile:3 installs by Gemfile.saas.lock (BUNDLE_GEMFILE), which is judged in place of Gemfile.lock',
    );
  });

  it('is the one that was named, with a word that it is another', async () => {
    const report = await audited(SAAS, { path: 'Gemfile.lock', dockerfile: 'saas/Dockerfile' });
    expect(report.lockfile).toBe('Gemfile.lock');
    expect(codes(report)).toContain('LOCKFILE_OF_TARGET');
    const same = await audited(SAAS, { path: 'Gemfile.saas.lock', dockerfile: 'saas/Dockerfile' });
    expect(codes(same)).not.toContain('LOCKFILE_OF_TARGET');
  });

  it("is the project's own where the other is not there, or not known", async () => {
    const { 'Gemfile.saas.lock': _, ...without } = SAAS;
    const report = await audited(without, { dockerfile: 'saas/Dockerfile' });
    expect(report.lockfile).toBe('Gemfile.lock');
    expect(codes(report)).toContain('LOCKFILE_OF_TARGET');
    const Dockerfile = `${FROM}ARG BUNDLE_GEMFILE\nRUN bundle install\n`;
    expect(codes(await audited({ Dockerfile }))).toContain('LOCKFILE_OF_TARGET');
  });

  it('is not the one of other targets', async () => {
    const cwd = await app(SAAS);
    const env = { GEMCOMPAT_CACHE_DIR: path.join(scratch, 'cache') };
    const target = ['debian-12', 'dockerfile:saas/Dockerfile'];
    const report = await audit({ cwd, env, sources: [MIRROR], target });
    expect(report.lockfile).toBe('Gemfile.lock');
    expect(report.warnings.map(({ message }) => message)).toContain(
      'saas/Dockerfile:3 installs by Gemfile.saas.lock (BUNDLE_GEMFILE); Gemfile.lock is judged for all targets; for this one alone: gemcompat audit Gemfile.saas.lock --target dockerfile:saas/Dockerfile',
    );
  });

  it('is the one that fix edits for', async () => {
    const cwd = await app(SAAS);
    const env = { GEMCOMPAT_CACHE_DIR: path.join(scratch, 'cache'), PATH: '' };
    const { files } = await fix({ cwd, env, sources: [MIRROR], dockerfile: 'saas/Dockerfile', dryRun: true });
    expect(files.map(({ shown }) => shown)).toEqual(['Gemfile.saas']);
  });

  it('is searched upwards from a directory below', async () => {
    const cwd = await app({ 'app/models/user.rb': '' });
    const env = { GEMCOMPAT_CACHE_DIR: path.join(scratch, 'cache') };
    const report = await audit({
      cwd: path.join(cwd, 'app/models'),
      env,
      sources: [MIRROR],
      target: 'rhel-8',
    });
    expect(report.lockfile).toBe('../../Gemfile.lock');
  });
});

describe('the diff of fix', () => {
  it('is one for the directory of a project that lies elsewhere', async () => {
    const root = await app({ 'elsewhere/.keep': '' });
    const env = { GEMCOMPAT_CACHE_DIR: path.join(scratch, 'cache'), PATH: '' };
    const run = async (cwd: string, given: string): Promise<string> =>
      unifiedDiff(
        (await fix({ cwd, path: given, env, sources: [MIRROR], target: 'rhel-8', dryRun: true })).files,
      );
    for (const [cwd, given, name] of [
      [path.join(root, 'elsewhere'), '..', 'Gemfile'],
      [path.join(root, 'elsewhere'), root, 'Gemfile'],
      [root, '.', 'Gemfile'],
      [path.dirname(root), path.basename(root), `${path.basename(root)}/Gemfile`],
    ] as const) {
      const diff = await run(cwd, given);
      const [patch] = parsePatch(diff);
      expect(patch).toMatchObject({ oldFileName: `a/${name}`, newFileName: `b/${name}` });
      expect(applyPatch('', diff)).toBe(false);
    }
  });
});
