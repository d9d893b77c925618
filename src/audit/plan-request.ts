import type { BundleGem } from '../search/bundle-gem.js';
import type { PlanRequest } from '../search/plan-bundle.js';
import type { LockedGem } from './bundle.js';
import type { AuditRequest, Row } from './ports.js';

/** The bundle as the search for an answer is told of it. */
export function planRequest(
  gems: readonly LockedGem[],
  failing: ReadonlyMap<string, Row>,
  { lockfile, deployments, gemfile: told, pinned = new Set() }: AuditRequest,
): PlanRequest {
  const dependencies = new Map(lockfile.dependencies.map(({ name, requirement }) => [name, requirement]));
  const gemfile = new Map(told ?? dependencies);
  gemfile.delete('bundler');
  return {
    gemfile,
    gems: gems.flatMap((gem) => {
      const locked = failing.get(gem.name)?.locked ?? gem.versions.find(({ version }) => version !== '');
      if (locked === undefined || locked.version === '') return [];
      const own: BundleGem = {
        name: gem.name,
        version: locked.version,
        versions: gem.versions.flatMap(({ version }) => (version === '' ? [] : [version])),
        platforms: gem.versions.flatMap(({ platforms }) => platforms),
        dependencies: gem.dependencies,
        direct: gemfile.has(gem.name),
        gemfile: gemfile.get(gem.name) ?? [],
        movable: locked.sourceType === 'gem',
        fails: failing.has(gem.name),
      };
      return [own];
    }),
    rules: { deployments, platforms: lockfile.platforms },
    pinned: new Map(
      [...pinned].map((name) => {
        const own = gemfile.get(name) ?? [];
        const bounds = (dependencies.get(name) ?? []).filter(
          (part) => part !== '>= 0' && !own.includes(part),
        );
        return [name, bounds];
      }),
    ),
  };
}
