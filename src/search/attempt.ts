import type { Dependency } from './bundle-gem.js';
import type { Assumption, AssumptionKind, Assumptions, Cause } from './cause.js';
import type { Incompatibility } from './solver/incompatibility.js';
import { incompatibility } from './solver/incompatibility.js';
import type { PositionSet } from './solver/position-set.js';
import { NONE, complement, descending, positionsWhere, run } from './solver/position-set.js';
import type { Source } from './solver/version-solver.js';
import type { Gem, GemPackage, Position, Universe } from './universe.js';

export type Fact = Incompatibility<GemPackage, Cause>;

export interface AttemptOptions {
  /** What is given up this time. */
  readonly relaxed: ReadonlySet<Assumption>;
  /** More that has to hold. */
  readonly sought?: readonly Fact[];
  /** Gems that may move stay rather than go to their highest version. */
  readonly reluctant?: boolean;
}

/**
 * The bundle as a problem for the solver, with some of what it would rather keep given up. A gem that stays is at one of
 * two positions, where it is locked or elsewhere, so that its index is not asked for.
 */
export class Attempt implements Source<GemPackage, Cause> {
  readonly facts: readonly Fact[];
  readonly #universe: Universe;
  readonly #assumptions: Assumptions;
  readonly #options: AttemptOptions;
  readonly #failing: ReadonlySet<string>;
  readonly #needs = new Map<string, Fact>();

  private constructor(universe: Universe, assumptions: Assumptions, options: AttemptOptions) {
    this.#universe = universe;
    this.#assumptions = assumptions;
    this.#options = options;
    this.#failing = new Set([...universe.locked.values()].filter((gem) => gem.fails).map(({ name }) => name));
    this.facts = [...this.#assumed(), ...this.#gemfile(), ...(options.sought ?? [])];
  }

  static async of(universe: Universe, assumptions: Assumptions, options: AttemptOptions): Promise<Attempt> {
    for (const { name, fails, movable } of universe.locked.values()) {
      const free = movable && (fails || options.relaxed.has(assumptions.of('stays', name)));
      if (free) await universe.know(name, name);
    }
    for (const name of universe.request.gemfile.keys()) {
      if (name !== 'bundler' && !universe.locked.has(name)) await universe.know(name, name);
    }
    return new Attempt(universe, assumptions, options);
  }

  #relaxed(kind: AssumptionKind, gem: string): boolean {
    return this.#options.relaxed.has(this.#assumptions.of(kind, gem));
  }

  /** The package that a gem is in this attempt. */
  packageOf(gem: Gem): GemPackage {
    const { locked, still } = gem;
    if (locked === undefined || still === undefined) return gem.full;
    const free = locked.movable && (locked.fails || this.#relaxed('stays', gem.name));
    return free ? gem.full : still;
  }

  #assume(kind: AssumptionKind, gem: string): { readonly assumption: Assumption } {
    return { assumption: this.#assumptions.of(kind, gem) };
  }

  *#assumed(): Generator<Fact> {
    for (const { name, movable, fails } of this.#universe.locked.values()) {
      const gem = this.#universe.peek(name);
      if (gem === undefined) continue;
      const of = this.packageOf(gem);
      const at = (kind: Position['kind']): PositionSet =>
        positionsWhere(of.size, (position) => of.positions[position]?.kind === kind);
      const forbid = (set: PositionSet, cause: Cause): Fact =>
        incompatibility([{ package: of, set, absent: false }], cause);
      if (of === gem.still) {
        const label = movable ? this.#assume('stays', name) : {};
        yield forbid(at('elsewhere'), { kind: 'stays', fixed: !movable, ...label });
      } else if (fails) {
        if (!this.#relaxed('answered', name))
          yield forbid(at('locked'), { kind: 'fails', ...this.#assume('answered', name) });
        if (!this.#relaxed('not-forced', name) && at('forced').length > 0)
          yield forbid(at('forced'), { kind: 'not-forced', ...this.#assume('not-forced', name) });
      }
    }
  }

  *#gemfile(): Generator<Fact> {
    for (const [name, requirement] of this.#universe.request.gemfile) {
      const gem = this.#universe.peek(name);
      if (gem === undefined) continue;
      const of = this.packageOf(gem);
      yield incompatibility([{ package: of, set: NONE, absent: true }], { kind: 'asked-for' });
      const others = complement(gem.allowed(of, requirement), of.size);
      if (others.length > 0 && !this.#relaxed('gemfile', name)) {
        const cause: Cause = { kind: 'gemfile', requirement, ...this.#assume('gemfile', name) };
        yield incompatibility([{ package: of, set: others, absent: false }], cause);
      }
    }
  }

  /** What has one position first, then gems that do not fit, then others that move, then those that enter; by name. */
  choose(open: Iterable<GemPackage>): GemPackage {
    let best: GemPackage | undefined;
    let least = Infinity;
    for (const one of open) {
      const rank = this.#rank(one);
      if (rank > least) continue;
      if (rank < least || best === undefined || one.name < best.name) {
        best = one;
        least = rank;
      }
      if (rank === 0) return one;
    }
    if (best === undefined) throw new Error('nothing is open');
    return best;
  }

  #rank(of: GemPackage): number {
    if (of === of.gem.still) return 0;
    if (this.#failing.has(of.name)) return 1;
    return of.gem.locked === undefined ? 3 : 2;
  }

  async decide(of: GemPackage, allowed: PositionSet): Promise<number | readonly Fact[]> {
    const refused: Fact[] = [];
    for (const position of this.#preferred(of, allowed)) {
      const cause = await this.#refusal(of, position);
      if (cause === undefined) return refused.length > 0 ? refused : position;
      refused.push(
        incompatibility([{ package: of, set: run(position, position + 1), absent: false }], cause),
      );
    }
    return refused;
  }

  *#preferred(of: GemPackage, allowed: PositionSet): Generator<number> {
    const locked =
      this.#options.reluctant === true ? of.positions.findIndex(({ kind }) => kind === 'locked') : -1;
    const all = [...descending(allowed)];
    if (all.includes(locked)) yield locked;
    for (const position of all) if (position !== locked) yield position;
  }

  async #refusal(of: GemPackage, at: number): Promise<Cause | undefined> {
    const position = of.positions[at];
    const { gem } = of;
    if (position === undefined || position.kind === 'elsewhere' || position.kind === 'locked')
      return undefined;
    if (
      this.#failing.has(of.name) &&
      this.#universe.isBuilt(gem, position) &&
      !this.#relaxed('not-built', of.name)
    )
      return { kind: 'not-built', ...this.#assume('not-built', of.name) };
    const refusal = await this.#universe.refusal(gem, position);
    return refusal === 'none' ? undefined : { kind: 'refused', refusal };
  }

  async dependencies(of: GemPackage, at: number): Promise<readonly Fact[]> {
    const position = of.positions[at];
    if (position === undefined) return [];
    const facts: Fact[] = [];
    for (const dependency of of.gem.dependencies(position)) {
      const known =
        this.#universe.peek(dependency.name) ?? (await this.#universe.know(dependency.name, of.name));
      const on = this.packageOf(known);
      const { requirement, name } = dependency;
      const [from, to] = of === of.gem.still ? [at, at + 1] : alike(of, at, dependency);
      const key = `${of.name} ${from} ${to} ${name} ${requirement.join(', ')}`;
      const fact =
        this.#needs.get(key) ??
        incompatibility<GemPackage, Cause>(
          [
            { package: of, set: run(from, to), absent: false },
            { package: on, set: complement(known.allowed(on, requirement), on.size), absent: true },
          ],
          { kind: 'needs', name, requirement },
        );
      this.#needs.set(key, fact);
      facts.push(fact);
    }
    return facts;
  }
}

/** How far down and up versions ask for the same, so that what follows is learned of them all at once. */
function alike(of: GemPackage, at: number, { name, requirement }: Dependency): [from: number, to: number] {
  const key = requirement.join(', ');
  const asks = (position: Position | undefined): boolean =>
    position !== undefined &&
    of.gem.dependencies(position).some((one) => one.name === name && one.requirement.join(', ') === key);
  let from = at;
  while (from > 0 && asks(of.positions[from - 1])) from -= 1;
  let to = at + 1;
  while (to < of.size && asks(of.positions[to])) to += 1;
  return [from, to];
}
