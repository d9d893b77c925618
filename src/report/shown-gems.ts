import type { GemReport } from '../audit/types.js';
import type { Verdict } from '../compat/types.js';

const ORDER: readonly Verdict[] = ['incompatible', 'unknown', 'compatible', 'source'];

/** The gems that a report shows a line of, what does not fit first. */
export function shownGems(gems: readonly GemReport[]): GemReport[] {
  return gems.filter(isShown).sort(inOrder);
}

/**
 * What is compiled though it could be precompiled is told too: because the Gemfile says so, or because of the Ruby. Nothing else
 * says why it is not judged.
 */
export function isShown({ verdict, notes = [] }: GemReport): boolean {
  return verdict !== 'source' || notes.some(({ kind }) => kind === 'forced-ruby' || kind === 'not-for-ruby');
}

function inOrder(a: GemReport, b: GemReport): number {
  const byIgnored = Number(a.ignored !== undefined) - Number(b.ignored !== undefined);
  if (byIgnored !== 0) return byIgnored;
  const byVerdict = ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict);
  if (byVerdict !== 0) return byVerdict;
  return compareText(a.name, b.name) || compareText(a.arch, b.arch);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
