import { expect, it } from 'vitest';
import type { Release } from '../../src/registry/types.js';
import type { BundleGem } from '../../src/search/bundle-gem.js';
import { planBundle } from '../../src/search/plan-bundle.js';
import { deployment } from './small-universe.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

const GEMS = 300;
const VERSIONS = 300;
/** The first gems ask for each other at just their own version, as those of Rails do. */
const TRAIN = 12;
const NATIVE_PLATFORMS = ['x86_64-linux', 'aarch64-linux', 'arm64-darwin', 'x86_64-linux-musl'];

/** A pseudo-random sequence that is the same everywhere (the linear congruential generator of POSIX's rand). */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

const numbered = (at: number): string => `${1 + Math.floor(at / 60)}.${Math.floor((at % 60) / 6)}.${at % 6}`;

/** A bundle of some 300 gems of 300 versions each, whose floors rise with the versions; every fifteenth is native. */
function largeBundle(seed: number): {
  readonly index: ReadonlyMap<string, readonly Release[]>;
  readonly gems: readonly BundleGem[];
  readonly gemfile: ReadonlyMap<string, readonly string[]>;
  readonly fits: ReadonlySet<string>;
} {
  const random = sequence(seed);
  const names = Array.from({ length: GEMS }, (_, at) => `gem${String(at).padStart(3, '0')}`);
  const train = Math.floor(VERSIONS * 0.8);
  const locked = names.map((_, at) => (at < TRAIN ? train : Math.floor(VERSIONS * (0.5 + random() / 2))));
  const slack = names.map(() => Math.floor((0.05 + random() * 0.6) * VERSIONS));
  const fits = new Set<string>();
  const isNative = (at: number): boolean => at >= TRAIN && at % 15 === 3;

  const index = new Map(
    names.map((name, at) => {
      const asks = Array.from(
        { length: Math.floor(random() * 6) },
        () => at + 1 + Math.floor(random() * (GEMS - at - 1)),
      );
      const reach = 5 + Math.floor(random() * 40);
      const releases = Array.from({ length: VERSIONS }, (_, v): Release[] => {
        const others = [...new Set(asks)].filter((to) => to < GEMS && to >= TRAIN);
        const dependencies = others.map((to) => {
          const own = locked[to] ?? 0;
          const rises = (Math.floor(v / 30) - Math.floor((locked[at] ?? 0) / 30)) * 10;
          const floor = Math.min(VERSIONS - 1, Math.max(0, own - (slack[to] ?? 0) + rises));
          return {
            name: names[to] ?? '',
            requirement: [`>= ${numbered(v > (locked[at] ?? 0) ? floor : Math.min(own, floor))}`],
          };
        });
        if (at < TRAIN)
          for (const to of names.slice(at + 1, TRAIN))
            dependencies.push({ name: to, requirement: [`= ${numbered(v)}`] });
        if (v < (locked[at] ?? 0) - reach) fits.add(`${name} ${numbered(v)}`);
        const platforms = isNative(at) ? ['ruby', ...NATIVE_PLATFORMS] : ['ruby'];
        const bounds = { requiredRuby: ['>= 2.7'], requiredRubygems: [] };
        return platforms.map((platform) => ({
          name,
          version: numbered(v),
          platform,
          dependencies,
          ...bounds,
        }));
      });
      return [name, releases.flat()] as const;
    }),
  );
  const direct = names.slice(0, 60);
  const all = names.map((name, at): BundleGem => {
    const version = numbered(locked[at] ?? 0);
    return {
      ...{ name, version, versions: [version], platforms: isNative(at) ? NATIVE_PLATFORMS : ['ruby'] },
      dependencies: index.get(name)?.find((release) => release.version === version)?.dependencies ?? [],
      direct: at < 60,
      gemfile: at % 3 === 0 && at < 60 ? [`~> ${version.split('.')[0] ?? ''}.0`] : [],
      ...{ movable: true, fails: isNative(at) },
    };
  });
  const byName = new Map(all.map((gem) => [gem.name, gem]));
  const reached = new Set(direct);
  for (const name of reached) for (const one of byName.get(name)?.dependencies ?? []) reached.add(one.name);
  return {
    ...{ index, fits, gems: all.filter(({ name }) => reached.has(name)) },
    gemfile: new Map(direct.map((name) => [name, byName.get(name)?.gemfile ?? []])),
  };
}

it.each([3, 5, 6, 8])('plans over a large bundle in a moment (%i)', async (seed) => {
  const { index, gems, gemfile, fits } = largeBundle(seed);
  const rules = { deployments: [deployment], platforms: ['x86_64-linux', 'aarch64-linux', 'arm64-darwin'] };
  const { plan } = await inBoundedTime(() =>
    planBundle(
      { gems, gemfile, rules, pinned: new Map() },
      {
        releases: (name) => Promise.resolve(index.get(name) ?? []),
        fits: ({ release: { name, version } }) =>
          Promise.resolve(fits.has(`${name} ${version}`) ? 'compatible' : 'incompatible'),
        compiles: () => Promise.resolve(true),
      },
    ),
  );
  const failing = gems.filter((gem) => gem.fails).length;
  expect(failing).toBeGreaterThan(9);
  expect(plan.minimal).toBe(true);
  expect(plan.unanswered).toEqual([]);
  expect(plan.pins.length).toBeGreaterThanOrEqual(failing / 2);
});
