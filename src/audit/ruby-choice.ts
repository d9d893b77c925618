import { bestVariant, isPicked } from '../gem/variant.js';
import type { VariantChoice } from '../gem/variant.js';
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
  all: readonly Release[],
): RefusedByRuby | undefined {
  if (onAny === undefined || request.forced?.certain === true || picked.kind === 'precompiled')
    return undefined;
  const { ruby, picked: otherwise } = onAny;
  if (otherwise.kind !== 'precompiled') return undefined;
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
