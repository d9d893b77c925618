import type { PositionSet } from './position-set.js';
import { complement, count, intersect, isDisjoint, isSubset, union } from './position-set.js';

/** A package as the solver knows it; `size` is how many positions it can be at. */
export interface Package {
  readonly name: string;
  readonly size: number;
}

/**
 * Something that may be true of one package: that it is at one of these positions, or, with `absent`, not in the bundle
 * at all. PubGrub's positive terms are those without `absent`.
 */
export interface Term<P extends Package = Package> {
  readonly package: P;
  readonly set: PositionSet;
  readonly absent: boolean;
}

/** What every cause has. */
export interface Kind {
  readonly kind: string;
}

/** Two incompatibilities that a third follows from, by what they say of one package. */
export interface Derivation<P extends Package, C extends Kind> {
  readonly kind: 'derived';
  readonly from: readonly [Incompatibility<P, C>, Incompatibility<P, C>];
  /** The package that both are about, and that is gone or wider in the outcome. */
  readonly over: P;
}

/** Terms that cannot all be true, and why: one of the caller's causes, or a derivation. */
export interface Incompatibility<P extends Package = Package, C extends Kind = Kind> {
  /** One for each package at most; none of them says nothing. Empty: there is no solution. */
  readonly terms: readonly Term<P>[];
  readonly cause: C | Derivation<P, C>;
}

export function isAlways({ package: { size }, set, absent }: Term): boolean {
  return absent && count(set) === size;
}

/** An incompatibility without the terms that are always true. */
export function incompatibility<P extends Package, C extends Kind>(
  terms: readonly Term<P>[],
  cause: C | Derivation<P, C>,
): Incompatibility<P, C> {
  return { terms: terms.filter((term) => !isAlways(term)), cause };
}

export function not<P extends Package>({ package: of, set, absent }: Term<P>): Term<P> {
  return { package: of, set: complement(set, of.size), absent: !absent };
}

export function both<P extends Package>(one: Term<P>, other: Term<P>): Term<P> {
  return {
    package: one.package,
    set: intersect(one.set, other.set),
    absent: one.absent && other.absent,
  };
}

export function either<P extends Package>(one: Term<P>, other: Term<P>): Term<P> {
  return { package: one.package, set: union(one.set, other.set), absent: one.absent || other.absent };
}

/** Does the first imply the second? */
export function implies(one: Term, other: Term): boolean {
  return (!one.absent || other.absent) && isSubset(one.set, other.set);
}

/** Can they not both be true? */
export function excludes(one: Term, other: Term): boolean {
  return !(one.absent && other.absent) && isDisjoint(one.set, other.set);
}

/**
 * What follows from two incompatibilities by what they say of one package (resolution): where either's term of it would
 * be true, the rest of both cannot be. `always`: which terms of it say nothing then.
 */
export function resolve<P extends Package, C extends Kind>(
  one: Incompatibility<P, C>,
  other: Incompatibility<P, C>,
  over: P,
  always: (term: Term<P>) => boolean = isAlways,
): Incompatibility<P, C> {
  const terms = new Map<P, Term<P>>();
  for (const term of [...one.terms, ...other.terms]) {
    const known = terms.get(term.package);
    terms.set(
      term.package,
      known === undefined ? term : term.package === over ? either(known, term) : both(known, term),
    );
  }
  const left = [...terms.values()].filter((term) => term.package !== over || !always(term));
  return incompatibility(left, { kind: 'derived', from: [one, other], over });
}

export function isDerived<P extends Package, C extends Kind>(
  cause: C | Derivation<P, C>,
): cause is Derivation<P, C> {
  return cause.kind === 'derived';
}

/** The incompatibilities that one follows from in the end, each once, in the order in which they are first drawn on. */
export function groundsOf<P extends Package, C extends Kind>(
  outcome: Incompatibility<P, C>,
): Incompatibility<P, C>[] {
  const grounds: Incompatibility<P, C>[] = [];
  const seen = new Set<Incompatibility<P, C>>();
  const open = [outcome];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (isDerived(next.cause)) open.push(...next.cause.from);
    else grounds.push(next);
  }
  return grounds;
}
