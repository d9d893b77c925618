import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PositionSet } from '../../../src/search/solver/position-set.js';
import {
  complement,
  count,
  descending,
  intersect,
  isDisjoint,
  isSubset,
  positionsWhere,
  union,
} from '../../../src/search/solver/position-set.js';

const SIZE = 12;
const anySet = fc.array(fc.boolean(), { minLength: SIZE, maxLength: SIZE });
const setOf = (bits: readonly boolean[]): PositionSet => positionsWhere(SIZE, (at) => bits[at] === true);
const bitsOf = (set: PositionSet): boolean[] => {
  const positions = new Set(descending(set));
  return Array.from({ length: SIZE }, (_, at) => positions.has(at));
};

describe('a set of positions', () => {
  it('does what a list of bits does', () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        const [one, other] = [setOf(a), setOf(b)];
        expect(bitsOf(one)).toEqual(a);
        expect(bitsOf(union(one, other))).toEqual(a.map((bit, at) => bit || b[at] === true));
        expect(bitsOf(intersect(one, other))).toEqual(a.map((bit, at) => bit && b[at] === true));
        expect(bitsOf(complement(one, SIZE))).toEqual(a.map((bit) => !bit));
        expect(isSubset(one, other)).toBe(a.every((bit, at) => !bit || b[at] === true));
        expect(isDisjoint(one, other)).toBe(a.every((bit, at) => !bit || b[at] !== true));
        const positions = a.flatMap((bit, at) => (bit ? [at] : [])).reverse();
        expect([...descending(one)]).toEqual(positions);
        expect(count(one)).toBe(positions.length);
      }),
      { seed: 20_26, numRuns: 2000 },
    );
  });

  it('is written in one way only: runs that touch are one', () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        const joined = union(setOf(a), setOf(b));
        expect(joined).toEqual(setOf(bitsOf(joined)));
      }),
      { seed: 20_26 },
    );
  });
});
