import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cheapestHittingSet } from '../../src/search/hitting-set.js';

const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f'];
const COSTS: Readonly<Record<string, number>> = { a: 1, b: 1, c: 1, d: 10, e: 10, f: 100 };
const cost = (item: string): number => COSTS[item] ?? 0;
const sum = (items: Iterable<string>): number => [...items].reduce((all, item) => all + cost(item), 0);

/** All sets of items that hit all of the sets, the cheapest first. */
function hitting(sets: readonly ReadonlySet<string>[]): string[][] {
  const all = Array.from({ length: 2 ** ITEMS.length }, (_, bits) =>
    ITEMS.filter((_item, at) => (bits >> at) & 1),
  );
  return all
    .filter((chosen) => sets.every((set) => chosen.some((item) => set.has(item))))
    .sort((one, other) => sum(one) - sum(other));
}

const anySets = fc.array(fc.subarray(ITEMS, { minLength: 1, maxLength: 4 }), { maxLength: 6 });

describe('the cheapest hitting set', () => {
  it('costs what the cheapest of all costs', () => {
    fc.assert(
      fc.property(anySets, (lists) => {
        const sets = lists.map((list) => new Set(list));
        const found = cheapestHittingSet(sets, cost, []);
        if (found === undefined || found === 'given-up') throw new Error('there is always one');
        expect(sets.every((set) => [...set].some((item) => found.has(item)))).toBe(true);
        expect(sum(found)).toBe(sum(hitting(sets)[0] ?? []));
      }),
      { seed: 20_26 },
    );
  });

  it('is told one after the other, each once, and none that is dearer', () => {
    fc.assert(
      fc.property(anySets, (lists) => {
        const sets = lists.map((list) => new Set(list));
        const all = hitting(sets);
        const least = sum(all[0] ?? []);
        const tried: ReadonlySet<string>[] = [];
        for (;;) {
          const found = cheapestHittingSet(sets, cost, tried, least);
          if (found === undefined || found === 'given-up') break;
          tried.push(found);
        }
        const names = (set: Iterable<string>): string => [...set].sort().join(' ');
        const cheapest = all.filter((one) => sum(one) === least).map(names);
        expect(tried.map(names).sort()).toEqual(cheapest.sort());
      }),
      { seed: 20_26 },
    );
  });

  it('does not exist of a set that has nothing', () => {
    expect(cheapestHittingSet([new Set<string>()], cost, [])).toBe('given-up');
    expect(cheapestHittingSet([new Set(['f'])], cost, [], 10)).toBeUndefined();
  });
});
