import { allowsPrerelease, parseRequirement, satisfiesParsed } from '../version/requirement.js';
import { isPrerelease, parseGemVersion } from '../version/gem-version.js';
import type { Runtime } from '../gem/variant.js';
import type { Release } from '../registry/types.js';
import type { BundleGem } from './bundle-gem.js';
import type { Ask, BundlerCandidate, BundlerPackageOptions } from './bundler-package.js';
import { BundlerPackage, OTHER_RUBY, asksOf, bundlerCandidates, once } from './bundler-package.js';
import type { Incompatibility, Term } from './solver/incompatibility.js';
import { incompatibility, isDerived } from './solver/incompatibility.js';
import type { PositionSet } from './solver/position-set.js';
import { complement, count, intersect, run } from './solver/position-set.js';
import type { Budget, Source } from './solver/version-solver.js';
import { VersionSolver } from './solver/version-solver.js';
import type { Universe } from './universe.js';
import { forbidsItself } from './universe.js';

/** A line of the Gemfile. */
export interface GemfileLine {
  readonly requirement: readonly string[];
  readonly forceRuby: boolean;
}

/** The version of each gem that Bundler locks; `conflict` where it finds none. */
export type Resolved = ReadonlyMap<string, string> | 'conflict' | 'given-up';

type Fact = Incompatibility<BundlerPackage, { readonly kind: 'fact' }>;
const FACT = { kind: 'fact' } as const;

/** What is asked, and of which package, which is another one where it is held otherwise: as a fact. */
type Needs = Map<Ask, Map<BundlerPackage, Fact>>;

/** How far Bundler holds a gem to what is locked: to just that version, to no lower one, or (absent) not at all. */
type Hold = 'exact' | 'at-least';

/** Steps of the solver for all resolutions together, and how often Bundler unlocks more and starts again in one. */
const MOST_STEPS = 200_000;
const MOST_ROUNDS = 100;

/**
 * What `bundle lock` makes of a changed Gemfile beside the lockfile as it is: the resolution of Bundler 2.6
 * (lib/bundler/definition.rb, resolver.rb, resolver/base.rb). Gems stay at their locked version where the Gemfile still
 * allows it; a conflict unlocks those that it is about, first upwards, then altogether; what is not held goes to its
 * highest version, in the order of PubGrub's own heuristic (fewest candidates above).
 */
export class BundlerResolution {
  readonly #universe: Universe;
  readonly #platforms: readonly string[];
  readonly #runs: Runtime;
  readonly #packages = new Map<string, BundlerPackage>();
  readonly #needs: Needs = new Map();
  readonly #budget: Budget = { left: MOST_STEPS };
  readonly #ignoring = new Map<string, boolean>();

  constructor(universe: Universe, platforms: readonly string[], runs: Runtime) {
    this.#universe = universe;
    this.#platforms = platforms;
    this.#runs = runs;
  }

  /** The work is done that may be: what is asked from here on is not answered. */
  get isSpent(): boolean {
    return this.#budget.left <= 0;
  }

  /**
   * @param lines in the order in which Bundler reads them
   * @param unlocked gems that are not held to what is locked, as after `bundle update --conservative`
   */
  async lock(lines: ReadonlyMap<string, GemfileLine>, unlocked: Iterable<string> = []): Promise<Resolved> {
    const locked = this.#universe.locked;
    const holds = this.#converge(lines);
    for (const name of unlocked) holds.delete(name);
    const allowed = new Set<string>();
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const problem = new Problem(
        (name, by) => this.#package(name, by, lines, holds, allowed),
        lines,
        this.#needs,
      );
      await problem.open();
      const solution = await new VersionSolver(problem, this.#budget).solve();
      if (solution.kind === 'given-up') return 'given-up';
      if (solution.kind === 'solved') {
        return new Map([...solution.decisions].map(([of, at]) => [of.name, of.at(at)?.version ?? '']));
      }
      const names = namesIn(solution.proof);
      const held = names.filter((name) => holds.has(name));
      const prereleases = names.filter(
        (name) => !holds.has(name) && !allowed.has(name) && this.#ignoresPrereleases(name, lines),
      );
      if (held.length === 0 && prereleases.length === 0) return 'conflict';
      for (const name of prereleases) allowed.add(name);
      const exact = held.filter((name) => holds.get(name) === 'exact');
      const indirect = exact.filter((name) => !lines.has(name));
      const loosened = indirect.length > 0 ? indirect : exact;
      for (const name of loosened) holds.set(name, locked.get(name)?.movable === true ? 'at-least' : 'exact');
      if (loosened.length === 0) for (const name of held) holds.delete(name);
      if (held.length > 0 && held.every((name) => locked.get(name)?.movable === false)) return 'conflict';
    }
    return 'given-up';
  }

  /** `Definition#converge_locked_specs`: what can still be reached from the Gemfile, less what it no longer allows. */
  #converge(lines: ReadonlyMap<string, GemfileLine>): Map<string, Hold> {
    const holds = new Map<string, Hold>();
    const seen = new Set<string>();
    const open = [...lines.keys()];
    for (const name of open) {
      const gem = this.#universe.locked.get(name);
      if (gem === undefined || seen.has(name)) continue;
      seen.add(name);
      const line = lines.get(name);
      // What is to be compiled, and is listed only as it is not, is resolved anew with all that it alone asks for.
      if (line?.forceRuby === true && !gem.platforms.includes('ruby')) continue;
      if (line === undefined || satisfiesLocked(gem, line.requirement)) holds.set(name, 'exact');
      open.push(...gem.dependencies.map((one) => one.name));
    }
    return holds;
  }

  #ignoresPrereleases(name: string, lines: ReadonlyMap<string, GemfileLine>): boolean {
    const key = `${name} ${lines.get(name)?.requirement.join(', ') ?? ''}`;
    const known = this.#ignoring.get(key);
    if (known !== undefined) return known;
    const locked = this.#universe.locked.get(name)?.version;
    const line = lines.get(name);
    const ignores =
      (locked === undefined || !isPrerelease(locked)) &&
      (line === undefined || !allowsPrerelease(parseRequirement(line.requirement)));
    this.#ignoring.set(key, ignores);
    return ignores;
  }

  async #package(
    name: string,
    by: string,
    lines: ReadonlyMap<string, GemfileLine>,
    holds: ReadonlyMap<string, Hold>,
    allowed: ReadonlySet<string>,
  ): Promise<BundlerPackage> {
    const hold = holds.get(name);
    const locked = this.#universe.locked.get(name);
    const line = lines.get(name);
    const prereleases = allowed.has(name) || !this.#ignoresPrereleases(name, lines);
    const forceRuby = line?.forceRuby === true;
    const exact = locked !== undefined && (hold === 'exact' || !locked.movable);
    const key = [name, hold, line !== undefined, forceRuby, prereleases].join(' ');
    const known = this.#packages.get(key);
    if (known !== undefined) return known;
    const options: BundlerPackageOptions = {
      platforms: this.#platforms,
      topLevel: line !== undefined,
      forceRuby,
      prereleases,
      runs: this.#runs,
    };
    const made = new BundlerPackage(
      name,
      exact ? await this.#held(locked, options) : await this.#free(name, by, hold, options),
    );
    this.#packages.set(key, made);
    return made;
  }

  /**
   * What there is of the locked version: also by its `ruby` variant, where it has others. Two candidates are decided on
   * later than one. What is locked holds together, whatever the index says of it by now.
   */
  async #held(locked: BundleGem, options: BundlerPackageOptions): Promise<BundlerCandidate[]> {
    const { name, version } = locked;
    const parsed = parseGemVersion(version);
    const offered = isPrecompiled(locked) ? await this.#universe.variants(name, version) : [];
    const variants = [...offered, ...lockedOnly(locked, offered)];
    const candidates =
      offered.length === 0 ? [] : bundlerCandidates([{ version, parsed, variants }], options);
    if (candidates.some((one) => !one.asks().has(OTHER_RUBY))) return candidates;
    return [{ version, parsed, asks: once(() => asksOf(locked.dependencies, name)) }];
  }

  async #free(
    name: string,
    by: string,
    hold: Hold | undefined,
    options: BundlerPackageOptions,
  ): Promise<BundlerCandidate[]> {
    const gem = await this.#universe.know(name, by);
    const locked = this.#universe.locked.get(name);
    // A mirror may have but some of the gems: of the others nothing is known but what is locked.
    if (gem.versions.length === 0 && locked !== undefined) return this.#held(locked, options);
    const versions = gem.versions.filter((one) => !forbidsItself(name, one));
    const candidates = bundlerCandidates(versions, options);
    if (hold === undefined || locked === undefined) return candidates;
    const least = parseRequirement([`>= ${locked.version}`]);
    return candidates.filter(({ parsed }) => satisfiesParsed(parsed, least));
  }
}

/** The index of such a gem is known already: its binaries were judged. */
function isPrecompiled({ movable, platforms }: BundleGem): boolean {
  return movable && platforms.some((platform) => platform !== 'ruby');
}

/** Variants that the lockfile lists and its source lacks, as a `vendor/cache` for one platform does: to Bundler they are there. */
export function lockedOnly(
  { name, version, platforms, dependencies }: BundleGem,
  offered: readonly Release[],
): Release[] {
  return platforms
    .filter((platform) => offered.every((release) => release.platform !== platform))
    .map((platform) => ({ name, version, platform, dependencies, requiredRuby: [], requiredRubygems: [] }));
}

function satisfiesLocked({ versions }: BundleGem, requirement: readonly string[]): boolean {
  const parsed = parseRequirement(requirement);
  return versions.some((version) => satisfiesParsed(parseGemVersion(version), parsed));
}

/** `Resolver#find_names_to_relax`: the gems of the conflicts that the last one was derived from, one after the other. */
function namesIn(proof: Fact): string[] {
  const names = new Set<string>();
  for (let one = proof; isDerived(one.cause);) {
    [one] = one.cause.from;
    for (const term of one.terms) names.add(term.package.name);
  }
  return [...names];
}

/** One resolution as a problem for the solver. */
class Problem implements Source<BundlerPackage, { readonly kind: 'fact' }> {
  facts: readonly Fact[] = [];
  readonly #resolve: (name: string, by: string) => Promise<BundlerPackage>;
  readonly #lines: ReadonlyMap<string, GemfileLine>;
  readonly #byName = new Map<string, BundlerPackage>();
  readonly #prerelease = new Map<BundlerPackage, boolean>();
  readonly #needs: Needs;

  constructor(
    resolve: (name: string, by: string) => Promise<BundlerPackage>,
    lines: ReadonlyMap<string, GemfileLine>,
    needs: Needs,
  ) {
    this.#resolve = resolve;
    this.#lines = lines;
    this.#needs = needs;
  }

  async open(): Promise<void> {
    const facts: Fact[] = [];
    for (const [name, { requirement }] of this.#lines) {
      if (name === 'bundler') continue;
      const of = await this.#package(name, name);
      facts.push(
        incompatibility(
          [{ package: of, set: complement(of.allowed(requirement), of.size), absent: true }],
          FACT,
        ),
      );
    }
    this.facts = facts;
  }

  async #package(name: string, by: string): Promise<BundlerPackage> {
    const known = this.#byName.get(name) ?? (await this.#resolve(name, by));
    this.#byName.set(name, known);
    return known;
  }

  choose(open: Iterable<BundlerPackage>, known: (of: BundlerPackage) => PositionSet): BundlerPackage {
    let best: BundlerPackage | undefined;
    let least = Infinity;
    for (const one of open) {
      const set = known(one);
      const rank = (one.count(set) <= 1 ? 0 : 1e9) + one.above(set);
      if (rank < least) [best, least] = [one, rank];
      if (rank === 0) break;
    }
    if (best === undefined) throw new Error('nothing is open');
    return best;
  }

  decide(of: BundlerPackage, allowed: PositionSet): number | readonly Fact[] {
    const prereleasesLast = this.#prereleasesLast(of);
    let last: number | undefined;
    for (const position of of.candidatesIn(allowed)) {
      if (prereleasesLast && of.at(position)?.parsed.prerelease === true) {
        last ??= position;
        continue;
      }
      return position;
    }
    if (last !== undefined) return last;
    return [incompatibility([{ package: of, set: allowed, absent: false }], FACT)];
  }

  #prereleasesLast(of: BundlerPackage): boolean {
    const known = this.#prerelease.get(of);
    if (known !== undefined) return known;
    const line = this.#lines.get(of.name);
    const asked = line !== undefined && allowsPrerelease(parseRequirement(line.requirement));
    this.#prerelease.set(of, !asked);
    return !asked;
  }

  async dependencies(of: BundlerPackage, at: number): Promise<readonly Fact[]> {
    const facts: Fact[] = [];
    for (const ask of of.asks(at)) {
      if (ask.name === OTHER_RUBY) {
        facts.push(this.#known(ask, of, () => [{ package: of, set: ask.positions, absent: false }]));
        continue;
      }
      const on = this.#byName.get(ask.name) ?? (await this.#package(ask.name, of.name));
      facts.push(this.#known(ask, on, () => this.#need(of, on, ask)));
    }
    return facts;
  }

  #need(
    of: BundlerPackage,
    on: BundlerPackage,
    { positions, requirements }: Ask,
  ): readonly Term<BundlerPackage>[] {
    const allowed = requirements.reduce<PositionSet>(
      (all, requirement) => intersect(all, on.allowed(requirement)),
      run(0, on.size),
    );
    return [
      { package: of, set: positions, absent: false },
      { package: on, set: complement(allowed, on.size), absent: true },
    ];
  }

  /** The same fact of the same two packages, from one resolution to the next. */
  #known(ask: Ask, on: BundlerPackage, terms: () => readonly Term<BundlerPackage>[]): Fact {
    const ofAsk = this.#needs.get(ask) ?? new Map<BundlerPackage, Fact>();
    this.#needs.set(ask, ofAsk);
    const fact = ofAsk.get(on) ?? incompatibility(terms(), FACT);
    ofAsk.set(on, fact);
    return fact;
  }

  /**
   * `Term#empty?` of Bundler's PubGrub (1.x, vendored): what holds at every position is taken for true, though the gem
   * may be in the bundle or not. What Bundler concludes from that is how it comes to find nothing, and which gems it
   * unlocks then.
   */
  isAlways({ package: { size }, set }: Term<BundlerPackage>): boolean {
    return count(set) === size;
  }
}
