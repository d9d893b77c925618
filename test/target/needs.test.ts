import { describe, expect, it } from 'vitest';
import { knownTargets } from '../../src/api/targets.js';
import { parseNeeds } from '../../src/target/needs.js';
import { namesMatching } from '../../src/target/name-pattern.js';

describe('what a system has to have', () => {
  it.each([
    [['glibc-2.34'], { libc: 'gnu', glibc: '2.34' }],
    [['GLIBC_2.34'], { libc: 'gnu', glibc: '2.34' }],
    [['glibc 2.34'], { libc: 'gnu', glibc: '2.34' }],
    [['glibc-2.9', 'glibc-2.10'], { libc: 'gnu', glibc: '2.10' }],
    [
      ['glibc-2.34,glibcxx-3.4.30', 'CXXABI_1.3.13'],
      { libc: 'gnu', glibc: '2.34', glibcxx: '3.4.30', cxxabi: '1.3.13' },
    ],
    [['gcc-12'], { libc: 'gnu', gcc: '12' }],
    [['musl-1.2.5'], { libc: 'musl', musl: '1.2.5' }],
    [['relr'], { libc: 'gnu', markers: ['GLIBC_ABI_DT_RELR'] }],
    [['glibc_abi_dt_relr'], { libc: 'gnu', markers: ['GLIBC_ABI_DT_RELR'] }],
  ])('is read from %j', (texts, needs) => {
    expect(parseNeeds(texts)).toEqual(needs);
  });

  it.each([
    [['2.34']],
    [['glibc']],
    [['glibc-2.x']],
    [['']],
    [['glibc-2.34,']],
    [['musl-1.2.5', 'glibc-2.31']],
  ])('is not %j', (texts) => {
    expect(() => parseNeeds(texts)).toThrow(expect.objectContaining({ code: 'NEED_MALFORMED', exitCode: 2 }));
  });
});

describe('the targets that fit', () => {
  const names = (...args: Parameters<typeof knownTargets>): string[] =>
    knownTargets(...args).map(({ name }) => name);

  it('have the floor and more, those in support first, each part lowest first', () => {
    const found = knownTargets({ fits: ['glibc-2.34'] });
    const listed = found.map(({ name }) => name);
    expect(listed).toContain('al2023');
    expect(listed).toContain('rhel-9');
    expect(listed).toContain('lambda-ruby3.3');
    expect(listed).not.toContain('ubuntu-20.04');
    expect(found.every(({ policy, uncertain, libc }) => !policy && !uncertain && libc === 'gnu')).toBe(true);
    const supported = found.map((target) => target.supported);
    expect(supported).toEqual([...supported].sort((a, b) => Number(b) - Number(a)));
  });

  it('have each of several floors: glibc and libstdc++ are two axes', () => {
    const both = names({ fits: ['glibc-2.34,glibcxx-3.4.30'] });
    expect(both).toContain('al2023');
    expect(both).not.toContain('rhel-9');
    expect(names({ fits: ['relr', 'glibc-2.34'] })).not.toContain('al2023');
  });

  it('are judged for every CPU that is asked for', () => {
    expect(names({ fits: ['glibc-2.31'], cpus: ['x86_64', 'aarch64'] })).not.toContain('heroku-22');
    expect(names({ fits: ['glibc-2.31'], cpus: ['x86_64'] })).toContain('heroku-22');
  });

  it('of musl are those of its release or later', () => {
    const found = names({ fits: ['musl-1.2.5'] });
    expect(found).toContain('alpine-3.22');
    expect(found).not.toContain('alpine-3.13');
  });

  it('are filtered by C library, CPU, support and name, all at once', () => {
    expect(names({ libc: 'musl' }).every((name) => name.startsWith('alpine-'))).toBe(true);
    expect(names({ cpus: ['riscv64'], libc: 'gnu' })).toContain('debian-13');
    expect(names({ cpus: ['riscv64'], libc: 'gnu' })).not.toContain('debian-12');
    expect(names({ supported: false })).toContain('debian-10');
    expect(names({ supported: true })).not.toContain('debian-10');
    expect(names({ name: 'ubuntu-2?.04', libc: 'musl' })).toEqual([]);
    expect(names({}).length).toBe(knownTargets().length);
  });
});

describe('a name’s part or pattern', () => {
  it.each([
    ['ubuntu', ['ubuntu-20.04', 'ubuntu-26.04']],
    ['Alma', ['alma-8', 'alma-10']],
    ['bookw', ['debian-12']],
    ['red hat', ['rhel-8']],
    ['debian-1?', ['debian-11', 'debian-13']],
    ['*.04', ['ubuntu-20.04']],
    ['FOCAL*', ['ubuntu-20.04']],
  ])('%s finds %j', (text, expected) => {
    expect([...namesMatching(text)]).toEqual(expect.arrayContaining(expected));
  });

  it.each(['debian-?', 'nothing', '*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*'])(
    '%s finds no Debian 12',
    (text) => {
      expect(namesMatching(text).has('debian-12')).toBe(false);
    },
  );
});
