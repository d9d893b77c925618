import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TargetError } from '../../src/errors.js';
import { forCpu } from '../../src/target/for-cpu.js';
import { isaLevelOf, readHost, stoppedAtRoot } from '../../src/target/host.js';

const here = { platform: 'linux', root: '/', env: {} };
const loader = '/lib64/ld-linux-x86-64.so.2';
const onGlibc = process.platform === 'linux' && process.arch === 'x64' && existsSync(loader);

describe.skipIf(!onGlibc)('this machine', () => {
  it('has what its own loader and C library say', async () => {
    const { target, warnings } = await readHost('x86_64', here);
    expect(warnings).toEqual([]);
    expect(target).toMatchObject({ name: 'host', libc: 'gnu', librariesComplete: true });

    const banner = execFileSync(loader, ['--version'], { encoding: 'utf8' });
    expect(target.libcVersion).toBe(/release version (\d+\.\d+)/.exec(banner)?.[1]);

    const release = await readFile('/etc/os-release', 'utf8');
    expect(target.title).toBe(/^PRETTY_NAME="(.*)"$/m.exec(release)?.[1]);

    const help = execFileSync(loader, ['--help'], { encoding: 'utf8' });
    const level = /(x86-64-v\d) \(supported/.exec(help)?.[1] ?? 'x86-64-baseline';
    expect(target.isa).toBe(level);
  });

  it('has every library that ldconfig has entered for the CPU', async () => {
    const { target } = await readHost('x86_64', here);
    const printed = execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
    const entered = [...printed.matchAll(/^\t(\S+) \(libc6,x86-64\)/gm)].map(([, name = '']) => name);
    expect(entered.length).toBeGreaterThan(20);
    const libraries = new Set(forCpu(target, 'x86_64').libraries);
    expect(entered.filter((name) => !libraries.has(name))).toEqual([]);
  });

  it('is read for the CPU that is asked for, or not at all', async () => {
    const { target } = await readHost('x86_64', here);
    expect(target.cpus).toEqual(['x86_64']);
    await expect(readHost('s390x', here)).rejects.toMatchObject({ code: 'TARGET_NOT_FOR_CPU' });
  });

  it('leaves LD_LIBRARY_PATH out, and says so', async () => {
    const { warnings } = await readHost('x86_64', { ...here, env: { LD_LIBRARY_PATH: '/opt/lib' } });
    expect(warnings).toEqual([expect.stringContaining('LD_LIBRARY_PATH')]);
  });
});

describe('a machine', () => {
  it.each(['darwin', 'win32', 'freebsd'])('that runs %s is refused, with what to do', async (platform) => {
    const error: unknown = await readHost(undefined, { ...here, platform }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TargetError);
    expect(error).toMatchObject({ code: 'HOST_NOT_LINUX', exitCode: 2 });
    expect((error as TargetError).message).toContain(platform);
    expect((error as TargetError).suggestions.join()).toContain('--target');
  });

  it('without a C library is refused', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'gemcompat-host-'));
    try {
      await mkdir(path.join(root, 'etc'));
      await writeFile(path.join(root, 'etc/os-release'), 'PRETTY_NAME="Nothing"\n');
      await expect(readHost(undefined, { ...here, root })).rejects.toMatchObject({ code: 'TARGET_NO_LIBC' });
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

const musl = '/usr/lib/x86_64-linux-musl/libc.so';

describe.skipIf(!existsSync(musl))('a machine with musl', () => {
  it('is what its loader says', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'gemcompat-host-'));
    try {
      await mkdir(path.join(root, 'lib'));
      await copyFile(musl, path.join(root, 'lib/ld-musl-x86_64.so.1'));
      const { target } = await readHost(undefined, { ...here, root });
      const said = spawnSync(musl, { encoding: 'utf8' }).stderr;
      expect(target).toMatchObject({ name: 'host', libc: 'musl', cpus: ['x86_64'] });
      expect(target.libcVersion).toBe(/^Version (\S+)$/m.exec(said)?.[1]);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

describe('a link of the running system', () => {
  it.each([
    ['/usr/lib', '/lib64', '/usr/lib'],
    ['libz.so.1.3', '/usr/lib', 'libz.so.1.3'],
    ['../../etc/x', '/usr/lib', '../../etc/x'],
    ['../../../etc/x', '/usr/lib', '/etc/x'],
    ['../../../../..', '/usr/lib', '/'],
    ['../x', '/', '/x'],
    ['a/../../b', '/usr/lib', 'a/../../b'],
    ['/../etc/x', '/usr/lib', '/etc/x'],
  ])('%s in %s is %s', (link, directory, expected) => {
    expect(stoppedAtRoot(link, directory)).toBe(expected);
  });
});

describe('the ISA level', () => {
  const v2 = 'lm cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3';
  const v3 = `${v2} avx avx2 bmi1 bmi2 f16c fma abm movbe xsave`;
  const v4 = `${v3} avx512f avx512bw avx512cd avx512dq avx512vl`;

  it.each([
    ['an old one', ['lm sse2'], 'x86-64-baseline'],
    ['v2', [v2], 'x86-64-v2'],
    ['v3', [v3], 'x86-64-v3'],
    ['v4', [v4], 'x86-64-v4'],
    ['v4 without a flag of v3', [v4.replace(' fma', '')], 'x86-64-v2'],
    ['the least of its processors', [v4, v2], 'x86-64-v2'],
    ['a 32-bit one', ['pni sse2'], undefined],
    ['none', [], undefined],
  ])('of %s', (_, processors, expected) => {
    const text = processors
      .map((flags, at) => `processor\t: ${at}\nflags\t\t: ${flags}\nbugs\t\t: x\n\n`)
      .join('');
    expect(isaLevelOf(text)).toBe(expected);
  });

  it('is not there on Arm', () => {
    expect(isaLevelOf('processor\t: 0\nFeatures\t: fp asimd\n')).toBeUndefined();
  });
});
