import type { GemPlatform } from '../gem/platform.js';
import { localPlatform, parsePlatform, platformToString } from '../gem/platform.js';
import { acceptsRuby, bestFor, bestVariant, isPicked } from '../gem/variant.js';
import type { Release } from '../registry/types.js';
import type { GemVersion } from '../version/gem-version.js';
import { compareParsedVersions, parseGemVersion } from '../version/gem-version.js';
import { installContext } from './install-context.js';
import type { Candidate, Choice, Deployment } from './types.js';

export interface CandidateRules {
  readonly deployments: readonly Deployment[];
  /** The lockfile's PLATFORMS: Bundler takes no version that one of them cannot have. */
  readonly platforms: readonly string[];
  /** The gem is to be compiled: `force_ruby_platform: true`. */
  readonly forceRuby?: boolean;
}

/** A version with all its variants, whatever they are for. */
export interface Version {
  readonly version: string;
  readonly parsed: GemVersion;
  readonly variants: readonly Release[];
}

/** The versions of a gem, lowest first. */
export function versionsOf(releases: readonly Release[], prereleases: boolean): Version[] {
  const byVersion = new Map<string, Release[]>();
  for (const release of releases) {
    const known = byVersion.get(release.version);
    if (known === undefined) byVersion.set(release.version, [release]);
    else known.push(release);
  }
  return [...byVersion]
    .map(([version, variants]) => ({ version, variants, parsed: parseGemVersion(version) }))
    .filter(({ parsed }) => prereleases || !parsed.prerelease)
    .sort((a, b) => compareParsedVersions(a.parsed, b.parsed));
}

/** Which of a version's variants is taken on a deployment, by its place among them. */
type Pattern = readonly { readonly kind: Choice['kind']; readonly at: number }[] | undefined;

/**
 * What Bundler would install of a version. Most versions of a gem come in the same variants with the same bounds on
 * Ruby, so that the question is answered once for them all.
 */
export class CandidateRule {
  readonly #rules: CandidateRules;
  readonly #locals: readonly { readonly deployment: Deployment; readonly local: GemPlatform }[];
  readonly #patterns = new Map<string, Pattern>();
  readonly #groups = new Map<string, readonly number[]>();

  constructor(rules: CandidateRules) {
    this.#rules = rules;
    this.#locals = rules.deployments.map((deployment) => ({
      deployment,
      local: localPlatform(deployment.cpu, deployment.target.libc),
    }));
  }

  /** `undefined` where there is a deployment that it cannot be installed on. */
  candidate(version: string, variants: readonly Release[]): Candidate | undefined {
    const shape = shapeOf(variants);
    let pattern = this.#patterns.get(shape);
    if (pattern === undefined && !this.#patterns.has(shape)) {
      pattern = this.#choose(variants);
      this.#patterns.set(shape, pattern);
    }
    if (pattern === undefined) return undefined;
    const choices = pattern.flatMap(({ kind, at }, i): Choice[] => {
      const deployment = this.#rules.deployments[i];
      const release = variants[at];
      return deployment === undefined || release === undefined ? [] : [{ deployment, kind, release }];
    });
    return { version, choices };
  }

  #choose(variants: readonly Release[]): Pattern {
    const pattern: { kind: Choice['kind']; at: number }[] = [];
    for (const { deployment } of this.#locals) {
      const forceRuby = this.#rules.forceRuby === true || deployment.forceRubyFrom !== undefined;
      const context = { ...installContext(deployment), forceRuby };
      const picked = bestVariant(variants, context, this.#rules.platforms);
      if (picked.kind === 'none') return undefined;
      pattern.push({ kind: picked.kind, at: variants.findIndex((variant) => isPicked(variant, picked)) });
    }
    return pattern;
  }

  /**
   * What a version asks of other gems, as Bundler's resolver sees it: for all platforms of the lockfile at once, what
   * any of their variants asks for (`SpecGroup#dependencies`), or the `ruby` variant alone where it is the one that is
   * taken.
   */
  dependencies({ choices }: Candidate, variants: readonly Release[]): Release['dependencies'] {
    const releases = new Set(choices.map(({ release }) => release));
    if (this.#rules.forceRuby !== true && variants.length > 1) {
      const shape = shapeOf(variants);
      const group = this.#groups.get(shape) ?? this.#group(variants);
      this.#groups.set(shape, group);
      for (const at of group) {
        const variant = variants[at];
        if (variant !== undefined) releases.add(variant);
      }
    }
    const asked = new Map<string, Release['dependencies'][number]>();
    for (const { dependencies } of releases)
      for (const one of dependencies) asked.set(`${one.name} ${one.requirement.join(', ')}`, one);
    return [...asked.values()];
  }

  /** The variants that the resolver takes for all platforms at once, where each of them accepts the Ruby. */
  #group(variants: readonly Release[]): readonly number[] {
    const group = new Set<number>();
    const others = this.#rules.platforms.map((name) => parsePlatform(name));
    for (const { deployment, local } of this.#locals) {
      const context = installContext(deployment);
      const chosen = [...others, local].flatMap((platform) => bestFor(variants, platform, context));
      if (chosen.every((variant) => acceptsRuby(variant, context)))
        for (const variant of chosen) group.add(variants.indexOf(variant));
    }
    return [...group];
  }
}

/** Hex digits of an address that was not made longer for a collision (`DEFAULT_LENGTH`). */
const USUAL_ADDRESS = 8;

const shapes = new WeakMap<readonly Release[], string>();

/** What the choice among variants depends on: not what they ask of others, but which of them ask the same. */
export function shapeOf(variants: readonly Release[]): string {
  const known = shapes.get(variants);
  if (known !== undefined) return known;
  const kinds = new Map<string, number>();
  const shape = variants
    .map(({ platform, address = '', requiredRuby, requiredRubygems, dependencies }) => {
      const asks = dependencies.map(({ name, requirement }) => `${name} ${requirement.join('&')}`).join('|');
      const kind = kinds.get(asks) ?? kinds.size;
      kinds.set(asks, kind);
      // Of two addresses one may be the start of the other; where all have the usual length it matters only that there is one.
      const addressed = address.length > USUAL_ADDRESS ? address : address === '' ? '' : '#';
      return `${platform}${addressed}|${requiredRuby.join('&')}|${requiredRubygems.join('&')}|${kind}`;
    })
    .join('\n');
  shapes.set(variants, shape);
  return shape;
}

/** Machines that the lockfile lists no variant for by their own name, though a bare `-linux` installs on them. */
export function unlistedPlatforms({ choices }: Candidate, platforms: readonly string[]): string[] {
  const locals = choices
    .filter(({ kind }) => kind === 'precompiled')
    .map(({ deployment }) => platformToString(localPlatform(deployment.cpu, deployment.target.libc)));
  return [...new Set(locals)].filter((name) => !platforms.includes(name));
}
