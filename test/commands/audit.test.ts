import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditReport, MultiTargetReport } from '../../src/index.js';
import { auditReportSchema, jsonOutputSchema } from '../../src/report/schema.js';
import { gemcompat } from '../helpers/cli.js';
import { trimmedMirror } from '../helpers/mirror.js';

const SHOP = 'fixtures/apps/shop';
const MIRROR = 'fixtures/mirror';

let scratch: string;
let cache: Record<string, string>;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'gemcompat-test-'));
  cache = { GEMCOMPAT_CACHE_DIR: path.join(scratch, 'cache') };
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

async function auditOutput(args: readonly string[]): Promise<{ code: number | null; report: unknown }> {
  const { code, stdout, stderr } = await gemcompat(['audit', '--format', 'json', ...args], { env: cache });
  expect(stderr).toBe('');
  return { code, report: jsonOutputSchema.parse(JSON.parse(stdout)) };
}

async function auditJson(...args: string[]): Promise<{ code: number | null; report: AuditReport }> {
  const { code, report } = await auditOutput(args);
  return { code, report: auditReportSchema.parse(report) };
}

describe('gemcompat audit', () => {
  it('finds what does not fit, names file and symbol, and gives the pin', async () => {
    const { code, report } = await auditJson(
      SHOP,
      '--source',
      MIRROR,
      '--target',
      'ubuntu-20.04',
      '--arch',
      'x86_64',
    );
    expect(code).toBe(1);
    expect(report.target).toMatchObject({ name: 'ubuntu-20.04', libc: 'gnu', glibc: '2.31' });
    const thruster = report.gems.find(({ name }) => name === 'thruster');
    expect(thruster).toMatchObject({
      version: '0.1.9',
      platform: 'x86_64-linux',
      verdict: 'incompatible',
      requires: { glibc: '2.34' },
      suggestion: { direction: 'upgrade', requirement: '>= 0.1.10', pin: "gem 'thruster', '>= 0.1.10'" },
    });
    expect(thruster?.findings).toContainEqual(
      expect.objectContaining({
        kind: 'symbol-version',
        file: 'exe/x86_64-linux/thrust',
        library: 'libc.so.6',
        symbolVersion: 'GLIBC_2.34',
        symbols: expect.arrayContaining(['__libc_start_main', 'pthread_create']) as string[],
      }),
    );
    expect(report.pins).toContain("gem 'thruster', '>= 0.1.10'");
    const { compatible, incompatible, source, unknown } = report.summary;
    expect(compatible + incompatible + source + unknown).toBe(report.gems.length);
  });

  it('answers with a downgrade where no later version mends it', async () => {
    const mirror = await trimmedMirror({
      thruster: (version) => ['0.1.7', '0.1.8', '0.1.9'].includes(version),
    });
    const { report } = await auditJson(SHOP, '--source', mirror, '--target', 'ubuntu-20.04');
    expect(report.gems.find(({ name }) => name === 'thruster')?.suggestion).toMatchObject({
      version: '0.1.8',
      direction: 'downgrade',
      pin: "gem 'thruster', '< 0.1.9'",
    });
    await rm(mirror, { recursive: true });
  });

  it('prints the pins alone as a Gemfile', async () => {
    const args = ['audit', SHOP, '--source', MIRROR, '--target', 'ubuntu-20.04', '--format', 'gemfile'];
    const { code, stdout, stderr } = await gemcompat(args, { env: cache });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^(?:gem "[^"]+"(?:, .+)? # gemcompat: .+\n)+$/);
    expect(stdout).toContain('gem "thruster", ">= 0.1.10", require: false # gemcompat: ');
  });

  it('gives pins that fit every target that is asked for', async () => {
    const args = [SHOP, '--source', MIRROR, '--target', 'ubuntu-20.04', '--target', 'ubuntu-24.04'];
    const { code, report: output } = await auditOutput(args);
    const report = output as MultiTargetReport;
    expect(code).toBe(1);
    expect(report.targets.map(({ target }) => target.name)).toEqual(['ubuntu-20.04', 'ubuntu-24.04']);
    expect(report.pins).toContain("gem 'thruster', '>= 0.1.10'");
  });

  it('has a report for each Ruby that is asked for, and gives its RubyGems', async () => {
    const args = [
      SHOP,
      '--source',
      MIRROR,
      '--target',
      'ubuntu-24.04',
      '--ruby',
      '3.3,3.4',
      '--rubygems',
      '3.6.2',
    ];
    const { code, report: output } = await auditOutput(args);
    const { targets } = output as MultiTargetReport;
    expect(code).toBe(0);
    expect(targets.map(({ ruby, rubygems }) => [ruby, rubygems])).toEqual([
      ['3.3', '3.6.2'],
      ['3.4', '3.6.2'],
    ]);
    const nokogiri = targets.map(({ gems }) => gems.find(({ name }) => name === 'nokogiri'));
    expect(nokogiri.map((gem) => gem?.verdict)).toEqual(['compatible', 'source']);
    expect(nokogiri[1]?.notes).toContainEqual({
      ...{ kind: 'not-for-ruby', platform: 'x86_64-linux', ruby: '3.4' },
      next: { version: '1.18.0', verdict: 'compatible' },
    });
  });

  it('writes to a file and leaves stdout empty', async () => {
    const output = path.join(scratch, 'report.json');
    const args = ['audit', SHOP, '--source', MIRROR, '-t', 'ubuntu-24.04', '-f', 'json', '-o', output];
    const { code, stdout } = await gemcompat(args, { env: cache });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(JSON.parse(await readFile(output, 'utf8'))).toMatchObject({ schemaVersion: 1 });
  });

  it('takes the target from the Dockerfile, and the CPU from Kamal, where nothing is asked for', async () => {
    const { report } = await auditJson(SHOP, '--source', MIRROR);
    expect(report.target.name).toBe('ubuntu-20.04');
    expect(report.arches).toEqual(['x86_64']);
  });

  it('does what the project’s own file says, and accepts what it accepts', async () => {
    const project = path.join(scratch, 'project');
    await mkdir(project);
    await copyFile(`${SHOP}/Gemfile.lock`, path.join(project, 'Gemfile.lock'));
    const config = [
      'targets: [ubuntu-20.04]',
      'arches: [x86_64]',
      `sources: [${path.resolve(MIRROR)}]`,
      'ignore:',
    ];
    const ignores = ['thruster', 'karafka-rdkafka'].map(
      (gem) => `  - { gem: ${gem}, reason: known, until: 2999-01-01 }`,
    );
    await writeFile(path.join(project, '.gemcompat.yml'), [...config, ...ignores].join('\n'));
    const { code, report } = await auditJson(project);
    expect(code).toBe(0);
    expect(report.summary).toMatchObject({ incompatible: 0, ignored: 2 });
    expect(report.pins).toEqual([]);
    expect(report.gems.find(({ name }) => name === 'thruster')).toMatchObject({
      verdict: 'incompatible',
      ignored: { reason: 'known' },
    });
  });

  it('ends with 3 where a gem could not be checked', async () => {
    const lockfile = path.join(scratch, 'Gemfile.lock');
    await writeFile(
      lockfile,
      'GEM\n  remote: https://rubygems.org/\n  specs:\n    nowhere (1.0-x86_64-linux)\n\nPLATFORMS\n  x86_64-linux\n\nDEPENDENCIES\n  nowhere\n',
    );
    const { code, report } = await auditJson(lockfile, '--source', MIRROR, '--target', 'ubuntu-20.04');
    expect(code).toBe(3);
    expect(report.gems).toMatchObject([{ name: 'nowhere', verdict: 'unknown' }]);
  });
});

describe('wrong usage', () => {
  it('a target of the project that is not known is told with its line', async () => {
    const project = path.join(scratch, 'misspelt');
    await mkdir(project);
    await copyFile(`${SHOP}/Gemfile.lock`, path.join(project, 'Gemfile.lock'));
    await writeFile(path.join(project, '.gemcompat.yml'), 'targets:\n  - al2023\n  - ubunut-20.04\n');
    const { code, stderr } = await gemcompat(['audit', project, '-s', MIRROR]);
    expect(code).toBe(2);
    expect(stderr).toContain('.gemcompat.yml:3: "ubunut-20.04" is not a known target');
  });

  it.each([
    ['a target that is not known', ['audit', SHOP, '-t', 'ubunut-20.04'], 'TARGET_UNKNOWN', 'ubuntu-20.04'],
    [
      'a CPU that is not known',
      ['audit', SHOP, '-t', 'ubuntu-20.04', '--arch', 'z80'],
      'ARCH_UNKNOWN',
      'x86_64',
    ],
    [
      'a directory without a lockfile',
      ['audit', 'src', '-t', 'ubuntu-20.04'],
      'LOCKFILE_NOT_FOUND',
      'Gemfile.lock',
    ],
    ['a path that is not there', ['audit', 'no/such', '-t', 'ubuntu-20.04'], 'LOCKFILE_NOT_FOUND', 'no/such'],
    [
      'a file that is no lockfile',
      ['audit', 'package.json', '-t', 'ubuntu-20.04'],
      'LOCKFILE_',
      'package.json',
    ],
    [
      'a source that is not there',
      ['audit', SHOP, '-t', 'ubuntu-20.04', '-s', 'no/such'],
      'REGISTRY_',
      'no/such',
    ],
    [
      'a RubyGems that is none',
      ['audit', SHOP, '-t', 'ubuntu-20.04', '--rubygems', 'new'],
      'RUBYGEMS_MALFORMED',
      '4.1.1',
    ],
    [
      'one Ruby of several that is none',
      ['audit', SHOP, '-t', 'ubuntu-20.04', '--ruby', '3.3', '--ruby', 'x'],
      'RUBY_MALFORMED',
      '"x"',
    ],
    [
      'several Rubies where no target is named',
      ['audit', 'fixtures/apps/ledger', '-s', MIRROR, '--ruby', '3.3', '--ruby', '4.0'],
      'RUBY_SEVERAL',
      '--target',
    ],
    [
      'several Rubies for a history',
      ['history', 'nokogiri', '-s', MIRROR, '--ruby', '3.3', '--ruby', '4.0'],
      'RUBY_SEVERAL',
      '--ruby 3.3',
    ],
    [
      'several Rubies for an inspection',
      ['inspect', MIRROR, '--ruby', '3.3,4.0'],
      'RUBY_SEVERAL',
      '--ruby 3.3',
    ],
  ])('%s ends with 2 and says what to do', async (_, args, code, mentions) => {
    const result = await gemcompat(args, { env: cache });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(code);
    expect(result.stderr).toContain(mentions);
    expect(result.stderr).not.toContain('    at ');
  });

  it('of flags ends with 2', async () => {
    expect(await gemcompat(['audit', SHOP, '-t', 'focal', '--format', 'yaml'])).toMatchObject({
      code: 2,
      stdout: '',
    });
  });
});
