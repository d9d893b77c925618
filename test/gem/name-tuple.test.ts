import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryPath } from '../../src/gem/entry-path.js';
import { fullName, gemFileName, isValidNameTuple, parseGemFileName } from '../../src/gem/name-tuple.js';

describe('parseGemFileName', () => {
  it.each([
    ['thruster-0.1.9-x86_64-linux.gem', 'thruster', '0.1.9', 'x86_64-linux'],
    ['rake-13.2.1.gem', 'rake', '13.2.1', 'ruby'],
    ['nokogiri-1.18.9-x86_64-linux-gnu.gem', 'nokogiri', '1.18.9', 'x86_64-linux-gnu'],
    ['google-cloud-core-1.6.0.gem', 'google-cloud-core', '1.6.0', 'ruby'],
    ['sinatra-4.0.0.rc1.gem', 'sinatra', '4.0.0.rc1', 'ruby'],
    ['net-http2-0.18.5.gem', 'net-http2', '0.18.5', 'ruby'],
    ['jruby-jars-9.4.0-java.gem', 'jruby-jars', '9.4.0', 'java'],
    ['gem-2-3.gem', 'gem-2', '3', 'ruby'],
  ])('reads %s', (file, name, version, platform) => {
    expect(parseGemFileName(file)[0]).toEqual({ name, version, platform });
  });

  it.each(['rake.gem', 'rake-13.2.1', 'rake-x.gem', '../rake-1.gem', 'a/rake-1.gem', '.gem', '-1.gem'])(
    'finds nothing in %s',
    (file) => {
      expect(parseGemFileName(file)).toEqual([]);
    },
  );

  it('has the true meaning among its candidates', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/);
    const tuple = fc.record({
      name: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('-')),
      version: fc.stringMatching(/^[0-9]{1,2}(\.[0-9]{1,2}){0,3}(\.rc[0-9])?$/),
      platform: fc.constantFrom('ruby', 'java', 'x86_64-linux', 'arm-linux-gnueabihf', 'x64-mingw-ucrt'),
    });
    fc.assert(
      fc.property(tuple, (gem) => {
        expect(parseGemFileName(gemFileName(gem))).toContainEqual(gem);
      }),
      { seed: 5 },
    );
  });
});

describe('isValidNameTuple', () => {
  it.each([
    ['..', '1', 'ruby'],
    ['../x', '1', 'ruby'],
    ['a/b', '1', 'ruby'],
    ['a', '../1', 'ruby'],
    ['a', '1', '../../etc'],
    ['a', '1', '..'],
    ['a\0', '1', 'ruby'],
    ['a\n', '1', 'ruby'],
    ['', '1', 'ruby'],
    ['a', '', 'ruby'],
  ])('refuses %j %j %j', (name, version, platform) => {
    expect(isValidNameTuple({ name, version, platform })).toBe(false);
    expect(() => gemFileName({ name, version, platform })).toThrow(RangeError);
  });

  it('makes full names as RubyGems does', () => {
    expect(fullName({ name: 'a', version: '1', platform: 'ruby' })).toBe('a-1');
    expect(fullName({ name: 'a', version: '1', platform: 'java' })).toBe('a-1-java');
  });
});

describe('entryPath', () => {
  it.each([
    ['exe/thrust', 'exe/thrust'],
    ['./exe//a/../thrust', 'exe/thrust'],
    ['a/..', undefined],
    ['/etc/passwd', undefined],
    ['a/../../b', undefined],
    ['..', undefined],
    ['', undefined],
    ['a\0b', undefined],
  ])('%j → %j', (name, expected) => {
    expect(entryPath(name)).toBe(expected);
  });
});
