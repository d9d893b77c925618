import { describe, expect, it } from 'vitest';
import { parseElf } from '../../src/elf/parse.js';
import { versionHash } from '../../src/elf/version-hash.js';
import { fixture } from './fixture.js';

describe('versionHash', () => {
  // Values that linkers wrote: LSB gives GLIBC_2.0 and GLIBC_2.1; the others are from libc.so.6's own .gnu.version_d.
  it.each([
    ['GLIBC_2.0', 0x0d696910],
    ['GLIBC_2.1', 0x0d696911],
    ['GLIBC_2.2.5', 0x09691a75],
    ['GLIBC_2.34', 0x069691b4],
    ['', 0],
  ])('%s: %d', (name, hash) => {
    expect(versionHash(name)).toBe(hash);
  });

  it('is what the linker wrote', () => {
    const needs = parseElf(fixture('exe-relr')).verneed.flatMap(({ versions }) => versions);
    expect(needs.map(({ name }) => versionHash(name))).toEqual(needs.map(({ hash }) => hash));
  });
});
