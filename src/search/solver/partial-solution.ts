import type { Incompatibility, Kind, Package, Term } from './incompatibility.js';
import { both, excludes, implies } from './incompatibility.js';

/** A step on the way to a solution: a decision, or what follows from an incompatibility. */
export interface Assignment<P extends Package, C extends Kind> {
  readonly package: P;
  /** What is known of the package from this step on. */
  readonly known: Term<P>;
  readonly index: number;
  /** How many decisions were made up to it. */
  readonly level: number;
  /** Absent for a decision. */
  readonly cause?: Incompatibility<P, C>;
}

export type Relation = 'satisfied' | 'contradicted' | 'open';

/** What is decided, and what follows from it, in order. */
export class PartialSolution<P extends Package, C extends Kind> {
  readonly #assignments: Assignment<P, C>[] = [];
  readonly #ofPackage = new Map<P, Assignment<P, C>[]>();
  readonly #decisions: { readonly package: P; readonly position: number }[] = [];
  readonly #decided = new Set<P>();
  /** Packages that have to be in the bundle, in the order in which that became known; and those not decided yet. */
  readonly #required = new Set<P>();
  readonly #open = new Set<P>();

  get level(): number {
    return this.#decisions.length;
  }

  get decisions(): ReadonlyMap<P, number> {
    return new Map(this.#decisions.map((one) => [one.package, one.position]));
  }

  /** What is known of a package; `undefined` where that is nothing. */
  known(of: P): Term<P> | undefined {
    return this.#ofPackage.get(of)?.at(-1)?.known;
  }

  /** Packages that are required and not decided, in the order in which they came to be required. */
  get open(): ReadonlySet<P> {
    return this.#open;
  }

  relation(term: Term<P>): Relation {
    const known = this.known(term.package);
    if (known === undefined) return 'open';
    if (implies(known, term)) return 'satisfied';
    return excludes(known, term) ? 'contradicted' : 'open';
  }

  derive(term: Term<P>, cause: Incompatibility<P, C>): void {
    const known = this.known(term.package);
    this.#assign({
      package: term.package,
      known: known === undefined ? term : both(known, term),
      index: this.#assignments.length,
      level: this.level,
      cause,
    });
  }

  decide(of: P, position: number): void {
    this.#decisions.push({ package: of, position });
    this.#decided.add(of);
    this.#open.delete(of);
    this.#assign({
      package: of,
      known: { package: of, set: [position, position + 1], absent: false },
      index: this.#assignments.length,
      level: this.level,
    });
  }

  /** The first step from which on a term is true. */
  satisfier(term: Term<P>): Assignment<P, C> {
    const steps = this.#ofPackage.get(term.package) ?? [];
    let low = 0;
    let high = steps.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const step = steps[middle];
      if (step !== undefined && implies(step.known, term)) high = middle;
      else low = middle + 1;
    }
    const step = steps[low];
    if (step === undefined) throw new Error(`nothing satisfies a term of ${term.package.name}`);
    return step;
  }

  /** What was known of a package before a step; `undefined` where that was nothing. */
  before(step: Assignment<P, C>): Term<P> | undefined {
    const steps = this.#ofPackage.get(step.package) ?? [];
    return steps[steps.indexOf(step) - 1]?.known;
  }

  /** Takes back everything after that many decisions. */
  backtrack(level: number): void {
    for (let last = this.#assignments.at(-1); last !== undefined && last.level > level;) {
      this.#assignments.pop();
      const steps = this.#ofPackage.get(last.package);
      steps?.pop();
      const known = steps?.at(-1)?.known;
      if (known === undefined || known.absent) this.#required.delete(last.package);
      if (last.cause === undefined) {
        this.#decisions.pop();
        this.#decided.delete(last.package);
      }
      last = this.#assignments.at(-1);
    }
    this.#open.clear();
    for (const one of this.#required) if (!this.#decided.has(one)) this.#open.add(one);
  }

  #assign(assignment: Assignment<P, C>): void {
    this.#assignments.push(assignment);
    const steps = this.#ofPackage.get(assignment.package);
    if (steps === undefined) this.#ofPackage.set(assignment.package, [assignment]);
    else steps.push(assignment);
    if (assignment.known.absent || this.#required.has(assignment.package)) return;
    this.#required.add(assignment.package);
    if (!this.#decided.has(assignment.package)) this.#open.add(assignment.package);
  }
}
