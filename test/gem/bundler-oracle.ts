import fc from 'fast-check';
import type { Variant } from '../../src/gem/platform-selection.js';
import { selectBestVariants } from '../../src/gem/platform-selection.js';
import type { PlatformDialect, PlatformOrRuby } from '../../src/gem/platform.js';
import {
  parsePlatform,
  platformMatches,
  platformMatchesName,
  platformToString,
} from '../../src/gem/platform.js';
import type { VariantChoice } from '../../src/gem/variant.js';
import { bestVariant, pickVariant } from '../../src/gem/variant.js';
import type { Ruby } from '../helpers/ruby.js';

/** What came of asking upstream the same question as ourselves. */
export interface Comparison {
  readonly asked: number;
  /** One line each, for people. */
  readonly differences: readonly string[];
}

function compare<T>(
  inputs: readonly T[],
  ours: (input: T) => unknown,
  theirs: readonly unknown[],
): Comparison {
  const differences = inputs.flatMap((input, at) => {
    const [own, upstream] = [JSON.stringify(ours(input)), JSON.stringify(theirs[at])];
    return own === upstream ? [] : [`${JSON.stringify(input)}: ours ${own}, upstream ${upstream}`];
  });
  return { asked: inputs.length, differences };
}

export function dialectOf(ruby: Ruby): PlatformDialect {
  return ruby.version === '4.0' ? '4.0' : '3.6';
}

const atoms = (
  'x86_64 aarch64 arm arm64 armv7l armv6 i386 i686 x86 x64 universal powerpc64le s390x riscv64 wasm32 java jruby linux ' +
  'linux-gnu linux-musl gnu musl musleabi musleabihf gnueabi gnueabihf eabihf eabi linuxmusl darwin darwin20 20 1.9 2 ' +
  'mingw32 mingw ucrt mswin32 mswin64 mswin32_60 mswin64-140 freebsd13 freebsd aix aix7 solaris2.8 openbsd7.1 cygwin ' +
  'dalvik dalvik3 dotnet dotnet4.0 java1.8 macruby macruby1 manylinux_2_28 manylinux2014 musllinux_1_2 wasi netbsdelf ' +
  'test_platform9 powerpc-darwin i686-darwin9 sparc-solaris2.8 universal-darwin9 é _ .'
).split(' ');

const atom = fc.constantFrom(...atoms, '', '\n', ' ');

/** Platform names, from the plausible to any string at all; not `current`, which upstream replaces by its own. */
export const anyPlatformName: fc.Arbitrary<string> = fc
  .oneof(
    fc.array(atom, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('-')),
    fc.array(atom, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
  )
  .filter((name) => name !== 'current' && !/\p{Cs}/u.test(name));

function seeded<T>(arbitrary: fc.Arbitrary<T>, count: number, seed: number): T[] {
  return fc.sample(arbitrary, { numRuns: count, seed });
}

/** `Gem::Platform.new(name)`: `to_a` and `to_s`. */
export function compareParsing(ruby: Ruby, count: number, seed: number): Comparison {
  const names = seeded(anyPlatformName, count, seed);
  const theirs = ruby.evalJson<unknown[]>(
    'input.map { |name| given = Gem::Platform.new(name); [given == "ruby" ? nil : given.to_a, given.to_s] }',
    names,
  );
  const dialect = dialectOf(ruby);
  const ours = (name: string): unknown => {
    const platform = parsePlatform(name, dialect);
    const list = platform === 'ruby' ? null : [platform.cpu, platform.os, platform.version];
    return [list, platformToString(platform, dialect)];
  };
  return compare(names, ours, theirs);
}

const pairs = fc.tuple(anyPlatformName, anyPlatformName);

/** `Gem::Platform#===` with a platform and `#=~` with a string. */
export function compareMatching(ruby: Ruby, count: number, seed: number): Comparison {
  const asked = seeded(pairs, count, seed);
  const theirs = ruby.evalJson<unknown[]>(
    `input.map do |name, other|
       gem = Gem::Platform.new(name)
       next nil if gem == "ruby"
       local = Gem::Platform.new(other)
       [local == "ruby" ? nil : gem === local, (gem =~ other) == true]
     end`,
    asked,
  );
  const dialect = dialectOf(ruby);
  const ours = ([name, other]: [string, string]): unknown => {
    const gem = parsePlatform(name, dialect);
    if (gem === 'ruby') return null;
    const local = parsePlatform(other, dialect);
    return [local === 'ruby' ? null : platformMatches(gem, local), platformMatchesName(gem, other, dialect)];
  };
  return compare(asked, ours, theirs);
}

const gemPlatforms = (
  'ruby x86_64-linux x86_64-linux-gnu x86_64-linux-musl aarch64-linux aarch64-linux-gnu aarch64-linux-musl arm-linux ' +
  'arm-linux-gnu arm-linux-gnueabihf arm-linux-musl arm-linux-musleabihf armv7l-linux x86-linux x86-linux-gnu ' +
  'x86-linux-musl universal-linux powerpc64le-linux ppc64le-linux s390x-linux-gnu riscv64-linux-gnu x86_64-darwin ' +
  'arm64-darwin-22 universal-darwin java x64-mingw-ucrt x64-mingw32 universal-mingw32'
).split(' ');

const localPlatforms = (
  'x86_64-linux x86_64-linux-gnu x86_64-linux-musl aarch64-linux aarch64-linux-musl arm-linux-eabihf ' +
  'arm-linux-musleabihf armv7l-linux-eabihf x86-linux x86-linux-musl powerpc64le-linux s390x-linux riscv64-linux ' +
  'arm64-darwin-22 x86_64-darwin-21 java universal-java-11'
).split(' ');

const requirement = fc.constantFrom<readonly string[]>(
  [],
  [],
  ['>= 3.0'],
  ['>= 3.1', '< 3.4.dev'],
  ['< 3.2'],
  ['>= 3.4'],
);

const platformName = fc.constantFrom(...gemPlatforms);
const localName = fc.constantFrom(...localPlatforms);
const rubyVersion = fc.constantFrom('2.7.8', '3.1.4', '3.2.0', '3.3.6', '3.4.1');

const variant: fc.Arbitrary<Variant> = fc.record({
  platform: platformName,
  requiredRuby: requirement,
  dependencies: fc.constantFrom<NonNullable<Variant['dependencies']>>(
    [],
    [],
    [{ name: 'mini_portile2', requirement: ['~> 2.8'] }],
  ),
});

const variants = fc.uniqueArray(variant, {
  selector: ({ platform }) => platform,
  minLength: 1,
  maxLength: 8,
});

/** Ruby that stands a source, a machine and a lockfile up in memory. */
const stage = `
class StagedSource
  attr_reader :specs
  def initialize(specs)
    @specs = Bundler::Index.new
    specs.each { |spec| @specs << spec }
  end
  def local!; end
  def remote!; end
  def cached!; end
  def to_s; "staged"; end
  def name; "staged"; end
  def dependency_api_available?; true; end
end
module Staging
  class << self
    attr_accessor :local, :ruby, :frozen
    def spec(variant)
      Gem::Specification.new do |s|
        s.name = "probe"
        s.version = "1.0"
        s.platform = Gem::Platform.new(variant["platform"])
        s.required_ruby_version = variant["requiredRuby"] unless variant["requiredRuby"].to_a.empty?
        (variant["dependencies"] || []).each { |d| s.add_dependency(d["name"], *d["requirement"]) }
      end
    end
    def helper; defined?(Bundler::GemHelpers) ? Bundler::GemHelpers : Bundler::MatchPlatform; end
    def distance(platform)
      (defined?(Bundler::GemHelpers) ? Bundler::GemHelpers : Gem::Platform).platform_specificity_match(platform, local)
    end
    def silence; Bundler.ui = Bundler::UI::Silent.new; end
  end
end
def Bundler.local_platform; Staging.local; end
def Bundler.frozen_bundle?; Staging.frozen; end
def Gem.ruby_version; Gem::Version.new(Staging.ruby || "3.3.6"); end
Staging.silence
nil`;

/** Prepares a machine for the comparisons below; once for each Ruby. It no longer knows its own platform after that. */
export function prepareStage(ruby: Ruby): void {
  ruby.eval(stage);
}

/** `select_best_platform_match`: the platforms of the variants that are held for the best. */
export function compareSelection(ruby: Ruby, count: number, seed: number): Comparison {
  const asked = seeded(fc.record({ variants, local: localName }), count, seed);
  const theirs = ruby.evalJson<unknown[]>(
    `input.map do |given|
       specs = given["variants"].map { |variant| Staging.spec(variant) }
       Staging.local = Gem::Platform.new(given["local"])
       Staging.helper.select_best_platform_match(specs, Staging.local).map { |spec| spec.platform.to_s }.sort
     end`,
    asked,
  );
  return compare(
    asked,
    (given) =>
      sorted(selectBestVariants(given.variants, local(given.local), () => true).map((one) => one.platform)),
    theirs,
  );
}

function local(name: string): PlatformOrRuby {
  return parsePlatform(name);
}

function sorted(names: readonly string[]): readonly string[] {
  return names.map((name) => platformToString(parsePlatform(name))).sort();
}

const lockRequest = fc
  .record({
    available: variants,
    local: localName,
    ruby: rubyVersion,
    forceRuby: fc.boolean(),
    frozen: fc.boolean(),
    pure: fc.boolean(),
    otherPlatforms: fc.uniqueArray(fc.constantFrom(...localPlatforms, ...gemPlatforms), { maxLength: 3 }),
    chosen: fc.array(fc.nat(7), { minLength: 1, maxLength: 4 }),
    stray: fc.option(platformName),
  })
  .map(({ pure, otherPlatforms, chosen, stray, ...given }) => ({
    ...given,
    lockedPlatforms: pure ? ['ruby'] : [given.local, ...otherPlatforms],
    locked: [
      ...new Set([
        ...chosen.flatMap((at) => given.available[at % given.available.length]?.platform ?? []),
        ...(stray === null ? [] : [stray]),
      ]),
    ],
  }));

/**
 * Which variant Bundler installs from a lockfile: real `SpecSet#materialize` over real `LazySpecification`s, and
 * `Definition#current_platform_locked?`, with a source in memory.
 */
export function compareMaterialization(ruby: Ruby, count: number, seed: number): Comparison {
  const asked = seeded(lockRequest, count, seed);
  const bundler = dialectOf(ruby) === '4.0' ? '4.0' : '2.6';
  const theirs = ruby.evalJson<({ readonly locked: boolean; readonly platform: string | null } | null)[]>(
    `input.map do |given|
       Staging.local = Gem::Platform.new(given["local"])
       Staging.ruby = given["ruby"]
       Staging.frozen = given["frozen"]
       specs = given["available"].map { |variant| Staging.spec(variant) }
       source = StagedSource.new(specs)
       platforms = given["lockedPlatforms"].map { |name| Gem::Platform.new(name) }
       definition = Bundler::Definition.allocate
       definition.instance_variable_set(:@platforms, platforms)
       most_specific = platforms.min_by { |platform| Staging.distance(platform) }
       lazies = given["locked"].map do |name|
         lazy = Bundler::LazySpecification.new("probe", Gem::Version.new("1.0"), Gem::Platform.new(name), source)
         twin = specs.find { |spec| spec.platform == lazy.platform }
         lazy.dependencies = twin ? twin.runtime_dependencies : []
         lazy.most_specific_locked_platform = most_specific
         lazy
       end
       dependency = Bundler::Dependency.new("probe", "1.0", "force_ruby_platform" => given["forceRuby"])
       set = Bundler::SpecSet.new(lazies)
       found = set.send(:materialize_dependencies, [dependency]).find { |m| m.send(:dep).name == "probe" }
       spec = found.materialized_spec
       { locked: definition.send(:current_platform_locked?), platform: spec && spec.platform.to_s }
     end`,
    asked.map((given) => ({ ...given })),
  );
  const differences = asked.flatMap((given, at) => {
    const upstream = theirs[at];
    const choice = pickVariant({ ...given, bundler, local: local(given.local) });
    const problem = judgeChoice(choice, upstream ?? { locked: false, platform: null }, given);
    return problem === undefined
      ? []
      : [
          `${problem}: ${JSON.stringify(given)}: ours ${JSON.stringify(choice)}, upstream ${JSON.stringify(upstream)}`,
        ];
  });
  return { asked: asked.length, differences };
}

function nameOf(choice: VariantChoice): string | null {
  if (choice.kind === 'none') return null;
  return choice.kind === 'ruby' ? 'ruby' : platformToString(parsePlatform(choice.platform));
}

function judgeChoice(
  choice: VariantChoice,
  upstream: { readonly locked: boolean; readonly platform: string | null },
  given: { readonly available: readonly Variant[]; readonly ruby: string; readonly frozen: boolean },
): string | undefined {
  const resolvesAnew = choice.notes.includes('not-in-lockfile');
  if (!upstream.locked && resolvesAnew) return undefined;
  if (upstream.platform === null) {
    return resolvesAnew || choice.kind === 'none'
      ? undefined
      : 'nothing materialises, but a variant was chosen';
  }
  const installed = given.available.find(
    ({ platform }) => platformToString(parsePlatform(platform)) === upstream.platform,
  );
  const refused = installed !== undefined && !accepts(installed.requiredRuby ?? [], given.ruby);
  // A frozen Bundler goes on with a variant that does not suit the Ruby, to fail when it comes to install it.
  if (given.frozen && refused) return choice.kind === 'none' ? undefined : 'not installable, but chosen';
  return nameOf(choice) === upstream.platform ? undefined : 'another variant';
}

/** The requirements of the generator above, by hand: the judge must not lean on what it judges. */
function accepts(clauses: readonly string[], version: string): boolean {
  const minor = Number(version.split('.')[1]) + 100 * Number(version.split('.')[0]);
  return clauses.every((clause) => {
    const [operator, bound = ''] = clause.split(' ');
    const [major, second] = bound.split('.').map(Number);
    const limit = 100 * (major ?? 0) + (second ?? 0);
    return operator === '>=' ? minor >= limit : minor < limit;
  });
}

const resolveRequest = fc.record({
  available: variants,
  local: localName,
  ruby: rubyVersion,
  forceRuby: fc.boolean(),
  platforms: fc.uniqueArray(localName, { maxLength: 2 }),
});

/** Which variant is installed of a version that is resolved anew: the real `Resolver`, then `SpecSet#materialize`. */
export function compareResolution(ruby: Ruby, count: number, seed: number): Comparison {
  const asked = seeded(resolveRequest, count, seed);
  const theirs = ruby.evalJson<unknown[]>(
    `input.map do |given|
       Staging.local = Gem::Platform.new(given["local"])
       Staging.ruby = given["ruby"]
       Staging.frozen = false
       specs = given["available"].map { |variant| Staging.spec(variant) }
       extra = specs.flat_map(&:runtime_dependencies).map(&:name).uniq.map { |name| Gem::Specification.new(name, "2.8.1") }
       source = StagedSource.new(specs + extra)
       (specs + extra).each { |spec| spec.source = source }
       platforms = [Staging.local, *given["platforms"].map { |name| Gem::Platform.new(name) }].uniq
       dependency = Bundler::Dependency.new("probe", "1.0", "force_ruby_platform" => given["forceRuby"])
       meta = [
         Bundler::Dependency.new("Ruby\\0", Gem.ruby_version),
         Bundler::Dependency.new("RubyGems\\0", Gem::VERSION),
       ]
       metadata = StagedSource.new([
         Gem::Specification.new("Ruby\\0", Gem.ruby_version), Gem::Specification.new("RubyGems\\0", Gem::VERSION),
       ])
       sources = { default: source, "Ruby\\0" => metadata, "RubyGems\\0" => metadata }
       none = Bundler::SpecSet.new([])
       begin
         base = Bundler::Resolver::Base.new(sources, [dependency, *meta], none, platforms, locked_specs: none, unlock: Bundler::VERSION < "4" ? [] : true)
         lazies = Bundler::Resolver.new(base, Bundler::GemVersionPromoter.new, nil).start
         set = Bundler::SpecSet.new(Bundler::SpecSet.new(lazies.to_a).for([dependency], platforms))
         most_specific = platforms.min_by { |platform| Staging.distance(platform) }
         set.each { |lazy| lazy.most_specific_locked_platform = most_specific }
         found = set.send(:materialize_dependencies, [dependency]).find { |m| m.send(:dep).name == "probe" }
         found.materialized_spec&.platform&.to_s
       # Where nothing can be resolved, Bundler 2.6.2 may fail to say so (NameError in PubGrub's VersionRange::Empty).
       rescue Bundler::SolveFailure, Bundler::GemNotFound, NameError
         nil
       end
     end`,
    asked,
  );
  return compare(
    asked,
    ({ available, local: name, platforms, ...given }) =>
      nameOf(bestVariant(available, { ...given, local: local(name) }, platforms)),
    theirs,
  );
}
