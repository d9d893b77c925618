/** How many choices are looked at before the search for the cheapest set ends without one. */
const MOST_CHOICES = 50_000;

/**
 * The cheapest set that has an element of each of the given sets, other than those that were tried already: a
 * branch-and-bound over the first set that is not hit. `undefined` where there is none; `'given-up'` where it is too much
 * work to tell.
 */
export function cheapestHittingSet<Item>(
  sets: readonly ReadonlySet<Item>[],
  cost: (item: Item) => number,
  tried: readonly ReadonlySet<Item>[],
): ReadonlySet<Item> | 'given-up' | undefined {
  const bySize = [...sets].sort((a, b) => a.size - b.size);
  let best: ReadonlySet<Item> | undefined;
  let least = Infinity;
  let choices = 0;

  const search = (chosen: ReadonlySet<Item>, excluded: ReadonlySet<Item>, sum: number): void => {
    choices += 1;
    if (sum >= least || choices > MOST_CHOICES) return;
    const open = bySize.find((set) => ![...set].some((item) => chosen.has(item)));
    if (open === undefined) {
      if (tried.some((set) => set.size === chosen.size && [...set].every((item) => chosen.has(item)))) return;
      best = chosen;
      least = sum;
      return;
    }
    // What was tried as the hit of this set need not be tried again beside a later one.
    const passed = new Set(excluded);
    for (const item of [...open].sort((a, b) => cost(a) - cost(b))) {
      if (excluded.has(item)) continue;
      search(new Set([...chosen, item]), passed, sum + cost(item));
      passed.add(item);
    }
  };
  search(new Set(), new Set(), 0);
  return choices > MOST_CHOICES && best === undefined ? 'given-up' : best;
}
