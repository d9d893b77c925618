import { chmodSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TargetError } from '../../src/errors.js';
import { forCpu } from '../../src/target/for-cpu.js';
import type { HostMachine } from '../../src/target/host.js';
import { readHost, stoppedAtRoot } from '../../src/target/host.js';
import { isaLevelOf } from '../../src/target/isa-level.js';
import { runLoader } from '../../src/target/run-loader.js';
import { ALPINE, DEBIAN, ldSoCache, part, systemOf } from './system-files.js';

/** What glibc 2.36 says to --help, in short. */
const help = (...supported: readonly string[]): string =>
  [
    'Shared library search path:',
    '  (libraries located via /etc/ld.so.cache)',
    '',
    'Subdirectories of glibc-hwcaps directories, in priority order:',
    ...['x86-64-v4', 'x86-64-v3', 'x86-64-v2'].map((level) =>
      supported.includes(level) ? `  ${level} (supported, searched)` : `  ${level}`,
    ),
    '',
    'Legacy HWCAP subdirectories under library search path directories:',
    '  x86_64 (supported, searched)',
    '',
  ].join('\n');

function machine(root: string, more: Partial<HostMachine> = {}): HostMachine {
  return { platform: 'linux', root, env: {}, askLoader: () => Promise.resolve(undefined), ...more };
}

const V2 = 'lm cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3';
const V3 = `${V2} avx avx2 bmi1 bmi2 f16c fma abm movbe xsave`;
const V4 = `${V3} avx512f avx512bw avx512cd avx512dq avx512vl`;

/** /proc/cpuinfo of processors with these flags. */
function cpuinfo(...processors: readonly string[]): string {
  return processors.map((flags, at) => `processor\t: ${at}\nflags\t\t: ${flags}\nbugs\t\t: x\n\n`).join('');
}

describe('the machine that it runs on', () => {
  it('has what its own loader and C library have', async () => {
    const { target, warnings } = await readHost('x86_64', machine(systemOf(DEBIAN)));
    expect(warnings).toEqual([]);
    expect(target).toMatchObject({
      name: 'host',
      title: 'Fixture GNU/Linux 1 (test)',
      libc: 'gnu',
      libcVersion: '2.37',
      cpus: ['x86_64'],
      librariesComplete: true,
    });
    expect(target.isa).toBeUndefined();
  });

  it('has every library that ldconfig has entered', async () => {
    const root = systemOf({
      ...DEBIAN,
      'opt/own/libplain.so.1': part('x86_64/libplain.so.1.0'),
      'etc/ld.so.conf': '/opt/own\n',
      'etc/ld.so.cache': ldSoCache(['/opt/own/libplain.so.1']),
    });
    const { target } = await readHost('x86_64', machine(root));
    expect(forCpu(target, 'x86_64').libraries).toContain('libplain.so.1');
  });

  it('is read for the CPU that is asked for, or not at all', async () => {
    const on = machine(systemOf(DEBIAN));
    expect((await readHost('x86_64', on)).target.cpus).toEqual(['x86_64']);
    await expect(readHost('s390x', on)).rejects.toMatchObject({ code: 'TARGET_NOT_FOR_CPU' });
  });

  it('leaves LD_LIBRARY_PATH out, and says so', async () => {
    const on = machine(systemOf(DEBIAN), { env: { LD_LIBRARY_PATH: '/opt/lib' } });
    expect((await readHost('x86_64', on)).warnings).toEqual([expect.stringContaining('LD_LIBRARY_PATH')]);
  });

  it('may have musl', async () => {
    const { target } = await readHost(undefined, machine(systemOf(ALPINE)));
    expect(target).toMatchObject({ name: 'host', libc: 'musl', cpus: ['x86_64'] });
  });
});

describe('the level of the CPU of the machine', () => {
  it.each<[string, string | undefined, string | undefined, string | undefined]>([
    // Seen on a virtual machine: the kernel lists no `abm`, and the loader finds LZCNT.
    [
      'what its loader says',
      cpuinfo(V4.replace(' abm', '')),
      help('x86-64-v4', 'x86-64-v3', 'x86-64-v2'),
      'x86-64-v4',
    ],
    ['what its loader says, where that is less', cpuinfo(V4), help('x86-64-v2'), 'x86-64-v2'],
    ['the least where its loader supports none', cpuinfo('lm'), help(), 'x86-64-baseline'],
    ['what the kernel lists, where the loader does not run', cpuinfo(V3), undefined, 'x86-64-v3'],
    [
      'what the kernel lists, where the loader is older than 2.33',
      cpuinfo(V2),
      'Usage: ld.so [OPTION]...\n',
      'x86-64-v2',
    ],
    ['what its loader says, without /proc', undefined, help('x86-64-v3', 'x86-64-v2'), 'x86-64-v3'],
    ['not there on Arm', 'processor\t: 0\nFeatures\t: fp asimd\n', help('x86-64-v2'), undefined],
    ['not there where neither says', undefined, undefined, undefined],
  ])('is %s', async (_, listed, said, expected) => {
    const root = systemOf({ ...DEBIAN, ...(listed === undefined ? {} : { 'proc/cpuinfo': listed }) });
    const asked: string[] = [];
    const on = machine(root, {
      askLoader: (path) => {
        asked.push(path);
        return Promise.resolve(said);
      },
    });
    expect((await readHost('x86_64', on)).target.isa).toBe(expected);
    expect(asked.every((path) => path === `${root}/lib64/ld-linux-x86-64.so.2`)).toBe(true);
  });
});

describe('a loader that is run', () => {
  const script = (text: string): string => {
    const root = systemOf({ loader: `#!/bin/sh\n${text}\n` });
    chmodSync(`${root}/loader`, 0o755);
    return `${root}/loader`;
  };

  it('is given nothing but --help', async () => {
    expect(await runLoader(script('echo "$# $1 ${HOME-none} ${LD_PRELOAD-none}"'))).toBe(
      '1 --help none none\n',
    );
  });

  it.each([
    ['fails', 'echo x; exit 1'],
    ['says too much', 'head -c 200000 /dev/zero'],
    ['takes too long', 'exec sleep 60'],
  ])('says nothing where it %s', async (_, text) => {
    expect(await runLoader(script(text))).toBeUndefined();
  });

  it('says nothing where it is not there', async () => {
    expect(await runLoader('/nowhere/ld.so')).toBeUndefined();
  });
});

describe('a machine', () => {
  it.each(['darwin', 'win32', 'freebsd'])('that runs %s is refused, with what to do', async (platform) => {
    const error: unknown = await readHost(undefined, machine('/', { platform })).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TargetError);
    expect(error).toMatchObject({ code: 'HOST_NOT_LINUX', exitCode: 2 });
    expect((error as TargetError).message).toContain(platform);
    expect((error as TargetError).suggestions.join()).toContain('--target');
  });

  it('without a C library is refused', async () => {
    const root = systemOf({ 'etc/os-release': 'PRETTY_NAME="Nothing"\n' });
    await expect(readHost(undefined, machine(root))).rejects.toMatchObject({ code: 'TARGET_NO_LIBC' });
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

describe('the level by /proc/cpuinfo', () => {
  it.each([
    ['an old one', ['lm sse2'], 'x86-64-baseline'],
    ['v2', [V2], 'x86-64-v2'],
    ['v3', [V3], 'x86-64-v3'],
    ['v4', [V4], 'x86-64-v4'],
    ['v4 without a flag of v3', [V4.replace(' fma', '')], 'x86-64-v2'],
    ['the least of its processors', [V4, V2], 'x86-64-v2'],
    ['a 32-bit one', ['pni sse2'], undefined],
    ['none', [], undefined],
  ])('of %s', (_, processors, expected) => {
    expect(isaLevelOf(cpuinfo(...processors))).toBe(expected);
  });
});
