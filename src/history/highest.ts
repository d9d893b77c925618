import type { Verdict } from '../compat/types.js';
import type { Highest } from './types.js';

/** One version's verdicts on the systems that are asked about together. */
export interface JudgedVersion {
  readonly version: string;
  readonly verdicts: readonly Verdict[];
}

/** What a version comes to on several systems: one that refuses it outweighs all, and fitting everywhere is what counts as it. */
const BY_WEIGHT: readonly Verdict[] = ['incompatible', 'unknown', 'source', 'compatible'];

function together(verdicts: readonly Verdict[]): Verdict | undefined {
  return BY_WEIGHT.find((verdict) => verdicts.includes(verdict));
}

/**
 * The highest version that fits every one of the systems. A version that could not be checked never counts as fitting; those
 * above the answer are named.
 *
 * @param newestFirst the versions in RubyGems' order
 */
export function highestOf(newestFirst: readonly JudgedVersion[]): Highest {
  const unchecked: string[] = [];
  let compiled: string | undefined;
  for (const { version, verdicts } of newestFirst) {
    const verdict = together(verdicts);
    if (verdict === 'unknown') unchecked.push(version);
    if (verdict === 'source') compiled ??= version;
    if (verdict !== 'compatible') continue;
    return { version, ...(compiled === undefined ? {} : { compiled }), unchecked };
  }
  return { ...(compiled === undefined ? {} : { compiled }), unchecked };
}
