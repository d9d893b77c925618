import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import type { AuditReport, GemReport, PinPlan } from '../../src/index.js';
import { audit, parseLockfile } from '../../src/index.js';
import type { Bundler, Locked } from '../helpers/bundler-lock.js';
import type { UniverseGem } from '../helpers/universe.js';
import { releases, writeMirror } from '../helpers/universe.js';

export interface Project {
  readonly gems: readonly UniverseGem[];
  /** The Gemfile's `gem` lines. */
  readonly gemfile: readonly string[];
  /** The one version that there was of a gem on the day of the lock. */
  readonly only?: Readonly<Record<string, string>>;
  /** The lockfile's PLATFORMS; the first is the machine that locks. */
  readonly platforms?: readonly string[];
  /** The Ruby of the Gemfile and of the machines; `null` where the Gemfile names none. */
  readonly ruby?: string | null;
  readonly targets?: readonly string[];
  /** The machines that install; by default the first of `platforms`. */
  readonly machines?: readonly string[];
}

export interface Outcome {
  /** The pins and commands that the audit gives. */
  readonly advice: readonly string[];
  /** The gems of the first audit, of all targets, that have a way out which the audit puts among the pins or commands. */
  readonly moved: readonly GemReport[];
  /** What Bundler installs once the advice is followed, by machine. */
  readonly installed: Readonly<Record<string, readonly string[]>>;
  /** The gems of the audit of the lockfile that Bundler wrote then. */
  readonly again: readonly GemReport[];
  readonly gemfile: string;
  readonly lockfile: string;
  /** What the lockfile that Bundler wrote then says otherwise than the plan: `bar: 2.0, planned 1.0`. */
  readonly astray: readonly string[];
  readonly plan?: PinPlan;
}

/** Bundler cannot lock the project to begin with, so there is nothing to audit. */
export class NotLockable extends Error {}

/**
 * Audits a project, follows its advice in the Gemfile, and lets Bundler resolve with the old lockfile in place.
 * @param generated nobody has looked at the project: that Bundler can lock it at all, and leaves its lockfile alone, is
 *   asked first
 * @throws NotLockable
 */
export async function followAdvice(
  bundler: Bundler,
  project: Project,
  { generated = false }: { readonly generated?: boolean } = {},
): Promise<Outcome> {
  const { platforms = ['x86_64-linux'], ruby = '3.3.6', targets = ['ubuntu-20.04'] } = project;
  const [home = 'x86_64-linux', ...others] = platforms;
  const mirror = await writeMirror(bundler.directory, project.gems);
  const machine = (platform: string): { platform: string; ruby: string } => ({
    platform,
    ruby: ruby ?? '3.3.6',
  });
  const write = (lines: readonly string[]): string =>
    ["source 'https://rubygems.org'", ...(ruby === null ? [] : [`ruby '${ruby}'`]), ...lines, ''].join('\n');

  const before = bundler.lock({
    mirror,
    gemfile: write(project.gemfile),
    machine: machine(home),
    addPlatforms: others,
    only: project.only ?? {},
  });
  if ('error' in before) throw new NotLockable(before.error);

  // What Bundler refuses as it stands, or on one of its machines, no advice can mend.
  for (const name of generated ? new Set([home, ...(project.machines ?? [])]) : []) {
    const there = {
      mirror,
      gemfile: write(project.gemfile),
      lockfile: before.lockfile,
      machine: machine(name),
    };
    const relocked = bundler.lock(there);
    const changed = 'error' in relocked || relocked.lockfile !== before.lockfile;
    if (changed && project.machines === undefined) throw new NotLockable(JSON.stringify(relocked));
    if ('error' in relocked && platforms.includes(name)) throw new NotLockable(relocked.error);
  }

  const reports = await auditLock(bundler, mirror, before.lockfile, targets);
  const pins = reports.pins;
  const commands = [...new Set(reports.gems.flatMap(({ suggestion }) => suggestion?.command ?? []))];
  const gemfile = write(withPins(project.gemfile, pins));
  const addPlatforms = commands.flatMap(
    (command) => /^bundle lock --add-platform (.+)$/.exec(command)?.[1]?.split(' ') ?? [],
  );
  const after = resolved(
    bundler.lock({ mirror, gemfile, lockfile: before.lockfile, machine: machine(home), addPlatforms }),
    `${gemfile}\n${before.lockfile}`,
  );
  const installed = Object.fromEntries(
    (project.machines ?? [home]).map((name) => {
      if (name === home) return [name, after.installed];
      const there = bundler.lock({ mirror, gemfile, lockfile: after.lockfile, machine: machine(name) });
      return [name, resolved(there, after.lockfile).installed];
    }),
  );
  const again = await auditLock(bundler, mirror, after.lockfile, targets);
  return {
    astray: astray(reports.plan, before.lockfile, after.lockfile),
    ...(reports.plan === undefined ? {} : { plan: reports.plan }),
    advice: [...pins, ...commands],
    moved: reports.gems.filter(
      ({ suggestion }) =>
        suggestion !== undefined && (suggestion.command !== undefined || pins.includes(suggestion.pin ?? '')),
    ),
    installed,
    again: again.gems,
    gemfile,
    lockfile: before.lockfile,
  };
}

/** Where Bundler ends up somewhere else than the plan says, gem by gem. */
function astray(plan: PinPlan | undefined, before: string, after: string): string[] {
  const versions = (text: string): Map<string, string> =>
    new Map(parseLockfile(text).specs.map(({ name, version }) => [name, version]));
  const planned = versions(before);
  for (const { name, to } of plan?.moves ?? []) {
    if (to === undefined) planned.delete(name);
    else planned.set(name, to);
  }
  const found = versions(after);
  return [...new Set([...planned.keys(), ...found.keys()])].flatMap((name) =>
    planned.get(name) === found.get(name)
      ? []
      : [`${name}: ${found.get(name) ?? 'gone'}, planned ${planned.get(name) ?? 'gone'}`],
  );
}

function resolved(locked: Locked, project: string): Exclude<Locked, { readonly error: string }> {
  if ('error' in locked)
    throw new Error(`Bundler refuses what the audit advises: ${locked.error}\n\n${project}`);
  return locked;
}

async function auditLock(
  bundler: Bundler,
  mirror: string,
  lockfile: string,
  target: readonly string[],
): Promise<{ pins: readonly string[]; gems: GemReport[]; plan?: PinPlan }> {
  const app = await mkdtemp(path.join(bundler.directory, 'app-'));
  await writeFile(path.join(app, 'Gemfile.lock'), lockfile);
  const cache = path.join(bundler.directory, '.cache');
  await mkdir(cache, { recursive: true });
  const { targets, pins, plan } = await audit({
    path: app,
    target,
    sources: [mirror],
    env: { GEMCOMPAT_CACHE_DIR: cache, HOME: app },
  });
  const gems = targets.flatMap((report: AuditReport) => report.gems);
  return { pins, gems, ...(plan === undefined ? {} : { plan }) };
}

/** Each pin in place of the gem's own line, or as a line of its own. */
export function withPins(gemfile: readonly string[], pins: readonly string[]): string[] {
  const named = (line: string): string | undefined => /^gem '([^']+)'/.exec(line)?.[1];
  const pinned = new Map(pins.map((pin) => [named(pin), pin]));
  const kept = gemfile.map((line) => pinned.get(named(line)) ?? line);
  const direct = new Set(gemfile.map(named));
  return [...kept, ...pins.filter((pin) => !direct.has(named(pin)))];
}

/**
 * What of the advice did not come true: Bundler installs another version or variant, or the audit of its new lockfile
 * does not find that it fits.
 */
export function broken({ moved, installed, again, gemfile, lockfile }: Outcome): string[] {
  const all = Object.values(installed).flat();
  return moved.flatMap(({ name, arch, suggestion }) => {
    if (suggestion === undefined) return [];
    const { version, method, needsCompiler } = suggestion;
    const project = `\n${gemfile}\n${lockfile}`;
    // That a gem is compiled stands in the Gemfile alone: the lockfile may go on listing the variant that is passed over.
    if (method === 'force-ruby')
      return all.includes(`${name}-${version}`)
        ? []
        : [`${name} ${version} is not compiled: ${all.join(' ')}${project}`];
    const rows = again.filter((row) => row.name === name && row.arch === arch);
    if (rows.length === 0) return [`${name} is gone${project}`];
    return rows.flatMap((row) => {
      const full = [name, row.version, ...(row.platform === 'ruby' ? [] : [row.platform])].join('-');
      const fine =
        row.version === version &&
        all.includes(full) &&
        (row.verdict === 'compatible' || (needsCompiler && row.verdict === 'source'));
      return fine
        ? []
        : [`${name} ${version}: ${full} is ${row.verdict}, installed: ${all.join(' ')}${project}`];
    });
  });
}

const NAMES = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox'];
const VERSIONS = ['1.0', '1.1', '1.2', '2.0.rc1', '2.0', '2.1', '3.0'];

const anyRequirement = fc
  .tuple(fc.constantFrom('>=', '>=', '<', '~>', '=', '!='), fc.constantFrom(...VERSIONS))
  .map(([operator, version]) => `${operator} ${version}`);

const often = <Value>(value: Value, arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 1, arbitrary });

const anyVersion = fc.record({
  linux: fc.constantFrom('fits', 'breaks', 'breaks', 'none'),
  arm: fc.constantFrom('fits', 'breaks', 'none'),
  darwin: fc.constantFrom('pure', 'none'),
  ruby: fc.constantFrom('compiles', 'pure', 'none', 'none'),
  bounds: often('', fc.constantFrom('ruby:>= 3.4', 'ruby:< 3.3', 'ruby:>= 3.0&< 3.4')),
  requirements: fc.array(fc.tuple(fc.nat(4), often('>= 0', anyRequirement)), { maxLength: 2 }),
});

/**
 * Three to six gems; a gem depends on those after it only. `deep`: what is depended on may be out of reach itself (for
 * another Ruby or CPU, by its own dependencies); otherwise only the last two gems are depended on, and every version of
 * them can be had.
 */
export const anyProject = ({ deep }: { readonly deep: boolean }): fc.Arbitrary<Project> =>
  fc
    .record({
      gems: fc.array(
        fc.record(Object.fromEntries(VERSIONS.map((version) => [version, fc.option(anyVersion)]))),
        {
          minLength: 3,
          maxLength: 6,
        },
      ),
      direct: fc.array(often('', anyRequirement), { minLength: 6, maxLength: 6 }),
      named: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      platforms: fc.constantFrom(
        ...[
          ['x86_64-linux'],
          ['x86_64-linux'],
          ['x86_64-linux', 'aarch64-linux'],
          ['x86_64-linux', 'arm64-darwin-23'],
        ],
        ...[['x86_64-linux', 'ruby']],
      ),
      only: fc.dictionary(fc.constantFrom(...NAMES), fc.constantFrom(...VERSIONS), { maxKeys: 2 }),
    })
    .map(({ gems, direct, named, only, platforms }) => {
      const lines = gems.map((versions, at) =>
        Object.entries(versions).flatMap(([version, one]) => {
          if (one === null) return [];
          const last = gems.length - 2;
          const leaf = !deep && at >= last;
          const below = leaf ? [] : NAMES.slice(deep ? at + 1 : Math.max(at + 1, last), gems.length);
          const wanted = new Map(
            one.requirements.flatMap(([to, requirement]) =>
              below[to] === undefined ? [] : [[below[to], requirement]],
            ),
          );
          const tail = ` ${[...wanted].map(([name, requirement]) => `${name}:${requirement}`).join(',')}|${leaf ? '' : one.bounds}`;
          const variants: [platform: string, content: string][] = [
            ['x86_64-linux', one.linux],
            ['aarch64-linux', one.arm],
            ['arm64-darwin', one.darwin],
            ['ruby', leaf && one.ruby === 'none' ? 'pure' : one.ruby],
          ];
          return variants.flatMap(([platform, content]) =>
            content === 'none' ? [] : [`${version}-${platform} ${content}${tail}`],
          );
        }),
      );
      const present = (name: string): boolean => (lines[NAMES.indexOf(name)]?.length ?? 0) > 0;
      return {
        gems: lines.flatMap((each, at) => releases(NAMES[at] ?? '', ...each)),
        gemfile: NAMES.filter((name, at) => present(name) && (at === 0 || named[at] === true)).map((name) => {
          const requirement = direct[NAMES.indexOf(name)] ?? '';
          return requirement === '' ? `gem '${name}'` : `gem '${name}', '${requirement}'`;
        }),
        only: Object.fromEntries(
          Object.entries(only).filter(([name, version]) =>
            lines[NAMES.indexOf(name)]?.some((line) => line.startsWith(`${version}-`)),
          ),
        ),
        platforms,
        machines: platforms.filter((platform) => platform.includes('linux')),
      };
    })
    .filter(({ gemfile }) => gemfile.length > 0);
