import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { RegistryError } from '../../src/errors.js';
import { fullName } from '../../src/gem/name-tuple.js';
import { parseInfo } from '../../src/registry/compact-index.js';
import type { Release } from '../../src/registry/types.js';
import { startRuby } from '../helpers/ruby.js';
import type { Ruby, RubyVersion } from '../helpers/ruby.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

const DIGEST = '0a'.repeat(32);
const ORIGIN = 'https://rubygems.org/info/demo';
const parse = (text: string): Release[] => parseInfo('demo', text, ORIGIN);

const BODY = `---
0.9.0 |checksum:${DIGEST}
1.0.0 rack:>= 1.0&< 3,json:~> 2.0|checksum:${DIGEST},ruby:>= 2.7&< 3.5.dev,rubygems:>= 3.3.22
1.0.0-x86_64-linux-gnu rack:>= 1.0&< 3|checksum:${DIGEST},ruby:>= 2.7,rubygems:> 1.3.1,created_at:2025-01-02T03:04:05Z
1.1.0.rc.1-universal-darwin-9 |checksum:${DIGEST}
`;

describe('parseInfo', () => {
  it('reads versions, platforms, dependencies and requirements', () => {
    expect(parse(BODY)).toEqual([
      {
        name: 'demo',
        version: '0.9.0',
        platform: 'ruby',
        dependencies: [],
        requiredRuby: [],
        requiredRubygems: [],
        sha256: DIGEST,
      },
      {
        name: 'demo',
        version: '1.0.0',
        platform: 'ruby',
        dependencies: [
          { name: 'rack', requirement: ['>= 1.0', '< 3'] },
          { name: 'json', requirement: ['~> 2.0'] },
        ],
        requiredRuby: ['>= 2.7', '< 3.5.dev'],
        requiredRubygems: ['>= 3.3.22'],
        sha256: DIGEST,
      },
      {
        name: 'demo',
        version: '1.0.0',
        platform: 'x86_64-linux-gnu',
        dependencies: [{ name: 'rack', requirement: ['>= 1.0', '< 3'] }],
        requiredRuby: ['>= 2.7'],
        requiredRubygems: ['> 1.3.1'],
        createdAt: '2025-01-02T03:04:05Z',
        sha256: DIGEST,
      },
      {
        name: 'demo',
        version: '1.1.0.rc.1',
        platform: 'universal-darwin-9',
        dependencies: [],
        requiredRuby: [],
        requiredRubygems: [],
        sha256: DIGEST,
      },
    ]);
  });

  it.each([
    ['nothing', ''],
    ['a header alone', '---\n'],
    ['a header with more in it', 'created_at: 2024-04-01T00:00:05Z\n---\n'],
  ])('finds no releases in %s', (_, text) => {
    expect(parse(text)).toEqual([]);
  });

  it.each([
    ['no header', '1.0 |\n', ['1.0 ruby']],
    ['no newline at the end', '---\n1.0 |', ['1.0 ruby']],
    ['several newlines at the end', '---\n1.0 |\n\n\n', ['1.0 ruby']],
    ['the platform ruby spelt out', '---\n1.0-ruby |\n', ['1.0 ruby']],
    ['keys without a value', '---\n1.0 |checksum:,ruby:,rubygems:\n', ['1.0 ruby']],
    ['unknown keys', `---\n1.0 |checksum:${DIGEST},flavour:sweet:sour&salty\n`, ['1.0 ruby']],
  ])('accepts %s', (_, text, expected) => {
    expect(parse(text).map(({ version, platform }) => `${version} ${platform}`)).toEqual(expected);
  });

  it('lets the last of two lines for one release count, in the place of the first', () => {
    const releases = parse(`---\n1.0 a:>= 1|\n1.1 |\n1.0 b:>= 2|checksum:${DIGEST}\n`);
    expect(releases.map(({ version }) => version)).toEqual(['1.0', '1.1']);
    expect(releases[0]).toMatchObject({
      dependencies: [{ name: 'b', requirement: ['>= 2'] }],
      sha256: DIGEST,
    });
  });

  it('takes a dependency without a requirement for one on any version', () => {
    expect(parse('---\n1.0 a:|\n')[0]?.dependencies).toEqual([{ name: 'a', requirement: ['>= 0'] }]);
  });

  it('reads digests in upper case and in both base64 alphabets as hex', () => {
    const bytes = Buffer.alloc(32, 0xfb);
    const hex = bytes.toString('hex');
    for (const digest of [hex.toUpperCase(), bytes.toString('base64'), bytes.toString('base64url')]) {
      expect(parse(`---\n1.0 |checksum:${digest}\n`)[0]?.sha256).toBe(hex);
    }
  });

  it.each([
    ['an empty line in the middle', '---\n1.0 |\n\n1.1 |\n', 3, 'no space'],
    ['a version alone', '---\n1.0\n', 2, 'no space'],
    ['no bar', '---\n1.0 \n', 2, 'no "|"'],
    ['no version', '---\n |\n', 2, '"" is not a version'],
    ['no version before a platform', '---\n-java |\n', 2, '"" is not a version'],
    ['an empty platform', '---\n1.0- |\n', 2, '"" is not a platform'],
    ['a platform that leaves the directory', '---\n1.0-../../x |\n', 2, '"../../x" is not a platform'],
    ['a web page', '<!DOCTYPE html>\n<html>\n', 1, 'no "|"'],
    ['a dependency without a colon', '---\n1.0 rack|\n', 2, '"rack" is not NAME:VALUE'],
    ['a dependency of white space', '---\n1.0 \t:>= 1|\n', 2, '"\\t" is not a gem name'],
    ['a dependency without a name', '---\n1.0 :>= 1|\n', 2, '":>= 1" is not NAME:VALUE'],
    ['an empty dependency', '---\n1.0 a:>= 1,,b:>= 1|\n', 2, '"" is not NAME:VALUE'],
    ['a bad requirement', '---\n1.0 a:=> 1|\n', 2, '"=> 1" is not a requirement'],
    ['an empty requirement', '---\n1.0 a:>= 1&|\n', 2, '"" is not a requirement'],
    ['a bad Ruby requirement', '---\n1.0 |ruby:3.x.\n', 2, '"3.x." is not a requirement'],
    ['a short checksum', '---\n1.0 |checksum:abc\n', 2, 'checksum "abc" is not a SHA-256'],
    ['Windows line ends', '---\r\n1.0 |\r\n', 1, 'no space'],
    ['a line cut in its checksum', `${BODY}2.0 |checksum:${DIGEST.slice(0, 20)}`, 6, 'checksum'],
  ])('refuses %s, with line and value', (_, text, line, reason) => {
    expect(() => parse(text)).toThrow(RegistryError);
    expect(() => parse(text)).toThrow(`${ORIGIN} is not a compact index for demo: line ${line}: ${reason}`);
  });

  it('quotes no more than an excerpt of a long line', () => {
    expect(() => parse(`---\n${'x'.repeat(1_000_000)} |\n`)).toThrow(/^.{1,500}$/s);
  });

  it.each([
    ['20 MB of releases', (): string => `---\n${releaseLines(20 * 1024 * 1024)}`],
    ['one line of 7 MB', (): string => `---\n1.0 ${'a:>= 1,'.repeat(1_000_000)}b:>= 1|\n`],
    ['20 MB of newlines', (): string => `---\n1.0 |${'\n'.repeat(20_000_000)}`],
  ])('reads %s in time linear in its length', (_, build) => {
    const text = build();
    expect(inBoundedTime(() => parse(text)).length).toBeGreaterThan(0);
  });

  it.each([
    ['white space before a requirement', `---\n1.0 a:${' '.repeat(5_000_000)}x|\n`],
    ['a version of dots', `---\n${'1.'.repeat(5_000_000)} |\n`],
    ['dashes in a requirement', `---\n1.0 a:1${'-'.repeat(5_000_000)}!|\n`],
  ])('refuses %s without backtracking', (_, text) => {
    inBoundedTime(() => {
      expect(() => parse(text)).toThrow(RegistryError);
    });
  });
});

function releaseLines(size: number): string {
  const lines: string[] = [];
  let length = 0;
  for (let number = 0; length < size; number++) {
    const line = `1.0.${number}-x86_64-linux rack:>= 1.0&< 3,json:~> 2.0|checksum:${DIGEST},ruby:>= 2.7&< 3.5.dev\n`;
    lines.push(line);
    length += line.length;
  }
  return lines.join('');
}

/** What Bundler makes of a body, in the form of a `Release`; or why it does not read it. */
interface UpstreamReading {
  readonly error?: string;
  readonly releases?: Release[];
}

const UPSTREAM = `
require 'bundler/compact_index_client'
require 'bundler/endpoint_specification'
require 'bundler/checksum'
require 'rubygems/resolver'
begin
  require 'rubygems/resolver/api_set/gem_parser'
rescue LoadError
end
class OneInfo
  def initialize(body) = @body = body
  def info(name, checksum = nil) = @body
  def versions = ""
end
class NoFetcher
  def uri = "https://rubygems.org/"
end
def upstream(body)
  specs = {}
  Bundler::CompactIndexClient::Parser.new(OneInfo.new(body)).info("demo").each do |name, version, platform, deps, meta|
    spec = Bundler::EndpointSpecification.new(name, version, platform, NoFetcher.new, deps, meta)
    specs[spec.full_name] = {
      name: name, version: version, platform: platform || "ruby",
      dependencies: spec.dependencies.map {|d| { name: d.name, requirement: d.requirement.as_list.sort } },
      requiredRuby: (spec.required_ruby_version || Gem::Requirement.new).as_list.sort,
      requiredRubygems: (spec.required_rubygems_version || Gem::Requirement.new).as_list.sort,
      sha256: spec.checksum&.digest&.downcase,
    }
  end
  { releases: specs.values }
rescue StandardError => e
  { error: e.class.name }
end
`;

/** Requirements in the form of `Gem::Requirement#as_list`: an operator on each, and a dash in a version as `.pre.`. */
function asList(requirement: readonly string[]): string[] {
  const list = requirement.map((one) => {
    const [, operator = '=', version = ''] = /^(=|!=|>=|<=|~>|>|<)?\s*(.*)$/.exec(one) ?? [];
    return `${operator === '' ? '=' : operator} ${version.replaceAll('-', '.pre.')}`;
  });
  return list.length === 0 ? ['>= 0'] : [...new Set(list)].sort();
}

function comparable({ createdAt: _notRead, ...release }: Release): unknown {
  return {
    ...release,
    dependencies: release.dependencies.map(({ name, requirement }) => ({
      name,
      requirement: asList(requirement),
    })),
    requiredRuby: asList(release.requiredRuby),
    requiredRubygems: asList(release.requiredRubygems),
    sha256: release.sha256 ?? null,
  };
}

describe('rows of content-addressed gems', () => {
  const row = (suffix: string, keys: string): Partial<Release> => parse(`1.0-${suffix} |${keys}`)[0] ?? {};
  const abi = 'ruby:~> 3.3.0,rubygems:>= 4.1.0.beta1';

  it.each([
    // rubygems.org wrote it with and without the sign.
    [`${abi},platform:= x86_64-linux-musl,created_at:2026-11-16T01:02:03Z`, 'x86_64-linux-musl'],
    [`${abi},platform:x86_64-linux`, 'x86_64-linux'],
  ])('%s', (keys, platform) => {
    expect(row('78be552b', keys)).toMatchObject({
      platform,
      address: '78be552b',
      requiredRuby: ['~> 3.3.0'],
    });
    expect(parse(`1.0-78be552b |${keys}`).map(fullName)).toEqual(['demo-1.0-78be552b']);
  });

  it.each([
    ['no platform', '78be552b', abi],
    ['the platform ruby', '78be552b', `${abi},platform:= ruby`],
    ['a bound on Ruby that is no ABI', '78be552b', 'ruby:~> 3.3,platform:= x86_64-linux'],
    ['a patch level', '78be552b', 'ruby:~> 3.3.1,platform:= x86_64-linux'],
    ['two bounds', '78be552b', 'ruby:~> 3.3.0&< 4,platform:= x86_64-linux'],
    ['no bound', '78be552b', 'platform:= x86_64-linux'],
    ['a suffix that is too short', '78be552', `${abi},platform:= x86_64-linux`],
    ['upper case', '78BE552B', `${abi},platform:= x86_64-linux`],
  ])('with %s name a platform that looks like an address', (_what, suffix, keys) => {
    expect(row(suffix, keys)).toMatchObject({ platform: suffix });
    expect(row(suffix, keys)).not.toHaveProperty('address');
  });

  it('keeps several for one platform', () => {
    const text = ['78be552b', '987027c9', 'x86_64-linux']
      .map((suffix, at) => `1.0-${suffix} |ruby:~> 3.${at}.0,platform:= x86_64-linux`)
      .join('\n');
    expect(parse(text).map(({ platform, address }) => [platform, address])).toEqual([
      ['x86_64-linux', '78be552b'],
      ['x86_64-linux', '987027c9'],
      ['x86_64-linux', undefined],
    ]);
  });
});

const version = fc.stringMatching(/^(?:0|[1-9][0-9]?)(?:\.(?:0|[1-9][0-9]{0,2}|rc|beta1)){0,3}$/);
const requirement = fc
  .tuple(fc.constantFrom('=', '!=', '>', '<', '>=', '<=', '~>'), version)
  .map(([operator, number]) => `${operator} ${number}`);
const requirementList = fc.array(requirement, { minLength: 1, maxLength: 3 }).map((list) => list.join('&'));
const gemName = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9._-]{0,12}$/);
const line = fc
  .record({
    version,
    platform: fc.constantFrom(
      '',
      '-java',
      '-x86_64-linux',
      '-x86_64-linux-gnu',
      '-aarch64-linux-musl',
      '-arm64-darwin',
    ),
    dependencies: fc.array(
      fc.tuple(gemName, requirementList).map(([name, list]) => `${name}:${list}`),
      { maxLength: 4 },
    ),
    checksum: fc.constantFrom([], [`checksum:${DIGEST}`], [`checksum:${DIGEST.toUpperCase()}`]),
    ruby: fc.oneof(
      fc.constant([]),
      requirementList.map((list) => [`ruby:${list}`]),
    ),
    rubygems: fc.oneof(
      fc.constant([]),
      requirementList.map((list) => [`rubygems:${list}`]),
    ),
    more: fc.constantFrom([], ['created_at:2025-01-02T03:04:05Z'], ['flavour:sweet']),
  })
  .map(
    ({ version: number, platform, dependencies, checksum, ruby, rubygems, more }) =>
      `${number}${platform} ${dependencies.join(',')}|${[...checksum, ...ruby, ...rubygems, ...more].join(',')}`,
  );
const body = fc.array(line, { maxLength: 8 }).map((lines) => ['---', ...lines, ''].join('\n'));

/** The body with one place changed: cut, dropped, doubled, or another character. */
const mutated = fc
  .tuple(
    body.filter((text) => text.length > 6),
    fc.nat(),
    fc.constantFrom(
      'cut',
      'drop',
      'double',
      ' ',
      '\n',
      '-',
      '|',
      ',',
      ':',
      '&',
      '.',
      'x',
      '0',
      '<',
      '\t',
      '\r',
      '\0',
    ),
  )
  .map(([text, place, change]) => {
    const at = place % text.length;
    if (change === 'cut') return text.slice(0, at);
    if (change === 'drop') return text.slice(0, at) + text.slice(at + 1);
    if (change === 'double') return text.slice(0, at + 1) + text.slice(at);
    return text.slice(0, at) + change + text.slice(at + 1);
  });

describe.each<RubyVersion>(['3.4', '4.0'])('parseInfo beside Bundler of Ruby %s', (rubyVersion) => {
  let ruby: Ruby;
  beforeAll(async () => {
    ruby = await startRuby(rubyVersion);
    // Bundler 4 dropped the constant in favour of RubyGems' class, which is the same parser.
    ruby.eval(UPSTREAM);
  });
  const ask = (bodies: readonly string[]): UpstreamReading[] =>
    ruby.evalJson<UpstreamReading[]>('input.map {|body| upstream(body) }', bodies);

  it('reads well-formed bodies alike', () => {
    const bodies = fc.sample(body, { numRuns: 300, seed: 20250102 });
    const readings = ask([BODY, ...bodies]);
    let releases = 0;
    [BODY, ...bodies].forEach((text, index) => {
      const ours = parse(text);
      releases += ours.length;
      expect(ours.map(comparable), text).toEqual(readings[index]?.releases);
    });
    expect(releases).toBeGreaterThan(600);
  });

  it('reads a mutated body as Bundler does, or refuses it', () => {
    const bodies = fc.sample(mutated, { numRuns: 800, seed: 3 });
    const readings = ask(bodies);
    let accepted = 0;
    bodies.forEach((text, index) => {
      let ours: Release[];
      try {
        ours = parse(text);
      } catch (error) {
        expect(error).toBeInstanceOf(RegistryError);
        return;
      }
      accepted++;
      expect(ours.map(comparable), JSON.stringify(text)).toEqual(readings[index]?.releases);
    });
    expect(accepted).toBeGreaterThan(80);
    expect(accepted).toBeLessThan(800);
  });
});
