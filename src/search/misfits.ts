import { compareParsedVersions } from '../version/gem-version.js';
import { parseRequirement, satisfiesParsed } from '../version/requirement.js';
import type { BundlePorts } from './bundle-gem.js';
import type { Misfits } from './types.js';
import type { Gem, Position, Universe } from './universe.js';

/**
 * What was learned on the way of the versions around the locked one, which does not fit. Nothing is read for it: a version
 * that nobody asked about ends the run.
 */
export async function misfitsOf(
  gem: Gem,
  universe: Universe,
  ports: Pick<BundlePorts, 'glibcBeyond'>,
): Promise<Misfits | undefined> {
  const { locked } = gem;
  if (locked?.fails !== true || !gem.isKnown) return undefined;
  const here = gem.full.positions.find(({ kind }) => kind === 'locked');
  if (here === undefined) return undefined;
  const asked = parseRequirement(locked.gemfile);
  const others = gem.full.positions.filter(
    (one) => one.kind === 'version' && satisfiesParsed(one.parsed, asked) && gem.candidate(one) !== undefined,
  );
  const isMisfit = (one: Position): boolean => {
    const refusal = universe.knownRefusal(one);
    return typeof refusal === 'object' && refusal.kind === 'does-not-fit' && !refusal.unknown;
  };
  const below = others.filter((one) => compareParsedVersions(one.parsed, here.parsed) < 0).reverse();
  const end = below.findIndex((one) => !isMisfit(one));
  const lowest = (end < 0 ? below : below.slice(0, end)).at(-1);
  const onwards = others
    .filter((one) => compareParsedVersions(one.parsed, here.parsed) > 0)
    .every((one) => isMisfit(one));
  const needs = new Map<string, string>();
  const precompiled = (lowest && gem.candidate(lowest)?.choices)?.filter(
    ({ kind }) => kind === 'precompiled',
  );
  for (const choice of precompiled ?? []) {
    const { name } = choice.deployment.target;
    const glibc = needs.has(name) ? undefined : await ports.glibcBeyond?.(choice);
    if (glibc !== undefined) needs.set(name, glibc);
  }
  return {
    from: lowest?.version ?? locked.version,
    onwards,
    needs: [...needs].map(([target, glibc]) => ({ target, glibc })),
  };
}
