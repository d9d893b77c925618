import { describe, expect, it } from 'vitest';
import { providesLibrary, providesVersion } from '../../src/compat/provides.js';
import { systemsWithBaseLibraries } from '../../src/target/base-libraries.js';
import { findNamed } from '../../src/target/catalog.js';
import { forCpu } from '../../src/target/for-cpu.js';
import { parseTarget } from '../../src/target/parse.js';
import type { Cpu } from '../../src/elf/types.js';
import type { Target } from '../../src/target/types.js';

const on = (name: string, cpu: Cpu = 'x86_64'): Target => forCpu(parseTarget(name), cpu);

describe('libraries of glibc that distributions package as they like', () => {
  it('are known of systems of the table', () => {
    for (const name of systemsWithBaseLibraries()) {
      const system = findNamed(name);
      expect([name, system?.name, system?.libc, system?.base]).toEqual([name, name, 'gnu', undefined]);
    }
  });

  // Debian's and Ubuntu's packages, RHEL's file lists; what no source says is not known.
  it.each([
    [
      'libnsl.so.1',
      ['debian-11', 'debian-12', 'debian-13', 'ubuntu-24.04', 'heroku-24'],
      ['rhel-8', 'rhel-9', 'al2023', 'debian-10', 'sles-15.6', 'fedora-43'],
    ],
    [
      'libBrokenLocale.so.1',
      ['debian-11', 'debian-13', 'ubuntu-20.04', 'rhel-8', 'rocky-9'],
      ['rhel-10', 'al2'],
    ],
    ['libnss_compat.so.2', ['debian-11', 'debian-12', 'ubuntu-22.04', 'rhel-9'], ['fedora-43']],
    ['libnss_hesiod.so.2', ['debian-12', 'ubuntu-26.04'], ['rhel-8']],
    ['libthread_db.so.1', ['debian-12', 'ubuntu-22.04', 'alma-8'], ['al2023']],
    ['libc_malloc_debug.so.0', ['debian-12', 'debian-13', 'ubuntu-22.04'], ['debian-11', 'ubuntu-20.04']],
    ['libSegFault.so', ['debian-11', 'ubuntu-20.04'], ['debian-12', 'ubuntu-22.04']],
    ['libmemusage.so', ['debian-11', 'ubuntu-25.10', 'rhel-9'], ['glibc-2.36']],
  ])('%s', (library, there, unknown) => {
    for (const name of there) expect([name, providesLibrary(on(name), library)]).toEqual([name, 'provided']);
    for (const name of unknown) expect([name, providesLibrary(on(name), library)]).toEqual([name, 'unknown']);
  });

  it.each([
    ['debian-11', 'x86_64', 'provided'],
    ['debian-12', 'aarch64', 'missing'],
    ['debian-13', 'aarch64', 'provided'],
    ['debian-13', 'riscv64', 'missing'],
    ['glibc-2.37', 'aarch64', 'missing'],
    ['glibc-2.38', 'aarch64', 'provided'],
  ] as const)('libmvec.so.1 of %s on %s is %s', (name, cpu, expected) => {
    expect(providesLibrary(on(name, cpu), 'libmvec.so.1')).toBe(expected);
  });

  it.each<[string, string, Cpu, string, string]>([
    ['debian-12', 'libnsl.so.1', 'x86_64', 'GLIBC_2.2.5', 'provided'],
    ['debian-12', 'libnsl.so.1', 'x86_64', 'GLIBC_2.34', 'missing'],
    ['debian-12', 'libnsl.so.1', 'aarch64', 'GLIBC_2.17', 'provided'],
    ['debian-13', 'libnsl.so.1', 'riscv64', 'GLIBC_2.27', 'provided'],
    ['debian-12', 'libc_malloc_debug.so.0', 'x86_64', 'GLIBC_2.33', 'provided'],
    ['ubuntu-26.04', 'libc_malloc_debug.so.0', 'x86_64', 'GLIBC_2.43', 'provided'],
    ['debian-13', 'libc_malloc_debug.so.0', 'x86_64', 'GLIBC_2.43', 'missing'],
    ['debian-12', 'libthread_db.so.1', 'x86_64', 'GLIBC_2.3.3', 'provided'],
    // Without any version definitions it satisfies every need.
    ['debian-12', 'libmemusage.so', 'x86_64', 'GLIBC_2.99', 'provided'],
  ])('of %s: %s on %s has %s: %s', (name, library, cpu, version, expected) => {
    expect(providesVersion(on(name, cpu), library, version)).toBe(expected);
  });
});

describe('GLIBC_PRIVATE, which releases leave out of their lists', () => {
  it.each([
    // Read from libc6 of Debian 11, 12 and 13.
    ['debian-11', 'libpthread.so.0', 'unknown'],
    ['debian-12', 'libpthread.so.0', 'missing'],
    ['debian-13', 'libpthread.so.0', 'missing'],
    ['debian-11', 'libdl.so.2', 'unknown'],
    ['debian-12', 'libdl.so.2', 'missing'],
    ['debian-11', 'libm.so.6', 'missing'],
    ['debian-12', 'librt.so.1', 'missing'],
    ['debian-12', 'libutil.so.1', 'missing'],
    ['debian-12', 'libanl.so.1', 'missing'],
    ['debian-12', 'libmvec.so.1', 'missing'],
    ['debian-12', 'libthread_db.so.1', 'missing'],
    ['debian-12', 'libc.so.6', 'unknown'],
    ['debian-12', 'ld-linux-x86-64.so.2', 'unknown'],
    ['debian-12', 'libresolv.so.2', 'unknown'],
    ['debian-12', 'libnsl.so.1', 'unknown'],
    ['debian-12', 'libnss_compat.so.2', 'unknown'],
    ['debian-12', 'libstdc++.so.6', 'missing'],
    ['debian-12', 'libfoo.so.1', 'unknown'],
    ['rhel-8', 'libpthread.so.0', 'unknown'],
    ['rhel-9', 'libpthread.so.0', 'missing'],
    ['glibc-2.33', 'libpthread.so.0', 'unknown'],
    ['glibc-2.34', 'libpthread.so.0', 'missing'],
    ['glibc-2.60', 'libpthread.so.0', 'missing'],
    ['glibc-2.12', 'libpthread.so.0', 'unknown'],
  ])('on %s, of %s, with names under it: %s', (name, library, expected) => {
    expect(providesVersion(on(name), library, 'GLIBC_PRIVATE', ['__libc_thing'])).toBe(expected);
    // Without a name under it the version alone decides, as the loader does.
    const alone =
      expected === 'unknown' && library !== 'libfoo.so.1' && name !== 'glibc-2.12' ? 'provided' : expected;
    expect(providesVersion(on(name), library, 'GLIBC_PRIVATE')).toBe(alone);
  });
});
