import { describe, expect, it } from 'vitest';
import { GemInside } from '../../src/compat/inside.js';
import { judgeFiles, judgeGem } from '../../src/compat/judge.js';
import type { Finding } from '../../src/compat/types.js';
import type { Cpu, ElfFile } from '../../src/elf/types.js';
import type { Target } from '../../src/target/types.js';
import { alpine, contents, elf, target } from '../helpers/contents.js';

const glibc = (libcVersion: string, more: Partial<Target> = {}): Target =>
  target({
    libcVersion,
    ceilings: { GLIBC: libcVersion },
    markers: Number(libcVersion.split('.')[1]) >= 36 ? ['GLIBC_ABI_DT_RELR'] : [],
    ...more,
  });

function findings(files: Record<string, ElfFile>, on: Target, cpu: Cpu = 'x86_64'): readonly Finding[] {
  return judgeGem(contents(files), { target: on, cpu }).findings;
}

const MACHINES: Record<Cpu, Partial<ElfFile>> = {
  x86_64: {},
  x86: { cpu: 'x86', machine: 3, class: 32 },
  aarch64: { cpu: 'aarch64', machine: 183 },
  arm: { cpu: 'arm', machine: 40, class: 32, flags: 0x5000400 },
  ppc64le: { cpu: 'ppc64le', machine: 21, flags: 2 },
  s390x: { cpu: 's390x', machine: 22, byteOrder: 'big' },
  riscv64: { cpu: 'riscv64', machine: 243, flags: 0x5 },
};

describe('an executable stack', () => {
  it.each([
    ['2.40', 'executable', []],
    ['2.41', 'executable', ['executable-stack']],
    ['2.43', 'unmarked', ['executable-stack']],
    ['2.36', 'unmarked', []],
  ] as const)('glibc %s, %s', (release, stack, kinds) => {
    expect(findings({ 'lib/a.so': elf({ stack }) }, glibc(release)).map(({ kind }) => kind)).toEqual(kinds);
  });

  it.each([
    ['x86_64', true],
    ['x86', true],
    ['arm', true],
    ['s390x', true],
    ['aarch64', false],
    ['ppc64le', false],
    ['riscv64', false],
  ] as const)('is the default of a file without a mark on %s: %s', (cpu, refused) => {
    const file = (stack: NonNullable<ElfFile['stack']>): Record<string, ElfFile> => ({
      'lib/a.so': elf({ ...MACHINES[cpu], stack }),
    });
    expect(findings(file('unmarked'), glibc('2.41'), cpu)).toHaveLength(refused ? 1 : 0);
    expect(findings(file('executable'), glibc('2.41'), cpu)).toMatchObject([
      { kind: 'executable-stack', because: 'executable' },
    ]);
  });

  it('does not matter in a program, in what it needs, and on musl', () => {
    const files = {
      'exe/a': elf({
        pie: true,
        interpreter: '/lib64/ld-linux-x86-64.so.2',
        stack: 'executable',
        needed: ['libb.so'],
        rpath: ['$ORIGIN'],
      }),
      'exe/libb.so': elf({ stack: 'executable', needed: ['libc2.so'], rpath: ['$ORIGIN'] }),
      'exe/libc2.so': elf({ stack: 'executable' }),
    };
    expect(findings(files, glibc('2.41'))).toEqual([]);
    // What an extension needs as well is opened with it.
    const extension = elf({ needed: ['libc2.so'], rpath: ['$ORIGIN'] });
    expect(findings({ ...files, 'exe/ext.so': extension }, glibc('2.41'))).toMatchObject([
      { kind: 'executable-stack', file: 'exe/libc2.so' },
    ]);
    expect(findings({ 'lib/a.so': elf({ stack: 'executable' }) }, alpine)).toEqual([]);
  });
});

describe('thread-local data in the initial-exec model', () => {
  const tls = (size: number, initialExec = true): ElfFile =>
    elf({ tls: { size, align: 8, ...(initialExec ? { initialExec: true } : {}) } });

  it.each([
    [16, []],
    [512, []],
    [520, ['unchecked-static-tls']],
    [1664, ['unchecked-static-tls']],
    [1728, ['unchecked-static-tls']],
    [1736, ['static-tls']],
  ] as const)('%i bytes on glibc', (size, kinds) => {
    expect(findings({ 'lib/a.so': tls(size) }, glibc('2.36')).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('is added up over all files, and over one build of each extension', () => {
    const both = { 'lib/a.so': tls(400), 'lib/b.so': tls(400) };
    expect(findings(both, glibc('2.36'))).toEqual([
      { kind: 'unchecked-static-tls', file: 'lib/a.so', size: 400, room: 1664, total: 800 },
      { kind: 'unchecked-static-tls', file: 'lib/b.so', size: 400, room: 1664, total: 800 },
    ]);
    expect(findings({ 'lib/3.2/a.so': tls(400), 'lib/3.3/a.so': tls(400) }, glibc('2.36'))).toEqual([]);
    // Of files that belong to no gem nothing says that one process loads them all.
    const loose = contents(both);
    const on = { target: glibc('2.36'), cpu: 'x86_64' } as const;
    expect(judgeFiles({ ...loose, loose: true }, new GemInside(loose), on).findings).toEqual([]);
  });

  it('is refused on musl whatever its size, but not in a program', () => {
    expect(findings({ 'lib/a.so': tls(16) }, alpine)).toEqual([
      { kind: 'static-tls', file: 'lib/a.so', size: 16, room: 0 },
    ]);
    const program = { ...tls(16), pie: true, interpreter: '/lib/ld-musl-x86_64.so.1' };
    expect(findings({ 'exe/a': program }, alpine)).toEqual([]);
  });

  it('of a library of the gem is refused on musl to whoever reaches it so, and takes its room on glibc', () => {
    const files = (size: number): Record<string, ElfFile> => ({
      'lib/a.so': elf({ needed: ['libx.so'], runpath: ['$ORIGIN'], initialExecImports: ['shared_value'] }),
      'lib/libx.so': elf({ soname: 'libx.so', exports: ['shared_value'], tls: { size, align: 8 } }),
    });
    expect(findings(files(16), alpine)).toEqual([
      { kind: 'static-tls', file: 'lib/a.so', size: 16, room: 0 },
    ]);
    expect(findings(files(16), glibc('2.36'))).toEqual([]);
    expect(findings(files(4096), glibc('2.36'))).toMatchObject([
      { kind: 'static-tls', file: 'lib/a.so', size: 4096 },
    ]);
  });

  it('in the other models has room everywhere', () => {
    for (const on of [alpine, glibc('2.31')])
      expect(findings({ 'lib/a.so': tls(1 << 20, false) }, on)).toEqual([]);
  });
});

describe('EI_ABIVERSION of a GNU file', () => {
  // The first that the loader does not take: LIBC_ABI_MAX.
  it.each([
    ['x86_64', '2.31', 4],
    ['x86', '2.41', 4],
    ['aarch64', '2.31', 3],
    ['arm', '2.43', 3],
    ['ppc64le', '2.36', 3],
    ['s390x', '2.43', 3],
    ['riscv64', '2.32', 3],
    ['riscv64', '2.41', 4],
    ['x86_64', '2.17', 3],
    ['aarch64', '2.17', 2],
  ] as const)('on %s, glibc %s takes those below %i', (cpu, release, limit) => {
    const versions = [1, 2, 3, 4].filter((abiVersion) => {
      const file = elf({ ...MACHINES[cpu], osAbi: 3, abiVersion });
      return findings({ 'lib/a.so': file }, glibc(release), cpu).length === 0;
    });
    expect(versions).toEqual([1, 2, 3, 4].filter((version) => version < limit));
  });
});

describe('a file that a loader does not take as it is', () => {
  const extension = (facts: Partial<ElfFile>): ElfFile =>
    elf({ unversionedImports: ['rb_define_module'], needed: ['libc.so.6'], ...facts });
  const relr = { relr: true, needs: { 'libc.so.6': ['GLIBC_2.2.5'] } } as const;
  const marked = { relr: true, needs: { 'libc.so.6': ['GLIBC_2.2.5', 'GLIBC_ABI_DT_RELR'] } } as const;

  it.each([
    ['EI_OSABI 97', elf({ osAbi: 97 }), glibc('2.41'), 'os-abi'],
    ['EI_OSABI 255', elf({ osAbi: 255 }), glibc('2.31'), 'os-abi'],
    ['EI_OSABI GNU', elf({ osAbi: 3 }), glibc('2.31'), undefined],
    ['EI_OSABI GNU with a version', elf({ osAbi: 3, abiVersion: 1 }), glibc('2.31'), undefined],
    [
      'EI_OSABI GNU with a version that is not known',
      elf({ osAbi: 3, abiVersion: 4 }),
      glibc('2.31'),
      'abi-version',
    ],
    ['a version without EI_OSABI', elf({ abiVersion: 1 }), glibc('2.31'), 'abi-version'],
    ['padding that is not 0', elf({ identPadding: true }), glibc('2.31'), 'ident-padding'],
    ['the same on musl', elf({ osAbi: 97, abiVersion: 4, identPadding: true }), alpine, undefined],
    ['-z nodlopen', elf({ noOpen: true }), glibc('2.31'), 'no-open'],
    ['-z nodlopen on musl', elf({ noOpen: true }), alpine, undefined],
    ['an executable', elf({ type: 'exec' }), glibc('2.17'), 'program-as-library'],
    ['a PIE', elf({ pie: true }), glibc('2.30'), 'program-as-library'],
    ['a PIE before it was refused', elf({ pie: true }), glibc('2.28'), undefined],
    ['a PIE on musl', elf({ pie: true }), alpine, undefined],
    ['a note for Linux 99', elf({ abiTag: { os: 0, kernel: '99.0.0' } }), glibc('2.35'), 'newer-kernel'],
    [
      'a note for Linux 99 that is not looked at',
      elf({ abiTag: { os: 0, kernel: '99.0.0' } }),
      glibc('2.36'),
      undefined,
    ],
    ['a note for Linux 3.2', elf({ abiTag: { os: 0, kernel: '3.2.0' } }), glibc('2.17'), undefined],
    ['a note for Solaris', elf({ abiTag: { os: 2, kernel: '2.6.0' } }), glibc('2.31'), 'other-kernel'],
    [
      'a note for Solaris that is not looked at',
      elf({ abiTag: { os: 2, kernel: '2.6.0' } }),
      glibc('2.36'),
      undefined,
    ],
    [
      'more bytes in the file than in memory',
      elf({ oversizedSegment: true }),
      glibc('2.41'),
      'oversized-segment',
    ],
    ['the same on musl', elf({ oversizedSegment: true }), alpine, 'oversized-segment'],
    ['no hash table', extension({ noHashTable: true }), glibc('2.41'), 'no-hash-table'],
    ['no hash table on musl', elf({ noHashTable: true }), alpine, 'no-hash-table'],
    ['DT_RELR with its marker', elf(marked), glibc('2.36'), undefined],
    ['DT_RELR without its marker', elf(relr), glibc('2.36'), 'relr-without-marker'],
    ['DT_RELR without its marker and without needs', elf({ relr: true }), glibc('2.36'), undefined],
    ['DT_RELR before glibc 2.36', elf(relr), glibc('2.31'), 'relr-not-applied'],
    [
      'DT_RELR in an older glibc to which it was brought',
      elf(marked),
      glibc('2.34', { markers: ['GLIBC_ABI_DT_RELR'] }),
      undefined,
    ],
    [
      'DT_RELR on musl 1.2.3',
      elf({ relr: true }),
      { ...alpine, name: 'musl-1.2.3', libcVersion: '1.2.3' },
      'relr-not-applied',
    ],
    [
      'DT_RELR on Alpine 3.17, which has it in 1.2.3',
      elf({ relr: true }),
      { ...alpine, name: 'alpine-3.17', libcVersion: '1.2.3' },
      undefined,
    ],
    [
      'DT_RELR on a snapshot of musl',
      elf({ relr: true }),
      { ...alpine, libcVersion: '1.2.4_git20230717' },
      undefined,
    ],
    [
      'an empty segment on musl 1.2.2',
      elf({ emptySegment: true }),
      { ...alpine, libcVersion: '1.2.2' },
      'empty-segment',
    ],
    [
      'an empty segment on musl 1.2.3',
      elf({ emptySegment: true }),
      { ...alpine, libcVersion: '1.2.3' },
      undefined,
    ],
    ['an empty segment on glibc', elf({ emptySegment: true }), glibc('2.31'), undefined],
    ['an ifunc on musl', elf({ ifunc: true }), alpine, 'ifunc-on-musl'],
    ['an ifunc on glibc', elf({ ifunc: true }), glibc('2.31'), undefined],
  ] as const)('%s', (_, file, on, reason) => {
    expect(findings({ 'lib/a.so': file }, on)).toMatchObject(
      reason === undefined ? [] : [{ kind: 'loader-refusal', refusal: reason }],
    );
  });

  it.each([
    ['arm', 0x5000200, 'float-abi'],
    ['arm', 0x5000600, 'float-abi'],
    ['arm', 0x5000400, undefined],
    ['arm', 0x5000000, undefined],
    ['arm', 0, undefined],
    ['riscv64', 0x1, 'float-abi'],
    ['riscv64', 0x0, 'float-abi'],
    ['riscv64', 0x7, 'float-abi'],
    ['riscv64', 0x5, undefined],
    ['riscv64', 0x4, undefined],
    ['ppc64le', 1, 'elf-abi'],
    ['ppc64le', 3, 'elf-abi'],
    ['ppc64le', 0, undefined],
    ['ppc64le', 2, undefined],
  ] as const)('e_flags of %s: 0x%s', (cpu, flags, reason) => {
    const file = { 'lib/a.so': elf({ ...MACHINES[cpu], flags }) };
    expect(findings(file, glibc('2.41'), cpu)).toMatchObject(
      reason === undefined ? [] : [{ kind: 'loader-refusal', refusal: reason }],
    );
    expect(findings(file, { ...alpine, libraries: [] }, cpu)).toEqual([]);
  });

  it('a program is the kernel’s, which does not look at its header', () => {
    const program = elf({
      pie: true,
      interpreter: '/lib64/ld-linux-x86-64.so.2',
      osAbi: 97,
      identPadding: true,
      noOpen: true,
    });
    expect(findings({ 'exe/a': program }, glibc('2.31'))).toEqual([]);
  });

  it('a static executable relocates itself', () => {
    const file = elf({ pie: true, ifunc: true, relr: true, noHashTable: true });
    for (const on of [alpine, glibc('2.31')]) expect(findings({ 'exe/a': file }, on)).toEqual([]);
  });
});

describe('how musl looks for a library', () => {
  it('opens a path as it is written', () => {
    const files = {
      'lib/a/a.so': elf({ needed: ['$ORIGIN/../b/libb.so'] }),
      'lib/b/libb.so': elf(),
    };
    expect(findings(files, alpine)).toMatchObject([
      { kind: 'missing-library', library: '$ORIGIN/../b/libb.so' },
    ]);
    expect(findings(files, glibc('2.31'))).toEqual([]);
  });

  it('drops a search path with a token that it does not know', () => {
    const files = {
      'lib/a.so': elf({ needed: ['libb.so'], runpath: ['/opt/$LIB', '$ORIGIN/sub'] }),
      'lib/sub/libb.so': elf(),
    };
    expect(findings(files, alpine)).toMatchObject([
      { kind: 'unchecked-library', library: 'libb.so', carried: true },
    ]);
    expect(findings(files, glibc('2.31'))).toEqual([]);
  });

  it('takes a library for another CPU that comes first', () => {
    const files = {
      'lib/a.so': elf({ needed: ['libb.so'], runpath: ['$ORIGIN/arm64', '$ORIGIN/x64'] }),
      'lib/arm64/libb.so': elf({ cpu: 'aarch64', machine: 183 }),
      'lib/x64/libb.so': elf(),
    };
    expect(findings(files, alpine)).toMatchObject([
      { kind: 'wrong-machine', file: 'lib/arm64/libb.so', machine: 'aarch64', wanted: 'x86_64' },
    ]);
    expect(findings(files, glibc('2.31'))).toEqual([]);
  });
});

describe('the loader of soft-float arm', () => {
  it('is none of armhf', () => {
    const file = elf({ ...MACHINES.arm, pie: true, interpreter: '/lib/ld-linux.so.3' });
    expect(findings({ 'exe/a': file }, glibc('2.36'), 'arm')).toMatchObject([
      { kind: 'missing-interpreter' },
    ]);
  });
});

describe('a name of the library that a file filters', () => {
  const files = {
    'lib/a.so': elf({
      needed: [],
      filter: 'libx.so',
      runpath: ['$ORIGIN'],
      unversionedImports: ['bar'],
      eagerImports: ['bar'],
    }),
    'lib/libx.so': elf({ soname: 'libx.so', exports: ['bar'] }),
  };

  it('is found by glibc, which loads it as if it were needed', () => {
    expect(findings(files, glibc('2.36'))).toEqual([]);
  });

  it('is not there on musl, which knows no filters', () => {
    expect(findings(files, alpine)).toMatchObject([
      { kind: 'missing-symbol', file: 'lib/a.so', symbols: ['bar'] },
    ]);
  });
});
