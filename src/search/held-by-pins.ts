import type { BundleGem, BundlePorts } from './bundle-gem.js';
import { BundlerResolution } from './bundler-resolution.js';
import type { PlanRequest } from './plan-bundle.js';
import { Universe } from './universe.js';

export interface HeldGems {
  /** The gems of the bundle; those that only a pin keeps fitting as they would be without it, and failing. */
  readonly gems: readonly BundleGem[];
  /** Where those are locked in truth. */
  readonly from: ReadonlyMap<string, string>;
  readonly liftable: readonly string[];
}

/**
 * Gems that an earlier pin holds and that fit: what would Bundler take for them if it were free to, without the pins?
 * Where that fits, the pin can go; where it does not, the gem is planned as if that were locked, so that the pin comes
 * out again.
 */
export async function heldByPins(
  request: PlanRequest,
  ports: BundlePorts,
  ruby: string | undefined,
): Promise<HeldGems> {
  const { gems, pinned, rules, gemfile } = request;
  const held = gems.filter(({ name, fails, movable }) => pinned.has(name) && !fails && movable);
  if (held.length === 0) return { gems, from: new Map(), liftable: [] };

  const universe = new Universe(request, rules, ports);
  const lines = new Map([...gemfile].map(([name, requirement]) => [name, { requirement, forceRuby: false }]));
  const names = held.map(({ name }) => name);
  const resolved = await new BundlerResolution(universe, rules.platforms, ruby).lock(lines, names);
  const from = new Map<string, string>();
  const liftable: string[] = [];
  const replaced = new Map<string, BundleGem>();
  for (const gem of held) {
    const version = typeof resolved === 'string' ? gem.version : resolved.get(gem.name);
    // Without the pin it would not even be in the bundle, or stay where it is.
    if (version === undefined || version === gem.version) {
      if (typeof resolved !== 'string') liftable.push(gem.name);
      continue;
    }
    const known = await universe.know(gem.name, gem.name);
    const position = known.full.positions.find((one) => one.kind === 'version' && one.version === version);
    if (position !== undefined && (await universe.refusal(known, position)) === 'none') {
      liftable.push(gem.name);
      continue;
    }
    from.set(gem.name, gem.version);
    const dependencies = position === undefined ? gem.dependencies : known.dependencies(position);
    replaced.set(gem.name, { ...gem, version, versions: [version], dependencies, fails: true });
  }
  return { gems: gems.map((gem) => replaced.get(gem.name) ?? gem), from, liftable };
}
