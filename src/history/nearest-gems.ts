import { distance } from 'fastest-levenshtein';

/** As many names as are offered at most. */
const OFFERED = 5;

/** Longest name that is compared, in UTF-16 code units; rubygems.org allows 255, and none in use is near it. */
const COMPARED = 64;

/**
 * Names near one that is not known, nearest first: within a third of its length in edits, dashes, underscores and case
 * not counted, so that `active_record` finds `activerecord`.
 */
export function nearestGems(wanted: string, names: Iterable<string>): string[] {
  const key = keyOf(wanted);
  const most = Math.max(1, Math.floor(key.length / 3));
  const near: { name: string; edits: number }[] = [];
  for (const name of new Set(names)) {
    if (name === wanted) continue;
    const other = keyOf(name);
    // No two texts are nearer than their lengths: most names of a large source are passed over by that.
    if (Math.abs(other.length - key.length) > most) continue;
    const edits = distance(key, other);
    if (edits <= most) near.push({ name, edits });
  }
  return near
    .sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1))
    .slice(0, OFFERED)
    .map(({ name }) => name);
}

function keyOf(name: string): string {
  return name.slice(0, COMPARED).toLowerCase().replace(/[-_.]/g, '');
}
