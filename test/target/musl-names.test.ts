import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import type { Cpu } from '../../src/elf/types.js';
import { namedTargets } from '../../src/target/catalog.js';
import { resolveLibc } from '../../src/target/libc-target.js';
import {
  checkMuslTable,
  compareMuslReleases,
  firstMuslWith,
  muslExports,
  muslNames,
  muslNamesOf,
  namesAt,
} from '../../src/target/musl-names.js';
import { CPUS } from '../../src/target/symbol-versions.js';

const path = new URL('../../src/target/musl-names.json', import.meta.url);
const data = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
const table = checkMuslTable(data);

function has(name: string, cpu: Cpu, release: string, system?: string): boolean | undefined {
  return muslNames(cpu, release, system)?.names.has(name);
}

describe('the shipped table', () => {
  it('holds every musl of a known Alpine, and the releases between', () => {
    expect(table.releases).toEqual([
      '1.1.24',
      '1.2.0',
      '1.2.1',
      '1.2.2',
      '1.2.3',
      '1.2.4',
      '1.2.4_git20230717',
      '1.2.5',
      '1.2.6',
    ]);
    for (const target of namedTargets().filter(({ distribution }) => distribution === 'alpine')) {
      for (const cpu of target.cpus) {
        expect(muslNamesOf(target, cpu)?.complete, `${target.name} ${cpu}`).toBe(true);
      }
    }
  });

  it.each(CPUS)('has no name twice on %s, and the core of a C library in each release', (cpu) => {
    for (const release of table.releases) {
      const names = namesAt(table, cpu, release, 'all');
      expect(names.size).toBeGreaterThan(1600);
      for (const name of [
        'malloc',
        'pthread_create',
        'dlopen',
        'cos',
        'environ',
        '__libc_start_main',
        'stat',
      ]) {
        expect(names, `${release} ${name}`).toContain(name);
      }
    }
  });

  it('stays small, and each row is in order', () => {
    expect(readFileSync(path).length).toBeLessThan(40_000);
    for (const { names } of table.rows) {
      const list = names.split(' ');
      expect(list).toEqual([...new Set(list)].sort());
    }
  });

  it('knows the systems of its patches', () => {
    const known = new Set(namedTargets().map(({ name }) => name));
    expect(Object.keys(table.systems).filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('firstMuslWith', () => {
  it.each([
    ['malloc', '1.1.24'],
    ['fopen64', '1.1.24'],
    ['gettid', '1.2.2'],
    ['_Fork', '1.2.2'],
    ['reallocarray', '1.2.2'],
    ['qsort_r', '1.2.3'],
    ['pthread_getname_np', '1.2.3'],
    ['tcgetwinsize', '1.2.2'],
    ['statx', '1.2.5'],
    ['preadv2', '1.2.5'],
    ['pwritev2', '1.2.5'],
    ['renameat2', '1.2.6'],
    ['posix_getdents', '1.2.6'],
    ['__getauxval', '1.2.6'],
    // glibc's own: fortified functions, and what its headers of 2.38 turn strtol into.
    ['__memcpy_chk', undefined],
    ['__isoc23_strtol', undefined],
    // In <pthread.h>, and in no release.
    ['pthread_mutexattr_setprioceiling', undefined],
    ['toString', undefined],
  ])('%s: %s on every CPU', (name, release) => {
    expect(Object.fromEntries(CPUS.map((cpu) => [cpu, firstMuslWith(cpu, name)]))).toEqual(
      Object.fromEntries(CPUS.map((cpu) => [cpu, release])),
    );
  });

  it.each([
    ['arch_prctl', 'x86_64', '1.1.24'],
    ['arch_prctl', 'aarch64', undefined],
    // The 64-bit times of 32-bit CPUs.
    ['__stat_time64', 'arm', '1.2.0'],
    ['__stat_time64', 'x86', '1.2.0'],
    ['__stat_time64', 'x86_64', undefined],
    ['__aeabi_memcpy', 'arm', '1.1.24'],
    ['__aeabi_memcpy', 'x86', undefined],
    ['___tls_get_addr', 'x86', '1.1.24'],
    ['__tls_get_offset', 's390x', '1.1.24'],
    ['__riscv_flush_icache', 'riscv64', '1.1.24'],
  ] as const)('%s on %s: %s', (name, cpu, release) => {
    expect(firstMuslWith(cpu, name)).toBe(release);
  });
});

describe('muslNames', () => {
  it.each(CPUS)('counts on %s what only the loader knows, but not as exported', (cpu) => {
    expect(muslExports(cpu, '1.2.3')).toContain('fopen64');
    for (const release of ['1.2.4', '1.2.4_git20230717', '1.2.5', '1.2.6']) {
      expect(muslExports(cpu, release)).not.toContain('fopen64');
      for (const name of ['fopen64', 'readdir64_r', '__fxstat64', 'open64']) {
        expect(has(name, cpu, release), `${release} ${name}`).toBe(true);
      }
      // Its list has fopen and not fdopen; mmap64 and not munmap64.
      expect(has('fdopen64', cpu, release)).toBe(false);
    }
  });

  it.each([
    ['1.2.6', true],
    ['1.2.4_git20230717', true],
    ['1.2.5_git20251012', false],
    ['1.2.5-git-12-gabcdef0', false],
    ['1.2.7', false],
    ['1.3', false],
    ['2.0.1', false],
  ])('%s: complete is %s', (release, complete) => {
    const known = muslNames('x86_64', release);
    expect(known?.complete).toBe(complete);
    expect(known?.names).toContain('qsort_r');
  });

  it.each(['1.1.23', '1.0.5', '0.9.15', '', 'unknown', '__proto__'])('knows nothing of %j', (release) => {
    expect(muslNames('x86_64', release)).toBeUndefined();
  });

  it('takes a snapshot for the release that it follows, at least', () => {
    expect(has('statx', 'aarch64', '1.2.3_git20230424')).toBe(false);
    expect(has('qsort_r', 'aarch64', '1.2.3_git20230424')).toBe(true);
  });

  it.each([
    ['alpine-3.14', 'qsort_r', false],
    ['alpine-3.15', 'qsort_r', true],
    ['alpine-3.16', 'qsort_r', true],
    ['alpine-3.15', 'pthread_getname_np', false],
    ['alpine-3.19', 'statx', false],
    ['alpine-3.18', 'fopen64', true],
    ['alpine-3.19', 'preadv2', false],
    ['alpine-3.20', 'preadv2', true],
    ['alpine-3.22', 'posix_getdents', false],
    ['alpine-3.23', 'posix_getdents', true],
    ['alpine-3.23', 'pthread_mutexattr_setprioceiling', true],
    ['alpine-3.23', '__getauxval', false],
    ['alpine-3.24', 'pthread_mutexattr_setprioceiling', true],
    ['alpine-3.24', '__getauxval', true],
  ])("%s has %s of its own patches or its musl's: %s", (name, symbol, there) => {
    const target = namedTargets().find((each) => each.name === name);
    if (target === undefined) throw new Error(`${name} is not in the table`);
    for (const cpu of target.cpus) expect(muslNamesOf(target, cpu)?.names.has(symbol)).toBe(there);
  });

  it('says nothing of a system with glibc, and has no patches for musl alone', () => {
    const glibc = resolveLibc('glibc-2.36')?.target;
    const musl = resolveLibc('musl-1.2.2')?.target;
    if (glibc === undefined || musl === undefined) throw new Error('not resolved');
    expect(muslNamesOf(glibc, 'x86_64')).toBeUndefined();
    expect(muslNamesOf(musl, 'x86_64')?.names.has('qsort_r')).toBe(false);
  });
});

describe('compareMuslReleases', () => {
  it('puts a snapshot between its release and the next', () => {
    const order = [
      '',
      '1.1.24',
      '1.2.4',
      '1.2.4-git-7-g0123456',
      '1.2.4-git-41-g0123456',
      '1.2.4_git20230717',
      '1.2.5',
      '1.2.10',
    ];
    expect([...order].reverse().sort(compareMuslReleases)).toEqual(order);
    expect(compareMuslReleases('1.2.4_git20230717', '1.2.4_git20230717')).toBe(0);
  });
});

describe('checkMuslTable', () => {
  const row = { names: 'abort' };

  it.each([
    ['no row', { rows: [] }],
    ['a release twice', { releases: ['1.2.5', '1.2.5'], rows: [row] }],
    ['releases out of order', { releases: ['1.2.4_git20230717', '1.2.4'], rows: [row] }],
    ['a row of an unknown release', { rows: [{ ...row, since: '1.2.9' }] }],
    ['a row that ends before it starts', { rows: [{ ...row, since: '1.2.5', before: '1.2.3' }] }],
    ['an unknown CPU', { rows: [{ ...row, cpus: ['mips'] }] }],
    ['two spaces between names', { rows: [{ names: 'abort  abs' }] }],
    ['a field that nobody reads', { rows: [{ ...row, note: 'x' }] }],
  ])('refuses %s', (_, change) => {
    expect(() => checkMuslTable({ ...data, ...change })).toThrow();
  });

  it('finds a name twice when a release is asked for', () => {
    const twice = checkMuslTable({ ...data, rows: [row, { ...row, cpus: ['arm'], since: '1.2.5' }] });
    expect(namesAt(twice, 'arm', '1.2.4', 'all').size).toBe(1);
    expect(() => namesAt(twice, 'arm', '1.2.5', 'all')).toThrow('musl 1.2.5 has abort twice on arm');
  });
});
