import type { Cpu } from '../elf/types.js';
import type { Target } from './types.js';

/** Fields that must not outlive the general facts: where one CPU's set is not known, neither is the union. */
const REPLACED: ReadonlySet<string> = new Set([
  'byCpu',
  'versions',
  'markers',
  'exports',
  'glibcLayer',
] satisfies (keyof Target)[]);

/**
 * The target as binaries of one CPU see it: its `byCpu` facts in the place of the general ones. A target that has none
 * for that CPU comes back as it is.
 */
export function forCpu<T extends Target>(target: T, cpu: Cpu): T {
  const facts = target.byCpu?.[cpu];
  if (facts === undefined) return target;
  const kept = Object.entries(target).filter(([key]) => !REPLACED.has(key));
  return { ...(Object.fromEntries(kept) as unknown as T), ...facts };
}
