import { describe, expect, it } from 'vitest';
import type { ListedTarget } from '../../src/index.js';
import { gemcompat } from '../helpers/cli.js';
import { DEBIAN, systemOf } from '../target/system-files.js';

async function json(...args: string[]): Promise<ListedTarget[]> {
  const { code, stdout } = await gemcompat(['targets', '--format', 'json', ...args]);
  expect(code).toBe(0);
  return JSON.parse(stdout) as ListedTarget[];
}

describe('gemcompat targets', () => {
  it('lists them all, one a line, in a pipe with the source', async () => {
    const { code, stdout, stderr } = await gemcompat(['targets']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^debian-10 .*2022-09-10 \(ended\) +mayeut\/pep600_compliance/m);
    expect(stdout.trimEnd().split('\n')).toHaveLength((await json()).length + 1);
  });

  it('lists those that have a floor, on a CPU', async () => {
    const found = await json('--fits', 'glibc-2.34', '--fits', 'glibcxx-3.4.33', '--arch', 'aarch64');
    const names = found.map(({ name }) => name);
    expect(names).toContain('al2023');
    expect(names).not.toContain('rhel-9');
    expect(names).not.toContain('google-24');
    expect(found.every(({ cpus }) => cpus.includes('aarch64'))).toBe(true);
  });

  it.each([
    [['debian', '--eol'], ['debian-10'], ['debian-13', 'ubuntu-18.04']],
    [['--supported', '--libc', 'glibc'], ['debian-13'], ['debian-10', 'alpine-3.23']],
    [['ubuntu-2?.04'], ['ubuntu-20.04'], ['ubuntu-18.04', 'debian-12']],
    [['heroku', '--arch', 'aarch64'], ['heroku-24'], ['heroku-22']],
  ])('filters by %j', async (args, with_, without) => {
    const names = (await json(...args)).map(({ name }) => name);
    for (const name of with_) expect(names).toContain(name);
    for (const name of without) expect(names).not.toContain(name);
  });

  it.each(['focal', 'ubuntu:20.04', 'ubuntu-20.04'])('shows one by any of its names: %s', async (name) => {
    const { stdout } = await gemcompat(['targets', name]);
    expect(stdout).toMatch(/^name +ubuntu-20\.04$/m);
    expect(stdout).toMatch(/^libstdc\+\+\.so\.6 +CXXABI_1\.3 .*GLIBCXX_3\.4 /m);
  });

  it('shows what is not in the table: a C library, an image with a guess, a system that is read', async () => {
    expect((await gemcompat(['targets', 'glibc-2.31'])).stdout).toMatch(/^name +glibc-2\.31$/m);
    const guessed = await gemcompat(['targets', 'ruby:3.3-slim']);
    expect(guessed.stderr).toMatch(/is a guess/);
    expect(guessed.stdout).toMatch(/^Ruby +3\.3$/m);
    const read = await gemcompat(['targets', `rootfs:${systemOf(DEBIAN)}`, '-f', 'json']);
    expect(JSON.parse(read.stdout)).toMatchObject({ libcVersion: '2.37', librariesComplete: true });
  });

  it('filters names only: of a system that is read it is an error', async () => {
    expect(await gemcompat(['targets', 'host', '--fits', 'glibc-2.20'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('gemcompat targets host') as string,
    });
  });

  it('says so where nothing has the floor', async () => {
    expect(await gemcompat(['targets', '--fits', 'glibc-2.99'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('no target that is known') as string,
    });
    expect(await json('--fits', 'glibc-2.99')).toEqual([]);
  });

  it.each([
    [['nonesuch'], 'TARGET_UNKNOWN'],
    [['zz*'], 'TARGET_UNKNOWN'],
    [['nonesuch', '--fits', 'glibc-2.28'], 'TARGET_UNKNOWN'],
    [['--fits', '2.34'], 'NEED_MALFORMED'],
    [['--arch', 'pdp11'], 'ARCH_UNKNOWN'],
    [['rootfs:/does/not/exist'], 'TARGET_NOT_FOUND'],
  ])('%j ends with 2', async (args, code) => {
    const result = await gemcompat(['targets', ...args]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(code);
    expect(result.stderr).toContain('→');
  });
});
