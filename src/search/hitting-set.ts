/** How many choices are looked at, for sets that have to do with each other, before it is too much work. */
const MOST_CHOICES = 20_000;
/** Equally cheap sets that are told apart. */
const MOST_EQUAL = 32;

/**
 * The cheapest set that has an element of each of the given sets and costs no more than the limit, other than those that
 * were tried already. `undefined` where there is none; `'given-up'` where it is too much work to tell.
 *
 * Sets that have nothing to do with each other are looked at apart: a branch-and-bound in each group.
 */
export function cheapestHittingSet<Item>(
  sets: readonly ReadonlySet<Item>[],
  cost: (item: Item) => number,
  tried: readonly ReadonlySet<Item>[],
  limit = Infinity,
): ReadonlySet<Item> | 'given-up' | undefined {
  const perGroup: (readonly ReadonlySet<Item>[])[] = [];
  let sum = 0;
  for (const group of groupsOf(withoutSupersets(sets))) {
    const cheapest = allCheapest(group, cost);
    const [first] = cheapest;
    if (first === undefined) return 'given-up';
    for (const item of first) sum += cost(item);
    perGroup.push(cheapest);
  }
  if (sum > limit) return undefined;
  // All combinations of the cheapest cost the same; beyond them everything is dearer.
  for (const combination of combinations(perGroup)) {
    const isTried = tried.some(
      (set) => set.size === combination.size && [...set].every((item) => combination.has(item)),
    );
    if (!isTried) return combination;
  }
  return undefined;
}

function* combinations<Item>(
  [first, ...others]: readonly (readonly ReadonlySet<Item>[])[],
  chosen: ReadonlySet<Item> = new Set<Item>(),
): Generator<ReadonlySet<Item>> {
  if (first === undefined) yield chosen;
  else for (const set of first) yield* combinations(others, new Set([...chosen, ...set]));
}

/** All the cheapest hitting sets, up to a number of them; none where it is too much work. */
function allCheapest<Item>(
  sets: readonly ReadonlySet<Item>[],
  cost: (item: Item) => number,
): ReadonlySet<Item>[] {
  const bySize = sets.map((set) => [...set].sort((a, b) => cost(a) - cost(b)));
  const leastOf = ([item]: readonly Item[]): number => (item === undefined ? 0 : cost(item));
  const dearestFirst = [...bySize].sort((a, b) => leastOf(b) - leastOf(a));
  const chosen = new Set<Item>();
  const excluded = new Set<Item>();
  let best: ReadonlySet<Item>[] = [];
  let least = Infinity;
  let choices = 0;

  const isHit = (set: readonly Item[]): boolean => set.some((item) => chosen.has(item));
  /** What sets that have nothing in common cost at the least. */
  const bound = (): number => {
    const used = new Set<Item>();
    let sum = 0;
    for (const set of dearestFirst) {
      if (isHit(set) || set.some((item) => used.has(item))) continue;
      const item = set.find((one) => !excluded.has(one));
      if (item === undefined) return Infinity;
      sum += cost(item);
      for (const one of set) used.add(one);
    }
    return sum;
  };
  const search = (sum: number): void => {
    choices += 1;
    const atLeast = sum + bound();
    if (choices > MOST_CHOICES || atLeast > least || (atLeast === least && best.length >= MOST_EQUAL)) return;
    const open = bySize.find((set) => !isHit(set));
    if (open === undefined) {
      best = sum < least ? [new Set(chosen)] : [...best, new Set(chosen)];
      least = sum;
      return;
    }
    // What was tried as the hit of this set need not be tried again beside a later one.
    const passed: Item[] = [];
    for (const item of open) {
      if (excluded.has(item)) continue;
      chosen.add(item);
      search(sum + cost(item));
      chosen.delete(item);
      excluded.add(item);
      passed.push(item);
    }
    for (const item of passed) excluded.delete(item);
  };
  search(0);
  return choices > MOST_CHOICES ? [] : best;
}

/** Sets that share an element with each other, by way of others too. */
function groupsOf<Item>(sets: readonly ReadonlySet<Item>[]): ReadonlySet<Item>[][] {
  let groups: { readonly items: Set<Item>; readonly sets: ReadonlySet<Item>[] }[] = [];
  for (const set of sets) {
    const touched = groups.filter(({ items }) => [...set].some((item) => items.has(item)));
    const merged = { items: new Set(set), sets: [...touched.flatMap((group) => group.sets), set] };
    for (const { items } of touched) for (const item of items) merged.items.add(item);
    groups = [...groups.filter((group) => !touched.includes(group)), merged];
  }
  return groups.map((group) => group.sets);
}

/** The smallest first, without those that are hit whenever a smaller one is. */
function withoutSupersets<Item>(sets: readonly ReadonlySet<Item>[]): ReadonlySet<Item>[] {
  const kept: ReadonlySet<Item>[] = [];
  for (const set of [...sets].sort((a, b) => a.size - b.size)) {
    if (!kept.some((one) => [...one].every((item) => set.has(item)))) kept.push(set);
  }
  return kept;
}
