import type { BundleGem } from '../search/bundle-gem.js';
import { Overrides } from '../search/overrides.js';
import type { PlanRequest } from '../search/plan-bundle.js';
import type { LockedGem } from './bundle.js';
import type { AuditRequest, Row } from './ports.js';

/**
 * The bundle as the search for an answer is told of it. A gem that DEPENDENCIES names and no spec is of is for systems that
 * the lockfile is not for (`gem 'tzinfo-data', platforms: %i[windows jruby]`), and Bundler resolves without it
 * (`Definition#expand_dependencies`).
 */
export function planRequest(
  gems: readonly LockedGem[],
  failing: ReadonlyMap<string, Row>,
  { lockfile, deployments, gemfile: told, pinned = new Set(), overrides = new Overrides([]) }: AuditRequest,
): PlanRequest {
  const dependencies = new Map(lockfile.dependencies.map(({ name, requirement }) => [name, requirement]));
  const locked = new Set(gems.map(({ name }) => name));
  const gemfile = new Map(
    [...(told ?? dependencies)]
      .filter(([name]) => locked.has(name))
      .map(([name, requirement]) => [name, overrides.requirement(name, requirement)]),
  );
  return {
    gemfile,
    gems: gems.flatMap((gem) => {
      const used = failing.get(gem.name)?.locked ?? gem.versions.find((one) => one.version !== '');
      if (used === undefined || used.version === '') return [];
      const own: BundleGem = {
        name: gem.name,
        version: used.version,
        versions: gem.versions.flatMap((one) => (one.version === '' ? [] : [one.version])),
        platforms: gem.versions.flatMap(({ platforms }) => platforms),
        dependencies: overrides.dependencies(gem.name, gem.dependencies),
        direct: gemfile.has(gem.name),
        gemfile: gemfile.get(gem.name) ?? [],
        movable: used.sourceType === 'gem',
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
