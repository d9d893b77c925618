import { compareGemVersions } from '../version/gem-version.js';
import { satisfies } from '../version/requirement.js';
import { bundlerRules } from './bundler-rules.js';
import { FIRST_WITH_ADDRESSES } from './content-address.js';
import type { PlatformOrRuby } from './platform.js';
import { installable, parsePlatform, platformMatches, samePlatform } from './platform.js';
import type { Variant } from './platform-selection.js';
import { interchangeable, platformDistance, selectBestVariants } from './platform-selection.js';

/** What installs gems, as far as it is known. */
export interface Runtime {
  /** The Ruby that runs there: `3.3.6`, or `3.3` where the patch level is not known. Absent: not checked. */
  readonly ruby?: string;
  /** The RubyGems that runs there. Absent: not checked. */
  readonly rubygems?: string;
  /** The Bundler that runs there: `4.1.1`. The rules of 2.6 where it is absent. */
  readonly bundler?: string;
}

/** The machine that `bundle install` runs on, and how it is run. */
export interface InstallContext extends Runtime {
  /** `Gem::Platform.local` there; `ruby` where Bundler is set to `force_ruby_platform`. */
  readonly local: PlatformOrRuby;
  /** The Gemfile says `force_ruby_platform: true` for this gem. */
  readonly forceRuby?: boolean;
}

/** One gem version of a lockfile, of which Bundler is to install one variant. */
export interface VariantRequest extends InstallContext {
  /** The platforms that the lockfile lists for this name and version. */
  readonly locked: readonly string[];
  /** The content address that the lockfile gives for a platform of `locked`. */
  readonly addresses?: ReadonlyMap<string, string>;
  /** The lockfile's PLATFORMS. */
  readonly lockedPlatforms: readonly string[];
  /** The variants that the registry offers of this version, in its order; absent where it could not be asked. */
  readonly available?: readonly Variant[];
  /** Installation with `frozen` or `deployment` set: what is not in the lockfile is refused, not resolved anew. */
  readonly frozen?: boolean;
}

/**
 * What has to be said beside the choice.
 * - `not-in-lockfile`: the lockfile does not provide for this machine. Bundler resolves anew and changes the lockfile
 *   (the choice is the most likely outcome), or refuses where it is frozen.
 * - `not-locked-variant`: the lockfile lists the `ruby` variant alone and leaves the choice to the moment of installing.
 * - `requirements-not-checked`: Ruby or RubyGems is limited by a variant, and which one runs there is not known.
 * - `variant-skipped`: a nearer variant is passed over, because it wants another Ruby or RubyGems.
 * - `yanked`: the registry no longer has a variant that the lockfile lists.
 * - `refused-when-frozen`: the choice holds only where Bundler may change the lockfile.
 */
export type VariantNote =
  | 'not-in-lockfile'
  | 'not-locked-variant'
  | 'requirements-not-checked'
  | 'variant-skipped'
  | 'yanked'
  | 'refused-when-frozen';

/**
 * Why there is no variant.
 * - `no-matching-platform`: neither lockfile nor registry has one for this machine.
 * - `ruby-mismatch`: every variant that matches wants another Ruby or RubyGems.
 * - `not-available`: the registry has none of what the lockfile lists.
 * - `frozen`: only a changed lockfile could provide for this machine.
 * - `registry-needed`: the choice depends on what the registry offers, and it could not be asked.
 */
export type NoVariantReason =
  'no-matching-platform' | 'ruby-mismatch' | 'not-available' | 'frozen' | 'registry-needed';

export type VariantChoice =
  | {
      readonly kind: 'precompiled';
      readonly platform: string;
      /** Of a content-addressed gem. */
      readonly address?: string;
      readonly notes: readonly VariantNote[];
    }
  | { readonly kind: 'ruby'; readonly notes: readonly VariantNote[] }
  | { readonly kind: 'none'; readonly reason: NoVariantReason; readonly notes: readonly VariantNote[] };

/** Far above any patch level that was released. */
const anyPatch = 999;

/**
 * A Ruby of which only `X.Y` is known stands for all its releases: what its first or its last would accept may be
 * installed.
 */
function releasesOf(ruby: string): readonly string[] {
  return /^\d+\.\d+$/.test(ruby) ? [`${ruby}.0`, `${ruby}.${anyPatch}`] : [ruby];
}

/** Does the variant accept the Ruby and RubyGems of `context`? What is not known there is accepted. */
export function acceptsRuby(variant: Variant, context: Runtime): boolean {
  const accepts = (versions: readonly string[], requirement: readonly string[] = []): boolean =>
    versions.length === 0 ||
    requirement.length === 0 ||
    versions.some((version) => satisfies(version, requirement));
  return (
    accepts(context.ruby === undefined ? [] : releasesOf(context.ruby), variant.requiredRuby) &&
    accepts(context.rubygems === undefined ? [] : [context.rubygems], variant.requiredRubygems)
  );
}

/**
 * Are content-addressed gems seen at all? Bundler 4.1 takes their rows for gems of no platform that there is where an older RubyGems
 * runs it, and so does any older Bundler (lib/bundler/rubygems_ext.rb of ruby/rubygems at 06805735).
 */
export function seesAddresses({ bundler, rubygems }: Runtime): boolean {
  return (
    isAtLeast(bundler, FIRST_WITH_ADDRESSES) &&
    (rubygems === undefined || isAtLeast(rubygems, FIRST_WITH_ADDRESSES))
  );
}

function isAtLeast(version: string | undefined, least: string): boolean {
  return version !== undefined && compareGemVersions(version, least) >= 0;
}

/** The variants that Bundler sees. */
function visible<V extends Variant>(variants: readonly V[], context: Runtime): readonly V[] {
  return seesAddresses(context) ? variants : variants.filter(({ address }) => address === undefined);
}

/** `select_best_platform_match` for what runs in `context`: see `selectBestVariants`. */
export function bestFor<V extends Variant>(
  variants: readonly V[],
  platform: PlatformOrRuby,
  context: Runtime,
): readonly V[] {
  return selectBestVariants(visible(variants, context), platform, (variant) => acceptsRuby(variant, context));
}

/** Is it this variant that was chosen? */
export function isPicked(variant: Variant, picked: VariantChoice): boolean {
  if (picked.kind === 'none') return false;
  if (picked.kind === 'ruby') return variant.platform === 'ruby';
  return variant.platform === picked.platform && variant.address === picked.address;
}

/** `Definition#current_platform_locked?`: may Bundler install on this machine without a change of PLATFORMS? */
export function platformLocked(
  lockedPlatforms: readonly PlatformOrRuby[],
  context: Pick<InstallContext, 'local' | 'bundler'>,
): boolean {
  const { local, bundler } = context;
  const { asksOfMachine } = bundlerRules(bundler);
  return lockedPlatforms.some((platform) => {
    if (!asksOfMachine || platform === 'ruby' || local === 'ruby') return installable(platform, local);
    // Bundler 2.6.5 and later ask the machine's platform whether it matches the lockfile's, so the C library counts the other way:
    // a musl machine is not provided for by `x86_64-linux`, a gnu machine is by `x86_64-linux-musl`.
    return samePlatform(platform, local) || platformMatches(local, platform);
  });
}

/**
 * With nothing but `ruby` (on JRuby: `java`) in PLATFORMS, Bundler chooses among all that the registry has when it
 * installs; else it takes what the lockfile lists and nothing else (`LazySpecification#use_exact_resolved_specifications?`).
 */
function usesExactVariants(lockedPlatforms: readonly PlatformOrRuby[], context: InstallContext): boolean {
  const { local } = context;
  if (context.forceRuby === true || local === 'ruby') return true;
  let mostSpecific: PlatformOrRuby | undefined;
  let least = Infinity;
  for (const platform of lockedPlatforms) {
    const distance = platformDistance(platform, local);
    if (distance < least) [mostSpecific, least] = [platform, distance];
  }
  if (mostSpecific === undefined) return true;
  const generic: PlatformOrRuby = local.os === 'java' ? { cpu: null, os: 'java', version: null } : 'ruby';
  return !samePlatform(mostSpecific, generic);
}

/** What became of one locked variant: the variant that is installed for it, or nothing that the registry has. */
type Materialized = { readonly variant: Variant } | 'missing';

/** `LazySpecification#materialize_for_installation`; undefined where nothing fits the Ruby. */
function materialize(locked: string, request: VariantRequest, exact: boolean): Materialized | undefined {
  const { local, frozen = false } = request;
  const address = seesAddresses(request) ? request.addresses?.get(locked) : undefined;
  const available = request.available ?? request.locked.map((platform) => asLocked(platform, request));
  const compatible = (variants: readonly Variant[], orLast: boolean): Materialized | undefined => {
    const found =
      variants.findLast((variant) => acceptsRuby(variant, request)) ?? (orLast ? variants.at(-1) : undefined);
    return found === undefined ? undefined : { variant: found };
  };
  const platform = parsePlatform(locked);
  const modern = bundlerRules(request.bundler).looksFurther;
  const bestOf = (
    choices: readonly PlatformOrRuby[],
    among: readonly Variant[] = available,
  ): Materialized | undefined => {
    for (const choice of choices) {
      const found = compatible(bestFor(among, choice, request), false);
      if (found !== undefined) return found;
    }
    return frozen ? compatible(bestFor(among, platform, request), true) : undefined;
  };
  if (!exact) {
    if (available.length === 0) return 'missing';
    return bestOf(modern ? [local, platform, 'ruby'] : [local, platform]);
  }
  const named = available.filter((variant) => variant.address === address);
  const same = named.filter((variant) => samePlatform(parsePlatform(variant.platform), platform));
  if (same.length === 0) return 'missing';
  const found = compatible(same, frozen && !modern);
  // A frozen Bundler keeps to what the lockfile covers: to the address that it names, else to gems without one.
  return found ?? (frozen && modern ? bestOf([local, platform, 'ruby'], named) : undefined);
}

/** What the lockfile alone says of a variant. */
function asLocked(platform: string, request: VariantRequest): Variant {
  const address = seesAddresses(request) ? request.addresses?.get(platform) : undefined;
  return address === undefined ? { platform } : { platform, address };
}

function isAddressed(result: Materialized | undefined): boolean {
  return typeof result === 'object' && result.variant.address !== undefined;
}

/** What a choice from the lockfile alone comes to, before anything is resolved anew. */
type LockedOutcome =
  | { readonly variant: Variant; readonly notes: readonly VariantNote[] }
  | { readonly reason: 'no-matching-platform' | 'ruby-mismatch' | 'refused' | 'not-available' };

/** `SpecSet#materialize` for one gem (`select_best_local_platform_match`). */
function chooseLocked(request: VariantRequest, exact: boolean): LockedOutcome {
  const { local } = request;
  const target = request.forceRuby === true ? 'ruby' : local;
  const matching = request.locked.filter((locked) => installable(parsePlatform(locked), target));
  if (matching.length === 0) return { reason: 'no-matching-platform' };
  const outcomes = matching
    .map((locked) => ({
      distance: platformDistance(parsePlatform(locked), local),
      result: materialize(locked, request, exact),
    }))
    .sort(
      (one, other) =>
        Number(isAddressed(other.result)) - Number(isAddressed(one.result)) || one.distance - other.distance,
    );
  const notes = new Set<VariantNote>();
  for (const { result } of outcomes) {
    if (result === 'missing') notes.add('yanked');
    else if (result === undefined || !acceptsRuby(result.variant, request)) notes.add('variant-skipped');
    if (result !== undefined && result !== 'missing') {
      // A frozen Bundler 2 takes the variant that the lockfile lists and stops when it comes to install it.
      if (!acceptsRuby(result.variant, request)) return { reason: 'refused' };
      if (!exact) {
        const nearest = bestFor(request.available ?? [], local, request).at(-1);
        if (nearest !== undefined && !acceptsRuby(nearest, request)) notes.add('variant-skipped');
        const named = request.locked.some((name) =>
          samePlatform(parsePlatform(name), parsePlatform(result.variant.platform)),
        );
        if (!named) notes.add('not-locked-variant');
      }
      return { variant: result.variant, notes: [...notes] };
    }
  }
  return { reason: notes.has('variant-skipped') ? 'ruby-mismatch' : 'not-available' };
}

function requirementsUnknown(variants: readonly Variant[], context: InstallContext): boolean {
  return variants.some(
    (variant) =>
      (context.ruby === undefined && (variant.requiredRuby ?? []).length > 0) ||
      (context.rubygems === undefined && (variant.requiredRubygems ?? []).length > 0),
  );
}

function choice(variant: Variant, notes: Iterable<VariantNote>): VariantChoice {
  const platform = parsePlatform(variant.platform);
  const all = [...new Set(notes)];
  return platform === 'ruby'
    ? { kind: 'ruby', notes: all }
    : {
        ...{ kind: 'precompiled', platform: variant.platform, notes: all },
        ...(variant.address === undefined ? {} : { address: variant.address }),
      };
}

/**
 * Which variant of a locked gem version Bundler installs on a machine, by the rules of Bundler 2.6 or 4 (read from
 * lib/bundler/lazy_specification.rb, match_platform.rb, definition.rb).
 *
 * What surprises: a lockfile that lists only `ruby` for a gem gets it compiled although the registry has a precompiled
 * variant, unless PLATFORMS has nothing but `ruby`: then the registry's best is taken. And a musl machine takes the
 * bare `x86_64-linux`, most often built for glibc, where the lockfile lists no `-musl`.
 */
export function pickVariant(asked: VariantRequest): VariantChoice {
  const request =
    asked.available === undefined ? asked : { ...asked, available: visible(asked.available, asked) };
  const lockedPlatforms = request.lockedPlatforms.map((name) => parsePlatform(name));
  const exact = usesExactVariants(lockedPlatforms, request);
  const provided = platformLocked(lockedPlatforms, request);
  const notes: VariantNote[] = [];
  if (requirementsUnknown(request.available ?? [], request)) notes.push('requirements-not-checked');
  if (!exact && request.available === undefined) return { kind: 'none', reason: 'registry-needed', notes };

  const isPermitted =
    provided ||
    (request.frozen === true && bundlerRules(request.bundler).rubyHasAll && lockedPlatforms.includes('ruby'));
  const outcome = isPermitted ? chooseLocked(request, exact) : undefined;
  if (outcome !== undefined && 'variant' in outcome) {
    const found = [...notes, ...outcome.notes];
    if (request.frozen !== true) {
      const strict = chooseLocked({ ...request, frozen: true }, exact);
      const differs = !('variant' in strict) || !sameVariant(strict.variant, outcome.variant);
      if (differs) found.push('refused-when-frozen');
    }
    return choice(outcome.variant, found);
  }

  if (outcome?.reason === 'not-available') return { kind: 'none', reason: 'not-available', notes };
  if (outcome?.reason === 'refused') return { kind: 'none', reason: 'ruby-mismatch', notes };
  // A locked address holds a frozen Bundler: nothing is looked for beside it.
  const isHeld =
    outcome?.reason === 'ruby-mismatch' && seesAddresses(request) && (request.addresses?.size ?? 0) > 0;
  if (isHeld && request.frozen === true) return { kind: 'none', reason: 'ruby-mismatch', notes };
  notes.push('not-in-lockfile');
  // Where PLATFORMS have the machine, a frozen Bundler too resolves anew what the lockfile has no variant of for it.
  if (outcome === undefined && request.frozen === true) return { kind: 'none', reason: 'frozen', notes };
  if (request.available === undefined) {
    return { kind: 'none', reason: outcome === undefined ? 'registry-needed' : outcome.reason, notes };
  }
  // A platform that is added to PLATFORMS keeps what the lockfile has for it, and stops where the source lacks that.
  const { forgetsGone } = bundlerRules(request.bundler);
  if (outcome === undefined && !forgetsGone && isGone(chooseLocked(request, exact)))
    return { kind: 'none', reason: 'not-available', notes };
  const resolved = resolveAnew(request, lockedPlatforms, request.available);
  if (resolved.kind === 'none') return { ...resolved, notes: [...new Set([...notes, ...resolved.notes])] };
  const refused: readonly VariantNote[] = outcome === undefined || isHeld ? ['refused-when-frozen'] : [];
  return { ...resolved, notes: [...new Set([...notes, ...resolved.notes, ...refused])] };
}

function isGone(outcome: LockedOutcome): boolean {
  return 'reason' in outcome && outcome.reason === 'not-available';
}

/**
 * What a version comes to that the lockfile has no variant of for this machine. A frozen Bundler resolves for PLATFORMS as they are. One
 * that is not takes out those that the lockfile has no variant for, but for the machine's own
 * (`Definition#remove_invalid_platforms!`), which it adds only where PLATFORMS do not provide for it in other words.
 */
function resolveAnew(
  request: VariantRequest,
  lockedPlatforms: readonly PlatformOrRuby[],
  available: readonly Variant[],
): VariantChoice {
  const { local, locked } = request;
  const { dropsPlatforms, losesForced } = bundlerRules(request.bundler);
  const exact = usesExactVariants(lockedPlatforms, request);
  if (request.frozen === true)
    return resolveFor(exact ? lockedPlatforms : [...lockedPlatforms, local], request, available);
  if (lockedPlatforms.some((platform) => samePlatform(platform, local)))
    return resolveFor([local], request, available);
  if (request.forceRuby === true) {
    const isLost = losesForced && lockedPlatforms.includes('ruby') && !locked.includes('ruby');
    return isLost
      ? { kind: 'none', reason: 'no-matching-platform', notes: [] }
      : resolveFor([local], request, available);
  }
  if (!dropsPlatforms) return resolveFor(exact ? [...lockedPlatforms, local] : [local], request, available);
  const hasVariant = (platform: PlatformOrRuby): boolean =>
    available.some(
      (one) =>
        locked.some((name) => samePlatform(parsePlatform(name), parsePlatform(one.platform))) &&
        installable(parsePlatform(one.platform), platform) &&
        acceptsRuby(one, request),
    );
  const kept = lockedPlatforms.filter(hasVariant);
  const isAdded = !platformLocked(lockedPlatforms, request);
  return resolveFor(isAdded || kept.length > 0 ? [...kept, local] : kept, request, available);
}

/**
 * Which variant Bundler installs of a version that it resolves anew, as after a changed pin: the group of the nearest
 * variants where Ruby and RubyGems suit it, else the `ruby` variant. `platforms` are the others that the lockfile
 * provides for, where the gem is a direct dependency: a version without a variant for one of them is not taken.
 */
export function bestVariant(
  available: readonly Variant[],
  context: InstallContext,
  platforms: readonly string[] = [],
): VariantChoice {
  return resolveFor([context.local, ...platforms.map((name) => parsePlatform(name))], context, available);
}

/** What is installed on this machine of what is resolved for `targets`. */
function resolveFor(
  targets: readonly PlatformOrRuby[],
  context: InstallContext,
  available: readonly Variant[],
): VariantChoice {
  const notes: VariantNote[] = requirementsUnknown(available, context) ? ['requirements-not-checked'] : [];
  const { local } = context;
  const ordered = [...available].sort((one, other) => compareText(one.platform, other.platform));
  const perTarget = targets.map((target) => bestFor(ordered, target, context));
  if (perTarget.length === 0 || perTarget.some((variants) => variants.length === 0)) {
    return { kind: 'none', reason: 'no-matching-platform', notes };
  }
  const compiled = bestFor(ordered, 'ruby', context);
  const precompiled = context.forceRuby !== true && local !== 'ruby';
  const all = [...new Set(perTarget.flat())];
  const chosen = nearestOf(all, local);
  if (precompiled && all.every((one) => acceptsRuby(one, context))) {
    return chosen === undefined
      ? { kind: 'none', reason: 'no-matching-platform', notes }
      : choice(chosen, notes);
  }
  const fallback = compiled.find((one) => acceptsRuby(one, context));
  if (fallback !== undefined) {
    // The `ruby` variant takes along those with the same dependencies and requirements (`SpecGroup#merge`), so this
    // machine keeps its own where it was another platform's that did not suit.
    const kept = precompiled
      ? nearestOf(
          all.filter((one) => interchangeable(one, fallback)),
          local,
        )
      : undefined;
    if (kept !== undefined && kept.platform !== fallback.platform) return choice(kept, notes);
    if (precompiled) notes.push('variant-skipped');
    return choice(fallback, notes);
  }
  const reason =
    compiled.length === 0 && context.forceRuby === true ? 'no-matching-platform' : 'ruby-mismatch';
  return { kind: 'none', reason, notes };
}

/** The variant that is nearest to a machine that can install it; of those that are as near, the last. */
function nearestOf(variants: readonly Variant[], local: PlatformOrRuby): Variant | undefined {
  let nearest: Variant | undefined;
  let least = Infinity;
  for (const variant of variants) {
    const platform = parsePlatform(variant.platform);
    const distance = platformDistance(platform, local);
    if (!installable(platform, local) || distance > least) continue;
    [nearest, least] = [variant, distance];
  }
  return nearest;
}

function sameVariant(one: Variant, other: Variant): boolean {
  return one.platform === other.platform && one.address === other.address;
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
