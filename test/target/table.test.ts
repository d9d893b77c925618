import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TargetError } from '../../src/errors.js';
import { namedTargets } from '../../src/target/catalog.js';
import { forCpu } from '../../src/target/for-cpu.js';
import { ceilingsOf } from '../../src/target/provisions.js';
import { checkTable, isDerived, readTable } from '../../src/target/table.js';
import type { SystemRow } from '../../src/target/table.js';
import { compareDotted } from '../../src/version/symbol-version.js';

const path = new URL('../../src/target/targets.json', import.meta.url);
type Row = Record<string, unknown>;

/** The shipped table with one row changed. */
function tampered(name: string, change: (row: Row, all: Row[]) => void): unknown {
  const table = JSON.parse(readFileSync(path, 'utf8')) as { targets: Row[] };
  const row = table.targets.find((each) => each['name'] === name);
  if (row === undefined) throw new Error(`${name} is not in the table`);
  change(row, table.targets);
  return table;
}

describe('the shipped table', () => {
  const systems = readTable().targets.filter((row): row is SystemRow => !isDerived(row));

  it('holds all systems of the field', () => {
    const names = namedTargets().map(({ name }) => name);
    const releases = {
      ubuntu: ['16.04', '18.04', '20.04', '22.04', '24.04', '24.10', '25.04', '25.10', '26.04'],
      debian: ['9', '10', '11', '12', '13'],
      rhel: ['7', '8', '9', '10'],
      rocky: ['8', '9', '10'],
      alma: ['8', '9', '10'],
      oracle: ['7', '8', '9', '10'],
      fedora: ['39', '40', '41', '42', '43', '44'],
      'opensuse-leap': ['15.5', '15.6', '16.0'],
      sles: ['12.5', '15.0', '15.3', '15.6'],
      alpine: Array.from({ length: 12 }, (_, i) => `3.${i + 12}`),
      heroku: ['18', '20', '22', '24', '26'],
      lambda: ['ruby3.2', 'ruby3.3', 'ruby3.4', 'provided.al2', 'provided.al2023'],
      google: ['18', '22', '24'],
    };
    for (const [family, list] of Object.entries(releases)) {
      expect(names).toEqual(expect.arrayContaining(list.map((release) => `${family}-${release}`)));
    }
    expect(names).toEqual(
      expect.arrayContaining([
        'al1',
        'al2',
        'al2023',
        'manylinux_2_5',
        'manylinux_2_17',
        'manylinux_2_28',
        'manylinux_2_39',
      ]),
    );
    expect(names.length).toBe(98);
  });

  // FACTS of the field, read there from other sources than the sets.
  it.each([
    ['ubuntu-18.04', '2.27', '3.4.25', '1.3.11', '7.0.0', false],
    ['ubuntu-20.04', '2.31', '3.4.28', '1.3.12', '7.0.0', false],
    ['ubuntu-22.04', '2.35', '3.4.30', '1.3.13', '12.0.0', false],
    ['ubuntu-24.04', '2.39', '3.4.33', '1.3.15', '14.0.0', true],
    ['ubuntu-26.04', '2.43', '3.4.35', '1.3.17', '14.0.0', true],
    ['debian-9', '2.24', '3.4.22', '1.3.10', '4.8.0', false],
    ['debian-12', '2.36', '3.4.30', '1.3.13', '12.0.0', true],
    ['rhel-7', '2.17', '3.4.19', '1.3.7', '4.8.0', false],
    ['rhel-8', '2.28', '3.4.25', '1.3.11', '7.0.0', false],
    ['rhel-9', '2.34', '3.4.29', '1.3.13', '7.0.0', false],
    ['rocky-10', '2.39', '3.4.33', '1.3.15', '14.0.0', true],
    ['al2', '2.26', '3.4.24', '1.3.11', '7.0.0', false],
    ['al2023', '2.34', '3.4.33', '1.3.15', '14.0.0', false],
    ['fedora-43', '2.42', '3.4.34', '1.3.15', '14.0.0', true],
    ['opensuse-leap-15.5', '2.31', '3.4.32', '1.3.14', '13.0.0', false],
  ])(
    '%s has glibc %s, GLIBCXX %s, CXXABI %s, GCC %s on x86_64',
    (name, GLIBC, GLIBCXX, CXXABI, GCC, relr) => {
      const target = namedTargets().find((each) => each.name === name);
      if (target === undefined) throw new Error(name);
      const seen = forCpu(target, 'x86_64');
      expect(seen.ceilings).toEqual({ GLIBC, GLIBCXX, CXXABI, GCC });
      expect(target.ceilings).toEqual({ GLIBC, GLIBCXX, CXXABI, GCC });
      expect(seen.markers?.includes('GLIBC_ABI_DT_RELR') === true).toBe(relr);
      expect(seen.versions?.['libstdc++.so.6']).toContain(`GLIBCXX_${GLIBCXX}`);
    },
  );

  it.each(systems.filter(({ gcc }) => gcc !== undefined).map((row) => [row.name, row] as const))(
    '%s: the stated ceilings are those of the sets',
    (name, row) => {
      const target = namedTargets().find((each) => each.name === name);
      const cpu = row.cpus[0];
      if (target === undefined || cpu === undefined) throw new Error(name);
      const { GLIBC, ...others } = ceilingsOf(forCpu(target, cpu).versions ?? {});
      const { GLIBC: stated, ...rest } = row.ceilings;
      expect(others).toEqual(rest);
      expect(compareDotted(GLIBC ?? '0', stated ?? '0')).toBeLessThanOrEqual(0);
    },
  );

  it('says where and when every fact was read', () => {
    for (const target of namedTargets()) {
      expect(target.source.length, target.name).toBeGreaterThan(10);
      expect(target.asOf, target.name).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(target.librariesComplete).toBe(false);
    }
  });

  it('knows that libc.so.6 took over names of libpthread in 2.34 and not before', () => {
    const sets = (name: string) => namedTargets().find((each) => each.name === name)?.byCpu?.x86_64?.versions;
    expect(sets('debian-11')?.['libc.so.6']).not.toContain('GLIBC_2.31');
    expect(sets('debian-11')?.['libpthread.so.0']).toContain('GLIBC_2.31');
    expect(sets('debian-12')?.['libc.so.6']).toContain('GLIBC_2.31');
  });

  it('says nothing of a library whose set was not read', () => {
    const rhel9 = namedTargets().find(({ name }) => name === 'rhel-9');
    expect(rhel9?.byCpu?.x86_64?.versions).not.toHaveProperty('ld-linux-x86-64.so.2');
    const oracle7 = namedTargets().find(({ name }) => name === 'oracle-7');
    expect(oracle7?.byCpu?.aarch64?.versions).not.toHaveProperty('libc.so.6');
    expect(oracle7?.versions).not.toHaveProperty('libc.so.6');
    expect(oracle7?.markers).toBeUndefined();
  });

  it('marks the ISA that a distribution is built for', () => {
    const isa = Object.fromEntries(namedTargets().map((target) => [target.name, target.isa]));
    expect(isa).toMatchObject({ 'rhel-8': undefined, 'rhel-9': 'x86-64-v2', 'rocky-10': 'x86-64-v3' });
  });
});

describe('checkTable', () => {
  it.each<[string, string, (row: Row, all: Row[]) => void, RegExp]>([
    [
      'an alias of two rows',
      'debian-12',
      (row) => (row['aliases'] = ['focal']),
      /"focal" names both|names both debian-12/,
    ],
    ['a name in two rows', 'debian-12', (row, all) => all.push(row), /names both debian-12 and debian-12/],
    [
      'an older glibc in a newer release',
      'ubuntu-22.04',
      (row) =>
        Object.assign(row, {
          libcVersion: '2.30',
          ceilings: { ...(row['ceilings'] as object), GLIBC: '2.30' },
        }),
      /ubuntu-22\.04 has an older C library than ubuntu-20\.04/,
    ],
    [
      'an older libstdc++ in a newer release',
      'debian-13',
      (row) => Object.assign(row['ceilings'] as object, { GLIBCXX: '3.4.29' }),
      /debian-13 has an older GLIBCXX than debian-12/,
    ],
    [
      'releases out of order',
      'debian-13',
      (row) => (row['release'] = '8'),
      /debian-13 does not come after debian-12/,
    ],
    [
      'a ceiling that is not the glibc',
      'ubuntu-20.04',
      (row) => Object.assign(row['ceilings'] as object, { GLIBC: '2.32' }),
      /glibc 2\.31 and a GLIBC ceiling of 2\.32/,
    ],
    [
      'a missing ceiling',
      'rhel-9',
      (row) => (row['ceilings'] = { GLIBC: '2.34' }),
      /rhel-9 lacks its GLIBCXX ceiling/,
    ],
    [
      'an unknown prefix',
      'rhel-9',
      (row) => Object.assign(row['ceilings'] as object, { GLIBCX: '3.4' }),
      /GLIBCX/,
    ],
    ['a key that nobody reads', 'rhel-9', (row) => (row['glibc'] = '2.34'), /glibc/],
    ['a row without a source', 'rhel-9', (row) => delete row['source'], /source/],
    ['a date that is none', 'rhel-9', (row) => (row['endOfLife'] = '2032-13-01'), /endOfLife/],
    ['a CPU that RubyGems does not name', 'rhel-9', (row) => (row['cpus'] = ['amd64']), /cpus/],
    [
      'facts for a CPU that the row lacks',
      'debian-12',
      (row) => (row['cpus'] = ['x86_64']),
      /debian-12 has facts for \w+, which is not among its CPUs/,
    ],
    [
      'a base that is not there',
      'heroku-22',
      (row) => (row['base'] = 'ubuntu-22'),
      /heroku-22 is built on ubuntu-22/,
    ],
    [
      'a base that is derived itself',
      'heroku-22',
      (row) => (row['base'] = 'google-22'),
      /heroku-22 is built on google-22/,
    ],
    [
      'GCC unknown in a row that claims to be sure',
      'rhel-9',
      (row) => delete row['gcc'],
      /rhel-9 has no GCC release/,
    ],
  ])('refuses %s', (_what, name, change, message) => {
    let thrown: unknown;
    try {
      checkTable(tampered(name, change));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TargetError);
    expect(thrown).toMatchObject({ code: 'TARGET_TABLE_INVALID', exitCode: 2 });
    expect(String(thrown)).toMatch(message);
  });

  it.each([[null], [[]], [{}], [{ endOfLifeSource: 'x', targets: [] }]])('refuses %j', (data) => {
    expect(() => checkTable(data)).toThrow(TargetError);
  });
});
