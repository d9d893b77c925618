import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compareGemVersions,
  GemVersionError,
  isGemVersion,
  isPrerelease,
  parseGemVersion,
  sortGemVersions,
} from '../../src/version/gem-version.js';
import { startRuby } from '../helpers/ruby.js';
import type { Ruby } from '../helpers/ruby.js';
import { inBoundedTime } from '../helpers/bounded-time.js';
import { gemVersion, versionLike } from './generate.js';
import { ourOrder, ourVersions, rubyOrder, rubyVersions } from './rubygems.js';
import type { Pair } from './rubygems.js';

describe('compareGemVersions', () => {
  it.each<[a: string, order: '<' | '=' | '>', b: string]>([
    ['1', '=', '1.0.0'],
    ['', '=', '0'],
    ['1.0.0-rc1', '=', '1.0.0.pre.rc1'],
    ['1.0.rc1', '=', '1.rc1'],
    ['01.02', '=', '1.2'],
    [' 1.2\n', '=', '1.2'],
    ['1.a.0.b', '<', '1.a.1'],
    ['1.0.a', '<', '1.0'],
    ['1.0.a', '<', '1.0.b'],
    ['1.B', '<', '1.a'],
    ['1.rc9', '<', '1.rc10'],
    ['0.9.9', '<', '0.10'],
    ['1.9007199254740992', '<', '1.9007199254740993'],
    ['1.10000000000000000000000000', '>', '1.9999999999999999999999999'],
    ['5.0.0.rc2', '>', '5.0.0.beta4'],
    ['0.1.7.alpha.2', '<', '0.1.7'],
  ])('%j %s %j', (a, order, b) => {
    const sign = { '<': -1, '=': 0, '>': 1 }[order];
    expect(Math.sign(compareGemVersions(a, b))).toBe(sign);
    expect(Math.sign(compareGemVersions(b, a)) + sign).toBe(0);
  });

  it('refuses what RubyGems refuses, and says what', () => {
    expect(() => compareGemVersions('1.0', '1..0')).toThrow(new GemVersionError('1..0'));
    expect(() => isPrerelease('v1')).toThrow('malformed gem version "v1"');
  });

  it('takes linear time on a version of a million parts', () => {
    const long = '1.0'.repeat(500_000);
    inBoundedTime(() => {
      expect(isGemVersion(`${long}!`)).toBe(false);
      expect(compareGemVersions(`${long}.1`, `${long}.2`)).toBeLessThan(0);
      expect(isGemVersion(`${' '.repeat(1_000_000)}x`)).toBe(false);
    });
  });
});

describe('sortGemVersions', () => {
  it('sorts a copy, equal versions in their order', () => {
    const given = ['1.10', '1.9.0', '1.9', '2.rc1', '1.9.a'] as const;
    expect(sortGemVersions(given)).toEqual(['1.9.a', '1.9.0', '1.9', '1.10', '2.rc1']);
    expect(given[0]).toBe('1.10');
  });
});

describe('parseGemVersion', () => {
  it('keeps the canonical text', () => {
    expect(parseGemVersion(' 1.0-rc1 ').text).toBe('1.0.pre.rc1');
    expect(parseGemVersion('').text).toBe('0');
    expect(isPrerelease('1.0-1')).toBe(true);
    expect(isPrerelease('1.0')).toBe(false);
  });
});

describe.each(['3.4', '4.0'] as const)('against RubyGems of Ruby %s', (version) => {
  let ruby: Ruby;
  beforeAll(async () => {
    ruby = await startRuby(version);
  });

  it('reads 2,000 random texts alike', { timeout: 120_000 }, () => {
    const texts = fc.sample(fc.oneof(gemVersion, versionLike), { numRuns: 2000, seed: 340 });
    expect(ourVersions(texts)).toEqual(rubyVersions(ruby, texts));
  });

  it('orders 3,000 random pairs alike', { timeout: 120_000 }, () => {
    const unlike = fc.tuple(gemVersion, gemVersion);
    // Neighbours: the same version with a part more, a zero more, or another last part.
    const near = fc
      .tuple(gemVersion, fc.constantFrom('', '.0', '.0.0', '.1', '.a', '.0.a', '-1', '.00', '0'))
      .map(([text, more]): Pair => [text, text.trim() + more]);
    const pairs = fc.sample(fc.oneof(unlike, near), { numRuns: 3000, seed: 341 });
    expect(ourOrder(pairs)).toEqual(rubyOrder(ruby, pairs));
  });
});
