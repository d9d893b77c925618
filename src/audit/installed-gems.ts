import { installable, localPlatform, parsePlatform } from '../gem/platform.js';
import type { Lockfile } from '../lockfile/types.js';
import type { Deployment, GroupSettings } from '../search/types.js';
import type { NotInstalledGem } from './types.js';

/** Which groups the Gemfile's gems are in. */
export interface GemfileGroups {
  /** By gem. A gem without an entry is one of whose groups nothing is known: it counts as installed. */
  readonly of: ReadonlyMap<string, readonly string[]>;
  /** Groups that are left out unless they are asked for. */
  readonly optional: ReadonlySet<string>;
}

/** Nothing is said: every group is installed but the optional ones. */
const NOTHING_SAID: readonly GroupSettings[] = [{}];

/**
 * Whether a group is installed (`Bundler::Definition#requested_groups`): all that `without` does not name and that are not
 * optional, and those that `with` names; of these, if `only` names any, just those.
 */
export function isRequested(
  group: string,
  { without, with: asked, only }: GroupSettings,
  optional: ReadonlySet<string>,
): boolean {
  const isAsked = asked?.names.includes(group) === true;
  if (!isAsked && (optional.has(group) || without?.names.includes(group) === true)) return false;
  return only === undefined || only.names.length === 0 || only.names.includes(group);
}

/**
 * The gems of a lockfile that are not installed on a deployment: those that none of the Gemfile's installed gems is or needs, by
 * the dependencies that the lockfile lists (`Bundler::SpecSet#for`). Of a gem's variants all count that could be installed there,
 * so none is left out that might be needed. Bundler itself is none of them.
 */
export function notInstalledOn(
  { target, cpu, groups: settings = NOTHING_SAID }: Pick<Deployment, 'target' | 'cpu' | 'groups'>,
  { lockfile, groups }: { readonly lockfile: Lockfile; readonly groups?: GemfileGroups },
): readonly NotInstalledGem[] {
  if (groups === undefined) return [];
  const direct = lockfile.dependencies.map(({ name }) => name);
  const installed = direct.filter((name) => {
    const own = groups.of.get(name);
    return (
      own === undefined ||
      settings.some((each) => own.some((group) => isRequested(group, each, groups.optional)))
    );
  });
  const left = direct.filter((name) => !installed.includes(name));
  if (left.length === 0) return [];
  const needs = needsOn(lockfile, localPlatform(cpu, target.libc));
  const there = reach(installed, needs);
  const groupsOf = new Map<string, Set<string>>();
  for (const name of left) {
    for (const needed of reach([name], needs)) {
      const known = groupsOf.get(needed) ?? new Set<string>();
      groupsOf.set(needed, known);
      for (const group of groups.of.get(name) ?? []) known.add(group);
    }
  }
  const gone = new Map<string, NotInstalledGem>();
  for (const { name, version } of lockfile.specs) {
    // What neither an installed gem nor one that is left out asks for is an oddity of the lockfile, and judged.
    if (name === 'bundler' || there.has(name) || !groupsOf.has(name)) continue;
    gone.set(`${name} ${version}`, { name, version, groups: [...(groupsOf.get(name) ?? [])].sort() });
  }
  // The Gemfile's own first: they are the ones that people know.
  const own = new Set(left);
  const all = [...gone.values()];
  return [...all.filter(({ name }) => own.has(name)), ...all.filter(({ name }) => !own.has(name))];
}

/** The deployments on which a gem is installed, by its name. */
export function installedOn({
  deployments,
  ...project
}: {
  readonly deployments: readonly Deployment[];
  readonly lockfile: Lockfile;
  readonly groups?: GemfileGroups;
}): (name: string) => readonly Deployment[] {
  const leftOut = new Map(
    deployments.map((each) => [each, new Set(notInstalledOn(each, project).map(({ name }) => name))]),
  );
  return (gem) => deployments.filter((each) => leftOut.get(each)?.has(gem) !== true);
}

/** What each gem asks for, of the variants that can be installed on a machine; of all of them if none can. */
function needsOn(
  { specs }: Lockfile,
  local: ReturnType<typeof localPlatform>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const here = new Map<string, Set<string>>();
  const anywhere = new Map<string, Set<string>>();
  for (const { name, platform, dependencies } of specs) {
    const add = (needs: Map<string, Set<string>>): void => {
      const known = needs.get(name) ?? new Set<string>();
      needs.set(name, known);
      for (const each of dependencies) known.add(each.name);
    };
    add(anywhere);
    if (installable(parsePlatform(platform), local)) add(here);
  }
  return new Map([...anywhere, ...here]);
}

/** Gems and all that they ask for, and so on. */
function reach(from: readonly string[], needs: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set(from);
  for (const name of reached) for (const needed of needs.get(name) ?? []) reached.add(needed);
  return reached;
}
