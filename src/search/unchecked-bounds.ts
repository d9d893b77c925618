import type { Release } from '../registry/types.js';
import { leastRubygems } from '../target/ruby-releases.js';
import { satisfies } from '../version/requirement.js';
import type { Deployment } from './types.js';

/** Bounds of a release that could not be checked for a deployment: `Ruby >= 3.4`, `RubyGems >= 3.3.22`. */
export function uncheckedBounds(
  { requiredRuby, requiredRubygems }: Release,
  { ruby, rubygems }: Deployment,
): string[] {
  const bounds: string[] = [];
  if (ruby === undefined && stated(requiredRuby)) bounds.push(`Ruby ${requiredRuby.join(', ')}`);
  const least = rubygems ?? (ruby === undefined ? undefined : leastRubygems(ruby));
  const holds = least !== undefined && satisfies(least, requiredRubygems);
  if (stated(requiredRubygems) && !holds) bounds.push(`RubyGems ${requiredRubygems.join(', ')}`);
  return bounds;
}

function stated(requirement: readonly string[]): boolean {
  return requirement.some((part) => part !== '>= 0');
}
