import { describe, expect, it } from 'vitest';
import type { Cpu } from '../../src/elf/types.js';
import { firstGlibcWith, glibcNames, isGlibcPrivate } from '../../src/target/glibc-names.js';
import {
  arrivalOf,
  glibcSymbols,
  isForeign,
  isThere,
  listedSymbols,
  oldestGlibc,
} from '../../src/target/glibc-symbols.js';
import { CPUS, glibcVersions, loaderSoname, newestGlibc } from '../../src/target/symbol-versions.js';

const RELEASES = Array.from({ length: 27 }, (_, index) => `2.${17 + index}`);

function has(cpu: Cpu, release: string, library: string, name: string): boolean | undefined {
  return glibcNames(cpu, release)?.get(library)?.has(name);
}

/** What glibc took away from everyone: by release, by name, on these CPUs. */
const LOST: Readonly<Record<string, Readonly<Record<string, readonly Cpu[]>>>> = {
  '2.18': { pthread_atfork: ['aarch64', 'arm'] },
  '2.20': { __setjmp: ['s390x'] },
  '2.34': {
    malloc_get_state: ['x86_64', 'aarch64', 'arm', 'x86', 'ppc64le', 's390x'],
    malloc_set_state: ['x86_64', 'aarch64', 'arm', 'x86', 'ppc64le', 's390x'],
  },
};

describe('glibcNames', () => {
  it.each([
    ['x86_64', '2.31', 'libc.so.6', '__libc_single_threaded', false],
    ['x86_64', '2.32', 'libc.so.6', '__libc_single_threaded', true],
    ['aarch64', '2.35', 'libc.so.6', 'arc4random', false],
    ['aarch64', '2.36', 'libc.so.6', 'arc4random', true],
    ['x86_64', '2.37', 'libc.so.6', '__isoc23_strtol', false],
    ['x86_64', '2.38', 'libc.so.6', '__isoc23_strtol', true],
    // The merger of 2.34.
    ['x86_64', '2.33', 'libc.so.6', 'pthread_create', false],
    ['x86_64', '2.33', 'libpthread.so.0', 'pthread_create', true],
    ['x86_64', '2.34', 'libc.so.6', 'pthread_create', true],
    ['x86_64', '2.34', 'libpthread.so.0', 'pthread_create', false],
    ['x86_64', '2.33', 'libdl.so.2', 'dlopen', true],
    ['x86_64', '2.34', 'libdl.so.2', 'dlopen', false],
    // pthread_clockjoin_np came to libpthread in 2.31 and to libc.so.6, as GLIBC_2.31, in 2.34.
    ['x86_64', '2.33', 'libc.so.6', 'pthread_clockjoin_np', false],
    ['x86_64', '2.33', 'libpthread.so.0', 'pthread_clockjoin_np', true],
    ['x86_64', '2.34', 'libc.so.6', 'pthread_clockjoin_np', true],
    // Not default any more, yet of the oldest version, which is taken for an import without one.
    ['x86_64', '2.36', 'libc.so.6', '__xstat', true],
    ['x86_64', '2.17', 'libc.so.6', 'memcpy', true],
    // Not default any more and not of the oldest version either: on aarch64 that is 2.17, which it is.
    ['x86_64', '2.30', 'libm.so.6', '__exp_finite', true],
    ['x86_64', '2.31', 'libm.so.6', '__exp_finite', false],
    ['aarch64', '2.31', 'libm.so.6', '__exp_finite', true],
    ['x86_64', '2.33', 'libpthread.so.0', 'pthread_mutex_consistent_np', true],
    ['x86_64', '2.34', 'libc.so.6', 'pthread_mutex_consistent_np', false],
    ['x86_64', '2.42', 'libc.so.6', 'uimaxabs', true],
    ['x86_64', '2.43', 'libc.so.6', 'uimaxabs', false],
    // By CPU.
    ['arm', '2.34', 'libc.so.6', '__time64', true],
    ['x86_64', '2.34', 'libc.so.6', '__time64', false],
    ['x86', '2.36', 'libc.so.6', '_Unwind_Find_FDE', true],
    ['x86_64', '2.36', 'libc.so.6', '_Unwind_Find_FDE', false],
    ['s390x', '2.19', 'libc.so.6', '__setjmp', true],
    ['s390x', '2.20', 'libc.so.6', '__setjmp', false],
    ['ppc64le', '2.32', 'libm.so.6', '__acosieee128', true],
  ] as const)('on %s, glibc %s: %s has %s: %s', (cpu, release, library, name, expected) => {
    expect(has(cpu, release, library, name)).toBe(expected);
  });

  it('has the libraries that the release has on the CPU', () => {
    expect([...(glibcNames('aarch64', '2.37')?.keys() ?? [])]).not.toContain('libmvec.so.1');
    expect([...(glibcNames('aarch64', '2.38')?.keys() ?? [])]).toContain('libmvec.so.1');
    for (const cpu of CPUS) {
      const names = glibcNames(cpu, '2.36');
      expect(names?.get(loaderSoname(cpu))?.has('__tls_get_addr')).toBe(cpu !== 's390x');
      expect(names?.get('libutil.so.1')?.size).toBe(0);
      expect(names?.get('libcrypt.so.1')).toBeUndefined();
    }
  });

  it('knows 2.17, or the port of the CPU, to the newest release', () => {
    expect(glibcSymbols().newest).toBe(newestGlibc());
    for (const [cpu, release, isKnown] of [
      ['x86_64', '2.16', false],
      ['x86_64', '2.17', true],
      ['x86_64', '2.43', true],
      ['x86_64', '2.44', false],
      ['riscv64', '2.26', false],
      ['riscv64', '2.27', true],
    ] as const) {
      expect(glibcNames(cpu, release) !== undefined, `${cpu} ${release}`).toBe(isKnown);
    }
  });

  it.each(CPUS)('has names under versions that the library of that release defines, on %s', (cpu) => {
    let asked = 0;
    for (const release of RELEASES) {
      const versions = glibcVersions(cpu, release);
      if (glibcNames(cpu, release) === undefined || versions === undefined) continue;
      for (const [library, groups] of listedSymbols(cpu)) {
        const defined = versions[library];
        if (defined === undefined) continue;
        const numbers = groups.flatMap(({ versions: all }) =>
          all.filter((version) => isThere(version, cpu, release)).map(({ number }) => number),
        );
        for (const number of new Set(numbers)) {
          asked += 1;
          expect(defined, `${library} of ${release}`).toContain(
            isForeign(number) ? number : `GLIBC_${number}`,
          );
        }
      }
    }
    expect(asked).toBeGreaterThan(200);
  });

  it('loses names only to a merger, or because they are no default any more', () => {
    for (const cpu of CPUS) {
      for (const [index, release] of RELEASES.entries()) {
        const before = glibcNames(cpu, RELEASES[index - 1] ?? '');
        const after = glibcNames(cpu, release);
        if (before === undefined || after === undefined) continue;
        const libc = after.get('libc.so.6');
        const hidden = new Set(
          Object.values(glibcSymbols().hidden[release] ?? {})
            .join(' ')
            .split(' '),
        );
        const lost = [...before].flatMap(([library, names]) =>
          [...names].filter(
            (name) =>
              after.get(library)?.has(name) === false && libc?.has(name) !== true && !hidden.has(name),
          ),
        );
        expect(lost, `${cpu} ${release}`).toEqual(
          Object.entries(LOST[release] ?? {}).flatMap(([name, cpus]) => (cpus.includes(cpu) ? name : [])),
        );
      }
    }
  });
});

describe('firstGlibcWith', () => {
  it.each([
    ['x86_64', '__libc_single_threaded', '2.32', 'libc.so.6'],
    ['aarch64', 'arc4random', '2.36', 'libc.so.6'],
    ['x86_64', 'getauxval', '2.16', 'libc.so.6'],
    ['x86_64', 'printf', '2.2.5', 'libc.so.6'],
    ['riscv64', 'printf', '2.27', 'libc.so.6'],
    ['x86_64', 'pthread_create', '2.2.5', 'libpthread.so.0'],
    ['x86_64', 'exp10m1', '2.40', 'libm.so.6'],
    ['aarch64', '__rseq_size', '2.35', 'ld-linux-aarch64.so.1'],
  ] as const)('on %s, %s is of %s, in %s', (cpu, name, release, library) => {
    expect(firstGlibcWith(cpu, name)).toEqual({ release, library });
  });

  it('looks in the libraries that are asked for', () => {
    expect(firstGlibcWith('x86_64', 'pthread_create', new Set(['libc.so.6', 'libm.so.6']))).toEqual({
      release: '2.34',
      library: 'libc.so.6',
    });
    expect(firstGlibcWith('x86_64', 'arc4random', new Set(['libm.so.6']))).toBeUndefined();
    expect(firstGlibcWith('x86_64', 'no_such_function')).toBeUndefined();
  });

  it('is what glibcNames has from that release on', () => {
    const cpu = 'x86_64';
    for (const name of ['qsort_r', 'statx', 'dlopen', 'strlcpy', 'sem_wait']) {
      const first = firstGlibcWith(cpu, name);
      const holders = RELEASES.filter((release) => {
        const names = glibcNames(cpu, release);
        return [...(names?.values() ?? [])].some((known) => known.has(name));
      });
      const missing = RELEASES.filter((release) => !holders.includes(release));
      const minor = Number(first?.release.split('.')[1]);
      for (const release of holders) expect(Number(release.split('.')[1])).toBeGreaterThanOrEqual(minor);
      for (const release of missing) expect(Number(release.split('.')[1])).toBeLessThan(minor);
    }
  });
});

it('names of glibc for itself are known', () => {
  for (const name of ['_dl_allocate_tls', '__libc_dlopen_mode', '_rtld_global_ro', '__tunable_get_val']) {
    expect(isGlibcPrivate(name), name).toBe(true);
  }
  expect(isGlibcPrivate('printf')).toBe(false);
});

describe('the table', () => {
  it.each(CPUS)('has each symbol of a library once, on %s', (cpu) => {
    for (const [library, groups] of listedSymbols(cpu)) {
      const names = groups.flatMap((group) => group.names);
      expect(new Set(names).size, library).toBe(names.length);
      for (const { versions } of groups) {
        expect(versions).not.toEqual([]);
        for (const version of versions) expect(arrivalOf(version, cpu)).toMatch(/^2\.\d/);
      }
    }
    expect(oldestGlibc(cpu)).toMatch(/^2\./);
  });

  it('has symbols without a default version only of symbols that there are', () => {
    for (const libraries of Object.values(glibcSymbols().hidden)) {
      for (const [library, names] of Object.entries(libraries)) {
        for (const name of names.split(' ')) {
          const holders = CPUS.filter((cpu) => firstGlibcWith(cpu, name, new Set([library])) !== undefined);
          expect(holders, `${name} of ${library}`).not.toEqual([]);
        }
      }
    }
  });
});
