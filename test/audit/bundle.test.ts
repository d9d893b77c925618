import { describe, expect, it } from 'vitest';
import { gemsOf, versionFor } from '../../src/audit/bundle.js';
import type { LockedGem } from '../../src/audit/bundle.js';
import { localPlatform } from '../../src/gem/platform.js';
import type { LockfileInput } from './in-memory.js';
import { lockfile } from './in-memory.js';

function gem(name: string, input: LockfileInput): LockedGem {
  const found = gemsOf(lockfile(input)).find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is not in the bundle`);
  return found;
}

describe('the gems of a lockfile', () => {
  it('are one for each name, with the platforms of each version', () => {
    const specs = ['foo (1.0)', 'foo (1.0-x86_64-linux)', 'foo (1.0-arm64-darwin)', 'bar (2.0)'];
    const gems = gemsOf(lockfile({ specs, dependencies: ['foo (~> 1.0)'] }));
    expect(gems.map(({ name }) => name)).toEqual(['foo', 'bar']);
    expect(gems[0]).toMatchObject({
      direct: true,
      gemfile: ['~> 1.0'],
      dependencies: [],
      versions: [
        {
          version: '1.0',
          platforms: ['ruby', 'x86_64-linux', 'arm64-darwin'],
          sourceType: 'gem',
          remotes: ['https://rubygems.org/'],
        },
      ],
    });
    expect(gems[1]).toMatchObject({ direct: false, gemfile: [] });
  });

  it('are not Bundler itself', () => {
    expect(gemsOf(lockfile({ specs: ['bundler (2.6.2)', 'foo (1.0)'] })).map(({ name }) => name)).toEqual([
      'foo',
    ]);
  });

  it('know what they ask of others: each requirement once, on whatever platform', () => {
    const specs = [
      ...['dad (1.0)', '  foo (>= 1.0)', 'dad (1.0-java)', '  foo (= 1.1)', 'dad (1.0-x86_64-linux)'],
      ...['  foo (>= 1.0)', 'foo (1.1)'],
    ];
    expect(gem('dad', { specs }).dependencies).toEqual([
      { name: 'foo', requirement: ['>= 1.0'] },
      { name: 'foo', requirement: ['= 1.1'] },
    ]);
  });

  it('have the SHA-256 of CHECKSUMS by platform, in lower case, and no other digest', () => {
    const after = `CHECKSUMS\n  foo (1.0) sha512=${'a'.repeat(128)}\n  foo (1.0-x86_64-linux) sha256=${'AB'.repeat(32)}\n  foo (1.0-java)\n\n`;
    const { versions } = gem('foo', {
      specs: ['foo (1.0)', 'foo (1.0-x86_64-linux)', 'foo (1.0-java)'],
      after,
    });
    expect([...(versions[0]?.checksums ?? [])]).toEqual([['x86_64-linux', 'ab'.repeat(32)]]);
  });

  it.each([
    ['git', 'GIT\n  remote: https://example.com/foo.git\n  revision: abc\n  specs:\n    foo (1.0)\n\n'],
    ['path', 'PATH\n  remote: engines/foo\n  specs:\n    foo (1.0)\n\n'],
  ])('tell that they come from %s', (type, before) => {
    expect(gem('foo', { before, specs: ['bar (1.0)'], dependencies: ['foo!'] }).versions).toEqual([
      expect.objectContaining({ version: '1.0', sourceType: type, platforms: ['ruby'] }),
    ]);
  });

  it('keep a version that the lockfile does not name, as empty', () => {
    expect(gem('foo', { specs: ['foo', 'bar (1.0)'] }).versions).toEqual([
      expect.objectContaining({ version: '' }),
    ]);
  });
});

describe('the version that is installed on a machine', () => {
  const specs = ['foo (1.0-x86_64-linux)', 'foo (1.1-java)', 'foo (1.2-x86_64-linux-musl)', 'foo (1.3)'];
  it.each([
    ['x86_64', 'gnu', '1.0'],
    ['x86_64', 'musl', '1.2'],
    ['aarch64', 'gnu', '1.3'],
    ['aarch64', 'musl', '1.3'],
  ] as const)('on %s with %s is %s', (cpu, libc, version) => {
    expect(versionFor(gem('foo', { specs }), localPlatform(cpu, libc)).version).toBe(version);
  });

  it('is the first where none is for the machine', () => {
    const foreign = gem('foo', { specs: ['foo (1.1-java)', 'foo (1.0-arm64-darwin)'] });
    expect(versionFor(foreign, localPlatform('x86_64', 'gnu')).version).toBe('1.1');
  });
});
