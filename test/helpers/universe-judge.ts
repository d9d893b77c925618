import type { AuditReport, GemReport, MultiTargetReport } from '../../src/index.js';
import type { Bundler } from './bundler-lock.js';
import type { Advice, Pin } from './universe-advice.js';
import { adviceOf, pinnedLine } from './universe-advice.js';
import type { Bundle, Problem } from './universe-bundles.js';
import { bestBundles, compareBundles } from './universe-bundles.js';
import { isNative, loads } from './universe-facts.js';
import type { Universe } from './universe-generator.js';
import { describeUniverse } from './universe-generator.js';
import type { Resolved } from './universe-project.js';
import { UniverseProject, fullNameOf, versionsOf } from './universe-project.js';
import type { Relaxation } from './universe-relaxation.js';
import { NOTHING_GIVEN_UP, givenUp, lesserWays, shownWay, waysToCompile } from './universe-relaxation.js';
import type { UniverseGem } from './universe.js';

/**
 * What is wrong with an answer.
 * - `crash`: there is none.
 * - `verdict`: it calls other gems incompatible than those that were made so.
 * - `refused`: Bundler finds no bundle with the pins.
 * - `unfit`: a native gem of the new bundle does not load, and nothing was said of it.
 * - `untrue`: Bundler comes to another bundle than was said.
 * - `missed`: there is a better bundle, or one where none was said to be. Bundler has confirmed it.
 * - `superfluous`: Bundler comes to the same bundle without a pin, or without a bound of it.
 * - `unsteady`: asked again of the new bundle, it wants more changes.
 */
export type DefectKind =
  'crash' | 'verdict' | 'refused' | 'unfit' | 'untrue' | 'missed' | 'superfluous' | 'unsteady';

export interface Defect {
  readonly kind: DefectKind;
  readonly what: string;
}

export interface Ruling {
  /** Bundler cannot lock the universe, or would change its lockfile unasked: there is nothing to audit. */
  readonly lockable: boolean;
  readonly gems: number;
  readonly versions: number;
  readonly failing: number;
  /** Lines of the Gemfile as advised. */
  readonly pins: readonly string[];
  /** What Bundler installs with them on each machine, full names; empty where nothing was advised. */
  readonly installed: readonly (readonly string[])[];
  /** Gems that were said to have no answer, where trying everything finds none either. */
  readonly hopeless: number;
  /** Answers that were held against all other bundles. */
  readonly compared: number;
  /** Answers for which that took too long. */
  readonly uncompared: number;
  /** Locks that Bundler was asked for. */
  readonly locks: number;
  readonly defects: readonly Defect[];
}

/** One universe before Bundler, the program and the facts. */
class Trial {
  readonly #project: UniverseProject;
  readonly #defects: Defect[] = [];
  #ruling: Omit<Ruling, 'defects' | 'locks'>;

  constructor(bundler: Bundler, universe: Universe) {
    const { gems } = universe;
    this.#project = new UniverseProject(bundler, universe);
    this.#ruling = {
      lockable: false,
      gems: new Set(gems.map(({ name }) => name)).size,
      versions: new Set(gems.map(({ name, version }) => `${name} ${version}`)).size,
      ...{ failing: 0, pins: [], installed: [], hopeless: 0, compared: 0, uncompared: 0 },
    };
  }

  async run(): Promise<Ruling> {
    try {
      await this.#hear();
    } finally {
      await this.#project.close();
    }
    return { ...this.#ruling, locks: this.#project.locks, defects: this.#defects };
  }

  async #hear(): Promise<void> {
    const { universe, machines } = this.#project;
    const installed = await this.#project.open();
    if (installed === undefined) return;
    const failing = new Set<string>();
    for (const [at, machine] of machines.entries())
      for (const gem of installed[at] ?? []) if (!loads(gem, machine)) failing.add(gem.name);
    this.#ruling = { ...this.#ruling, lockable: true, failing: failing.size };

    const report = await this.#audit(this.#project.lockfile);
    if (report === undefined) return;
    const said = new Set(rowsOf(report).flatMap((row) => (row.verdict === 'incompatible' ? row.name : [])));
    if ([...said].sort().join() !== [...failing].sort().join()) {
      this.#defect('verdict', `it says ${list(said)} where ${list(failing)} do not load`);
      return;
    }
    const advice = adviceOf(report);
    const pins = advice.pins.map((pin) => pinnedLine(universe.gemfile, pin));
    this.#ruling = { ...this.#ruling, pins };
    if (failing.size === 0) {
      if (advice.pins.length > 0) this.#defect('superfluous', 'nothing fails, and there are pins');
      return;
    }
    await this.#follow(advice, failing);
  }

  async #follow(advice: Advice, failing: ReadonlySet<string>): Promise<void> {
    const { universe, machines } = this.#project;
    const { gems, gemfile, platforms, ruby } = universe;
    const locked = versionsOf(this.#project.lockfile);
    const problem: Problem = { gems, gemfile, platforms, ruby, machines, locked, failing };
    const text = this.#project.gemfile(advice.pins);
    const after = this.#project.lock(advice.pins, { addPlatforms: advice.addPlatforms });
    if ('error' in after) {
      this.#defect('refused', after.error, text);
      return;
    }
    const open = new Set(
      [...failing].filter(
        (name) => advice.unanswered.has(name) || !(advice.promised.has(name) || advice.leaving.has(name)),
      ),
    );
    const installed = this.#project.installed(advice.pins, after.lockfile);
    if (installed === undefined) {
      this.#defect('refused', 'on one of its machines', text);
      return;
    }
    this.#ruling = { ...this.#ruling, installed: installed.map((gems) => gems.map(fullNameOf)) };
    this.#judgeTruth(advice, after, installed, open, text);
    if (advice.pins.length > 0) {
      this.#judgeNeed(advice, after, installed, text);
      await this.#judgeAgain(advice, after, open, text);
    }
    const answer = versionsOf(after.lockfile);
    if (open.size > 0) this.#judgeDespair(problem, open);
    else if (advice.addPlatforms.length === 0)
      this.#judgeHeight(problem, answer, givenUp(advice, installed, failing), text);
  }

  #judgeTruth(
    { promised, moves }: Advice,
    after: Resolved,
    installed: readonly (readonly UniverseGem[])[],
    open: ReadonlySet<string>,
    gemfile: string,
  ): void {
    const answer = versionsOf(after.lockfile);
    const before = versionsOf(this.#project.lockfile);
    installed.forEach((gems, at) => {
      const machine = this.#project.machines[at];
      if (machine === undefined) return;
      const bad = gems.filter((gem) => !open.has(gem.name) && !loads(gem, machine)).map(fullNameOf);
      if (bad.length > 0)
        this.#defect('unfit', `${list(bad)} on ${machine.system.libc} ${machine.system.version}`, gemfile);
    });
    for (const [name, { version, compiled }] of promised) {
      const there = answer.get(name);
      if (there !== undefined && there !== version)
        this.#defect('untrue', `${name} is ${there}, said was ${version}`, gemfile);
      const builds = installed.flatMap((gems) => gems.filter((gem) => gem.name === name));
      if (compiled !== undefined && builds.length > 0 && compiled === builds.every(isNative))
        this.#defect(
          'untrue',
          `${name} is ${compiled ? 'not ' : ''}compiled: ${list(builds.map(fullNameOf))}`,
        );
    }
    const really = new Map<string, string>();
    for (const name of new Set([...before.keys(), ...answer.keys()])) {
      const [from = '-', to = '-'] = [before.get(name), answer.get(name)];
      if (from !== to) really.set(name, `${from} > ${to}`);
    }
    const told = new Map(moves.map(({ name, from = '-', to = '-' }) => [name, `${from} > ${to}`]));
    const wrong = [...new Set([...really.keys(), ...told.keys()])].filter((name) => {
      const [from, to] = (told.get(name) ?? '').split(' > ');
      // A gem that stays and is compiled may be told as a move to the version that it has.
      const stays = from !== undefined && from === to && !really.has(name);
      return !stays && really.get(name) !== told.get(name);
    });
    if (wrong.length > 0) {
      const shown = wrong.map(
        (name) => `${name}: ${really.get(name) ?? 'stays'}, said was ${told.get(name) ?? 'nothing'}`,
      );
      this.#defect('untrue', shown.join('; '), gemfile);
    }
  }

  /**
   * Without any one pin, and without any one bound of it, Bundler has to come to something else: in the lockfile, or on
   * one of the machines, which may not be the one that locks.
   */
  #judgeNeed(
    advice: Advice,
    after: Resolved,
    installed: readonly (readonly UniverseGem[])[],
    gemfile: string,
  ): void {
    const shown = (resolved: Resolved): string =>
      [...[...versionsOf(resolved.lockfile)].map((each) => each.join(' ')), ...resolved.installed]
        .sort()
        .join();
    const everywhere = (machines: readonly (readonly UniverseGem[])[] | undefined): string =>
      (machines ?? []).map((gems) => gems.map(fullNameOf).sort().join()).join('\n');
    const isSame = (pins: readonly Pin[], without: Resolved): boolean =>
      shown(without) === shown(after) &&
      everywhere(this.#project.installed(pins, without.lockfile)) === everywhere(installed);
    const less = ({ name, bounds, forceRuby }: Pin, at: number): readonly [string, Pin[]][] => {
      const others = advice.pins.filter((_, index) => index !== at);
      const pin = advice.pins[at];
      if (pin === undefined) return [];
      return [
        ...bounds.map((bound): [string, Pin[]] => {
          const rest = bounds.filter((one) => one !== bound);
          const gone = rest.length === 0 && !forceRuby && !pin.replaces;
          return [`${name} ${bound}`, gone ? others : [...others, { ...pin, bounds: rest }]];
        }),
        ...(forceRuby
          ? [[`${name} force_ruby_platform`, [...others, { ...pin, forceRuby: false }]] as [string, Pin[]]]
          : []),
      ];
    };
    for (const [at, pin] of advice.pins.entries()) {
      for (const [what, pins] of less(pin, at)) {
        const without = this.#project.lock(pins, { addPlatforms: advice.addPlatforms });
        if (!('error' in without) && isSame(pins, without)) this.#defect('superfluous', what, gemfile);
      }
    }
  }

  async #judgeAgain(
    advice: Advice,
    after: Resolved,
    open: ReadonlySet<string>,
    gemfile: string,
  ): Promise<void> {
    const report = await this.#audit(after.lockfile);
    if (report === undefined) return;
    // That a gem is compiled stands in the Gemfile alone: the lockfile goes on listing the build that is passed over.
    const settled = new Set([
      ...open,
      ...advice.pins.flatMap(({ name, forceRuby }) => (forceRuby ? [name] : [])),
    ]);
    const bad = rowsOf(report).filter(
      ({ name, verdict }) => verdict === 'incompatible' && !settled.has(name),
    );
    const more = adviceOf(report).pins.filter(({ name }) => !settled.has(name));
    if (settled.size === 0 && more.length > 0)
      this.#defect('unsteady', `pins again: ${list(more.map(({ name }) => name))}`, gemfile);
    else if (bad.length > 0)
      this.#defect('unsteady', `incompatible afterwards: ${list(bad.map(({ name }) => name))}`, gemfile);
  }

  /** No answer was found: is there one, with nothing given up, or one line of the Gemfile, or by compiling? */
  #judgeDespair(problem: Problem, open: ReadonlySet<string>): void {
    const ways: Relaxation[] = [
      NOTHING_GIVEN_UP,
      ...problem.gemfile.flatMap(({ name, requirement }) =>
        requirement.length === 0 ? [] : [{ ...NOTHING_GIVEN_UP, loosened: [name] }],
      ),
      ...waysToCompile([...problem.failing]),
    ];
    let complete = true;
    for (const way of ways) {
      const found = bestBundles(problem, way);
      complete &&= found.complete;
      const bundle = found.bundles.find((each) => this.#project.confirms(each, way, problem.failing));
      if (bundle === undefined) continue;
      this.#defect('missed', `no answer for ${list(open)}, but ${shownBundle(bundle)} ${shownWay(way)}`);
      return;
    }
    this.#ruling = complete
      ? { ...this.#ruling, hopeless: open.size }
      : { ...this.#ruling, uncompared: this.#ruling.uncompared + 1 };
  }

  #judgeHeight(problem: Problem, answer: Bundle, way: Relaxation, gemfile: string): void {
    const less = lesserWays(way);
    let complete = true;
    for (const lesser of less) {
      const found = bestBundles(problem, lesser);
      complete &&= found.complete;
      const bundle = found.bundles.find((each) => this.#project.confirms(each, lesser, problem.failing));
      if (bundle !== undefined) {
        const given = `it is ${shownBundle(answer)} ${shownWay(way)}`;
        this.#defect('missed', `${given}, but ${shownBundle(bundle)} ${shownWay(lesser)}`, gemfile);
        return;
      }
    }
    const found = bestBundles(problem, way);
    const better = found.bundles.find(
      (each) =>
        compareBundles(problem, each, answer) > 0 && this.#project.confirms(each, way, problem.failing),
    );
    if (better !== undefined)
      this.#defect(
        'missed',
        `it is ${shownBundle(answer)}, but ${shownBundle(better)} is better ${shownWay(way)}`,
        gemfile,
      );
    this.#ruling =
      complete && found.complete
        ? { ...this.#ruling, compared: this.#ruling.compared + 1 }
        : { ...this.#ruling, uncompared: this.#ruling.uncompared + 1 };
  }

  async #audit(lockfile: string): Promise<AuditReport | MultiTargetReport | undefined> {
    try {
      return await this.#project.audit(lockfile);
    } catch (error) {
      this.#defect('crash', (error as Error).stack ?? String(error));
      return undefined;
    }
  }

  #defect(kind: DefectKind, what: string, gemfile?: string): void {
    const about = [
      `${kind}: ${what}`,
      describeUniverse(this.#project.universe),
      ...(gemfile === undefined ? [] : ['Gemfile as advised:', gemfile.trim()]),
      ...(this.#project.lockfile === ''
        ? []
        : ['locked was:', shownBundle(versionsOf(this.#project.lockfile))]),
    ];
    this.#defects.push({ kind, what: about.join('\n') });
  }
}

/**
 * Locks a universe with real Bundler, audits it, follows the advice, lets Bundler resolve with the old lockfile in place,
 * and judges what comes of it by what was planted in the gems.
 */
export function judgeUniverse(bundler: Bundler, universe: Universe): Promise<Ruling> {
  return new Trial(bundler, universe).run();
}

function rowsOf(report: AuditReport | MultiTargetReport): readonly GemReport[] {
  return 'targets' in report ? report.targets.flatMap(({ gems }) => gems) : report.gems;
}

function list(names: Iterable<string>): string {
  return [...names].sort().join(', ') || 'none';
}

function shownBundle(bundle: Bundle): string {
  return [...bundle]
    .map((each) => each.join(' '))
    .sort()
    .join(', ');
}
