import type { Universe } from './universe-generator.js';
import type { UniverseGem } from './universe.js';

/**
 * The same universe with less in it, for as long as `fails` says that it still shows what is sought: gems, versions, builds,
 * dependencies and Gemfile lines are taken away, the largest parts first, until nothing more can go or the time is up.
 *
 * @param milliseconds no new attempt is begun after them
 */
export async function shrunk(
  universe: Universe,
  fails: (smaller: Universe) => Promise<boolean>,
  milliseconds = 60_000,
): Promise<Universe> {
  const end = performance.now() + milliseconds;
  let smallest = universe;
  let progress = true;
  while (progress && performance.now() < end) {
    progress = false;
    for (const lessen of LESSENINGS) {
      // From the last one on, so that what is taken away does not shift what comes next.
      for (let at = lessen(smallest).length - 1; at >= 0 && performance.now() < end; at--) {
        const smaller = lessen(smallest)[at]?.();
        if (smaller === undefined || !(await fails(smaller))) continue;
        smallest = smaller;
        progress = true;
      }
    }
  }
  return smallest;
}

type Lessening = (universe: Universe) => readonly (() => Universe)[];

const LESSENINGS: readonly Lessening[] = [
  (universe) => {
    const names = [...new Set(universe.gems.map(({ name }) => name))];
    return names.map((name) => () => withoutGem(universe, name));
  },
  (universe) => universe.cpus.map((cpu) => () => only(universe, 'cpus', (one) => one !== cpu)),
  (universe) => universe.targets.map((target) => () => only(universe, 'targets', (one) => one !== target)),
  (universe) =>
    universe.platforms
      .slice(1)
      .map((platform) => () => only(universe, 'platforms', (one) => one !== platform)),
  (universe) => withoutVersions(universe, 6),
  (universe) => withoutVersions(universe, 2),
  (universe) => withoutVersions(universe, 1),
  (universe) => universe.gems.map((gem) => () => only(universe, 'gems', (one) => one !== gem)),
  (universe) => universe.gemfile.map((line) => () => only(universe, 'gemfile', (one) => one !== line)),
  (universe) =>
    universe.gemfile.flatMap((line) =>
      line.requirement.length === 0
        ? []
        : [
            () => ({
              ...universe,
              gemfile: universe.gemfile.map((one) => (one === line ? { ...one, requirement: [] } : one)),
            }),
          ],
    ),
  (universe) =>
    Object.keys(universe.newestThen).map((name) => () => ({
      ...universe,
      newestThen: Object.fromEntries(Object.entries(universe.newestThen).filter(([key]) => key !== name)),
    })),
  (universe) =>
    edgesOf(universe.gems).map(
      ([from, to]) =>
        () =>
          changed(universe, (gem) => (gem.name === from ? withoutEdge(gem, to) : gem)),
    ),
  (universe) =>
    [...new Set(universe.gems.filter(({ requirements }) => requirements !== '').map(({ name }) => name))].map(
      (name) => () => changed(universe, (gem) => (gem.name === name ? { ...gem, requirements: '' } : gem)),
    ),
];

function only<Key extends 'gems' | 'gemfile' | 'platforms' | 'targets' | 'cpus'>(
  universe: Universe,
  key: Key,
  keep: (one: Universe[Key][number]) => boolean,
): Universe {
  return { ...universe, [key]: universe[key].filter((one: Universe[Key][number]) => keep(one)) };
}

/** Without some versions that follow each other. */
function withoutVersions(universe: Universe, run: number): (() => Universe)[] {
  const versions = [...new Set(universe.gems.map(({ name, version }) => `${name} ${version}`))];
  return Array.from({ length: Math.ceil(versions.length / run) }, (_, at) => () => {
    const gone = versions.slice(at * run, (at + 1) * run);
    return only(universe, 'gems', ({ name, version }) => !gone.includes(`${name} ${version}`));
  });
}

function changed(universe: Universe, change: (gem: UniverseGem) => UniverseGem): Universe {
  return { ...universe, gems: universe.gems.map(change) };
}

function withoutGem(universe: Universe, name: string): Universe {
  const left = only(
    only(universe, 'gems', (gem) => gem.name !== name),
    'gemfile',
    (line) => line.name !== name,
  );
  return changed(left, (gem) => withoutEdge(gem, name));
}

function withoutEdge(gem: UniverseGem, to: string): UniverseGem {
  const dependencies = gem.dependencies.split(',').filter((one) => !one.startsWith(`${to}:`));
  return { ...gem, dependencies: dependencies.join(',') };
}

function edgesOf(gems: readonly UniverseGem[]): [from: string, to: string][] {
  const edges = gems.flatMap(({ name, dependencies }) =>
    dependencies === '' ? [] : dependencies.split(',').map((one) => `${name} ${one.split(':')[0] ?? ''}`),
  );
  return [...new Set(edges)].map((edge) => edge.split(' ') as [string, string]);
}
