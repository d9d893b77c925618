import { compareGemVersions, isPrerelease } from '../../src/version/gem-version.js';
import { satisfies } from '../../src/version/requirement.js';
import type { Machine } from './universe-facts.js';
import { TAKES, isNative, loads, localOf } from './universe-facts.js';
import type { GemfileLine } from './universe-generator.js';
import type { Relaxation } from './universe-relaxation.js';
import type { UniverseGem } from './universe.js';

/** A whole bundle: each gem with its version. */
export type Bundle = ReadonlyMap<string, string>;

export interface Problem {
  readonly gems: readonly UniverseGem[];
  readonly gemfile: readonly GemfileLine[];
  /** The lockfile's PLATFORMS. */
  readonly platforms: readonly string[];
  readonly ruby: string;
  readonly machines: readonly Machine[];
  readonly locked: Bundle;
  readonly failing: ReadonlySet<string>;
}

export interface Found {
  /** The best first, no more than asked for. */
  readonly bundles: readonly Bundle[];
  /** Everything was tried. */
  readonly complete: boolean;
}

interface Candidate {
  readonly version: string;
  readonly dependencies: readonly (readonly [name: string, requirement: readonly string[]])[];
}

const known = new Map<string, boolean>();

function allows(requirement: readonly string[], version: string): boolean {
  const key = `${version} ${requirement.join()}`;
  const answer = known.get(key) ?? satisfies(version, requirement);
  known.set(key, answer);
  return answer;
}

/** `bar:>= 2&< 3,baz:>= 0` */
function dependenciesOf({ dependencies }: UniverseGem): [name: string, requirement: string[]][] {
  return dependencies === ''
    ? []
    : dependencies.split(',').map((one) => {
        const [name = '', requirement = ''] = one.split(':');
        return [name, requirement.split('&')];
      });
}

function acceptsRuby({ requirements }: UniverseGem, ruby: string): boolean {
  const bound = requirements.split(',').find((part) => part.startsWith('ruby:'));
  return bound === undefined || allows(bound.slice('ruby:'.length).split('&'), ruby);
}

/** The best of a version's builds for a platform or machine, where it has one. */
function bestBuild(builds: readonly UniverseGem[], platform: string): UniverseGem | undefined {
  const takes = TAKES[platform];
  if (takes === undefined) throw new Error(`no universe has ${platform}`);
  return takes
    .map((name) => builds.find((build) => build.platform === name))
    .find((build) => build !== undefined);
}

/**
 * All bundles by trying them all: those that the Gemfile and every gem of them allow, that every entry of PLATFORMS can
 * have, and of which every native gem loads on every machine. What fails has to move, to a version that brings binaries to
 * every machine; the fewest others; and of those bundles the one with the highest versions is the best. No solver and
 * nothing clever, and of the program only the comparison of versions, which RubyGems itself judges elsewhere.
 *
 * @param steps gives up after as many
 */
export function bestBundles(
  problem: Problem,
  relaxation: Relaxation,
  { steps = 300_000, most = 6 } = {},
): Found {
  const candidates = new Map<string, Candidate[]>();
  const candidatesOf = (name: string): Candidate[] => {
    const made = candidates.get(name) ?? makeCandidates(name, problem, relaxation);
    candidates.set(name, made);
    return made;
  };
  /** What is asked of each gem by the Gemfile and by the gems placed so far, and in which order they were first asked for. */
  const asked = new Map<string, (readonly string[])[]>();
  const order: string[] = [];
  const bundle = new Map<string, string>();
  let left = steps;
  let best: Bundle[] = [];

  const ask = (name: string, requirement: readonly string[]): boolean => {
    const there = bundle.get(name);
    if (there !== undefined) return allows(requirement, there);
    const all = asked.get(name);
    if (all !== undefined) all.push(requirement);
    else {
      asked.set(name, [requirement]);
      order.push(name);
    }
    return true;
  };

  const place = (at: number, moves: number): void => {
    if (left-- <= 0) return;
    const name = order[at];
    if (name === undefined) {
      best = [...best, new Map(bundle)]
        .sort((one, other) => compareBundles(problem, other, one))
        .slice(0, most);
      return;
    }
    const requirements = asked.get(name) ?? [];
    const locked = problem.locked.get(name);
    for (const { version, dependencies } of candidatesOf(name)) {
      const moved = locked !== undefined && locked !== version && !problem.failing.has(name) ? 1 : 0;
      if (moves < moved || !requirements.every((requirement) => allows(requirement, version))) continue;
      bundle.set(name, version);
      const before = order.length;
      const widened: string[] = [];
      const content = dependencies.every(([to, requirement]) => {
        if (!bundle.has(to) && asked.has(to)) widened.push(to);
        return ask(to, requirement);
      });
      if (content) place(at + 1, moves - moved);
      for (const to of widened) asked.get(to)?.pop();
      for (const to of order.splice(before)) asked.delete(to);
      bundle.delete(name);
    }
  };
  for (const { name, requirement } of problem.gemfile.filter(({ elsewhere }) => elsewhere !== true))
    ask(name, relaxation.loosened.includes(name) ? [] : requirement);

  for (let moves = 0; moves <= problem.locked.size && best.length === 0 && left > 0; moves++) {
    place(0, moves);
  }
  return { bundles: best, complete: left > 0 };
}

function makeCandidates(name: string, problem: Problem, relaxation: Relaxation): Candidate[] {
  const { gems, locked, failing } = problem;
  const own = gems.filter((gem) => gem.name === name);
  const before = locked.get(name);
  const unasked = before === undefined || !isPrerelease(before);
  const versions = [...new Set(own.map(({ version }) => version))]
    .filter((version) => version === before || !(unasked && isPrerelease(version)))
    .sort((one, other) => compareGemVersions(other, one));
  return versions.flatMap((version): Candidate[] => {
    const builds = own.filter((gem) => gem.version === version);
    if (relaxation.forced.includes(name)) {
      const source = builds.find(({ platform }) => platform === 'ruby');
      return version === before && source?.content === 'compiles'
        ? candidateOf(version, [source], problem.ruby)
        : [];
    }
    const listed = problem.platforms.map((platform) => bestBuild(builds, platform));
    const compiledOnly = builds.filter(({ platform }) => platform === 'ruby');
    const whole = listed.every((build) => build !== undefined);
    const ways = [whole ? listed : [], compiledOnly].filter((way) => way.length > 0);
    return ways.flatMap((way) => {
      const installed = problem.machines.map((machine) => bestBuild(way, localOf(machine)));
      const fine = installed.every((build, at) => {
        const machine = problem.machines[at];
        return build !== undefined && machine !== undefined && loads(build, machine);
      });
      if (!fine) return [];
      const native = installed.every((build) => build !== undefined && isNative(build));
      const built = installed.every((build) => build !== undefined && build.content !== 'pure') && !native;
      if (
        failing.has(name) &&
        (version === before || (relaxation.compiled.includes(name) ? !built : !native))
      )
        return [];
      return candidateOf(version, way, problem.ruby);
    });
  });
}

/** One version by these builds, which all have to be content: Bundler resolves for all of PLATFORMS at once. */
function candidateOf(version: string, builds: readonly UniverseGem[], ruby: string): Candidate[] {
  if (!builds.every((build) => acceptsRuby(build, ruby))) return [];
  return [{ version, dependencies: builds.flatMap(dependenciesOf) }];
}

/** Gems that do not fail, are in both bundles, and in another version. */
export function movedGems({ locked, failing }: Problem, bundle: Bundle): string[] {
  return [...locked].flatMap(([name, version]) =>
    failing.has(name) || (bundle.get(name) ?? version) === version ? [] : [name],
  );
}

/**
 * Above zero where the first bundle is the better one: fewer gems moved that do not fail, then higher versions of the
 * failing gems, of the others that move, of those that come in, each by name. Bundles that move or bring in others, or
 * drop a failing gem, are not compared any further: neither is then the better one.
 */
export function compareBundles(problem: Problem, one: Bundle, other: Bundle): number {
  const [moved, movedByOther] = [movedGems(problem, one), movedGems(problem, other)];
  if (moved.length !== movedByOther.length) return movedByOther.length - moved.length;
  const entering = (bundle: Bundle): string[] =>
    [...bundle.keys()].filter((name) => !problem.locked.has(name)).sort();
  for (const [names, same] of [
    [[...problem.failing].sort(), undefined],
    [moved.sort(), movedByOther.sort()],
    [entering(one), entering(other)],
  ] as const) {
    if (same !== undefined && names.join() !== same.join()) return 0;
    for (const name of names) {
      const [mine, theirs] = [one.get(name), other.get(name)];
      if (mine === undefined || theirs === undefined) {
        if (mine === theirs) continue;
        return 0;
      }
      const order = compareGemVersions(mine, theirs);
      if (order !== 0) return order;
    }
  }
  return 0;
}
