import { beforeAll, describe, expect, it } from 'vitest';
import { parseGemfile } from '../../src/gemfile/parse-gemfile.js';
import type { RubyParser } from '../../src/gemfile/ruby-parser.js';
import { loadRubyParser } from '../../src/gemfile/ruby-parser.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

let parser: RubyParser;

beforeAll(async () => {
  parser = await loadRubyParser();
});

/** The gems that something may leave out. */
function conditional(source: string): string[] {
  const { calls } = parseGemfile(source, parser, { shown: 'Gemfile', path: '/app/Gemfile' });
  return calls.filter((call) => call.conditional).map(({ name }) => name);
}

describe('a jump', () => {
  it.each([
    ['gem "a"\nreturn if ENV["X"]\ngem "b"\ngroup(:test) { gem "c" }\n', ['b', 'c']],
    ['group :test do\n  gem "a"\n  next unless ENV["X"]\n  gem "b"\nend\ngem "c"\n', ['b']],
    ['group :test do\n  break if ENV["X"]\n  gem "a"\nend\ngem "b"\n', ['a']],
    ['group(:x) { next if 1; gem "a" }\ngem "b"\ngroup(:y) { next if 1; gem "c" }\ngem "d"\n', ['a', 'c']],
    ['group :x do\n  next if 1\n  group(:y) { next if 1; gem "a" }\n  gem "b"\nend\ngem "c"\n', ['a', 'b']],
    ['[1].each { |x| return if x }\ngem "a"\n', ['a']],
    ['def x\n  return 1\nend\nskip = -> { next 1 }\n[1].each { |y| next if y }\ngem "a"\n', []],
  ])('%j may leave out %j', (source, names) => {
    expect(conditional(source)).toEqual(names);
  });

  it('is followed in time that grows with the file', () => {
    const source = 'group(:x){next;gem "a"}\n'.repeat(10_000);
    expect(inBoundedTime(() => conditional(source))).toHaveLength(10_000);
  });
});
