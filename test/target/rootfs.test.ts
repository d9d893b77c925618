import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeGem } from '../../src/compat/judge.js';
import { parseElf } from '../../src/elf/parse.js';
import type { Cpu } from '../../src/elf/types.js';
import { TargetError } from '../../src/errors.js';
import { muslRelease } from '../../src/target/musl-search.js';
import { readRootfs, resolveRootfs } from '../../src/target/rootfs.js';
import { contents } from '../helpers/contents.js';
import type { Files } from './system-files.js';
import { ALPINE, DEBIAN, elfFixture, ldSoCache, link, part, systemOf } from './system-files.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

const LIBC = ['libc.so.6', 'GLIBC_2.2.5', 'GLIBC_2.36', 'GLIBC_ABI_DT_RELR', 'GLIBC_PRIVATE'];
const ZLIB = ['libz.so.1', 'ZLIB_1.2.0', 'ZLIB_1.2.9'];
const EXPORTS_OF_ZLIB = {
  needed: [],
  defined: [
    { version: 'ZLIB_1.2.0', first: true, names: 'inflate' },
    { version: 'ZLIB_1.2.9', names: 'uncompress2' },
  ],
};
const plain = part('x86_64/libplain.so.1.0');

async function librariesOf(files: Files, cpu?: Cpu): Promise<readonly string[]> {
  return (await readRootfs(systemOf(files), cpu)).libraries;
}

async function codeOf(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TargetError)) throw new Error(`not a TargetError: ${String(error)}`);
  expect(error.suggestions.length).toBeGreaterThan(0);
  return error.code;
}

describe('a system with glibc', () => {
  it('provides what its own libraries define, under the names by which the loader opens them', async () => {
    const root = systemOf(DEBIAN);
    expect(await readRootfs(root)).toEqual({
      name: `rootfs:${root}`,
      title: 'Fixture GNU/Linux 1 (test)',
      libc: 'gnu',
      libcVersion: '2.37',
      cpus: ['x86_64'],
      ceilings: { GLIBC: '2.37' },
      markers: ['GLIBC_ABI_DT_RELR', 'GLIBC_PRIVATE'],
      versions: {
        'ld-linux-x86-64.so.2': ['ld-linux-x86-64.so.2', 'GLIBC_2.3', 'GLIBC_PRIVATE'],
        'libc.so.6': LIBC,
        'libz.so.1': ZLIB,
        'libz.so.1.2.13': ZLIB,
      },
      exports: {
        'ld-linux-x86-64.so.2': {
          needed: [],
          defined: [
            { version: 'GLIBC_2.3', first: true, names: '__tls_get_addr' },
            { version: 'GLIBC_PRIVATE', names: expect.stringContaining('system_dirs') as unknown },
          ],
        },
        'libc.so.6': {
          needed: [],
          defined: [
            { version: 'GLIBC_2.2.5', first: true, names: 'old_call' },
            { version: 'GLIBC_2.36', names: 'new_call' },
            { version: 'GLIBC_PRIVATE', names: 'banner' },
          ],
        },
        'libz.so.1': EXPORTS_OF_ZLIB,
        'libz.so.1.2.13': EXPORTS_OF_ZLIB,
      },
      libraries: ['ld-linux-x86-64.so.2', 'libc.so.6', 'libz.so.1', 'libz.so.1.2.13'],
      librariesComplete: true,
      source: `the libraries in ${root}`,
    });
  });

  it('is read the same after the merge of /lib and /usr/lib', async () => {
    const { libraries, versions } = await readRootfs(
      systemOf({
        lib: link('usr/lib'),
        lib64: link('/usr/lib64'),
        'usr/lib64/ld-linux-x86-64.so.2': link('../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'),
        'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2': part('x86_64/ld-linux-x86-64.so.2'),
        'usr/lib/x86_64-linux-gnu/libc.so.6': part('x86_64/libc.so.6'),
        'usr/lib/x86_64-linux-gnu/libz.so.1': part('x86_64/libz.so.1.2.13'),
      }),
    );
    expect(libraries).toEqual(['ld-linux-x86-64.so.2', 'libc.so.6', 'libz.so.1']);
    expect(versions?.['libc.so.6']).toEqual(LIBC);
  });

  it('has the directories that are built into its loader, and no others', async () => {
    const fedora: Files = {
      'lib64/ld-linux-x86-64.so.2': part('x86_64/ld-linux-x86-64-of-lib64.so.2'),
      'usr/lib64/libc.so.6': part('x86_64/libc.so.6'),
      'usr/lib/libz.so.1': part('x86_64/libz.so.1.2.13'),
    };
    expect(await librariesOf(fedora)).toEqual(['ld-linux-x86-64.so.2', 'libc.so.6']);
    expect(await librariesOf({ ...DEBIAN, 'lib64/libplain.so.1': plain })).not.toContain('libplain.so.1');
    expect(await librariesOf({ ...DEBIAN, 'usr/lib/libplain.so.1': plain })).toContain('libplain.so.1');
  });

  it('is read for every CPU that it has a loader and a libc for', async () => {
    const files: Files = {
      ...DEBIAN,
      'lib/ld-linux-aarch64.so.1': link('aarch64-linux-gnu/ld-linux-aarch64.so.1'),
      'lib/aarch64-linux-gnu/ld-linux-aarch64.so.1': part('aarch64/ld-linux-aarch64.so.1'),
      'lib/aarch64-linux-gnu/libc.so.6': part('aarch64/libc.so.6'),
      'usr/lib/libz.so.1': part('aarch64/libz.so.1.2.13'),
    };
    const both = await readRootfs(systemOf(files));
    expect(both.cpus).toEqual(['x86_64', 'aarch64']);
    expect(both.byCpu?.x86_64?.libraries).toContain('libz.so.1.2.13');
    expect(both.byCpu?.aarch64?.libraries).toEqual(['ld-linux-aarch64.so.1', 'libc.so.6', 'libz.so.1']);
    const one = await readRootfs(systemOf(files), 'aarch64');
    expect(one).toMatchObject({ cpus: ['aarch64'], libraries: both.byCpu?.aarch64?.libraries });
    expect(await codeOf(readRootfs(systemOf(files), 's390x'))).toBe('TARGET_NOT_FOR_CPU');
  });

  it('passes over files for another machine, as the loader does, and stops at what is no library', async () => {
    const other = part('aarch64/libz.so.1.2.13');
    const inFront = (bytes: Uint8Array | string): Files => ({
      ...DEBIAN,
      'lib/x86_64-linux-gnu/libz.so.1': bytes,
    });
    expect(await librariesOf(inFront(other))).toContain('libz.so.1');
    expect(await librariesOf(inFront(elfFixture('lib-verdef-s390x.so')))).toContain('libz.so.1');
    expect(await librariesOf(inFront(elfFixture('exe-x86')))).toContain('libz.so.1');
    expect(await librariesOf(inFront('INPUT(-lz)\n'))).not.toContain('libz.so.1');
    expect(await librariesOf(inFront(''))).not.toContain('libz.so.1');
    expect(await librariesOf(inFront(elfFixture('exe-pie')))).not.toContain('libz.so.1');
    expect(await librariesOf(inFront(elfFixture('separate-debug-objcopy')))).not.toContain('libz.so.1');
  });

  it('does not say what it has for certain where one of its libraries is malformed', async () => {
    const broken = part('x86_64/libz.so.1.2.13').subarray(0, 1500);
    const { target, warnings } = await resolveRootfs(
      systemOf({ ...DEBIAN, 'usr/lib/x86_64-linux-gnu/libz.so.1.2.13': broken }),
    );
    expect(target).toMatchObject({
      librariesComplete: false,
      libraries: ['ld-linux-x86-64.so.2', 'libc.so.6'],
    });
    expect(warnings).toEqual([
      expect.stringContaining('/usr/lib/x86_64-linux-gnu/libz.so.1.2.13 cannot be read'),
    ]);
  });
});

describe('/etc/ld.so.conf', () => {
  const configured = (conf: Files): Files => ({
    ...DEBIAN,
    'opt/a/lib/libplain.so.1': plain,
    'opt/b/lib/libplain.so.2': plain,
    ...conf,
  });

  it.each([
    ['a directory', { 'etc/ld.so.conf': '# ours\n/opt/a/lib/ # comment\nhwcap 1 nosegneg\n' }],
    ['an old type', { 'etc/ld.so.conf': '/opt/a/lib=libc6\n' }],
    [
      'a pattern',
      { 'etc/ld.so.conf': 'include /etc/ld.so.conf.d/*.conf\n', 'etc/ld.so.conf.d/a.conf': '/opt/a/lib' },
    ],
    [
      'a pattern beside the file',
      { 'etc/ld.so.conf': '\tinclude\tconf.?/[!b]*\n', 'etc/conf.d/a.conf': '/opt/a/lib\r\n' },
    ],
    [
      'a link to a file elsewhere in the root',
      { 'etc/ld.so.conf': link('/usr/share/ld.so.conf'), 'usr/share/ld.so.conf': '/opt/a/lib' },
    ],
  ] satisfies [string, Files][])('may name %s', async (_, conf) => {
    const libraries = await librariesOf(configured(conf));
    expect(libraries).toContain('libplain.so.1');
    expect(libraries).not.toContain('libplain.so.2');
  });

  it('goes before the directories that are built in', async () => {
    const { versions } = await readRootfs(
      systemOf({ ...DEBIAN, 'etc/ld.so.conf': '/opt/lib', 'opt/lib/libz.so.1': plain }),
    );
    expect(versions?.['libz.so.1']).toEqual([]);
    expect(versions?.['libz.so.1.2.13']).toEqual(ZLIB);
  });

  it('may not include itself', async () => {
    const root = systemOf({
      ...DEBIAN,
      'etc/ld.so.conf': 'include /etc/ld.so.conf.d/*',
      'etc/ld.so.conf.d/a': 'include /etc/ld.so.conf',
    });
    expect(await codeOf(readRootfs(root))).toBe('TARGET_LIMIT');
  });

  it('counts as far as /etc/ld.so.cache has it: a library that was copied later is not found', async () => {
    const files: Files = { ...configured({}), 'etc/ld.so.conf': '/opt/a/lib\n/opt/b/lib\n' };
    expect(await librariesOf(files)).toEqual(expect.arrayContaining(['libplain.so.1', 'libplain.so.2']));
    const stale = await librariesOf({ ...files, 'etc/ld.so.cache': ldSoCache(['/opt/b/lib/libplain.so.2']) });
    expect(stale).toContain('libplain.so.2');
    expect(stale).not.toContain('libplain.so.1');
    expect(stale).toContain('libz.so.1');
  });

  it('is followed by ldconfig, which links a file from its soname, where there is no cache yet', async () => {
    const file = part('x86_64/libz.so.1.2.13');
    const files: Files = {
      ...DEBIAN,
      'usr/lib/x86_64-linux-gnu/libz.so.1': link('gone'),
      'usr/lib/x86_64-linux-gnu/libz.so.1.2.13': file,
    };
    expect(await librariesOf(files)).toContain('libz.so.1');
    expect(await librariesOf({ ...files, 'etc/ld.so.cache': ldSoCache([]) })).not.toContain('libz.so.1');
  });
});

describe('a system with musl', () => {
  it('has the directories of musl, and versions do not count', async () => {
    const root = systemOf({ ...ALPINE, 'opt/lib/libplain.so.1': plain });
    expect(await readRootfs(root)).toEqual({
      name: `rootfs:${root}`,
      title: 'Fixture Alpine v3.20',
      libc: 'musl',
      libcVersion: '1.2.5_git20240512',
      cpus: ['x86_64'],
      ceilings: {},
      markers: [],
      versions: {
        'ld-musl-x86_64.so.1': [],
        'libc.musl-x86_64.so.1': [],
        'libz.so.1': [],
        'libz.so.1.2.13': [],
      },
      libraries: ['libc.so', 'libc.musl-x86_64.so.1', 'ld-musl-x86_64.so.1', 'libz.so.1.2.13', 'libz.so.1'],
      exports: expect.any(Object) as unknown,
      librariesComplete: true,
      source: `the libraries in ${root}`,
    });
  });

  it('exports what its loader does, under each of its names', async () => {
    const { exports } = await readRootfs(systemOf(ALPINE));
    for (const name of ['libc.so', 'libc.musl-x86_64.so.1', 'ld-musl-x86_64.so.1'])
      expect(exports?.[name]?.defined, name).toEqual([
        { names: expect.stringMatching(/^(?:usage|__libc_version|call|\0)+$/) as unknown },
      ]);
  });

  it.each([
    ['behind the end of a text', 'musl libc\0' + '1.2.5\0', '1.2.5'],
    // As on i386, where a number of eight bytes comes first.
    ['behind a number', 'Version %s\0\xc6\xa0\x1a\xff\xe5J*1.2.6\0\0\0/bin/sh\0', '1.2.6'],
    ['of a snapshot', '\0' + '1.2.4_git20230717\0', '1.2.4_git20230717'],
    ['in a text of its own rather than in another', 'at 9.8.7\0' + '1.2.3\0', '1.2.3'],
    ['as a part of something longer', '\0' + '127.0.0.1\0', undefined],
  ])('says its release %s', (_, text, release) => {
    expect(muslRelease(Buffer.from(text, 'latin1'))).toBe(release);
  });

  it.each(['/opt/lib\n/lib\n', '/usr/lib:/opt/lib:lib'])(
    'takes them from /etc/ld-musl-ARCH.path: %j',
    async (path) => {
      const files: Files = { ...ALPINE, 'opt/lib/libplain.so.1': plain, 'etc/ld-musl-x86_64.path': path };
      expect(await librariesOf(files)).toContain('libplain.so.1');
    },
  );

  it('is known for aarch64', async () => {
    const files: Files = { 'lib/ld-musl-aarch64.so.1': part('aarch64/ld-musl-aarch64.so.1') };
    expect(await readRootfs(systemOf(files))).toMatchObject({ libc: 'musl', cpus: ['aarch64'] });
  });

  it.each([
    ['glibc', 'exe-pie', 'gnu'],
    ['musl', 'exe-musl', 'musl'],
  ] as const)('and one with glibc too live on %s where their shell does', async (_, shell, libc) => {
    const files: Files = {
      ...ALPINE,
      ...DEBIAN,
      'bin/sh': link('/usr/bin/busybox'),
      'usr/bin/busybox': elfFixture(shell),
    };
    expect((await readRootfs(systemOf(files))).libc).toBe(libc);
  });

  it('is no system with glibc for having a library of that name', async () => {
    const files: Files = {
      ...ALPINE,
      'lib64/ld-linux-x86-64.so.2': part('x86_64/ld-linux-x86-64.so.2'),
      'lib/libc.so.6': plain,
    };
    expect((await readRootfs(systemOf(files))).libc).toBe('musl');
  });
});

describe('links', () => {
  it('in a loop are not there', async () => {
    const root = systemOf({
      ...DEBIAN,
      'usr/lib/x86_64-linux-gnu/libloop.so.1': link('libloop.so.2'),
      'usr/lib/x86_64-linux-gnu/libloop.so.2': link('libloop.so.1'),
      'etc/ld.so.conf': '/opt/circle/lib\n',
      'opt/circle': link('circle'),
      'usr/lib/x86_64-linux-gnu/libdangling.so.1': link('/nowhere'),
    });
    const { libraries, librariesComplete } = await readRootfs(root);
    expect(libraries).toEqual(['ld-linux-x86-64.so.2', 'libc.so.6', 'libz.so.1', 'libz.so.1.2.13']);
    expect(librariesComplete).toBe(true);
  });

  it('decide where they dangle or go round in front of a library: the loader goes on after the one, not after the other', async () => {
    const inFront = (to: string): Files => ({ ...DEBIAN, 'lib/x86_64-linux-gnu/libz.so.1': link(to) });
    const cached = { 'etc/ld.so.cache': ldSoCache([]) };
    expect(await librariesOf({ ...inFront('/nowhere'), ...cached })).toContain('libz.so.1');
    expect(await librariesOf({ ...inFront('libz.so.1'), ...cached })).not.toContain('libz.so.1');
    expect(await librariesOf({ ...inFront('libc.so.6/libz.so.1'), ...cached })).not.toContain('libz.so.1');
  });

  it('are followed inside of the root only: what is outside is not there', async () => {
    const outside = systemOf({ 'libplain.so.1': plain });
    const files: Files = {
      ...DEBIAN,
      'usr/lib/x86_64-linux-gnu/libplain.so.1': link(join(outside, 'libplain.so.1')),
      'etc/ld.so.conf': `${outside}\n`,
    };
    expect(await librariesOf(files)).not.toContain('libplain.so.1');
  });

  it.each([
    ['a library', { 'usr/lib/x86_64-linux-gnu/libplain.so.1': link('../../../../libplain.so.1') }],
    ['a directory', { 'etc/ld.so.conf': '/opt/lib', 'opt/lib': link('../../opt') }],
    ['the configuration', { 'etc/ld.so.conf': link('../../etc/ld.so.conf') }],
  ] satisfies [string, Files][])('that climb out of the root are an error: %s', async (_, files) => {
    expect(await codeOf(readRootfs(systemOf({ ...DEBIAN, ...files })))).toBe('TARGET_LINK_ESCAPES');
  });
});

describe('what is no system', () => {
  it('says so', async () => {
    const root = systemOf({ ...DEBIAN, file: '' });
    expect(await codeOf(readRootfs(join(root, 'nowhere')))).toBe('TARGET_NOT_FOUND');
    expect(await codeOf(readRootfs(join(root, 'file')))).toBe('TARGET_NOT_A_DIRECTORY');
    expect(await codeOf(readRootfs(join(root, 'file', 'below')))).toBe('TARGET_NOT_FOUND');
    expect(await codeOf(readRootfs(join(root, 'etc')))).toBe('TARGET_NO_LIBC');
    const loaderAlone = systemOf({ 'lib64/ld-linux-x86-64.so.2': part('x86_64/ld-linux-x86-64.so.2') });
    expect(await codeOf(readRootfs(loaderAlone))).toBe('TARGET_NO_LIBC');
  });

  it('says which file is damaged where that is the C library', async () => {
    const root = systemOf({
      'lib64/ld-linux-x86-64.so.2': part('x86_64/ld-linux-x86-64.so.2'),
      'lib/x86_64-linux-gnu/libc.so.6': part('x86_64/libc.so.6').subarray(0, 100),
    });
    await expect(readRootfs(root)).rejects.toMatchObject({
      code: 'TARGET_NO_LIBC',
      message: expect.stringMatching(/no C library that can be read: .*libc\.so\.6: /) as string,
    });
  });

  it.skipIf(process.getuid?.() === 0)('or cannot be read', async () => {
    const root = systemOf(DEBIAN);
    chmodSync(join(root, 'usr/lib/x86_64-linux-gnu/libz.so.1.2.13'), 0);
    expect(await codeOf(readRootfs(root))).toBe('TARGET_UNREADABLE');
  });

  it('does not wait for a FIFO that lies among its libraries', async () => {
    const root = systemOf(DEBIAN);
    execFileSync('mkfifo', [join(root, 'usr/lib/x86_64-linux-gnu/libfifo.so.1')]);
    expect((await readRootfs(root)).libraries).not.toContain('libfifo.so.1');
  });
});

it('is read with bounds: a directory of three thousand files', async () => {
  const root = systemOf(DEBIAN);
  for (let i = 0; i < 3000; i += 1)
    writeFileSync(join(root, 'usr/lib/x86_64-linux-gnu', `libx.so.${i}`), 'text');
  expect((await inBoundedTime(() => readRootfs(root))).libraries).toHaveLength(4);
});

describe('a verdict', () => {
  const gem = contents({ 'lib/a.so': parseElf(elfFixture('lib-needs-glibc-2.99.so')) });
  const weak = contents({ 'lib/weak.so': parseElf(elfFixture('lib-weak-verneed.so')) });

  it('knows what is missing: versions and libraries', async () => {
    const target = await readRootfs(systemOf(DEBIAN));
    expect(judgeGem(gem, { target, cpu: 'x86_64' }).findings).toEqual([
      // The version is there, and its symbol is not.
      {
        kind: 'missing-symbol',
        file: 'lib/a.so',
        symbols: ['main_floor'],
        bound: 'call',
        library: 'libc.so.6',
      },
      expect.objectContaining({
        kind: 'symbol-version',
        symbolVersion: 'GLIBC_2.99',
        provided: 'GLIBC_2.37',
      }),
    ]);
    expect(judgeGem(weak, { target, cpu: 'x86_64' }).findings).toEqual([
      { kind: 'missing-library', file: 'lib/weak.so', library: 'libstub.so.1' },
    ]);
  });

  it.each([
    ['a library that has other versions only', 'lib-verdef.so', 'incompatible'],
    ['a library that has none, with which the loader accepts every need', 'lib-filter.so', 'compatible'],
  ] as const)('goes by %s', async (_, provider, verdict) => {
    const root = systemOf({ ...DEBIAN, 'usr/lib/libstub.so.1': elfFixture(provider) });
    expect(judgeGem(weak, { target: await readRootfs(root), cpu: 'x86_64' }).verdict).toBe(verdict);
  });
});
