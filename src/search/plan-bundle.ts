import { localPlatform, platformToString } from '../gem/platform.js';
import { compareGemVersions } from '../version/gem-version.js';
import type { BundlePorts, BundleRequest } from './bundle-gem.js';
import { BundlerResolution } from './bundler-resolution.js';
import type { CandidateRules } from './candidates.js';
import { unlistedPlatforms } from './candidates.js';
import type { Assumption } from './cause.js';
import { reasonsOf } from './explanation.js';
import { heldByPins } from './held-by-pins.js';
import { runtimeOf } from './install-context.js';
import { misfitsOf } from './misfits.js';
import type { Bundle, Optimum } from './optimum.js';
import { OptimumSearch, coreOf } from './optimum.js';
import { pinLine } from './pin.js';
import type { ChosenPin } from './pin-choice.js';
import { choosePins } from './pin-choice.js';
import type { Candidate, PinPlan, PlannedMove, PlannedPin, Suggestion, Unanswered } from './types.js';
import { uncheckedBounds } from './unchecked-bounds.js';
import type { Position } from './universe.js';
import { Universe } from './universe.js';

export interface PlanRequest extends BundleRequest {
  readonly rules: CandidateRules;
  /** Gems that an earlier pin holds, with what it says beside the Gemfile's own requirement. */
  readonly pinned: ReadonlyMap<string, readonly string[]>;
}

export interface PlanAnswer {
  readonly plan: PinPlan;
  /** Lines for the Gemfile. */
  readonly pins: readonly string[];
  /** The way out of each gem that does not fit and has one. */
  readonly suggestions: ReadonlyMap<string, Suggestion>;
  /** What could not be looked up or read on the way. */
  readonly failures: readonly string[];
}

/** Rounds in which an explanation is freed of what is no reason, because it could be given up. */
const MOST_ROUNDS = 12;

/**
 * One answer for all gems that do not fit: the best bundle (`OptimumSearch`), the pins that lead Bundler there
 * (`choosePins`), and what is to be said of the gems that have no place in it.
 */
export async function planBundle(request: PlanRequest, ports: BundlePorts): Promise<PlanAnswer> {
  const { rules } = request;
  const [first] = rules.deployments;
  const running = rules.deployments.find((one) => one.ruby !== undefined) ?? first;
  const runs = running === undefined ? {} : runtimeOf(running);
  const held = await heldByPins(request, ports, runs);
  const fixed = held.gems.filter(({ fails, movable }) => fails && !movable);
  const gems = held.gems.map((gem) => (fixed.includes(gem) ? { ...gem, fails: false } : gem));
  const universe = new Universe({ ...request, gems }, rules, ports);

  const suggestions = new Map<string, Suggestion>();
  for (const { name, fails, direct } of gems) {
    const candidate = fails ? await universe.relock(name) : undefined;
    if (candidate !== undefined) suggestions.set(name, addPlatform(candidate, direct, rules));
  }
  const search = new OptimumSearch(universe);
  const anyFails = [...universe.locked.values()].some((gem) => gem.fails);
  const optimum = anyFails ? await search.run() : undefined;
  const bundle: Bundle = optimum?.bundle ?? new Map<string, Position>();
  const relaxed = optimum?.relaxed ?? new Set<Assumption>();
  const loosened = new Set([...relaxed].filter(({ kind }) => kind === 'gemfile').map(({ gem }) => gem));
  const resolution = new BundlerResolution(universe, rules.platforms, runs);
  const choice = await choosePins({ universe, resolution, bundle, loosened, present: request.pinned });

  const unanswered: Unanswered[] = fixed.map(({ name, version }) => ({
    name,
    version,
    because: [{ kind: 'fixed', gem: name, version }],
  }));
  const commands = new Set([...suggestions.values()].flatMap(({ command }) => command ?? []));
  for (const { name, version, fails } of universe.locked.values()) {
    if (!fails) continue;
    const position = bundle.get(name);
    if (optimum !== undefined && position?.kind !== 'locked') {
      const pin = choice.pins.find((one) => one.gem.name === name);
      const suggestion = position && suggestionFor(universe, name, position, pin, rules);
      if (suggestion === undefined) continue;
      suggestions.set(name, suggestion);
      if (suggestion.command !== undefined) commands.add(suggestion.command);
    } else unanswered.push({ name, version, because: await explain(search, optimum, name) });
  }
  const along = companions(universe, bundle);
  const planned: PlannedPin[] = [];
  for (const { gem, position, bounds, replaces, forceRuby } of choice.pins) {
    const { fails = false, direct = false } = gem.locked ?? {};
    const misfits = await misfitsOf(gem, universe, ports);
    planned.push({
      ...{ name: gem.name, version: position.version, bounds, replaces, forceRuby, direct },
      ...(fails ? {} : { along: along.get(gem.name) ?? [] }),
      ...(misfits === undefined ? {} : { misfits }),
    });
  }
  const plan: PinPlan = {
    pins: planned,
    moves: optimum === undefined ? [] : movesOf(universe, bundle, choice.resolved, along, held.from),
    commands: [...commands],
    unanswered,
    liftable: held.liftable,
    minimal: (optimum?.minimal ?? true) && choice.isLeast,
    inspections: universe.inspections,
  };
  const pins = choice.pins.map(({ gem, bounds, replaces, forceRuby }) =>
    pinLine({
      name: gem.name,
      requirement: [...(replaces ? [] : (gem.locked?.gemfile ?? [])), ...bounds],
      forceRuby,
    }),
  );
  return {
    plan: { ...plan, pins: [...plan.pins].sort((a, b) => (a.name < b.name ? -1 : 1)) },
    pins: [...new Set(pins)].sort(),
    suggestions,
    failures: universe.failures,
  };
}

function addPlatform(candidate: Candidate, direct: boolean, { platforms }: CandidateRules): Suggestion {
  const unlisted = unlistedPlatforms(candidate, platforms);
  const added = unlisted.length > 0 ? unlisted : localsOf(candidate);
  return {
    version: candidate.version,
    direction: 'same',
    method: 'add-platform',
    requirement: '',
    command: `bundle lock --add-platform ${added.join(' ')}`,
    direct,
    needsCompiler: false,
    ...unchecked(candidate),
    conflicts: [],
  };
}

/** The machines by their own names. */
function localsOf({ choices }: Candidate): string[] {
  return [
    ...new Set(
      choices.map(({ deployment }) =>
        platformToString(localPlatform(deployment.cpu, deployment.target.libc)),
      ),
    ),
  ];
}

function suggestionFor(
  universe: Universe,
  name: string,
  position: Position,
  pin: ChosenPin | undefined,
  { platforms }: CandidateRules,
): Suggestion | undefined {
  const gem = universe.peek(name);
  const candidate = gem?.candidate(position);
  if (gem?.locked === undefined || candidate === undefined) return undefined;
  const { direct, gemfile, version } = gem.locked;
  const order = compareGemVersions(position.version, version);
  const method =
    position.kind === 'forced' ? 'force-ruby' : universe.isBuilt(gem, position) ? 'compile' : 'precompiled';
  // On musl a pin alone is not enough: Bundler would lock, and install, the bare variant that is built for glibc, and of a
  // gem that is to be compiled it finds nothing on a machine that PLATFORMS do not name.
  const unlisted =
    method !== 'force-ruby'
      ? unlistedPlatforms(candidate, platforms)
      : platforms.includes('ruby')
        ? []
        : localsOf(candidate).filter((platform) => !platforms.includes(platform));
  const musl = unlisted.filter((platform) => platform.endsWith('-musl'));
  const stated = [...(pin?.replaces === false ? gemfile : []), ...(pin?.bounds ?? [])];
  return {
    version: position.version,
    direction: order > 0 ? 'upgrade' : order < 0 ? 'downgrade' : 'same',
    method,
    requirement: pin?.bounds.join(', ') ?? '',
    ...(pin === undefined ? {} : { pin: pinLine({ name, requirement: stated, forceRuby: pin.forceRuby }) }),
    ...(musl.length === 0 ? {} : { command: `bundle lock --add-platform ${musl.join(' ')}` }),
    direct,
    needsCompiler: method !== 'precompiled',
    ...unchecked(candidate),
    conflicts: pin?.replaces === true ? [{ by: 'Gemfile', kind: 'gemfile', requirement: gemfile }] : [],
  };
}

function unchecked({ choices }: Candidate): Pick<Suggestion, 'unchecked'> {
  const bounds = new Set(choices.flatMap(({ release, deployment }) => uncheckedBounds(release, deployment)));
  return bounds.size > 0 ? { unchecked: [...bounds] } : {};
}

/**
 * Why a gem has no answer. What the first proof rests on may only be that something stays or keeps its requirement,
 * which would be given up; so it is given up, until what is left are facts.
 */
async function explain(
  search: OptimumSearch,
  optimum: Optimum | undefined,
  name: string,
): Promise<Unanswered['because']> {
  const relaxed = new Set(optimum?.relaxed ?? []);
  relaxed.delete(search.assumptions.of('answered', name));
  for (let round = 0; ; round += 1) {
    const solution = await search.solve(relaxed);
    if (solution.kind !== 'unsolvable') return [];
    const given = [...coreOf(solution.proof)].filter(({ kind }) => kind !== 'answered');
    if (given.length === 0 || round === MOST_ROUNDS) return reasonsOf(solution.proof, name);
    for (const one of given) relaxed.add(one);
  }
}

/** For whose sake the gems that fit as they are move: those that do not, and are tied to them by what moves. */
function companions(universe: Universe, bundle: Bundle): Map<string, string[]> {
  const moving = new Map([...bundle].filter(([, { kind }]) => kind !== 'locked'));
  const ties = new Map<string, Set<string>>([...moving.keys()].map((name) => [name, new Set<string>()]));
  for (const [name, position] of moving) {
    const gem = universe.peek(name);
    const before = gem?.locked?.dependencies ?? [];
    for (const { name: on } of [...(gem?.dependencies(position) ?? []), ...before]) {
      if (!moving.has(on)) continue;
      ties.get(name)?.add(on);
      ties.get(on)?.add(name);
    }
  }
  const failing = [...moving.keys()].filter((name) => universe.locked.get(name)?.fails === true);
  const along = new Map<string, string[]>();
  for (const first of failing) {
    const reached = new Set([first]);
    for (const name of reached) for (const next of ties.get(name) ?? []) reached.add(next);
    for (const name of reached) along.set(name, [...(along.get(name) ?? []), first]);
  }
  return along;
}

/** What moves, comes or goes. A gem without an answer goes where Bundler takes it: no pin holds it. */
function movesOf(
  universe: Universe,
  bundle: Bundle,
  resolved: ReadonlyMap<string, string> | undefined,
  along: ReadonlyMap<string, readonly string[]>,
  from: ReadonlyMap<string, string>,
): PlannedMove[] {
  const failing = [...universe.locked.values()].filter(({ fails }) => fails).map(({ name }) => name);
  const moves: PlannedMove[] = [];
  for (const [name, { kind, version }] of bundle) {
    const locked = universe.locked.get(name);
    const isUnanswered = kind === 'locked' && locked?.fails === true && resolved !== undefined;
    const to = isUnanswered ? resolved.get(name) : version;
    const was = from.get(name) ?? locked?.version;
    if (was === to || (kind === 'locked' && to === locked?.version)) continue;
    const sake = locked?.fails === true ? [] : (along.get(name) ?? failing);
    moves.push({
      name,
      ...(was === undefined ? {} : { from: was }),
      ...(to === undefined ? {} : { to }),
      along: sake,
    });
  }
  for (const { name, version, fails } of universe.locked.values()) {
    if (!bundle.has(name)) moves.push({ name, from: version, along: fails ? [] : failing });
  }
  return moves.sort((a, b) => (a.name < b.name ? -1 : 1));
}
