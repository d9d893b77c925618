import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floorReportSchema, jsonOutputSchema } from '../../src/report/schema.js';
import { gemcompat } from '../helpers/cli.js';
import { buildGem } from '../helpers/gems.js';

const MIRROR = 'fixtures/mirror';

let scratch: string;
let cache: Record<string, string>;
/** A project of nothing but a lockfile. */
let bare: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'gemcompat-test-'));
  cache = { GEMCOMPAT_CACHE_DIR: path.join(scratch, 'cache') };
  bare = await project('bare', {});
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

async function project(name: string, files: Record<string, string>): Promise<string> {
  const directory = path.join(scratch, name);
  await mkdir(path.join(directory, 'config'), { recursive: true });
  await copyFile('fixtures/apps/shop/Gemfile.lock', path.join(directory, 'Gemfile.lock'));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(directory, file)), { recursive: true });
    await writeFile(path.join(directory, file), text);
  }
  return directory;
}

describe('gemcompat audit without a target', () => {
  it('tells the floor of each CPU, who sets it, and the systems that have it', async () => {
    const { code, stdout, stderr } = await gemcompat(
      ['audit', bare, '--source', MIRROR, '--format', 'json'],
      { env: cache },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = floorReportSchema.parse(jsonOutputSchema.parse(JSON.parse(stdout)));
    expect(report.floor.glibc).toBe('2.38');
    expect(report.floors.map(({ libc, arch, floor }) => [libc, arch, floor.glibc])).toEqual([
      ['gnu', 'aarch64', '2.34'],
      ['gnu', 'x86_64', '2.38'],
    ]);
    const [arm, intel] = report.floors;
    expect(arm?.needs).toContainEqual({ need: 'GLIBC_2.34', gems: ['thruster 0.1.9'] });
    expect(intel?.needs).toContainEqual({ need: 'GLIBC_2.38', gems: ['karafka-rdkafka 0.20.0'] });
    const names = intel?.systems.map(({ name }) => name) ?? [];
    expect(names).toContain('ubuntu-24.04');
    expect(names).not.toContain('debian-12');
    const supported = intel?.systems.map((system) => system.supported) ?? [];
    expect(supported).toEqual([...supported].sort((a, b) => Number(b) - Number(a)));
    expect(arm?.systems.map(({ name }) => name)).toContain('al2023');
    // heroku-22 has glibc 2.35 and is made for x86_64 alone.
    expect(arm?.systems.map(({ name }) => name)).not.toContain('heroku-22');
  });

  it('says the same for people', async () => {
    const { code, stdout } = await gemcompat(['audit', bare, '--source', MIRROR, '--arch', 'x86_64'], {
      env: cache,
    });
    expect(code).toBe(0);
    expect(stdout).toContain('no target is named');
    expect(stdout).toMatch(/^x86_64 with glibc: glibc 2\.38$/m);
    expect(stdout).toMatch(/^GLIBC_2\.38 +karafka-rdkafka 0\.20\.0$/m);
    expect(stdout).toMatch(/^thruster +0\.1\.9 +x86_64-linux +glibc 2\.34 +read$/m);
    expect(stdout).toMatch(/^Systems in support that have it: .*ubuntu-24\.04/m);
    expect(stdout).not.toContain('aarch64');
  });

  it('takes the variants of both C libraries where the lockfile names both', async () => {
    const lock = await readFile('fixtures/apps/shop/Gemfile.lock', 'utf8');
    const directory = await project('both', {
      'Gemfile.lock': lock.replace(
        /^PLATFORMS\n(?: {2}.*\n)+/m,
        'PLATFORMS\n  x86_64-linux\n  x86_64-linux-musl\n',
      ),
    });
    const { code, stdout } = await gemcompat(['audit', directory, '--source', MIRROR, '-f', 'json'], {
      env: cache,
    });
    const { floors } = floorReportSchema.parse(JSON.parse(stdout));
    expect(floors.map(({ libc, arch }) => [libc, arch])).toEqual([
      ['gnu', 'x86_64'],
      ['musl', 'x86_64'],
    ]);
    const musl = floors[1]?.gems.find(({ name }) => name === 'thruster');
    // The bare -linux gem of 0.1.9 is linked to glibc, so that no system with musl runs it.
    expect(musl).toMatchObject({ verdict: 'incompatible', findings: [{ kind: 'wrong-libc' }] });
    expect(code).toBe(1);
  });

  it('ends with 3 where a gem could not be had, and with 2 where none could', async () => {
    const mirror = path.join(scratch, 'few');
    await mkdir(mirror);
    await copyFile(
      path.join(MIRROR, 'gems/thruster-0.1.9-x86_64-linux.gem'),
      path.join(mirror, 'thruster-0.1.9-x86_64-linux.gem'),
    );
    const some = await gemcompat(['audit', bare, '--source', mirror, '--arch', 'x86_64'], { env: cache });
    expect(some.code).toBe(3);
    expect(some.stdout).toMatch(/1 read, \d could not be checked/);
    const empty = path.join(scratch, 'none');
    await mkdir(empty);
    await copyFile(path.join(MIRROR, 'gems/builder-3.3.0.gem'), path.join(empty, 'builder-3.3.0.gem'));
    const none = await gemcompat(['audit', bare, '--source', empty, '--arch', 'x86_64'], { env: cache });
    expect(none.code).toBe(2);
    expect(none.stdout).toContain('could not be checked');
    expect(none.stdout).not.toContain('Systems in support');
  });

  it('names no system for a gem that none runs, though each has its versions', async () => {
    const program = await readFile('fixtures/elf/bin/exe-pie', 'latin1');
    const built = program.replace('/lib64/ld-linux-x86-64.so.2', '/nix64/ld-linux-x86-64.so.2');
    const gems = path.join(scratch, 'built-elsewhere');
    await mkdir(gems);
    const gem = { name: 'tool', version: '1.0.0', platform: 'x86_64-linux' };
    for (const [version, text] of [
      ['1.0.0', built],
      ['1.0.1', program],
    ] as const) {
      await writeFile(
        path.join(gems, `tool-${version}-x86_64-linux.gem`),
        buildGem({ ...gem, version, files: [{ name: 'exe/tool', data: Buffer.from(text, 'latin1') }] }),
      );
    }
    const lock = (version: string): Promise<string> =>
      project(`tool-${version}`, {
        'Gemfile.lock': [
          ...['GEM', '  remote: https://example.org/', '  specs:', `    tool (${version}-x86_64-linux)`, ''],
          ...['PLATFORMS', '  x86_64-linux', '', 'DEPENDENCIES', '  tool', ''],
        ].join('\n'),
      });
    const systemsFor = async (version: string): Promise<readonly string[]> => {
      const args = ['audit', await lock(version), '--source', gems, '--format', 'json'];
      const { stdout } = await gemcompat(args, { env: cache });
      const { floors } = floorReportSchema.parse(JSON.parse(stdout));
      return floors.flatMap(({ systems }) => systems.map(({ name }) => name));
    };
    expect(await systemsFor('1.0.1')).toContain('debian-12');
    expect(await systemsFor('1.0.0')).toEqual([]);
    const audited = await gemcompat(
      ['audit', await lock('1.0.0'), '--source', gems, '--target', 'debian-12', '--format', 'json'],
      { env: cache },
    );
    expect(JSON.parse(audited.stdout)).toMatchObject({
      gems: [{ verdict: 'incompatible', findings: [{ kind: 'missing-interpreter' }], runsOn: [] }],
    });
  });

  it('ends with 0 where nothing is prebuilt', async () => {
    const lock = ['GEM', '  remote: https://example.org/', '  specs:', '    rack (3.0.0)', ''];
    const directory = await project('pure', {
      'Gemfile.lock': [
        ...lock,
        'PLATFORMS',
        '  ruby',
        '  x86_64-linux',
        '',
        'DEPENDENCIES',
        '  rack',
        '',
      ].join('\n'),
    });
    const { code, stdout } = await gemcompat(['audit', directory, '--offline'], { env: cache });
    expect(code).toBe(0);
    expect(stdout).toContain('no precompiled gems');
  });

  it('is an error in a format that tells what does not fit', async () => {
    const result = await gemcompat(['audit', bare, '--source', MIRROR, '--format', 'gemfile'], {
      env: cache,
    });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('TARGET_MISSING');
  });

  it('is not asked where the project has a Dockerfile alone', async () => {
    const directory = await project('docker', { Dockerfile: 'FROM ubuntu:20.04\n' });
    const { code, stdout } = await gemcompat(
      ['audit', directory, '--source', MIRROR, '--arch', 'x86_64', '-f', 'json'],
      { env: cache },
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ target: { name: 'ubuntu-20.04' }, arches: ['x86_64'] });
  });
});

describe('the target of a project', () => {
  const json = async (directory: string, ...args: string[]) => {
    const result = await gemcompat(['audit', directory, '--source', MIRROR, '-f', 'json', ...args], {
      env: cache,
    });
    return { ...result, output: JSON.parse(result.stdout || 'null') as Record<string, unknown> | null };
  };

  it('is read for each CPU where the Dockerfile’s base depends on it', async () => {
    const directory = await project('per-cpu', {
      Dockerfile: [
        'FROM ubuntu:20.04 AS base-amd64',
        'FROM debian:12 AS base-arm64',
        'ARG TARGETARCH',
        'FROM base-${TARGETARCH}',
        '',
      ].join('\n'),
    });
    const { output } = await json(directory);
    expect(output).toMatchObject({
      targets: [
        { target: { name: 'debian-12' }, arches: ['aarch64'] },
        { target: { name: 'ubuntu-20.04' }, arches: ['x86_64'] },
      ],
    });
  });

  it('is of the CPU that FROM --platform fixes', async () => {
    const directory = await project('fixed', {
      Dockerfile: 'FROM --platform=linux/arm64 debian:12\n',
    });
    expect((await json(directory)).output).toMatchObject({ arches: ['aarch64'] });
    const other = await json(directory, '--arch', 'x86_64');
    expect(other.output).toMatchObject({ arches: ['x86_64'] });
    expect(other.stderr).toContain('the image is for aarch64 on every machine');
  });

  it('is what Kamal builds: its Dockerfile, stage, arguments and CPUs, with a destination over them', async () => {
    const directory = await project('kamal', {
      'config/deploy.yml': [
        'service: shop',
        'image: shop',
        'builder:',
        '  arch: amd64',
        '  context: app',
        '  dockerfile: docker/Dockerfile.web',
        '  target: web',
        '  args:',
        '    SUITE: "20.04"',
        '',
      ].join('\n'),
      'config/deploy.staging.yml': 'builder:\n  arch: arm64\n  args:\n    SUITE: "24.04"\n',
      'docker/Dockerfile.web': [
        'ARG SUITE',
        'FROM ubuntu:$SUITE AS web',
        'FROM alpine:3.20 AS worker',
        '',
      ].join('\n'),
    });
    expect((await json(directory)).output).toMatchObject({
      target: { name: 'ubuntu-20.04' },
      arches: ['x86_64'],
    });
    expect((await json(directory, '--destination', 'staging')).output).toMatchObject({
      target: { name: 'ubuntu-24.04' },
      arches: ['aarch64'],
    });
    const unknown = await json(directory, '-d', 'nowhere');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('config/deploy.nowhere.yml is not there [DESTINATION_UNKNOWN]');
    expect((await json(directory, '-d', '../secret')).stderr).toContain('DESTINATION_UNKNOWN');
  });

  it('is an error where the Dockerfile that Kamal names is not there', async () => {
    const directory = await project('kamal-none', {
      'config/deploy.yml': 'builder:\n  arch: amd64\n  dockerfile: Dockerfile.web\n',
      Dockerfile: 'FROM ubuntu:20.04\n',
    });
    const { code, stderr } = await json(directory);
    expect(code).toBe(2);
    expect(stderr).toContain('DOCKERFILE_NOT_FOUND');
    expect(stderr).toContain('Dockerfile.web');
  });

  it('is where .gemcompat.yml says, from the project and not from where the audit is started', async () => {
    const directory = await project('config', {
      '.gemcompat.yml': 'targets: dockerfile:deploy/Dockerfile\narches: x86_64\n',
      'deploy/Dockerfile': 'FROM debian:11\n',
    });
    expect((await json(directory)).output).toMatchObject({ target: { name: 'debian-11' } });
  });

  it('that no name says is asked for by --pull, which is said where it is not given', async () => {
    const directory = await project('private', { Dockerfile: 'FROM registry.invalid/team/base:1\n' });
    const without = await json(directory);
    expect(without).toMatchObject({ code: 2, stdout: '' });
    expect(without.stderr).toContain('DOCKERFILE_BASE_UNKNOWN');
    expect(without.stderr).toContain('--pull');
    const offline = await json(directory, '--pull', '--offline');
    expect(offline.stderr).toContain('TARGET_OFFLINE');
    await writeFile(path.join(directory, '.gemcompat.yml'), 'pull: true\n');
    expect((await json(directory, '--offline')).stderr).toContain('TARGET_OFFLINE');
    const unused = await json(directory, '--pull', '-t', 'ubuntu-24.04', '--arch', 'x86_64');
    expect(unused.stderr).toContain('--pull: no target is a Dockerfile');
  });
});
