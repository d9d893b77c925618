import type { Refusal } from './universe.js';

/** What the search would rather keep as it is, and gives up where it must. */
export type AssumptionKind = 'stays' | 'gemfile' | 'not-forced' | 'not-built' | 'answered';

/** One of them, of one gem. Equal ones are the same object (`Assumptions`). */
export interface Assumption {
  readonly kind: AssumptionKind;
  readonly gem: string;
}

/** Why something cannot be, as far as it does not follow from anything else. */
export type Cause = (
  | { readonly kind: 'asked-for' }
  /** The Gemfile's requirement of the package. */
  | { readonly kind: 'gemfile'; readonly requirement: readonly string[] }
  /** The gem stays at its locked version; with `fixed` it can do nothing else. */
  | { readonly kind: 'stays'; readonly fixed: boolean }
  /** The locked version does not fit. */
  | { readonly kind: 'fails' }
  | { readonly kind: 'not-forced' }
  | { readonly kind: 'not-built' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'needs'; readonly name: string; readonly requirement: readonly string[] }
  /** What the search itself asks for, to see whether there is anything better. */
  | { readonly kind: 'sought' }
) & { readonly assumption?: Assumption };

/** How much rather one is kept than another: any number of a kind goes before one of the next. */
export const WEIGHT: Readonly<Record<AssumptionKind, number>> = {
  stays: 1,
  gemfile: 1e4,
  'not-forced': 1e7,
  'not-built': 1e10,
  answered: 1e13,
};

/** Each assumption once, so that sets of them can be compared. */
export class Assumptions {
  readonly #known = new Map<string, Assumption>();

  of(kind: AssumptionKind, gem: string): Assumption {
    const key = `${kind} ${gem}`;
    const known = this.#known.get(key) ?? { kind, gem };
    this.#known.set(key, known);
    return known;
  }
}
