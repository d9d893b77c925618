import { parsePlatform } from '../gem/platform.js';
import { interchangeable } from '../gem/platform-selection.js';
import type { Runtime } from '../gem/variant.js';
import { acceptsRuby, bestFor } from '../gem/variant.js';
import type { Release } from '../registry/types.js';
import type { GemVersion } from '../version/gem-version.js';
import { bumpOf, compareParsedVersions, parseGemVersion } from '../version/gem-version.js';
import type { RequirementClause } from '../version/requirement.js';
import { parseRequirement } from '../version/requirement.js';
import type { Dependency } from './bundle-gem.js';
import type { Version } from './candidates.js';
import { shapeOf } from './candidates.js';
import type { Package } from './solver/incompatibility.js';
import type { PositionSet } from './solver/position-set.js';
import { complement, intersect, run } from './solver/position-set.js';

/** What Bundler's resolver chooses from: a version by the best variants of all platforms, or by its `ruby` variant. */
export interface BundlerCandidate {
  readonly version: string;
  readonly parsed: GemVersion;
  /** What it asks for, by gem: a line for each requirement. `OTHER_RUBY` is among them where it wants another one. */
  asks(): ReadonlyMap<string, string>;
}

/** Bundler's name for Ruby among the gems: no gem can have it. */
export const OTHER_RUBY = 'Ruby\0';

/** A version between two candidates, and the positions that stand for it. */
interface Place {
  readonly version: GemVersion;
  readonly from: number;
  readonly to: number;
}

/** What a run of positions asks of another gem. Positions that ask for the same in a row share the object. */
export interface Ask {
  readonly name: string;
  readonly positions: PositionSet;
  /** Each has to hold. */
  readonly requirements: readonly (readonly string[])[];
}

/**
 * A gem as Bundler's resolver sees it. Candidate `i` is at position `2i + 1`, and from `2i` up to there lies whatever is
 * between it and the one below: Bundler does not know that there is nothing. A version that is none of the candidates, and
 * that a requirement names, has a place there too, at fractions: `~> 1.0` and `~> 2.0` never have anything in common.
 */
export class BundlerPackage implements Package {
  readonly name: string;
  readonly candidates: readonly BundlerCandidate[];
  readonly #sets = new Map<string, PositionSet>();
  readonly #asks = new Map<number, readonly Ask[]>();
  /** Versions that lie between two candidates, by the index of the upper one, the lowest first. */
  readonly #between = new Map<number, Place[]>();

  constructor(name: string, candidates: readonly BundlerCandidate[]) {
    this.name = name;
    this.candidates = candidates;
  }

  get size(): number {
    return 2 * this.candidates.length + 1;
  }

  at(position: number): BundlerCandidate | undefined {
    return position % 2 === 0 ? undefined : this.candidates[(position - 1) / 2];
  }

  /** The positions of the candidates in a set, the highest first. */
  *candidatesIn(set: PositionSet): Generator<number> {
    for (let i = set.length - 2; i >= 0; i -= 2) {
      const last = Math.ceil(set[i + 1] ?? 0) - 1;
      for (let position = last - (1 - (last % 2)); position >= (set[i] ?? 0); position -= 2) yield position;
    }
  }

  /** How many candidates there are in a set. */
  count(set: PositionSet): number {
    let sum = 0;
    for (let i = 0; i < set.length; i += 2) sum += ((set[i + 1] ?? 0) >> 1) - ((set[i] ?? 0) >> 1);
    return sum;
  }

  /** How many candidates there are above a set. */
  above(set: PositionSet): number {
    const end = set.at(-1) ?? 0;
    return this.candidates.length - (end >> 1);
  }

  /** What the candidate at a position asks of others, with all that ask for the same above and below it. */
  asks(position: number): readonly Ask[] {
    const known = this.#asks.get(position);
    if (known !== undefined) return known;
    const asks = [...(this.at(position)?.asks() ?? [])].map(([name, wanted]) => {
      const from = this.#alike(position, -2, name, wanted);
      const shared = from === position ? undefined : this.asks(from).find((one) => one.name === name);
      if (shared !== undefined) return shared;
      const to = this.#alike(position, 2, name, wanted);
      const positions = run(from === 1 ? 0 : from, to + 2 < this.size ? to + 2 : this.size);
      return { name, positions, requirements: wanted.split('\n').map((one) => one.split(', ')) };
    });
    this.#asks.set(position, asks);
    return asks;
  }

  /** The last position, up or down by steps, at which another gem is asked for in the same words. */
  #alike(position: number, step: number, name: string, wanted: string): number {
    let last = position;
    while (
      this.at(last + step)
        ?.asks()
        .get(name) === wanted
    )
      last += step;
    return last;
  }

  /** `Resolver#requirement_to_range`. */
  allowed(requirement: readonly string[]): PositionSet {
    const key = requirement.join(', ');
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const { clauses } = parseRequirement(requirement);
    const set = clauses.reduce<PositionSet>(
      (all, clause) => intersect(all, this.#clause(clause)),
      run(0, this.size),
    );
    this.#sets.set(key, set);
    return set;
  }

  #clause({ operator, version }: RequirementClause): PositionSet {
    const { from, to } = this.#place(version);
    switch (operator) {
      case '=':
        return run(from, to);
      case '!=':
        return complement(run(from, to), this.size);
      case '>=':
        return run(from, this.size);
      case '>':
        return run(to, this.size);
      case '<':
        return run(0, from);
      case '<=':
        return run(0, to);
      case '~>':
        return run(from, this.#place(parseGemVersion(`${bumpOf(version).text}.A`)).from);
    }
  }

  /** Where a version is, whether it is a candidate's or not. */
  #place(version: GemVersion): Omit<Place, 'version'> {
    const first = firstIndex(this.candidates, ({ parsed }) => compareParsedVersions(parsed, version) >= 0);
    const after = firstIndex(this.candidates, ({ parsed }) => compareParsedVersions(parsed, version) > 0);
    if (first < after) return { from: 2 * first + 1, to: 2 * after };
    const places = this.#between.get(first) ?? [];
    this.#between.set(first, places);
    const next = firstIndex(places, (one) => compareParsedVersions(one.version, version) >= 0);
    const above = places[next];
    if (above !== undefined && compareParsedVersions(above.version, version) === 0) return above;
    const start = places[next - 1]?.to ?? 2 * first;
    const third = ((above?.from ?? 2 * first + 1) - start) / 3;
    const place = { version, from: start + third, to: start + 2 * third };
    places.splice(next, 0, place);
    return place;
  }
}

/** Index of the first item for which it holds, where it holds for all that come after one. */
function firstIndex<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && holds(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export interface BundlerPackageOptions {
  readonly platforms: readonly string[];
  /** The Gemfile names it: then it needs a variant for each platform, and not just for one. */
  readonly topLevel: boolean;
  readonly forceRuby: boolean;
  readonly prereleases: boolean;
  /** Bundler itself, and the Ruby and RubyGems that it runs on, as far as they are known. */
  readonly runs: Runtime;
}

/** What a candidate is made of, as places among the variants of its version. */
interface Group {
  readonly members: readonly number[];
  /** What its variants ask of Ruby, where the one that Bundler runs on is not that. */
  readonly otherRuby?: string;
}

/** `Resolver#all_versions_for`, lowest first, the `ruby` candidate of a version before the one by platforms. */
export function bundlerCandidates(
  versions: readonly Version[],
  options: BundlerPackageOptions,
): BundlerCandidate[] {
  const known = new Map<string, readonly Group[]>();
  const many = versions.length > 1 || (versions[0]?.variants.length ?? 0) > 1;
  return versions.flatMap(({ version, parsed, variants }) => {
    if (parsed.prerelease && !options.prereleases && many) return [];
    const shape = shapeOf(variants);
    const groups = known.get(shape) ?? groupsOf(variants, options);
    known.set(shape, groups);
    return groups.map(({ members, otherRuby }) => ({
      version,
      parsed,
      asks: once(() => {
        const dependencies = members.flatMap((at) => variants[at]?.dependencies ?? []);
        const asks = asksOf(dependencies, variants[0]?.name);
        return otherRuby === undefined ? asks : new Map([[OTHER_RUBY, otherRuby], ...asks]);
      }),
    }));
  });
}

function groupsOf(
  variants: readonly Release[],
  { platforms, topLevel, forceRuby, runs }: BundlerPackageOptions,
): Group[] {
  const groupOf = (members: Iterable<Release>): Group => {
    const all = [...members];
    const accepted = all.every((one) => acceptsRuby(one, runs));
    const wanted = [...new Set(all.map(({ requiredRuby }) => requiredRuby.join(', ')))].sort();
    return {
      members: all.map((one) => variants.indexOf(one)),
      ...(accepted ? {} : { otherRuby: wanted.join('\n') }),
    };
  };
  const targets = (forceRuby ? ['ruby'] : platforms).map((name) => parsePlatform(name));
  const perPlatform = targets.map((platform) => bestFor(variants, platform, runs));
  const missing = perPlatform.filter((group) => group.length === 0).length;
  if (topLevel ? missing > 0 : missing === perPlatform.length) return [];
  const compiled = new Set(bestFor(variants, 'ruby', runs));
  const [exemplar] = compiled;
  const found: Group[] = [];
  if (exemplar !== undefined) {
    for (const group of perPlatform)
      if (group.every((one) => interchangeable(one, exemplar))) for (const one of group) compiled.add(one);
    found.push(groupOf(compiled));
    if (forceRuby) return found;
  }
  const flat = new Set(perPlatform.flat());
  if (flat.size !== compiled.size || [...flat].some((one) => !compiled.has(one))) found.push(groupOf(flat));
  return found;
}

/** What gems ask for, by gem; neither Bundler itself nor what they ask of themselves. */
export function asksOf(dependencies: readonly Dependency[], own: string | undefined): Map<string, string> {
  const asked = new Map<string, Set<string>>();
  const sorted = [...dependencies].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, requirement } of sorted) {
    if (name === own || name === 'bundler') continue;
    asked.set(name, (asked.get(name) ?? new Set()).add(requirement.join(', ')));
  }
  return new Map([...asked].map(([name, requirements]) => [name, [...requirements].sort().join('\n')]));
}

export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
