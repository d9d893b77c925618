import type { Release } from '../registry/types.js';
import type { Overrides } from '../search/overrides.js';
import type { GemOrigin } from './gem-reader.js';

/** A source whose releases ask for what the Gemfile makes of it. */
export function withOverrides(origin: GemOrigin, overrides: Overrides | undefined): GemOrigin {
  if (overrides === undefined || overrides.isEmpty) return origin;
  // A list of releases is known again by its identity.
  const changed = new WeakMap<readonly Release[], readonly Release[]>();
  return {
    ...origin,
    releases: async (name, damaged) => {
      const releases = await origin.releases(name, damaged);
      const known = changed.get(releases) ?? releases.map((release) => overrides.release(release));
      changed.set(releases, known);
      return known;
    },
  };
}
