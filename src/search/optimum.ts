import type { Fact } from './attempt.js';
import { Attempt } from './attempt.js';
import type { Assumption, AssumptionKind, Cause } from './cause.js';
import { Assumptions, WEIGHT } from './cause.js';
import { cheapestHittingSet } from './hitting-set.js';
import { groundsOf, incompatibility } from './solver/incompatibility.js';
import type { Budget, Solution } from './solver/version-solver.js';
import { VersionSolver } from './solver/version-solver.js';
import { NONE, complement, positionsWhere, run } from './solver/position-set.js';
import { parseRequirement, satisfiesParsed } from '../version/requirement.js';
import { compareParsedVersions } from '../version/gem-version.js';
import type { GemPackage, Position, Universe } from './universe.js';

const CHEAPEST_FIRST: readonly AssumptionKind[] = ['stays', 'gemfile', 'not-forced', 'not-built'];

type Decisions = ReadonlyMap<GemPackage, number>;

/** A bundle that holds together: where each of its gems is. */
export type Bundle = ReadonlyMap<string, Position>;

export interface Optimum {
  readonly bundle: Bundle;
  /** What had to be given up for it. */
  readonly relaxed: ReadonlySet<Assumption>;
  /** False where the work was capped before it was known that there is nothing better. */
  readonly minimal: boolean;
}

/** Steps of the solver, for all questions together; a bundle of 300 gems takes some 300 for one that is easy. */
const MOST_STEPS = 60_000;
/** Steps to find any bundle, where those did not do. */
const MOST_STEPS_TO_ANY = 60_000;
/** Questions to the solver before the answer that is at hand is taken. */
const MOST_ATTEMPTS = 600;
/** Proofs after which it is asked whether anything dearer has to go, whatever else does. */
const CORES_BEFORE_PROBE = 8;
const MOST_PROBES = 40;
/** Equally cheap ways out that are held against each other. */
const MOST_TIES = 32;
/** Bundles from which a gem is gone that are passed over in search of one that has it at a higher version. */
const MOST_BLOCKED = 16;

/**
 * The best bundle in which every gem fits: the one that gives up least (`WEIGHT`), and of those the one with the highest
 * versions, in order: gems that do not fit by name, then others that move by name, then those that enter, by name as
 * they come to be asked for. A gem that does not fit rather stays in the bundle, at another version, than leaves it.
 *
 * What cannot be kept together is learned from the solver's proofs, a set of assumptions at a time of which one has to
 * go; the cheapest choice of one from each is tried next (implicit hitting sets, as in MaxHS). The first choice for which
 * there is a bundle is the cheapest there is.
 */
export class OptimumSearch {
  readonly #universe: Universe;
  readonly assumptions = new Assumptions();
  readonly #cores: ReadonlySet<Assumption>[] = [];
  readonly #budget: Budget = { left: MOST_STEPS };
  #attempts = 0;
  #nextProbe = CORES_BEFORE_PROBE;

  constructor(universe: Universe) {
    this.#universe = universe;
  }

  get #spent(): boolean {
    return this.#budget.left <= 0 || this.#attempts >= MOST_ATTEMPTS;
  }

  /** `undefined` where even the bundle as it is does not hold together. */
  async run(): Promise<Optimum | undefined> {
    const tried: ReadonlySet<Assumption>[] = [];
    let best: Optimum | undefined;
    for (;;) {
      const relaxed = cheapestHittingSet(this.#cores, ({ kind }) => WEIGHT[kind], tried);
      if (best !== undefined) {
        if (relaxed === undefined || (relaxed !== 'given-up' && costOf(relaxed) > costOf(best.relaxed)))
          return best;
        if (relaxed === 'given-up' || this.#spent || tried.length >= MOST_TIES)
          return { ...best, minimal: false };
      }
      if (relaxed === undefined) return undefined;
      if (relaxed === 'given-up' || this.#spent) return this.#anyBundle();

      const solution = await this.solve(relaxed);
      if (solution.kind === 'given-up') continue;
      if (solution.kind === 'unsolvable') {
        const core = coreOf(solution.proof);
        if (core.size === 0) return undefined;
        this.#cores.push(core);
        if (this.#cores.length >= this.#nextProbe) await this.#learnDear();
        continue;
      }
      tried.push(relaxed);
      const { bundle, highest } = await this.#highest(relaxed, solution.decisions);
      if (best === undefined || this.#compare(bundle, best.bundle) > 0)
        best = { bundle, relaxed, minimal: highest && (best?.minimal ?? true) };
    }
  }

  /**
   * A proof may leave it open whether any of a hundred gems that could move would help. Where giving up all that is
   * cheap, of what proofs have been about, does not, that says at once that something dearer has to go.
   */
  async #learnDear(): Promise<void> {
    this.#nextProbe = 2 * this.#cores.length;
    const cheap = new Set<Assumption>();
    for (const kind of CHEAPEST_FIRST) {
      for (const core of this.#cores) for (const one of core) if (one.kind === kind) cheap.add(one);
      for (let probe = 0; ; probe += 1) {
        if (probe === MOST_PROBES || this.#spent) return;
        const solution = await this.solve(cheap, { reluctant: true });
        if (solution.kind !== 'unsolvable') return;
        const core = coreOf(solution.proof);
        if (core.size === 0) return;
        this.#cores.push(core);
        const more = [...core].filter((one) => WEIGHT[one.kind] <= WEIGHT[kind]);
        // Something has to go that is dearer, in addition to what went into it before.
        if (more.length === 0) break;
        for (const one of more) cheap.add(one);
      }
    }
  }

  async solve(
    relaxed: ReadonlySet<Assumption>,
    more: { readonly sought?: readonly Fact[]; readonly reluctant?: boolean } = {},
  ): Promise<Solution<GemPackage, Cause>> {
    this.#attempts += 1;
    const attempt = await Attempt.of(this.#universe, this.assumptions, { relaxed, ...more });
    return new VersionSolver<GemPackage, Cause>(attempt, this.#budget).solve();
  }

  /**
   * Some bundle, where the best is out of reach: what proofs are about goes, of what is dear only where nothing else
   * helps, and what may move goes on staying where it can. Where that is too much work too, gem after gem is answered
   * for as far as it is easily done.
   */
  async #anyBundle(): Promise<Optimum | undefined> {
    const relaxed = new Set<Assumption>();
    this.#budget.left = MOST_STEPS_TO_ANY;
    for (const kind of CHEAPEST_FIRST) {
      for (const core of this.#cores) for (const one of core) if (one.kind === kind) relaxed.add(one);
      for (;;) {
        const solution = await this.solve(relaxed, { reluctant: true });
        if (solution.kind === 'solved') return this.#asFound(relaxed, solution.decisions);
        const core = solution.kind === 'unsolvable' ? [...coreOf(solution.proof)] : [];
        const more = core.filter((one) => WEIGHT[one.kind] <= WEIGHT[kind] && !relaxed.has(one));
        if (more.length === 0) break;
        for (const one of more) relaxed.add(one);
      }
    }
    const failing = [...this.#universe.locked.values()].filter(({ fails }) => fails);
    const some = new Set(failing.map(({ name }) => this.assumptions.of('answered', name)));
    let found: Optimum | undefined;
    for (const one of [undefined, ...some]) {
      if (one !== undefined) some.delete(one);
      this.#budget.left = MOST_STEPS_TO_ANY / 10;
      const solution = await this.solve(new Set([...relaxed, ...some]), { reluctant: true });
      if (solution.kind === 'solved')
        found = this.#asFound(new Set([...relaxed, ...some]), solution.decisions);
      else if (one !== undefined) some.add(one);
    }
    return found;
  }

  #asFound(relaxed: ReadonlySet<Assumption>, decisions: Decisions): Optimum {
    const bundle = bundleOf(decisions);
    const needed = [...relaxed].filter((one) => this.#isGivenUp(one, bundle));
    return { bundle, relaxed: new Set(needed), minimal: false };
  }

  /** Whether a bundle makes use of it that something is given up. */
  #isGivenUp({ kind, gem }: Assumption, bundle: Bundle): boolean {
    const position = bundle.get(gem);
    if (position === undefined) return false;
    switch (kind) {
      case 'stays':
        return position.kind !== 'locked';
      case 'gemfile':
        return !satisfiesParsed(
          position.parsed,
          parseRequirement(this.#universe.request.gemfile.get(gem) ?? []),
        );
      case 'not-forced':
        return position.kind === 'forced';
      case 'not-built':
        return position.kind === 'version';
      case 'answered':
        return position.kind === 'locked';
    }
  }

  /** The highest versions with just this given up, by asking gem after gem whether there is a higher one. */
  async #highest(
    relaxed: ReadonlySet<Assumption>,
    first: Decisions,
  ): Promise<{ readonly bundle: Bundle; readonly highest: boolean }> {
    let decisions = first;
    let highest = true;
    for (let i = 0; !this.#isHighest(decisions);) {
      const order = this.#order(decisions);
      const gem = order[i];
      if (gem === undefined) break;
      const higher = await this.#higher(relaxed, decisions, order.slice(0, i), gem);
      if (higher === 'given-up') highest = false;
      if (higher === undefined || higher === 'given-up') i += 1;
      else decisions = higher;
    }
    if (decisions !== first) decisions = await this.#settled(relaxed, decisions);
    return { bundle: bundleOf(decisions), highest };
  }

  /** The same, with the gems that enter decided on in the usual order now that the others are known. */
  async #settled(relaxed: ReadonlySet<Assumption>, decisions: Decisions): Promise<Decisions> {
    const sought = this.#order(decisions).flatMap((of) => keep(of, decisions.get(of), true));
    const solution = await this.solve(relaxed, { sought });
    const same =
      solution.kind === 'solved' && this.#compare(bundleOf(solution.decisions), bundleOf(decisions)) >= 0;
    return same ? solution.decisions : decisions;
  }

  /** A bundle with the gems before one at the same versions, and that one higher. */
  async #higher(
    relaxed: ReadonlySet<Assumption>,
    decisions: Decisions,
    before: readonly GemPackage[],
    gem: GemPackage,
  ): Promise<Decisions | 'given-up' | undefined> {
    const at = decisions.get(gem);
    const isBetter = (one: Decisions): boolean => this.#compare(bundleOf(one), bundleOf(decisions)) > 0;
    if (at !== undefined) {
      const sought = [...before.flatMap((of) => keep(of, decisions.get(of), true)), above(gem, at, true)];
      if (this.#spent) return 'given-up';
      const solution = await this.solve(relaxed, { sought });
      if (solution.kind !== 'solved') return solution.kind === 'given-up' ? 'given-up' : undefined;
      if (isBetter(solution.decisions)) return solution.decisions;
    }
    // What was found does without one of them. They have to be there, and some other gem has to ask for them.
    const wanted = [...before.filter((of) => decisions.has(of)), gem];
    const supports = wanted.flatMap((of) => supportOf(of, relaxed, this.#universe, this.assumptions) ?? []);
    if (supports.length < wanted.length) return undefined;
    const blocked: Fact[] = [];
    while (blocked.length < MOST_BLOCKED && !this.#spent) {
      const sought = [
        ...before.flatMap((of) => keep(of, decisions.get(of), false)),
        ...[above(gem, at ?? -1, false), ...supports, ...blocked],
      ];
      const solution = await this.solve(relaxed, { sought });
      if (solution.kind !== 'solved') return solution.kind === 'given-up' ? 'given-up' : undefined;
      const connected = this.#connected(solution.decisions);
      if (isBetter(connected)) return connected;
      blocked.push(butThese(this.#order(solution.decisions), solution.decisions));
    }
    return 'given-up';
  }

  /** What the Gemfile asks for, and what that asks for: gems that only ask for each other are left out. */
  #connected(decisions: Decisions): Decisions {
    const byName = new Map([...decisions].map(([of, at]) => [of.name, { of, at }]));
    const open = [...this.#universe.request.gemfile.keys()];
    const found = new Map<GemPackage, number>();
    for (const name of open) {
      const one = byName.get(name);
      if (one === undefined || found.has(one.of)) continue;
      found.set(one.of, one.at);
      const position = one.of.positions[one.at];
      if (position !== undefined) open.push(...one.of.gem.dependencies(position).map((each) => each.name));
    }
    return found;
  }

  /** Gems that do not fit, and others that move, in the order in which they count. */
  #order(decisions: Decisions): GemPackage[] {
    const all = new Set([...decisions.keys()].filter((of) => of !== of.gem.still));
    for (const gem of this.#universe.known()) if (gem.locked?.fails === true) all.add(gem.full);
    return [...all]
      .filter((of) => rankOf(of) < ENTERS)
      .sort((a, b) => rankOf(a) - rankOf(b) || (a.name < b.name ? -1 : 1));
  }

  /**
   * The solver takes the highest position that is left whenever it decides. Where it came to decide in the order in
   * which gems count, there is nothing higher.
   */
  #isHighest(decisions: Decisions): boolean {
    const decided = [...decisions.keys()].filter((of) => of !== of.gem.still);
    return this.#order(decisions).every((of, i) => of === decided[i]);
  }

  /** Positive where the first is the better one of two that give up as much. */
  #compare(one: Bundle, other: Bundle): number {
    const names = [...new Set([...one.keys(), ...other.keys()])].sort();
    const locked = this.#universe.locked;
    const groups = [
      (name: string) => locked.get(name)?.fails === true,
      (name: string) => locked.get(name)?.fails === false,
      (name: string) => !locked.has(name),
    ];
    for (const group of groups) {
      for (const name of names.filter(group)) {
        const order = comparePositions(one.get(name), other.get(name));
        // Only a gem that does not fit as it is has to be there rather than not.
        const counts = locked.get(name)?.fails === true || (one.has(name) && other.has(name));
        if (order !== 0 && counts) return order;
      }
    }
    return 0;
  }
}

function comparePositions(one: Position | undefined, other: Position | undefined): number {
  if (one === undefined || other === undefined)
    return Number(one !== undefined) - Number(other !== undefined);
  return compareParsedVersions(one.parsed, other.parsed);
}

function costOf(relaxed: ReadonlySet<Assumption>): number {
  return [...relaxed].reduce((sum, { kind }) => sum + WEIGHT[kind], 0);
}

/** The assumptions that a proof rests on: one of them has to go. */
export function coreOf(proof: Fact): Set<Assumption> {
  return new Set(groundsOf(proof).flatMap(({ cause }) => ('assumption' in cause && cause.assumption) || []));
}

function bundleOf(decisions: Decisions): Bundle {
  return new Map(
    [...decisions].flatMap(([of, at]) => {
      const position = of.positions[at];
      return position === undefined ? [] : [[of.name, position] as const];
    }),
  );
}

/** The gem is where it is; with `orGone` it may also be nowhere. Nothing is said of one that is nowhere now. */
function keep(of: GemPackage, position: number | undefined, orGone: boolean): Fact[] {
  if (position === undefined) return [];
  const others = complement(run(position, position + 1), of.size);
  return [incompatibility([{ package: of, set: others, absent: !orGone }], { kind: 'sought' })];
}

function above(of: GemPackage, position: number, orGone: boolean): Fact {
  return incompatibility([{ package: of, set: run(0, position + 1), absent: !orGone }], { kind: 'sought' });
}

/** A gem that is there is asked for by another; `undefined` where none that is known could. */
function supportOf(
  of: GemPackage,
  relaxed: ReadonlySet<Assumption>,
  universe: Universe,
  assumptions: Assumptions,
): Fact | undefined {
  if (universe.request.gemfile.has(of.name)) {
    return incompatibility([{ package: of, set: NONE, absent: true }], { kind: 'sought' });
  }
  const terms = [{ package: of, set: run(0, of.size), absent: false }];
  for (const gem of universe.all()) {
    if (gem === of.gem) continue;
    const free =
      gem.locked === undefined || gem.locked.fails || relaxed.has(assumptions.of('stays', gem.name));
    const parent = free && gem.isKnown ? gem.full : gem.still;
    if (parent === undefined) continue;
    const asking = positionsWhere(parent.size, (at) => {
      const position = parent.positions[at];
      return position !== undefined && gem.dependencies(position).some(({ name }) => name === of.name);
    });
    if (asking.length > 0)
      terms.push({ package: parent, set: complement(asking, parent.size), absent: true });
  }
  return terms.length === 1 ? undefined : incompatibility(terms, { kind: 'sought' });
}

const ENTERS = 2;

function rankOf({ gem: { locked } }: GemPackage): number {
  return locked === undefined ? ENTERS : locked.fails ? 0 : 1;
}

function butThese(gems: readonly GemPackage[], decisions: Decisions): Fact {
  const terms = gems.map((of) => {
    const position = decisions.get(of) ?? 0;
    return { package: of, set: run(position, position + 1), absent: false };
  });
  return incompatibility(terms, { kind: 'sought' });
}
