/**
 * A set of positions in a package's list of versions: runs `[from, to)`, ascending, neither empty nor touching, in one
 * flat list. Versions are in order, so that what a requirement allows is a run or two however many versions there are.
 * Positions are whole numbers; a run may begin and end between them.
 */
export type PositionSet = readonly number[];

export const NONE: PositionSet = [];

export function run(from: number, to: number): PositionSet {
  return from < to ? [from, to] : NONE;
}

/** The positions from 0 up to `size` for which it holds. */
export function positionsWhere(size: number, holds: (position: number) => boolean): PositionSet {
  const runs: number[] = [];
  let open = false;
  for (let position = 0; position < size; position += 1) {
    if (holds(position) === open) continue;
    runs.push(position);
    open = !open;
  }
  if (open) runs.push(size);
  return runs;
}

export function count(set: PositionSet): number {
  let sum = 0;
  for (let i = 0; i < set.length; i += 2) sum += at(set, i + 1) - at(set, i);
  return sum;
}

/** From the highest down. */
export function* descending(set: PositionSet): Generator<number> {
  for (let i = set.length - 2; i >= 0; i -= 2) {
    for (let position = at(set, i + 1) - 1; position >= at(set, i); position -= 1) yield position;
  }
}

export function isSubset(one: PositionSet, other: PositionSet): boolean {
  let j = 0;
  for (let i = 0; i < one.length; i += 2) {
    while (j < other.length && at(other, j + 1) < at(one, i + 1)) j += 2;
    if (j >= other.length || at(other, j) > at(one, i)) return false;
  }
  return true;
}

export function isDisjoint(one: PositionSet, other: PositionSet): boolean {
  let i = 0;
  let j = 0;
  while (i < one.length && j < other.length) {
    if (at(one, i + 1) <= at(other, j)) i += 2;
    else if (at(other, j + 1) <= at(one, i)) j += 2;
    else return false;
  }
  return true;
}

export function intersect(one: PositionSet, other: PositionSet): PositionSet {
  const runs: number[] = [];
  let i = 0;
  let j = 0;
  while (i < one.length && j < other.length) {
    const from = Math.max(at(one, i), at(other, j));
    const to = Math.min(at(one, i + 1), at(other, j + 1));
    if (from < to) runs.push(from, to);
    if (at(one, i + 1) < at(other, j + 1)) i += 2;
    else j += 2;
  }
  return runs;
}

export function union(one: PositionSet, other: PositionSet): PositionSet {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  const runs: number[] = [];
  let i = 0;
  let j = 0;
  while (i < one.length || j < other.length) {
    const first = j >= other.length || (i < one.length && at(one, i) <= at(other, j));
    const from = first ? at(one, i) : at(other, j);
    const to = first ? at(one, i + 1) : at(other, j + 1);
    if (first) i += 2;
    else j += 2;
    const last = runs.length - 1;
    if (last > 0 && at(runs, last) >= from) runs[last] = Math.max(at(runs, last), to);
    else runs.push(from, to);
  }
  return runs;
}

/** What of the positions from 0 up to `size` is not in the set. */
export function complement(set: PositionSet, size: number): PositionSet {
  const runs: number[] = [];
  let from = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (from < at(set, i)) runs.push(from, at(set, i));
    from = at(set, i + 1);
  }
  if (from < size) runs.push(from, size);
  return runs;
}

function at(set: readonly number[], index: number): number {
  return set[index] ?? 0;
}
