import { GemcompatError } from '../errors.js';
import type { Release } from '../registry/types.js';
import type { GemVersion } from '../version/gem-version.js';
import { compareParsedVersions, parseGemVersion } from '../version/gem-version.js';
import { parseRequirement, satisfiesParsed } from '../version/requirement.js';
import type { BundleGem, BundlePorts, BundleRequest, Dependency } from './bundle-gem.js';
import type { CandidateRules, Version } from './candidates.js';
import { CandidateRule, versionsOf } from './candidates.js';
import type { Package } from './solver/incompatibility.js';
import type { PositionSet } from './solver/position-set.js';
import { positionsWhere } from './solver/position-set.js';
import type { Candidate, Inspections } from './types.js';

/**
 * Where a gem can be.
 * - `locked`: at the locked version, as it is.
 * - `forced`: at the locked version, compiled.
 * - `version`: at another one.
 * - `elsewhere`: at any other; what that would ask for is not looked at.
 */
export interface Position {
  readonly kind: 'locked' | 'forced' | 'version' | 'elsewhere';
  readonly version: string;
  readonly parsed: GemVersion;
  readonly variants: readonly Release[];
}

/** A gem with its positions, the lowest version first. */
export interface GemPackage extends Package {
  readonly gem: Gem;
  readonly positions: readonly Position[];
}

/** Why a gem cannot be at a position. */
export type Refusal =
  | { readonly kind: 'not-installable' }
  | { readonly kind: 'does-not-fit'; readonly platform: string; readonly unknown: boolean }
  | { readonly kind: 'nothing-to-compile' };

/** A gem of the bundle, or one that could enter it. */
export class Gem {
  readonly name: string;
  readonly locked: BundleGem | undefined;
  /** As long as it stays where it is, nothing else needs to be known of it. */
  readonly still: GemPackage | undefined;
  /** What its source offers, prereleases too, the lowest first; empty where that is not known. */
  readonly versions: readonly Version[];
  /** Why nothing is known of it. */
  readonly failure: string | undefined;
  readonly #rule: CandidateRule;
  readonly #forcedRule: CandidateRule;
  readonly #full: GemPackage | undefined;
  readonly #allowed = new Map<string, PositionSet>();
  readonly #candidates = new Map<Position, Candidate | undefined>();
  readonly #dependencies = new Map<Position, readonly Dependency[]>();

  constructor(
    name: string,
    locked: BundleGem | undefined,
    rules: { readonly usual: CandidateRule; readonly forced: CandidateRule },
    known: readonly Release[] | { readonly failure: string } | undefined,
  ) {
    this.name = name;
    this.locked = locked;
    this.#rule = rules.usual;
    this.#forcedRule = rules.forced;
    this.versions = known === undefined || 'failure' in known ? [] : versionsOf(known, true);
    this.failure = known !== undefined && 'failure' in known ? known.failure : undefined;
    if (locked !== undefined) this.still = this.#package([ELSEWHERE, lockedPosition(locked)]);
    if (known !== undefined)
      this.#full = this.#package('failure' in known ? this.#lockedOnly() : this.#all());
  }

  /** With all its versions. */
  get full(): GemPackage {
    if (this.#full === undefined) throw new Error(`${this.name} is not known yet`);
    return this.#full;
  }

  get isKnown(): boolean {
    return this.#full !== undefined;
  }

  #package(positions: readonly Position[]): GemPackage {
    return { name: this.name, gem: this, size: positions.length, positions };
  }

  #lockedOnly(): Position[] {
    return this.locked === undefined ? [] : [lockedPosition(this.locked)];
  }

  #all(): Position[] {
    const { locked, name } = this;
    const parsed = locked === undefined ? undefined : parseGemVersion(locked.version);
    const prereleases = parsed?.prerelease ?? false;
    const versions = this.versions
      .filter((one) => (prereleases || !one.parsed.prerelease) && !forbidsItself(name, one))
      .map((one): Position => ({ kind: 'version', ...one }));
    if (locked === undefined || parsed === undefined) return versions;
    const below = versions.filter((one) => compareParsedVersions(one.parsed, parsed) < 0);
    const same = versions.filter((one) => compareParsedVersions(one.parsed, parsed) === 0);
    const above = versions.filter((one) => compareParsedVersions(one.parsed, parsed) > 0);
    const forced: Position[] = same.map((one) => ({ ...one, kind: 'forced' }));
    return [...below, ...this.#lockedOnly(), ...(locked.fails ? forced : []), ...above];
  }

  /** The positions of a package that a requirement allows. */
  allowed(of: GemPackage, requirement: readonly string[]): PositionSet {
    const key = `${of === this.still ? 'still' : 'full'} ${requirement.join(', ')}`;
    const known = this.#allowed.get(key);
    if (known !== undefined) return known;
    const parsed = parseRequirement(requirement);
    const set = positionsWhere(of.size, (at) => {
      const position = of.positions[at];
      if (position === undefined || position.kind === 'elsewhere') return position !== undefined;
      if (position.kind === 'locked' && this.locked !== undefined)
        return this.locked.versions.some((version) => satisfiesParsed(parseGemVersion(version), parsed));
      return satisfiesParsed(position.parsed, parsed);
    });
    this.#allowed.set(key, set);
    return set;
  }

  /** What Bundler would install at a position; `undefined` where there is a deployment that has nothing to install. */
  candidate(position: Position): Candidate | undefined {
    const known = this.#candidates.get(position);
    if (known !== undefined || this.#candidates.has(position)) return known;
    const rule = position.kind === 'forced' ? this.#forcedRule : this.#rule;
    const candidate = rule.candidate(position.version, position.variants);
    this.#candidates.set(position, candidate);
    return candidate;
  }

  /** What it asks of others at a position. */
  dependencies(position: Position): readonly Dependency[] {
    const known = this.#dependencies.get(position) ?? this.#dependenciesAt(position);
    this.#dependencies.set(position, known);
    return known;
  }

  #dependenciesAt(position: Position): readonly Dependency[] {
    if (position.kind === 'locked') return this.#others(this.locked?.dependencies ?? []);
    const candidate = this.candidate(position);
    if (candidate === undefined) return [];
    const rule = position.kind === 'forced' ? this.#forcedRule : this.#rule;
    return this.#others(rule.dependencies(candidate, position.variants));
  }

  /** Bundler itself is no gem of the bundle, and a gem that asks for itself has what it asks for. */
  #others(dependencies: readonly Dependency[]): readonly Dependency[] {
    return dependencies.filter(({ name }) => name !== 'bundler' && name !== this.name);
  }
}

const ELSEWHERE: Position = {
  kind: 'elsewhere',
  version: '',
  parsed: parseGemVersion('0'),
  variants: [],
};

function lockedPosition({ version }: BundleGem): Position {
  return { kind: 'locked', version, parsed: parseGemVersion(version), variants: [] };
}

/** Bundler passes over a version that asks for another one of itself. */
export function forbidsItself(name: string, { parsed, variants }: Version): boolean {
  return variants.some(({ dependencies }) =>
    dependencies.some(
      (one) => one.name === name && !satisfiesParsed(parsed, parseRequirement(one.requirement)),
    ),
  );
}

/** `1.18.1-x86_64-linux`. */
function platformed({ version, platform }: Release): string {
  return platform === 'ruby' ? version : `${version}-${platform}`;
}

/** The gems that an answer can be made of, known as far as anything was asked about them. */
export class Universe {
  readonly request: BundleRequest;
  readonly #ports: BundlePorts;
  readonly #rules: { readonly usual: CandidateRule; readonly forced: CandidateRule };
  readonly #locked: Map<string, BundleGem>;
  readonly #gems = new Map<string, Gem>();
  readonly #refusals = new Map<Position, Refusal | 'none'>();
  readonly #inspected = new Map<string, Set<string>>();
  /** What went wrong on the way: indexes that could not be had, gems that could not be read. */
  readonly failures: string[] = [];

  constructor(request: BundleRequest, rules: CandidateRules, ports: BundlePorts) {
    this.request = request;
    this.#ports = ports;
    this.#rules = {
      usual: new CandidateRule(rules),
      forced: new CandidateRule({ ...rules, forceRuby: true }),
    };
    this.#locked = new Map(request.gems.map((gem) => [gem.name, gem]));
    for (const gem of request.gems) this.#gems.set(gem.name, new Gem(gem.name, gem, this.#rules, undefined));
  }

  /** A gem as far as it is known: of one that the bundle has not, nothing before it is asked for. */
  peek(name: string): Gem | undefined {
    return this.#gems.get(name);
  }

  /** All gems, as far as they are known. */
  all(): Iterable<Gem> {
    return this.#gems.values();
  }

  /** Those that are known with all their versions. */
  *known(): Generator<Gem> {
    for (const gem of this.#gems.values()) if (gem.isKnown) yield gem;
  }

  /** A gem with all its versions. */
  async know(name: string, by: string): Promise<Gem> {
    const known = this.#gems.get(name);
    if (known?.isKnown === true) return known;
    const locked = this.#locked.get(name);
    let releases: readonly Release[] | { readonly failure: string };
    try {
      releases = await this.#ports.releases(name, by);
    } catch (error) {
      if (!(error instanceof GemcompatError)) throw error;
      this.failures.push(error.message);
      releases = { failure: error.message };
    }
    const gem = new Gem(name, locked, this.#rules, releases);
    this.#gems.set(name, gem);
    return gem;
  }

  /** The variants of one version, of a gem of the bundle that stays; none where its source cannot be asked. */
  async variants(name: string, version: string): Promise<readonly Release[]> {
    try {
      return (await this.#ports.releases(name, name)).filter((release) => release.version === version);
    } catch (error) {
      if (error instanceof GemcompatError) return [];
      throw error;
    }
  }

  /** The gems of the bundle as they are locked. */
  get locked(): ReadonlyMap<string, BundleGem> {
    return this.#locked;
  }

  /**
   * The locked version of a gem by variants that the lockfile does not list, where they fit: then the gem can stay, and
   * counts as one that fits from here on.
   */
  async relock(name: string): Promise<Candidate | undefined> {
    const locked = this.#locked.get(name);
    const gem = await this.know(name, name);
    const same = gem.full.positions.find(({ kind }) => kind === 'forced');
    if (locked === undefined || same === undefined) return undefined;
    const candidate = this.#rules.usual.candidate(same.version, same.variants);
    if (candidate?.choices.every(({ kind }) => kind === 'precompiled') !== true) return undefined;
    if ((await this.#misfit(candidate)) !== undefined) return undefined;
    const stays = { ...locked, fails: false };
    this.#locked.set(name, stays);
    this.#gems.set(name, new Gem(name, stays, this.#rules, await this.#ports.releases(name, name)));
    return candidate;
  }

  /** Gems that were read so far, and how many could have been. */
  get inspections(): Inspections {
    const candidates = new Set<string>();
    for (const gem of this.known()) {
      for (const position of gem.full.positions) {
        for (const { kind, release } of gem.candidate(position)?.choices ?? [])
          if (kind === 'precompiled') candidates.add(`${gem.name} ${platformed(release)}`);
      }
    }
    const byGem = Object.fromEntries([...this.#inspected].map(([name, read]) => [name, [...read]]));
    for (const [name, read] of Object.entries(byGem))
      for (const one of read) candidates.add(`${name} ${one}`);
    const inspected = Object.values(byGem).reduce((sum, read) => sum + read.length, 0);
    return { inspected, candidates: candidates.size, byGem };
  }

  #note(release: Release): void {
    const read = this.#inspected.get(release.name) ?? new Set();
    this.#inspected.set(release.name, read.add(platformed(release)));
  }

  /** What is known of why a gem cannot be at a position; `undefined` where that was not asked yet. */
  knownRefusal(position: Position): Refusal | 'none' | undefined {
    return this.#refusals.get(position);
  }

  /**
   * Why a gem cannot be at a position; `none` where it can. This is where gems are read. A version with something to
   * compile needs something that can be, where the gem is one that does not fit as it is locked.
   */
  async refusal(gem: Gem, position: Position): Promise<Refusal | 'none'> {
    const known = this.#refusals.get(position);
    if (known !== undefined) return known;
    const answer = await this.#refuse(gem, position);
    this.#refusals.set(position, answer);
    return answer;
  }

  async #refuse(gem: Gem, position: Position): Promise<Refusal | 'none'> {
    if (position.kind === 'locked') return 'none';
    const candidate = gem.candidate(position);
    if (candidate === undefined)
      return { kind: position.kind === 'forced' ? 'nothing-to-compile' : 'not-installable' };
    const misfit = await this.#misfit(candidate);
    if (misfit !== undefined) return misfit;
    if (gem.locked?.fails === true) {
      const built = candidate.choices.filter(({ kind }) => kind === 'ruby').map(({ release }) => release);
      for (const release of new Set(built)) {
        this.#note(release);
        if (!(await this.#ports.compiles(release))) return { kind: 'nothing-to-compile' };
      }
    }
    return 'none';
  }

  async #misfit({ choices }: Candidate): Promise<Refusal | undefined> {
    for (const choice of choices) {
      if (choice.kind !== 'precompiled') continue;
      this.#note(choice.release);
      const verdict = await this.#ports.fits(choice);
      if (verdict !== 'compatible')
        return { kind: 'does-not-fit', platform: choice.release.platform, unknown: verdict === 'unknown' };
    }
    return undefined;
  }

  /** Bundler would compile it on at least one deployment. */
  isBuilt(gem: Gem, position: Position): boolean {
    return (
      position.kind === 'version' &&
      gem.candidate(position)?.choices.some(({ kind }) => kind === 'ruby') === true
    );
  }
}
