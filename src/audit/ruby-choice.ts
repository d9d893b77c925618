import { bestVariant, isPicked } from '../gem/variant.js';
import type { VariantChoice } from '../gem/variant.js';
import type { NoVariantFinding } from '../compat/types.js';
import type { Release } from '../registry/types.js';
import { versionsOf } from '../search/candidates.js';
import { installContext } from '../search/install-context.js';
import { compareGemVersions, isPrerelease } from '../version/gem-version.js';
import type { ChooseRequest } from './variant-request.js';
import { pick } from './variant-request.js';

/** A variant would be installed, but does not accept the Ruby. */
export interface RefusedByRuby {
  readonly platform: string;
  readonly ruby: string;
  /** What is installed of the first later version that has a variant for the Ruby, by what the index says. */
  readonly later?: Release;
}

/** What would be installed if every variant took the Ruby; undefined where that is not known, or nothing depends on it. */
export function onAnyRuby(request: ChooseRequest, available: readonly Release[]): OnAnyRuby | undefined {
  const { ruby, ...others } = request.deployment;
  if (ruby === undefined || available.length === 0) return undefined;
  return { ruby, picked: pick({ ...request, deployment: others }, available) };
}

export interface OnAnyRuby {
  /** The one that runs there. */
  readonly ruby: string;
  readonly picked: VariantChoice;
}

/** What would be installed precompiled, but for the Ruby. */
export function refusedByRuby(
  request: ChooseRequest,
  picked: VariantChoice,
  onAny: OnAnyRuby | undefined,
  { available, all }: { readonly available: readonly Release[]; readonly all: readonly Release[] },
): RefusedByRuby | undefined {
  if (onAny === undefined || request.forced?.certain === true || picked.kind === 'precompiled')
    return undefined;
  const { ruby, picked: otherwise } = onAny;
  if (otherwise.kind !== 'precompiled') return undefined;
  // The version has one for this Ruby, which the lockfile does not name.
  if (bestVariant(available, installContext(request.deployment)).kind === 'precompiled') return undefined;
  const later = firstLaterFor(request, all);
  return { platform: otherwise.platform, ruby, ...(later === undefined ? {} : { later }) };
}

/** The variant of the lowest version above the locked one of which one is installed; prereleases only beside one. */
function firstLaterFor(
  { locked: { version }, lockfile, deployment }: ChooseRequest,
  all: readonly Release[],
): Release | undefined {
  const context = installContext(deployment);
  for (const later of versionsOf(all, isPrerelease(version))) {
    if (compareGemVersions(later.version, version) <= 0) continue;
    const picked = bestVariant(later.variants, context, lockfile.platforms);
    if (picked.kind === 'precompiled') return later.variants.find((one) => isPicked(one, picked));
  }
  return undefined;
}

/**
 * What the variant wants of RubyGems that would be installed but for that, and the one that runs there. Bundler then finds that the
 * locked gem "can no longer be found", whatever else there is of the version.
 */
export function refusedByRubygems(
  request: ChooseRequest,
  picked: VariantChoice,
  available: readonly Release[],
): Pick<NoVariantFinding, 'asked' | 'there'> | undefined {
  const { rubygems, ...others } = request.deployment;
  if (rubygems === undefined || picked.kind === 'precompiled' || request.forced?.certain === true)
    return undefined;
  const without = available.filter(({ address }) => address === undefined);
  const otherwise = pick({ ...request, deployment: others }, without);
  if (otherwise.kind !== 'precompiled' || otherwise.notes.includes('not-in-lockfile')) return undefined;
  const variant = without.find((one) => isPicked(one, otherwise));
  return variant === undefined ? undefined : { asked: variant.requiredRubygems, there: [rubygems] };
}
