import { localPlatform } from '../gem/platform.js';
import { bestVariant } from '../gem/variant.js';
import type { Release } from '../registry/types.js';
import { compareGemVersions, isPrerelease } from '../version/gem-version.js';
import type { Candidate, Choice, Deployment } from './types.js';

export interface CandidateRules {
  readonly locked: string;
  readonly deployments: readonly Deployment[];
  /** The lockfile's PLATFORMS: Bundler takes no version that one of them cannot have. */
  readonly platforms: readonly string[];
  /** The gem is to be compiled: `force_ruby_platform: true`. */
  readonly forceRuby?: boolean;
}

/**
 * The versions that Bundler could install on every deployment, oldest first, each with the variant that it would take
 * there. Prereleases only where the locked version is one: Bundler itself never moves to one unasked.
 */
export function candidatesOf(releases: readonly Release[], rules: CandidateRules): Candidate[] {
  const byVersion = new Map<string, Release[]>();
  for (const release of releases) {
    if (isPrerelease(release.version) && !isPrerelease(rules.locked)) continue;
    byVersion.set(release.version, [...(byVersion.get(release.version) ?? []), release]);
  }
  return [...byVersion]
    .flatMap(([version, variants]) => {
      const choices = rules.deployments.flatMap((deployment) => choose(variants, deployment, rules) ?? []);
      return choices.length === rules.deployments.length ? [{ version, choices }] : [];
    })
    .sort((a, b) => compareGemVersions(a.version, b.version));
}

function choose(
  variants: readonly Release[],
  deployment: Deployment,
  { forceRuby = false, platforms }: CandidateRules,
): Choice | undefined {
  const context = {
    local: localPlatform(deployment.cpu, deployment.target.libc),
    forceRuby,
    ...(deployment.ruby === undefined ? {} : { ruby: deployment.ruby }),
  };
  const picked = bestVariant(variants, context, platforms);
  if (picked.kind === 'none') return undefined;
  const platform = picked.kind === 'ruby' ? 'ruby' : picked.platform;
  const release = variants.find((variant) => variant.platform === platform);
  return release === undefined ? undefined : { deployment, kind: picked.kind, release };
}
