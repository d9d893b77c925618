import type { Incompatibility, Package, Term } from './incompatibility.js';
import { either, isAlways, not, resolve } from './incompatibility.js';
import type { Assignment } from './partial-solution.js';
import { PartialSolution } from './partial-solution.js';
import type { PositionSet } from './position-set.js';

type Maybe<Value> = Value | Promise<Value>;

/** What the solver asks of the world, and only when it is about to need it. */
export interface Source<P extends Package, C> {
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
}

export type Solution<P extends Package, C> =
  | { readonly kind: 'solved'; readonly decisions: ReadonlyMap<P, number> }
  /** The incompatibility without terms, from which the reasons can be read. */
  | { readonly kind: 'unsolvable'; readonly proof: Incompatibility<P, C> }
  /** The budget was used up. */
  | { readonly kind: 'given-up' };

/** How much work may be done: a decision, a conflict step and a derivation count one each. */
export interface Budget {
  left: number;
}

/**
 * PubGrub (Natalie Weizenbaum, 2018: https://github.com/dart-lang/pub/blob/master/doc/solver.md): unit propagation over
 * incompatibilities, decisions, and from every conflict a new incompatibility that says what went wrong, so that no
 * mistake is made twice and a failure comes with its proof. It ends: with a solution where there is one.
 */
export class VersionSolver<P extends Package, C> {
  readonly #source: Source<P, C>;
  readonly #budget: Budget;
  readonly #solution = new PartialSolution<P, C>();
  readonly #about = new Map<P, Incompatibility<P, C>[]>();
  readonly #seen = new Set<Incompatibility<P, C>>();

  constructor(source: Source<P, C>, budget: Budget) {
    this.#source = source;
    this.#budget = budget;
  }

  async solve(): Promise<Solution<P, C>> {
    for (const fact of this.#source.facts) {
      const proof = this.#add(fact) ? undefined : fact;
      if (proof !== undefined) return { kind: 'unsolvable', proof };
    }
    let proof = this.#propagateFacts();
    for (;;) {
      if (proof !== undefined) return { kind: 'unsolvable', proof };
      if (this.#budget.left <= 0) return { kind: 'given-up' };
      const open = [...this.#solution.open()];
      if (open.length === 0) return { kind: 'solved', decisions: this.#solution.decisions };
      const next = this.#source.choose(open, (of) => this.#solution.known(of)?.set ?? []);
      const changed = await this.#advance(next);
      proof = changed === undefined ? this.#propagate(next) : changed;
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
    if (!conflict) this.#solution.decide(of, chosen);
    return undefined;
  }

  /** False for an incompatibility without terms. */
  #add(one: Incompatibility<P, C>): boolean {
    this.#seen.add(one);
    for (const { package: of } of one.terms) {
      const known = this.#about.get(of);
      if (known === undefined) this.#about.set(of, [one]);
      else known.push(one);
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
      } else if (outcome !== undefined) changed.add(outcome);
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
      const about = this.#about.get(of) ?? [];
      for (let i = about.length - 1; i >= 0; i -= 1) {
        const one = about[i];
        if (one === undefined) continue;
        const outcome = this.#apply(one);
        if (outcome === 'conflict') {
          const proof = this.#settle(one, changed);
          if (proof !== undefined) return proof;
        } else if (outcome !== undefined) changed.add(outcome);
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
    if (outcome !== undefined && outcome !== 'conflict') changed.add(outcome);
    return undefined;
  }

  /** The package about which something follows, where all terms but one are true. */
  #apply(one: Incompatibility<P, C>): P | 'conflict' | undefined {
    let open: Term<P> | undefined;
    for (const term of one.terms) {
      const relation = this.#solution.relation(term);
      if (relation === 'contradicted') return undefined;
      if (relation === 'satisfied') continue;
      if (open !== undefined) return undefined;
      open = term;
    }
    if (open === undefined) return 'conflict';
    this.#budget.left -= 0.01;
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
        if (current !== conflict) this.#add(current);
        return current;
      }
      current = resolve(current, last.cause, last.package);
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
    if (rest !== undefined && !isAlways(rest)) levels.push(this.#solution.satisfier(rest).level);
    return { last, previous: Math.max(0, ...levels) };
  }
}
