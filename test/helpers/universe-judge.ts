import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AuditReport, GemReport, MultiTargetReport } from '../../src/index.js';
import { audit, parseLockfile } from '../../src/index.js';
import type { Bundler, Locked } from './bundler-lock.js';
import type { Advice, Pin } from './universe-advice.js';
import { adviceOf, pinnedGemfile, pinnedLine } from './universe-advice.js';
import type { Bundle, Problem, Relaxation } from './universe-bundles.js';
import { NOTHING_GIVEN_UP, bestBundles, compareBundles } from './universe-bundles.js';
import type { Machine } from './universe-facts.js';
import { isNative, loads, localOf } from './universe-facts.js';
import type { GemfileLine, Universe } from './universe-generator.js';
import { describeUniverse } from './universe-generator.js';
import type { UniverseGem } from './universe.js';
import { writeIndex, writeMirror } from './universe.js';
import { compareGemVersions } from '../../src/version/gem-version.js';

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

type Resolved = Exclude<Locked, { readonly error: string }>;

/** One universe before Bundler, the program and the facts. */
class Trial {
  readonly #bundler: Bundler;
  readonly #universe: Universe;
  readonly #machines: readonly Machine[];
  readonly #byFullName: ReadonlyMap<string, UniverseGem>;
  readonly #defects: Defect[] = [];
  readonly #directories: string[] = [];
  #mirror = '';
  #locks = 0;
  #before = '';
  #ruling: Omit<Ruling, 'defects' | 'locks'>;

  constructor(bundler: Bundler, universe: Universe) {
    const { gems, targets, cpus, ruby } = universe;
    this.#bundler = bundler;
    this.#universe = universe;
    this.#machines = targets.flatMap((system) => cpus.map((cpu) => ({ system, cpu, ruby })));
    this.#byFullName = new Map(gems.map((gem) => [fullNameOf(gem), gem]));
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
      await Promise.all(
        this.#directories.map((directory) => rm(directory, { recursive: true, force: true })),
      );
    }
    return { ...this.#ruling, locks: this.#locks, defects: this.#defects };
  }

  async #hear(): Promise<void> {
    const failing = await this.#lockBefore();
    if (failing === undefined) return;
    this.#ruling = { ...this.#ruling, lockable: true, failing: failing.size };

    const report = await this.#audit(this.#before);
    if (report === undefined) return;
    const said = new Set(rowsOf(report).flatMap((row) => (row.verdict === 'incompatible' ? row.name : [])));
    if ([...said].sort().join() !== [...failing].sort().join()) {
      this.#defect('verdict', `it says ${list(said)} where ${list(failing)} do not load`);
      return;
    }
    const advice = adviceOf(report);
    const pins = advice.pins.map((pin) => pinnedLine(this.#universe.gemfile, pin));
    this.#ruling = { ...this.#ruling, pins };
    if (failing.size === 0) {
      if (advice.pins.length > 0) this.#defect('superfluous', 'nothing fails, and there are pins');
      return;
    }
    await this.#follow(advice, failing);
  }

  /** Has Bundler write the lockfile of that day; the failing gems, or undefined where there is nothing to audit. */
  async #lockBefore(): Promise<Set<string> | undefined> {
    const { gems, newestThen, gemfile, platforms } = this.#universe;
    if (gemfile.length === 0) return undefined;
    const then = gems.filter(({ name, version }) => {
      const newest = newestThen[name];
      return newest === undefined || compareGemVersions(version, newest) <= 0;
    });
    const past = await this.#kept(writeIndex(this.#bundler.directory, then));
    const text = this.#gemfile(gemfile, []);
    const [home = '', ...others] = platforms;
    const first = this.#lock(text, { mirror: past, home, addPlatforms: others });
    if ('error' in first) return undefined;
    this.#mirror = await this.#kept(writeMirror(this.#bundler.directory, gems));
    this.#before = first.lockfile;
    const failing = new Set<string>();
    for (const machine of this.#machines) {
      const there = this.#lock(text, { lockfile: first.lockfile, home: localOf(machine) });
      if ('error' in there || there.lockfile !== first.lockfile) return undefined;
      for (const gem of this.#gemsOf(there)) if (!loads(gem, machine)) failing.add(gem.name);
    }
    return failing;
  }

  async #follow(advice: Advice, failing: ReadonlySet<string>): Promise<void> {
    const { gemfile, platforms } = this.#universe;
    const problem: Problem = {
      ...{ gems: this.#universe.gems, gemfile, platforms, ruby: this.#universe.ruby },
      machines: this.#machines,
      locked: versionsOf(this.#before),
      failing,
    };
    const text = this.#gemfile(gemfile, advice.pins);
    const [home = ''] = platforms;
    const ask = (): Locked =>
      this.#lock(text, { lockfile: this.#before, home, addPlatforms: advice.addPlatforms });
    const after = ask();
    if ('error' in after) {
      this.#defect('refused', after.error, text);
      return;
    }
    const open = new Set(
      [...failing].filter(
        (name) => advice.unanswered.has(name) || !(advice.promised.has(name) || advice.leaving.has(name)),
      ),
    );
    const installed = this.#installedBy(text, after.lockfile);
    if (installed === undefined) {
      this.#defect('refused', 'on one of its machines', text);
      return;
    }
    this.#ruling = { ...this.#ruling, installed: installed.map((gems) => gems.map(fullNameOf)) };
    this.#judgeTruth(advice, after, installed, open, text);
    if (advice.pins.length > 0) {
      this.#judgeNeed(advice, after, text);
      await this.#judgeAgain(advice, after, open, text);
    }
    const answer = versionsOf(after.lockfile);
    if (open.size > 0) this.#judgeDespair(problem, open);
    else if (advice.addPlatforms.length === 0)
      this.#judgeHeight(problem, answer, givenUp(advice, installed, failing), text);
  }

  /** What Bundler installs on each machine; undefined where it refuses to. */
  #installedBy(gemfile: string, lockfile: string): UniverseGem[][] | undefined {
    const each = this.#machines.map((machine) => this.#lock(gemfile, { lockfile, home: localOf(machine) }));
    const gems = each.flatMap((there) => ('error' in there ? [] : [this.#gemsOf(there)]));
    return gems.length === each.length ? gems : undefined;
  }

  #judgeTruth(
    { promised, moves }: Advice,
    after: Resolved,
    installed: readonly (readonly UniverseGem[])[],
    open: ReadonlySet<string>,
    gemfile: string,
  ): void {
    const answer = versionsOf(after.lockfile);
    const before = versionsOf(this.#before);
    installed.forEach((gems, at) => {
      const machine = this.#machines[at];
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

  /** Without any one pin, and without any one bound of it, Bundler has to come to something else. */
  #judgeNeed(advice: Advice, after: Resolved, gemfile: string): void {
    const [home = ''] = this.#universe.platforms;
    const shown = ({ lockfile, installed }: Resolved): string =>
      [...[...versionsOf(lockfile)].map((each) => each.join(' ')), ...installed].sort().join();
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
        const without = this.#lock(this.#gemfile(this.#universe.gemfile, pins), {
          ...{ lockfile: this.#before, home, addPlatforms: advice.addPlatforms },
        });
        if (!('error' in without) && shown(without) === shown(after))
          this.#defect('superfluous', what, gemfile);
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
      const bundle = found.bundles.find((each) => this.#confirms(problem, each, way));
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
      const bundle = found.bundles.find((each) => this.#confirms(problem, each, lesser));
      if (bundle !== undefined) {
        const given = `it is ${shownBundle(answer)} ${shownWay(way)}`;
        this.#defect('missed', `${given}, but ${shownBundle(bundle)} ${shownWay(lesser)}`, gemfile);
        return;
      }
    }
    const found = bestBundles(problem, way);
    const better = found.bundles.find(
      (each) => compareBundles(problem, each, answer) > 0 && this.#confirms(problem, each, way),
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

  /** Bundler comes to just this bundle where each gem is pinned to its version, and everything in it loads. */
  #confirms(problem: Problem, bundle: Bundle, way: Relaxation): boolean {
    const [home = ''] = problem.platforms;
    const pins = [...bundle].map(([name, version]): Pin => ({
      ...{ name, bounds: [`= ${version}`] },
      replaces: way.loosened.includes(name),
      forceRuby: way.forced.includes(name),
    }));
    const text = this.#gemfile(problem.gemfile, pins);
    const locked = this.#lock(text, { lockfile: this.#before, home });
    if ('error' in locked) return false;
    const really = versionsOf(locked.lockfile);
    if (really.size !== bundle.size || [...bundle].some(([name, version]) => really.get(name) !== version))
      return false;
    const installed = this.#installedBy(text, locked.lockfile);
    const mayCompile = [...way.forced, ...way.compiled];
    return (
      installed?.every((gems, at) =>
        gems.every((gem) => {
          const machine = this.#machines[at];
          const binary = problem.failing.has(gem.name) && !mayCompile.includes(gem.name);
          return machine !== undefined && loads(gem, machine) && (!binary || isNative(gem));
        }),
      ) === true
    );
  }

  #lock(
    gemfile: string,
    request: {
      readonly home: string;
      readonly lockfile?: string;
      readonly mirror?: string;
      readonly addPlatforms?: readonly string[];
    },
  ): Locked {
    const { home, ...rest } = request;
    this.#locks += 1;
    return this.#bundler.lock({
      mirror: this.#mirror,
      ...rest,
      gemfile,
      machine: { platform: home, ruby: this.#universe.ruby },
    });
  }

  #gemfile(lines: readonly GemfileLine[], pins: readonly Pin[]): string {
    return pinnedGemfile(["source 'https://rubygems.org'", `ruby '${this.#universe.ruby}'`], lines, pins);
  }

  async #audit(lockfile: string): Promise<AuditReport | MultiTargetReport | undefined> {
    const { targets, cpus } = this.#universe;
    const app = await this.#kept(mkdtemp(path.join(this.#bundler.directory, 'app-')));
    await writeFile(path.join(app, 'Gemfile.lock'), lockfile);
    const cache = path.join(this.#bundler.directory, '.cache');
    await mkdir(cache, { recursive: true });
    try {
      return await audit({
        path: app,
        target: targets.map(
          ({ libc, version, name = `${libc === 'gnu' ? 'glibc' : 'musl'}-${version}` }) => name,
        ),
        arches: cpus,
        sources: [this.#mirror],
        env: { GEMCOMPAT_CACHE_DIR: cache, HOME: app },
      });
    } catch (error) {
      this.#defect('crash', (error as Error).stack ?? String(error));
      return undefined;
    }
  }

  async #kept(directory: Promise<string>): Promise<string> {
    this.#directories.push(await directory);
    return directory;
  }

  #gemsOf({ installed }: Resolved): UniverseGem[] {
    return installed.map((name) => {
      const gem = this.#byFullName.get(name);
      if (gem === undefined) throw new Error(`Bundler installs ${name}, which no universe has`);
      return gem;
    });
  }

  #defect(kind: DefectKind, what: string, gemfile?: string): void {
    const about = [
      `${kind}: ${what}`,
      describeUniverse(this.#universe),
      ...(gemfile === undefined ? [] : ['Gemfile as advised:', gemfile.trim()]),
      ...(this.#before === '' ? [] : ['locked was:', shownBundle(versionsOf(this.#before))]),
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

function fullNameOf({ name, version, platform }: UniverseGem): string {
  return [name, version, ...(platform === 'ruby' ? [] : [platform])].join('-');
}

function versionsOf(lockfile: string): Map<string, string> {
  return new Map(parseLockfile(lockfile).specs.map(({ name, version }) => [name, version]));
}

/** What an answer gives up: lines that are replaced, and failing gems that are compiled where they are installed. */
function givenUp(
  { pins }: Advice,
  installed: readonly (readonly UniverseGem[])[],
  failing: ReadonlySet<string>,
): Relaxation {
  const forced = pins.filter(({ forceRuby }) => forceRuby).map(({ name }) => name);
  const compiled = installed.flatMap((gems) =>
    gems.filter((gem) => failing.has(gem.name) && !isNative(gem)).map(({ name }) => name),
  );
  return {
    loosened: pins.filter(({ replaces }) => replaces).map(({ name }) => name),
    forced,
    compiled: [...new Set(compiled)].filter((name) => !forced.includes(name)),
  };
}

/** Each way to give up one thing less, and to give up nothing. */
function lesserWays(way: Relaxation): Relaxation[] {
  const kinds = ['loosened', 'forced', 'compiled'] as const;
  const each = kinds.flatMap((kind) =>
    way[kind].map((name) => ({ ...way, [kind]: way[kind].filter((one) => one !== name) })),
  );
  return each.length > 1 ? [NOTHING_GIVEN_UP, ...each] : each;
}

/** Every way to compile some of the failing gems; of many failing gems all in one way. */
function waysToCompile(failing: readonly string[]): Relaxation[] {
  let ways: Relaxation[] = [NOTHING_GIVEN_UP];
  if (failing.length > 3) {
    return [
      { ...NOTHING_GIVEN_UP, forced: failing },
      { ...NOTHING_GIVEN_UP, compiled: failing },
    ];
  }
  for (const name of failing) {
    ways = ways.flatMap((way) => [
      way,
      { ...way, forced: [...way.forced, name] },
      { ...way, compiled: [...way.compiled, name] },
    ]);
  }
  return ways.slice(1);
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

function shownWay({ loosened, forced, compiled }: Relaxation): string {
  const parts = [
    ...(loosened.length > 0 ? [`without the line of ${list(loosened)}`] : []),
    ...(forced.length > 0 ? [`with ${list(forced)} forced to be compiled`] : []),
    ...(compiled.length > 0 ? [`with ${list(compiled)} compiled`] : []),
  ];
  return parts.length > 0 ? `(${parts.join(', ')})` : '(nothing given up)';
}
