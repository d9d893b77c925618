import { compareParsedVersions } from '../version/gem-version.js';
import { satisfies } from '../version/requirement.js';
import type { Runtime } from '../gem/variant.js';
import type { BundleGem, BundlePorts } from './bundle-gem.js';
import { BundlerResolution, lockedOnly } from './bundler-resolution.js';
import type { PlanRequest } from './plan-bundle.js';
import type { Gem, Position } from './universe.js';
import { Universe } from './universe.js';

export interface HeldGems {
  /** The gems of the bundle; those that only a pin keeps fitting as they would be without it, and failing. */
  readonly gems: readonly BundleGem[];
  /** Where those are locked in truth. */
  readonly from: ReadonlyMap<string, string>;
  readonly liftable: readonly string[];
}

/**
 * How many of the versions that a pin rules out from below are read to find one that does not fit: as many as are read
 * when such a pin is made smaller.
 */
const MOST_RULED_OUT = 12;

/**
 * Gems that an earlier pin holds and that fit: what would Bundler take for them if it were free to, without the pins?
 * Where that fits, the pin can go, but for one that rules out what does not fit still: what moved a gem up is not taken
 * out once the gem is there. Where it does not fit, the gem is planned as if that were locked, so that the pin comes out
 * again; a gem that the pin has compiled at the version that it is locked at is planned from that version.
 */
export async function heldByPins(request: PlanRequest, ports: BundlePorts, runs: Runtime): Promise<HeldGems> {
  const { gems, pinned, rules, gemfile } = request;
  const held = gems.filter(({ name, fails, movable }) => pinned.has(name) && !fails && movable);
  if (held.length === 0) return { gems, from: new Map(), liftable: [] };

  const universe = new Universe(request, rules, ports);
  const lines = new Map([...gemfile].map(([name, requirement]) => [name, { requirement, forceRuby: false }]));
  const names = held.map(({ name }) => name);
  const resolved = await new BundlerResolution(universe, rules.platforms, runs).lock(lines, names);
  const from = new Map<string, string>();
  const liftable: string[] = [];
  const replaced = new Map<string, BundleGem>();
  for (const gem of held) {
    const version = typeof resolved === 'string' ? gem.version : resolved.get(gem.name);
    // Without the pin it would not even be in the bundle.
    if (version === undefined) {
      if (typeof resolved !== 'string') liftable.push(gem.name);
      continue;
    }
    const known = await universe.know(gem.name, gem.name);
    const position = withoutPin(known, version);
    if (position !== undefined && (await universe.refusal(known, position)) === 'none') {
      if (!(await isGuarded(universe, known, position, pinned.get(gem.name) ?? []))) liftable.push(gem.name);
      continue;
    }
    from.set(gem.name, gem.version);
    const here = withoutPin(known, gem.version);
    const stays = here !== undefined && (await universe.refusal(known, here)) !== 'none';
    if (stays) replaced.set(gem.name, { ...gem, fails: true });
    else {
      const dependencies = position === undefined ? gem.dependencies : known.dependencies(position);
      replaced.set(gem.name, { ...gem, version, versions: [version], dependencies, fails: true });
    }
  }
  return { gems: gems.map((gem) => replaced.get(gem.name) ?? gem), from, liftable };
}

/**
 * A version as Bundler would take it without a pin. Where it is locked already, the pin may be why Bundler compiles it
 * there: what counts is the variant without the pin.
 */
function withoutPin({ full, versions, locked }: Gem, version: string): Position | undefined {
  const found = full.positions.find(
    ({ kind, version: at }) => (kind === 'version' || kind === 'locked') && at === version,
  );
  if (found?.kind !== 'locked') return found;
  const offered = versions.find((one) => one.version === version)?.variants ?? [];
  return {
    ...found,
    kind: 'version',
    variants: locked === undefined ? offered : [...offered, ...lockedOnly(locked, offered)],
  };
}

/** A pin that Bundler would meet by itself rules out an older version that does not fit. */
async function isGuarded(
  universe: Universe,
  gem: Gem,
  free: Position,
  bounds: readonly string[],
): Promise<boolean> {
  if (bounds.length === 0 || !satisfies(free.version, bounds)) return false;
  const older = gem.full.positions.filter(
    (one) =>
      one.kind === 'version' &&
      !satisfies(one.version, bounds) &&
      compareParsedVersions(one.parsed, free.parsed) < 0,
  );
  for (const one of older.reverse().slice(0, MOST_RULED_OUT)) {
    if (gem.candidate(one) !== undefined && (await universe.refusal(gem, one)) !== 'none') return true;
  }
  return false;
}
