import { beforeAll, describe, expect, it } from 'vitest';
import type { GemfileSyntax } from '../../src/gemfile/parse-gemfile.js';
import { parseGemfile } from '../../src/gemfile/parse-gemfile.js';
import type { RubyParser } from '../../src/gemfile/ruby-parser.js';
import { loadRubyParser } from '../../src/gemfile/ruby-parser.js';

let parser: RubyParser;
beforeAll(async () => {
  parser = await loadRubyParser();
});

const read = (text: string): GemfileSyntax =>
  parseGemfile(text, parser, { shown: 'Gemfile', path: '/app/Gemfile' });
const sure = { line: 1, conditional: false };

describe('override', () => {
  it.each([
    ['override "rails", version: ">= 8.0"', 'rails', 'version', { kind: 'replace', requirement: '>= 8.0' }],
    [
      "override 'rails', :version => '= 8'.freeze",
      'rails',
      'version',
      { kind: 'replace', requirement: '= 8' },
    ],
    ['override("rails", { "version" => nil })', 'rails', 'version', { kind: 'drop' }],
    ['override "nokogiri", version: :ignore_upper', 'nokogiri', 'version', { kind: 'ignore-upper' }],
    [
      'override :all, required_ruby_version: :ignore_upper',
      ...([undefined, 'required_ruby_version', { kind: 'ignore-upper' }] as const),
    ],
    [
      'override "tricky", required_rubygems_version: nil',
      ...(['tricky', 'required_rubygems_version', { kind: 'drop' }] as const),
    ],
  ])('reads %s', (text, gem, field, operation) => {
    const about = gem === undefined ? {} : { gem };
    expect(read(text).overrides).toEqual([{ kind: 'requirement', ...about, field, operation, ...sure }]);
  });

  it('reads each field of a call, in the order of the source', () => {
    const text =
      'if ENV["CI"]\n  override "b", version: nil\nend\noverride "a", version: "1", required_ruby_version: nil\n';
    expect(read(text).overrides).toMatchObject([
      { gem: 'b', field: 'version', line: 2, conditional: true },
      { gem: 'a', field: 'version', line: 4, conditional: false },
      { gem: 'a', field: 'required_ruby_version', line: 4, conditional: false },
    ]);
  });

  it.each([
    ['override "em-websocket", in: "jekyll", with: nil', undefined],
    ['override "em-websocket", from: "jekyll", to: nil', undefined],
    ['override "em-websocket", in: "jekyll", with: "lite"', { gem: 'lite' }],
    [
      'override "em-websocket", with: "lite", in: "jekyll", version: "< 2"',
      { gem: 'lite', requirement: '< 2' },
    ],
  ])('reads %s, which changes one dependency of one gem', (text, by) => {
    const replacement = by === undefined ? {} : { by };
    expect(read(text).overrides).toEqual([
      { kind: 'dependency', gem: 'em-websocket', of: 'jekyll', ...replacement, ...sure },
    ]);
  });

  it.each([
    ['override "rails", version: ENV["RAILS"]', 'rails'],
    ['override "rails", version: [">= 7", "< 9"]', 'rails'],
    ['override "rails", version: :ignore_lower', 'rails'],
    ['override "rails", version: ">= 7, < 9"', 'rails'],
    ['override "rails", **options', 'rails'],
    ['override "rails", drop: "railties"', 'rails'],
    ['override "b", in: "a"', 'b'],
    ['override "b", in: a, with: nil', 'b'],
    ['override "b", in: "a", with: other', 'b'],
    ['override "b", in: "a", with: "c", version: v', 'b'],
    ['override "b", in: "a", with: nil, required_ruby_version: nil', 'b'],
    ['override "b", "extra", version: nil', 'b'],
    ['override "b"', 'b'],
    ['override name, version: nil', undefined],
    ['override :rails, version: nil', undefined],
    ['override :all, version: nil', undefined],
    ['override :all, in: "a", with: nil', undefined],
  ])('says of %s that it cannot be read', (text, gem) => {
    expect(read(text).overrides).toEqual([
      { kind: 'unknown', ...(gem === undefined ? {} : { gem }), ...sure },
    ]);
  });

  it('is conditional behind an early exit, and nobody else has one', () => {
    expect(read('return if x\noverride "a", version: nil\n').overrides).toMatchObject([
      { conditional: true },
    ]);
    expect(read('gem "override"\nlist.override "a"\noverride\n').overrides).toEqual([]);
  });
});

describe('cooldown', () => {
  it.each([
    ['source "https://rubygems.org", cooldown: 7', { source: 'https://rubygems.org', days: 7 }],
    ['source :rubygems, cooldown: 3', { source: ':rubygems', days: 3 }],
    ['source "https://internal", { :cooldown => 0 }', { source: 'https://internal', days: 0 }],
    ['source "https://a", cooldown: 1_0 do\n  gem "b"\nend', { source: 'https://a', days: 10 }],
    ['source URL, cooldown: 7', { days: 7 }],
    ['source "https://a", cooldown: DAYS', { source: 'https://a' }],
    ['source "https://a", cooldown: -1', { source: 'https://a' }],
    ['source "https://a", cooldown: "7"', { source: 'https://a' }],
  ])('reads %s', (text, found) => {
    expect(read(text).cooldowns).toEqual([{ ...found, ...sure }]);
  });

  it.each([
    'source "https://a"',
    'source "https://a", cooldown: nil',
    'source "https://a", type: "s3" do\nend',
  ])('finds none in %s', (text) => {
    expect(read(text).cooldowns).toEqual([]);
  });

  it('leaves the sources as they were', () => {
    const text = 'source "https://a", cooldown: 7\nsource "https://b", cooldown: 0 do\n  gem "c"\nend\n';
    expect(read(text)).toMatchObject({
      sources: ['https://a'],
      cooldowns: [{ line: 1 }, { line: 2, days: 0 }],
    });
  });
});
