import { describe, expect, it } from 'vitest';
import {
  installable,
  linuxTarget,
  localPlatform,
  parsePlatform,
  platformToString,
} from '../../src/gem/platform.js';
import type { PlatformDialect } from '../../src/gem/platform.js';

describe('parsePlatform', () => {
  it.each<[string, PlatformDialect, string | null, string, string | null]>([
    ['x86_64-linux', '3.6', 'x86_64', 'linux', null],
    ['x86_64-linux-gnu', '3.6', 'x86_64', 'linux', 'gnu'],
    ['arm-linux-gnueabihf', '3.6', 'arm', 'linux', 'gnueabihf'],
    ['i686-linux', '3.6', 'x86', 'linux', null],
    ['jruby', '3.6', null, 'java', null],
    ['universal-darwin-22', '3.6', 'universal', 'darwin', '22'],
    ['x86_64-linux-manylinux_2_28', '3.6', 'x86_64', 'linux', null],
    ['x86_64-linux-manylinux_2_28', '4.0', 'x86_64', 'linux', 'manylinux_2_28'],
    ['nonsense', '3.6', null, 'unknown', null],
  ])('reads %j by RubyGems %s', (text, dialect, cpu, os, version) => {
    expect(parsePlatform(text, dialect)).toEqual({ cpu, os, version });
  });

  it.each(['ruby', ''])('reads %j as no platform', (text) => {
    expect(parsePlatform(text)).toBe('ruby');
  });
});

describe('installable', () => {
  it.each([
    ['x86_64-linux', 'x86_64-linux', true],
    ['x86_64-linux-gnu', 'x86_64-linux', true],
    ['x86_64-linux', 'x86_64-linux-musl', true],
    ['x86_64-linux-gnu', 'x86_64-linux-musl', false],
    ['x86_64-linux-musl', 'x86_64-linux', false],
    ['arm-linux', 'arm-linux-eabihf', true],
    ['arm-linux-gnueabihf', 'armv7l-linux-eabihf', true],
    ['arm-linux-musleabihf', 'arm-linux-eabihf', false],
    ['arm-linux', 'arm-linux-musleabihf', true],
    ['arm-linux-musl', 'arm-linux-musleabihf', true],
    ['armv7l-linux', 'arm-linux-eabihf', false],
    ['ppc64le-linux', 'powerpc64le-linux', false],
    ['universal-mingw32', 'x64-mingw-ucrt', true],
    ['ruby', 'x86_64-linux', true],
    ['x86_64-linux', 'ruby', false],
  ])('%s on %s: %s', (gem, local, expected) => {
    expect(installable(parsePlatform(gem), parsePlatform(local))).toBe(expected);
  });
});

describe('localPlatform', () => {
  it.each([
    ['x86_64', 'x86_64-linux', 'x86_64-linux-musl'],
    ['aarch64', 'aarch64-linux', 'aarch64-linux-musl'],
    ['arm', 'arm-linux-eabihf', 'arm-linux-musleabihf'],
    ['x86', 'x86-linux', 'x86-linux-musl'],
    ['ppc64le', 'powerpc64le-linux', 'powerpc64le-linux-musl'],
    ['s390x', 's390x-linux', 's390x-linux-musl'],
    ['riscv64', 'riscv64-linux', 'riscv64-linux-musl'],
  ] as const)('names %s as its Ruby does, and finds its way back', (cpu, gnu, musl) => {
    expect(platformToString(localPlatform(cpu, 'gnu'))).toBe(gnu);
    expect(platformToString(localPlatform(cpu, 'musl'))).toBe(musl);
    expect(linuxTarget(localPlatform(cpu, 'gnu'))).toEqual({ cpu, libc: 'gnu' });
    expect(linuxTarget(localPlatform(cpu, 'musl'))).toEqual({ cpu, libc: 'musl' });
  });

  it.each(['ruby', 'x86_64-darwin', 'java', 'sparc-linux', 'x86_64-linux-uclibc'])(
    '%s is for no target',
    (name) => {
      expect(linuxTarget(parsePlatform(name))).toBeUndefined();
    },
  );
});
