import type { Incompatibility, Kind, Package, Term } from './incompatibility.js';
import { either, isAlways, not, resolve } from './incompatibility.js';
import type { Assignment } from './partial-solution.js';
import { PartialSolution } from './partial-solution.js';
import type { PositionSet } from './position-set.js';

type Maybe<Value> = Value | Promise<Value>;

/** What the solver asks of the world, and only when it is about to need it. */
export interface Source<P extends Package, C extends Kind> {
  /** What holds from the start: what the Gemfile asks for. The last is looked at first. */
  readonly facts: readonly Incompatibility<P, C>[];
  /** Which of the packages that are required to decide on next. */
  choose(open: Iterable<P>, known: (of: P) => PositionSet): P;
  /**
   * The position to try for a package; or why none of these will do, as incompatibilities of which at least one is not
   * known yet. It is asked again then.
   */
  decide(of: P, allowed: PositionSet): Maybe<number | readonly Incompatibility<P, C>[]>;
  /** What a package at a position asks of others, each about no more than that package and one other. */
  dependencies(of: P, position: number): Maybe<readonly Incompatibility<P, C>[]>;
  /** Which terms of the package that a conclusion was drawn over say nothing: those that are always true, by default. */
  isAlways?(term: Term<P>): boolean;
}

export type Solution<P extends Package, C extends Kind> =
  | { readonly kind: 'solved'; readonly decisions: ReadonlyMap<P, number> }
  /** The incompatibility without terms, from which the reasons can be read. */
  | { readonly kind: 'unsolvable'; readonly proof: Incompatibility<P, C> }
  /** The budget was used up. */
  | { readonly kind: 'given-up' };

/** How much work may be done, in steps: a decision, a step of a conflict, or `LOOKS_A_STEP` looks at an incompatibility. */
export interface Budget {
  left: number;
}

const LOOKS_A_STEP = 1000;

/** An incompatibility by one of its packages, and between which positions its term of that lies. */
interface About<P extends Package, C extends Kind> {
  readonly one: Incompatibility<P, C>;
  readonly from: number;
  readonly to: number;
  readonly absent: boolean;
  readonly ruledOut: RuledOut;
}

/**
 * When an incompatibility was last seen to have a term that cannot be true: nothing follows from it until the decision
 * that was the last then is taken back. Of a thousand exact requirements all but a few are at any time.
 */
interface RuledOut {
  level: number;
  opening: number;
}

/**
 * PubGrub (Natalie Weizenbaum, 2018: https://github.com/dart-lang/pub/blob/master/doc/solver.md): unit propagation over
 * incompatibilities, decisions, and from every conflict a new incompatibility that says what went wrong, so that no
 * mistake is made twice and a failure comes with its proof. It ends: with a solution where there is one.
 */
export class VersionSolver<P extends Package, C extends Kind> {
  readonly #source: Source<P, C>;
  readonly #budget: Budget;
  readonly #isAlways: (term: Term<P>) => boolean;
  readonly #solution = new PartialSolution<P, C>();
  readonly #about = new Map<P, About<P, C>[]>();
  readonly #seen = new Set<Incompatibility<P, C>>();
  /** A number of its own for each level of decisions that the solution has, each time that it comes to it. */
  readonly #openings = [0];
  #lastOpening = 0;

  constructor(source: Source<P, C>, budget: Budget) {
    this.#source = source;
    this.#budget = budget;
    this.#isAlways = source.isAlways?.bind(source) ?? isAlways;
  }

  async solve(): Promise<Solution<P, C>> {
    for (const fact of this.#source.facts) {
      if (!this.#add(fact)) return { kind: 'unsolvable', proof: fact };
    }
    let proof = this.#propagateFacts();
    for (;;) {
      if (proof !== undefined) return { kind: 'unsolvable', proof };
      if (this.#budget.left <= 0) return { kind: 'given-up' };
      const { open } = this.#solution;
      if (open.size === 0) return { kind: 'solved', decisions: this.#solution.decisions };
      const next = this.#source.choose(open, (of) => this.#solution.known(of)?.set ?? []);
      const changed = await this.#advance(next);
      proof = changed ?? this.#propagate(next);
    }
  }

  /** Decides on a package, or learns why that cannot be done. An incompatibility without terms ends it all. */
  async #advance(of: P): Promise<Incompatibility<P, C> | undefined> {
    this.#budget.left -= 1;
    const allowed = this.#solution.known(of)?.set ?? [];
    const asked = this.#source.decide(of, allowed);
    const chosen = asked instanceof Promise ? await asked : asked;
    if (typeof chosen !== 'number') {
      for (const one of chosen) if (!this.#add(one)) return one;
      return undefined;
    }
    const needs = this.#source.dependencies(of, chosen);
    let conflict = false;
    for (const one of needs instanceof Promise ? await needs : needs) {
      if (this.#seen.has(one)) continue;
      if (!this.#add(one)) return one;
      // With a dependency that cannot be met the decision would be a mistake; propagation says what follows instead.
      conflict ||= one.terms.every(
        (term) => term.package === of || this.#solution.relation(term) === 'satisfied',
      );
    }
    if (!conflict) {
      this.#solution.decide(of, chosen);
      this.#openings.push((this.#lastOpening += 1));
    }
    return undefined;
  }

  /** False for an incompatibility without terms. */
  #add(one: Incompatibility<P, C>): boolean {
    this.#seen.add(one);
    const ruledOut: RuledOut = { level: 0, opening: -1 };
    for (const { package: of, set, absent } of one.terms) {
      const about = { one, from: set[0] ?? Infinity, to: set.at(-1) ?? -Infinity, absent, ruledOut };
      const known = this.#about.get(of);
      if (known === undefined) this.#about.set(of, [about]);
      else known.push(about);
    }
    return one.terms.length > 0;
  }

  #propagateFacts(): Incompatibility<P, C> | undefined {
    const changed = new Set<P>();
    for (const fact of this.#source.facts.toReversed()) {
      const outcome = this.#apply(fact);
      if (outcome === 'conflict') {
        const proof = this.#settle(fact, changed);
        if (proof !== undefined) return proof;
      } else if (typeof outcome === 'object') changed.add(outcome);
    }
    for (const of of changed) {
      const proof = this.#propagate(of);
      if (proof !== undefined) return proof;
    }
    return undefined;
  }

  /** Draws all conclusions from what is known of a package; returns the proof that there is no solution. */
  #propagate(first: P): Incompatibility<P, C> | undefined {
    const changed = new Set([first]);
    for (const of of changed) {
      changed.delete(of);
      const all = this.#about.get(of) ?? [];
      this.#budget.left -= all.length / LOOKS_A_STEP;
      let known = this.#solution.known(of);
      for (let i = all.length - 1; i >= 0; i -= 1) {
        const about = all[i];
        if (about === undefined || this.#openings[about.ruledOut.level] === about.ruledOut.opening) continue;
        const outcome =
          known !== undefined && isFarFrom(known, about) ? 'contradicted' : this.#apply(about.one);
        if (outcome === 'contradicted') this.#ruleOut(about.ruledOut);
        if (outcome === undefined || outcome === 'contradicted') continue;
        known = this.#solution.known(of);
        if (outcome === 'conflict') {
          const proof = this.#settle(about.one, changed);
          if (proof !== undefined) return proof;
          known = this.#solution.known(of);
        } else changed.add(outcome);
      }
    }
    return undefined;
  }

  /** What is left to conclude from an incompatibility once it is resolved. */
  #settle(conflict: Incompatibility<P, C>, changed: Set<P>): Incompatibility<P, C> | undefined {
    const cause = this.#resolveConflict(conflict);
    if (cause.terms.length === 0) return cause;
    changed.clear();
    const outcome = this.#apply(cause);
    if (typeof outcome === 'object') changed.add(outcome);
    return undefined;
  }

  #ruleOut(ruledOut: RuledOut): void {
    ruledOut.level = this.#openings.length - 1;
    ruledOut.opening = this.#openings.at(-1) ?? 0;
  }

  /** The package about which something follows, where all terms but one are true. */
  #apply(one: Incompatibility<P, C>): P | 'conflict' | 'contradicted' | undefined {
    let open: Term<P> | undefined;
    for (const term of one.terms) {
      const relation = this.#solution.relation(term);
      if (relation === 'contradicted') return relation;
      if (relation === 'satisfied') continue;
      if (open !== undefined) return undefined;
      open = term;
    }
    if (open === undefined) return 'conflict';
    this.#solution.derive(not(open), one);
    return open.package;
  }

  /**
   * Follows a conflict back to a cause from which, some decisions earlier, something else would have followed, and goes
   * back there. Without terms: there is no solution.
   */
  #resolveConflict(conflict: Incompatibility<P, C>): Incompatibility<P, C> {
    let current = conflict;
    while (current.terms.length > 0) {
      this.#budget.left -= 1;
      const { last, previous } = this.#latest(current);
      if (last.cause === undefined || previous < last.level) {
        this.#solution.backtrack(previous);
        this.#openings.length = previous + 1;
        if (current !== conflict) this.#add(current);
        return current;
      }
      current = resolve(current, last.cause, last.package, this.#isAlways);
    }
    return current;
  }

  /** The step that made the last of the terms true, and the level at which all the rest was true already. */
  #latest({ terms }: Incompatibility<P, C>): {
    readonly last: Assignment<P, C>;
    readonly previous: number;
  } {
    const steps = terms.map((term) => ({ term, step: this.#solution.satisfier(term) }));
    const latest = steps.reduce((one, other) => (other.step.index > one.step.index ? other : one));
    const { step: last, term } = latest;
    const levels = steps.filter((one) => one !== latest).map(({ step }) => step.level);
    const own = last.cause?.terms.find((one) => one.package === last.package);
    // Where the step did it only together with what was known before, that counts too.
    const rest = own === undefined ? undefined : either(term, own);
    if (rest !== undefined && !this.#isAlways(rest)) levels.push(this.#solution.satisfier(rest).level);
    return { last, previous: Math.max(0, ...levels) };
  }
}

/** The package is elsewhere than an incompatibility is about: seen without a closer look, as most are. */
function isFarFrom<P extends Package, C extends Kind>({ set, absent }: Term<P>, about: About<P, C>): boolean {
  if (about.absent && absent) return false;
  return (set.at(-1) ?? 0) <= about.from || (set[0] ?? 0) >= about.to;
}
