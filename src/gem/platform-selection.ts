import type { PlatformOrRuby } from './platform.js';
import { installable, parsePlatform, samePlatform } from './platform.js';

/** One platform's build of a gem version, with what Bundler looks at to choose between builds. */
export interface Variant {
  /** As the index or the lockfile writes it: `ruby`, `x86_64-linux-gnu`. */
  readonly platform: string;
  /** Of a content-addressed gem: what stands for the platform in the name of its file. */
  readonly address?: string;
  /** `required_ruby_version`; absent or `[]` where there is none. */
  readonly requiredRuby?: readonly string[];
  /** `required_rubygems_version`; absent or `[]` where there is none. */
  readonly requiredRubygems?: readonly string[];
  /** Runtime dependencies. */
  readonly dependencies?: readonly { readonly name: string; readonly requirement: readonly string[] }[];
}

/**
 * How far a gem's platform is from the machine's, in Bundler's points (`platform_specificity_match`): -1 the same,
 * 1,000,000 for `ruby`, else 1 for another system + 10 or 20 for the CPU + 100 or 200 for the version. Lower is better.
 */
export function platformDistance(gem: PlatformOrRuby, local: PlatformOrRuby): number {
  if (samePlatform(gem, local)) return -1;
  if (gem === 'ruby' || local === 'ruby') return 1_000_000;
  const os = gem.os === local.os ? 0 : 1;
  const version = gem.version === local.version ? 0 : gem.version === null ? 1 : 2;
  return os + 10 * cpuDistance(gem.cpu, local.cpu) + 100 * version;
}

function cpuDistance(gem: string | null, local: string | null): number {
  if (gem === local || (gem === 'arm' && local?.startsWith('arm') === true)) return 0;
  return gem === null || gem === 'universal' ? 1 : 2;
}

/**
 * The variants that Bundler holds for the best on `local` (`select_best_platform_match`): those of exactly that
 * platform; else the nearest, and with it those that are as near and have the same dependencies and requirements.
 * Before all that come content-addressed ones that the running Ruby takes, however near another is.
 * Ties keep the order that was given: so does Bundler 4, and Bundler 2 where Ruby's `sort_by` happens to be stable.
 * @param accepts does the running Ruby, with its RubyGems, take the variant?
 */
export function selectBestVariants<V extends Variant>(
  variants: readonly V[],
  local: PlatformOrRuby,
  accepts: (variant: V) => boolean,
): readonly V[] {
  const installableHere = variants.filter(({ platform }) => installable(parsePlatform(platform), local));
  const matching = preferAddressed(installableHere, accepts).map((variant) => ({
    variant,
    platform: parsePlatform(variant.platform),
  }));
  if (matching.length <= 1) return matching.map(({ variant }) => variant);
  const exact = matching.filter(({ platform }) => samePlatform(platform, local));
  if (exact.length > 0) return exact.map(({ variant }) => variant);
  const sorted = matching
    .map(({ variant, platform }) => ({ variant, distance: platformDistance(platform, local) }))
    .sort((one, other) => one.distance - other.distance);
  const best = sorted[0];
  if (best === undefined) return [];
  const end = sorted.findIndex(
    ({ variant, distance }) => distance !== best.distance || !interchangeable(variant, best.variant),
  );
  return sorted.slice(0, end < 0 ? sorted.length : end).map(({ variant }) => variant);
}

/**
 * Bundler 4.1's `prefer_content_addressable`, asked before any platform is: content-addressed variants that the running Ruby
 * takes, and nothing beside them; where there is none, the others. Of two addresses for one platform the longer one counts, where
 * the shorter is its start.
 */
function preferAddressed<V extends Variant>(
  variants: readonly V[],
  accepts: (variant: V) => boolean,
): readonly V[] {
  const addressed = variants.filter(({ address }) => address !== undefined);
  if (addressed.length === 0) return variants;
  const accepted = addressed.filter(accepts);
  const preferred = accepted.filter((one) => !accepted.some((other) => isLonger(other, one)));
  if (preferred.length > 0) return preferred;
  const others = variants.filter(({ address }) => address === undefined);
  return others.length > 0 ? others : variants;
}

function isLonger(longer: Variant, shorter: Variant): boolean {
  return (
    longer.platform === shorter.platform &&
    longer.address !== shorter.address &&
    longer.address?.startsWith(shorter.address ?? '') === true
  );
}

/** Same dependencies, Ruby and RubyGems: Bundler may put either in the lockfile. */
export function interchangeable(one: Variant, other: Variant): boolean {
  return (
    requirementKey(one.requiredRuby) === requirementKey(other.requiredRuby) &&
    requirementKey(one.requiredRubygems) === requirementKey(other.requiredRubygems) &&
    dependencyKey(one) === dependencyKey(other)
  );
}

function dependencyKey(variant: Variant): string {
  return (variant.dependencies ?? [])
    .map(({ name, requirement }) => `${name} ${requirementKey(requirement)}`)
    .sort()
    .join('\n');
}

/** `Gem::Requirement#==`: without order, `= 1` is `= 1.0`, but `~> 1` is not `~> 1.0`. */
function requirementKey(requirement: readonly string[] = []): string {
  if (requirement.length === 0) return '>= 0';
  return requirement
    .map((clause) => {
      const [, operator = '', version = ''] = /^\s*([=<>!~]*)\s*(.*?)\s*$/.exec(clause) ?? [];
      const shown = operator === '~>' ? version : version.replace(/(?:\.0)+$/, '');
      return `${operator === '' ? '=' : operator} ${shown}`;
    })
    .sort()
    .join(', ');
}
