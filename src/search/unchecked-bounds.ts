import type { Release } from '../registry/types.js';
import { satisfies } from '../version/requirement.js';
import type { Deployment } from './types.js';

/** RubyGems that the first release of each Ruby brought, so the least that runs there (NEWS of each Ruby, "Default gems"). */
const RUBYGEMS_OF_RUBY: Readonly<Record<string, string>> = {
  '2.7': '3.1.2',
  '3.0': '3.2.3',
  '3.1': '3.3.3',
  '3.2': '3.4.1',
  '3.3': '3.5.3',
  '3.4': '3.6.2',
  '4.0': '4.0.3',
};

/** Bounds of a release that could not be checked for a deployment: `Ruby >= 3.4`, `RubyGems >= 3.3.22`. */
export function uncheckedBounds({ requiredRuby, requiredRubygems }: Release, { ruby }: Deployment): string[] {
  const bounds: string[] = [];
  if (ruby === undefined && stated(requiredRuby)) bounds.push(`Ruby ${requiredRuby.join(', ')}`);
  const least = ruby === undefined ? undefined : RUBYGEMS_OF_RUBY[ruby.split('.').slice(0, 2).join('.')];
  const holds = least !== undefined && satisfies(least, requiredRubygems);
  if (stated(requiredRubygems) && !holds) bounds.push(`RubyGems ${requiredRubygems.join(', ')}`);
  return bounds;
}

function stated(requirement: readonly string[]): boolean {
  return requirement.some((part) => part !== '>= 0');
}
