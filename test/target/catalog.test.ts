import { describe, expect, it } from 'vitest';
import { namedTargets, targetsFitting } from '../../src/target/catalog.js';
import { forCpu } from '../../src/target/for-cpu.js';
import { readReleaseTable, namesIn } from '../../src/target/release-table.js';
import { compareDotted } from '../../src/version/symbol-version.js';

const today = '2026-11-21';

describe('targetsFitting', () => {
  it('offers the lowest system in support first and those past their end last', () => {
    const fitting = targetsFitting({ libc: 'gnu', glibc: '2.34', cpu: 'x86_64' }, today);
    expect(fitting[0]?.name).toBe('rhel-9');
    const ended = fitting.map(({ endOfLife }) => endOfLife !== undefined && endOfLife < today);
    expect(ended.lastIndexOf(false)).toBeLessThan(ended.indexOf(true));
    for (const part of [fitting.slice(0, ended.indexOf(true)), fitting.slice(ended.indexOf(true))]) {
      for (const [i, target] of part.entries()) {
        expect(compareDotted(part[i - 1]?.libcVersion ?? '0', target.libcVersion)).toBeLessThanOrEqual(0);
      }
    }
  });

  it('counts the day of the end of life as in support', () => {
    const first = (day: string) =>
      targetsFitting({ libc: 'gnu', glibc: '2.36', glibcxx: '3.4.30' }, day)[0]?.name;
    expect(first('2026-07-11')).toBe('debian-12');
    expect(first('2026-07-12')).not.toBe('debian-12');
  });

  it.each([
    [{ libc: 'gnu', glibcxx: '3.4.31' } as const, 'al2023', 'ubuntu-22.04'],
    [{ libc: 'gnu', markers: ['GLIBC_ABI_DT_RELR'] } as const, 'ubuntu-24.04', 'ubuntu-22.04'],
    [{ libc: 'gnu', cpu: 'riscv64' } as const, 'debian-13', 'debian-12'],
    [{ libc: 'musl' } as const, 'alpine-3.22', 'debian-13'],
    [{ libc: 'gnu', glibc: '2.17' } as const, 'rhel-8', 'manylinux_2_17'],
    [{ libc: 'gnu', glibc: '2.17', glibcxx: '3.4' } as const, 'rhel-8', 'sles-15.7'],
  ])('%j is met by %s and not by %s', (needs, yes, no) => {
    const names = targetsFitting(needs, today).map(({ name }) => name);
    expect(names).toContain(yes);
    expect(names).not.toContain(no);
  });

  it('has nothing to offer for what no system has', () => {
    expect(targetsFitting({ libc: 'gnu', glibc: '2.99' }, today)).toEqual([]);
  });
});

describe('forCpu', () => {
  it('narrows sets, loader and ceilings to the CPU', () => {
    const ubuntu = namedTargets().find(({ name }) => name === 'ubuntu-22.04');
    if (ubuntu === undefined) throw new Error('ubuntu-22.04');
    const arm = forCpu(ubuntu, 'aarch64');
    expect(arm.libraries).toContain('ld-linux-aarch64.so.1');
    expect(arm.libraries).not.toContain('ld-linux-x86-64.so.2');
    expect(arm.versions?.['libc.so.6']?.[0]).toBe('GLIBC_2.17');
    expect(arm.ceilings['GCC']).toBe('11.0');
    expect(ubuntu.versions?.['libc.so.6']).toEqual(
      expect.arrayContaining(['GLIBC_2.2.5', 'GLIBC_2.17', 'GLIBC_2.35']),
    );
    expect(arm).not.toHaveProperty('byCpu');
    expect(structuredClone(arm)).toEqual(arm);
  });

  it('leaves a target without facts for the CPU as it is', () => {
    const alma = namedTargets().find(({ name }) => name === 'alma-9');
    if (alma === undefined) throw new Error('alma-9');
    expect(forCpu(alma, 'riscv64')).toBe(alma);
  });
});

describe('readReleaseTable', () => {
  const table = readReleaseTable('2.2.5 2.18 2.31@2.34 GCC_3.0 ABI_DT_RELR@2.36', '2.17', 'GLIBC_');

  it.each([
    ['2.16', undefined],
    ['2.17', ['GLIBC_2.2.5', 'GCC_3.0']],
    ['2.33', ['GLIBC_2.2.5', 'GLIBC_2.18', 'GCC_3.0']],
    ['2.34', ['GLIBC_2.2.5', 'GLIBC_2.18', 'GLIBC_2.31', 'GCC_3.0']],
    ['2.36', ['GLIBC_2.2.5', 'GLIBC_2.18', 'GLIBC_2.31', 'GCC_3.0', 'GLIBC_ABI_DT_RELR']],
  ])('in %s the library defines %j', (release, names) => {
    expect(namesIn(table, release)).toEqual(names);
  });

  it('knows a library that came later', () => {
    const later = readReleaseTable('@2.22 2.22 2.35', '2.17', 'GLIBC_');
    expect(namesIn(later, '2.21')).toBeUndefined();
    expect(namesIn(later, '2.22')).toEqual(['GLIBC_2.22']);
  });

  it.each(['2.17  2.18', '', '2.17 2.17', '2.17 @2.18', '2.17@', '@2.17@2.18', '-'])('refuses %j', (text) => {
    expect(() => readReleaseTable(text, '2.17', 'GLIBC_')).toThrow(/release table/);
  });
});
