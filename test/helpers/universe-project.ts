import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AuditReport, MultiTargetReport } from '../../src/index.js';
import { audit, parseLockfile } from '../../src/index.js';
import { compareGemVersions } from '../../src/version/gem-version.js';
import type { Bundler, Locked } from './bundler-lock.js';
import type { Pin } from './universe-advice.js';
import { pinnedGemfile } from './universe-advice.js';
import type { Bundle } from './universe-bundles.js';
import type { Machine } from './universe-facts.js';
import { isNative, loads, localOf } from './universe-facts.js';
import type { Universe } from './universe-generator.js';
import type { Relaxation } from './universe-relaxation.js';
import type { UniverseGem } from './universe.js';
import { writeIndex, writeMirror } from './universe.js';

export type Resolved = Exclude<Locked, { readonly error: string }>;

/** A universe as a project on disk, before Bundler and the program: its mirror, its lockfile, its machines. */
export class UniverseProject {
  readonly universe: Universe;
  /** Each target on each CPU. */
  readonly machines: readonly Machine[];
  /** What Bundler wrote on the day of the lock; empty before `open`. */
  lockfile = '';
  /** Locks that Bundler was asked for. */
  locks = 0;
  readonly #bundler: Bundler;
  readonly #byFullName: ReadonlyMap<string, UniverseGem>;
  readonly #directories: string[] = [];
  #mirror = '';

  constructor(bundler: Bundler, universe: Universe) {
    const { gems, targets, cpus, ruby } = universe;
    this.universe = universe;
    this.machines = targets.flatMap((system) => cpus.map((cpu) => ({ system, cpu, ruby })));
    this.#bundler = bundler;
    this.#byFullName = new Map(gems.map((gem) => [fullNameOf(gem), gem]));
  }

  /**
   * Has Bundler write the lockfile of that day.
   * @returns what it installs on each machine; undefined where it cannot lock, or would change its lockfile unasked.
   */
  async open(): Promise<UniverseGem[][] | undefined> {
    const { gems, newestThen, gemfile, platforms } = this.universe;
    if (gemfile.every(({ elsewhere }) => elsewhere === true)) return undefined;
    const then = gems.filter(({ name, version }) => {
      const newest = newestThen[name];
      return newest === undefined || compareGemVersions(version, newest) <= 0;
    });
    this.#mirror = await this.#kept(writeIndex(this.#bundler.directory, then));
    const first = this.lock([], { addPlatforms: platforms.slice(1) });
    if ('error' in first) return undefined;
    this.lockfile = first.lockfile;
    this.#mirror = await this.#kept(writeMirror(this.#bundler.directory, gems));
    const there = this.#everywhere([], first.lockfile);
    const same = there?.every(({ lockfile }) => lockfile === first.lockfile) === true;
    return same ? there.map((each) => this.#gemsOf(each)) : undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.#directories.map((directory) => rm(directory, { recursive: true, force: true })));
  }

  gemfile(pins: readonly Pin[]): string {
    const { ruby, gemfile } = this.universe;
    return pinnedGemfile(["source 'https://rubygems.org'", `ruby '${ruby}'`], gemfile, pins);
  }

  /** `bundle lock` with these pins; the project's own lockfile is in place, and its first platform is the machine. */
  lock(
    pins: readonly Pin[],
    {
      home = this.universe.platforms[0] ?? '',
      lockfile = this.lockfile === '' ? undefined : this.lockfile,
      addPlatforms = [],
    }: {
      readonly home?: string;
      readonly lockfile?: string | undefined;
      readonly addPlatforms?: readonly string[];
    } = {},
  ): Locked {
    this.locks += 1;
    return this.#bundler.lock({
      mirror: this.#mirror,
      gemfile: this.gemfile(pins),
      ...(lockfile === undefined ? {} : { lockfile }),
      addPlatforms,
      machine: { platform: home, ruby: this.universe.ruby },
    });
  }

  /** What Bundler installs on each machine by a lockfile; undefined where it refuses to on one. */
  installed(pins: readonly Pin[], lockfile: string): UniverseGem[][] | undefined {
    return this.#everywhere(pins, lockfile)?.map((there) => this.#gemsOf(there));
  }

  #everywhere(pins: readonly Pin[], lockfile: string): Resolved[] | undefined {
    const each = this.machines.map((machine) => this.lock(pins, { lockfile, home: localOf(machine) }));
    const resolved = each.filter((there): there is Resolved => !('error' in there));
    return resolved.length === each.length ? resolved : undefined;
  }

  /**
   * Bundler comes to just this bundle where each gem is pinned to its version, and everything in it loads; of the failing gems
   * those that are not given up bring a binary.
   */
  confirms(bundle: Bundle, way: Relaxation, failing: ReadonlySet<string>): boolean {
    const pins = [...bundle].map(([name, version]): Pin => ({
      ...{ name, bounds: [`= ${version}`] },
      replaces: way.loosened.includes(name),
      forceRuby: way.forced.includes(name),
    }));
    const locked = this.lock(pins);
    if ('error' in locked) return false;
    const really = versionsOf(locked.lockfile);
    if (really.size !== bundle.size || [...bundle].some(([name, version]) => really.get(name) !== version))
      return false;
    const mayCompile = [...way.forced, ...way.compiled];
    const fine = this.installed(pins, locked.lockfile)?.every((gems, at) =>
      gems.every((gem) => {
        const machine = this.machines[at];
        const binary = failing.has(gem.name) && !mayCompile.includes(gem.name);
        return machine !== undefined && loads(gem, machine) && (!binary || isNative(gem));
      }),
    );
    return fine === true;
  }

  /** The audit of a lockfile of this project, through the public API, with the mirror as its source. */
  async audit(lockfile: string): Promise<AuditReport | MultiTargetReport> {
    const { targets, cpus } = this.universe;
    const app = await this.#kept(mkdtemp(path.join(this.#bundler.directory, 'app-')));
    await writeFile(path.join(app, 'Gemfile.lock'), lockfile);
    const cache = path.join(this.#bundler.directory, '.cache');
    await mkdir(cache, { recursive: true });
    return audit({
      path: app,
      target: targets.map(
        ({ libc, version, name = `${libc === 'gnu' ? 'glibc' : 'musl'}-${version}` }) => name,
      ),
      arches: cpus,
      sources: [this.#mirror],
      env: { GEMCOMPAT_CACHE_DIR: cache, HOME: app },
    });
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
}

export function fullNameOf({ name, version, platform }: UniverseGem): string {
  return [name, version, ...(platform === 'ruby' ? [] : [platform])].join('-');
}

export function versionsOf(lockfile: string): Map<string, string> {
  return new Map(parseLockfile(lockfile).specs.map(({ name, version }) => [name, version]));
}
