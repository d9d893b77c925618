import { describe, expect, it } from 'vitest';
import { judge } from '../../src/audit/gem-audit.js';
import { installingBundler } from '../../src/audit/deployments.js';
import { contents, elf, target } from '../helpers/contents.js';
import { release } from './in-memory.js';

describe('a content-addressed gem for Ruby 4.0', () => {
  const gem = contents({ 'lib/foo/foo.so': elf({ needed: ['libc.so.6'] }) });
  const read = { ...gem, metadata: { ...gem.metadata, requiredRuby: ['~> 4.0.0'] } };
  const addressed = { ...release('foo 1.0-x86_64-linux'), address: 'e0fb09cd' };
  const on = (ruby?: string) => ({
    ...{ target: target(), cpu: 'x86_64' as const },
    ...(ruby === undefined ? {} : { ruby }),
  });

  it.each([
    ['4.0.1', 'compatible', []],
    ['3.4.7', 'incompatible', ['missing-ruby-abi']],
    [undefined, 'unknown', ['unavailable']],
  ])('on Ruby %s is %s, whatever let it in', (ruby, verdict, kinds) => {
    const judged = judge(read, on(ruby), addressed);
    expect(judged.verdict).toBe(verdict);
    expect(judged.findings.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('says nothing of a fat gem with the same bound', () => {
    expect(judge(read, on('3.4.7'), release('foo 1.0-x86_64-linux')).verdict).toBe('compatible');
  });
});

it.each([
  [{ bundlerVersion: '4.0.22' }, '4.1.1', '4.0.22'],
  [{}, '4.1.1', '4.1.1'],
  [{ contentAddresses: [] }, undefined, '4.1.0.a'],
  [{}, undefined, undefined],
])('%j with RubyGems %s is installed by Bundler %s', (lockfile, rubygems, bundler) => {
  expect(installingBundler(lockfile, rubygems)).toBe(bundler);
});
