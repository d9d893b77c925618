import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { historyReportSchema } from '../../src/report/history-schema.js';
import { gemcompat } from '../helpers/cli.js';
import type { CliResult } from '../helpers/cli.js';
import { mirrorDirectory } from '../helpers/mirror.js';
import { startServer } from '../helpers/server.js';

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'gemcompat-test-'));
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

function run(...args: string[]): Promise<CliResult> {
  const env = { GEMCOMPAT_CACHE_DIR: path.join(scratch, 'cache') };
  return gemcompat(['history', ...args], { env });
}

const MIRROR = ['--source', 'fixtures/mirror'];

describe('gemcompat history', () => {
  it('tells a history, and nothing else on stdout', async () => {
    const { code, stdout, stderr } = await run('nokogiri', ...MIRROR, '--target', 'rhel-8');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('▲ glibc 2.17 → 2.29');
    expect(stdout).toContain('GLIBC_2.29 of libm.so.6 (exp, log, pow)');
    expect(stdout).toContain('The highest version that fits: 1.17.2.');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('6 versions, 6 precompiled gems read.');
  });

  it('writes JSON as its schema says, and takes every flag', async () => {
    const { code, stdout } = await run(
      ...['pg', ...MIRROR, '-t', 'rhel-8', '-t', 'alpine-3.20', '--arch', 'amd64', '--arch', 'arm64'],
      ...['--ruby', '3.3.6', '--pre', '--all', '--since', '1.5.9', '-n', '9', '-j', '2', '--format', 'json'],
    );
    const report = historyReportSchema.parse(JSON.parse(stdout));
    // What is built for glibc is on Alpine for a run to tell.
    expect(code).toBe(3);
    expect(report).toMatchObject({ arches: ['x86_64', 'aarch64'], ruby: '3.3.6', all: true });
    expect(report.versions.map(({ version }) => version)).toEqual(['1.6.1', '1.6.0', '1.6.0.rc1', '1.5.9']);
    expect(report.versions.at(-1)?.source).toBe('compiled');
    expect(report.omitted).toEqual({ older: 1, olderPrecompiled: 0, prereleases: 0 });
  });

  it('writes a chart into a file', async () => {
    const file = path.join(scratch, 'thruster.svg');
    const { code, stdout } = await run('thruster', ...MIRROR, '--format', 'svg', '--output', file);
    expect([code, stdout]).toEqual([0, '']);
    expect(await readFile(file, 'utf8')).toMatch(/^<svg [^]*<\/svg>\n$/);
  });

  it('writes CSV', async () => {
    const { stdout } = await run('ffi', ...MIRROR, '--format', 'csv', '--limit', '1');
    expect(stdout.split('\n')[1]).toMatch(/^ffi,1\.17\.2,no,x86_64-linux-gnu,x86_64,read,gnu,2\.27,/);
  });

  it.each([
    ['no version fits', ['grpc', '--target', 'rhel-7', '--arch', 'x86_64', '--since', '1.72'], 1],
    ['only a run can tell', ['grpc', '--target', 'alpine-3.20', '--arch', 'x86_64', '--since', '1.72'], 3],
    ['nothing is there to install', ['sorbet-static', '--target', 'alpine-3.20'], 1],
    ['there is no such gem', ['nokogri'], 2],
    ['the target is not known', ['nokogiri', '--target', 'ubunto'], 2],
    ['the CPU is not known', ['nokogiri', '--arch', 'z80'], 2],
    ['two ranges are asked for', ['nokogiri', '--all-versions', '--limit', '3'], 2],
    ['no gem is named', [], 2],
    ['the file cannot be written', ['ffi', '--output', 'no/such/directory/file'], 2],
  ])('where %s', async (_, args, expected) => {
    const { code, stderr } = await run(...args, ...MIRROR);
    expect(code).toBe(expected);
    expect(stderr === '').toBe(expected !== 2);
  });

  it('ends with 3 where a gem could not be read, and says which and why', async () => {
    const server = await startServer({
      mirror: mirrorDirectory,
      faults: { '/gems/thruster-0.1.11-x86_64-linux.gem': 'not-found' },
    });
    onTestFinished(() => server.close());
    const { code, stdout } = await gemcompat(['history', 'thruster', '--source', server.url], {
      env: { GEMCOMPAT_CACHE_DIR: path.join(scratch, 'apart') },
    });
    expect(code).toBe(3);
    expect(stdout).toContain('? 0.1.11 (x86_64-linux)');
    expect(stdout).toContain('[REGISTRY_GEM_NOT_FOUND]');
    expect(stdout).toContain('6 versions, 5 precompiled gems read, 1 not, or not all of it.');
  });

  it('names what is near a wrong name', async () => {
    const { stdout, stderr } = await run('nokogri', ...MIRROR);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      'Error: fixtures/mirror has no gem nokogri [GEM_UNKNOWN]\n  → did you mean nokogiri?\n  → name the source that has it: --source URL|DIR\n',
    );
  });

  it('explains its exit codes in its help', async () => {
    const { stdout } = await run('--help');
    for (const code of ['0 all', '1 with --target', '2 wrong usage', '3 a version'])
      expect(stdout.replace(/\s+/g, ' ')).toContain(code);
  });
});
