import type { Deployment, GroupSettings, StatedGroups } from '../search/types.js';
import type { BundleInstall, BundleReading, BundlerSetting } from '../target/bundle-settings.js';
import { groupsInSetting, isTrueSetting } from '../target/bundle-settings.js';
import type { AuditWarning } from './types.js';

/** How gems are installed on a deployment. */
export type BundleRules = Pick<Deployment, 'frozen' | 'frozenFrom' | 'forceRubyFrom' | 'groups'>;

/** Bundler's settings of the machine that audits: the value, and where it is said. */
export interface MachineSettings {
  /** @returns undefined if it is not set. `user`: in the config of the user, for all of their projects */
  stated(
    name: string,
  ): { readonly value: string; readonly place: string; readonly user: boolean } | undefined;
}

export interface BundleRulesRequest {
  /** What the caller or `.gemcompat.yml` says. */
  readonly groups: GroupSettings;
  /** How the target's Dockerfile installs. */
  readonly bundle?: BundleReading;
  readonly machine?: MachineSettings;
  /** The target is the machine that audits. */
  readonly isHost: boolean;
}

const GROUPS = ['without', 'with', 'only'] as const satisfies readonly BundlerSetting[];

/**
 * How Bundler installs on a target: what the caller says goes before what the Dockerfile says, and where no Dockerfile installs, the
 * settings of the machine that audits count. Of these the user's own config says nothing of another system, nor does what it says
 * of `frozen`; and a group `production` is not left out on another system because it is left out here.
 */
export function bundleRules(request: BundleRulesRequest, warn: (warning: AuditWarning) => void): BundleRules {
  const { bundle, groups: asked } = request;
  const seen = bundle?.installs.filter(({ line }) => line !== undefined) ?? [];
  if (bundle !== undefined && (seen.length > 0 || hasAny(bundle.installs))) {
    const installs = bundle.installs.map((install) => ofInstall(install, bundle.path, asked, warn));
    return { ...joined(installs), ...groupsOf(distinct(installs.map(({ groups }) => groups))) };
  }
  return ofMachine(request, warn);
}

function hasAny(installs: readonly BundleInstall[]): boolean {
  return installs.some(({ settings }) => Object.keys(settings).length > 0);
}

function groupsOf(groups: readonly GroupSettings[]): Pick<BundleRules, 'groups'> {
  return groups.every((each) => Object.keys(each).length === 0) ? {} : { groups };
}

function distinct(all: readonly GroupSettings[]): GroupSettings[] {
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}

interface InstallRules extends Omit<BundleRules, 'groups'> {
  readonly groups: GroupSettings;
}

function ofInstall(
  { settings, complete }: BundleInstall,
  path: string,
  asked: GroupSettings,
  warn: (warning: AuditWarning) => void,
): InstallRules {
  const known = (name: BundlerSetting): { readonly value: string; readonly place: string } | undefined => {
    const stated = settings[name];
    if (stated === undefined) return undefined;
    const place = `${path}:${stated.line}`;
    if (stated.value !== undefined) return { value: stated.value, place };
    warn({ code: 'SETTING_UNKNOWN', message: `${place}: ${unknownWords(name)}` });
    return undefined;
  };
  const groups: GroupSettings = Object.fromEntries(
    GROUPS.flatMap((name) => {
      const own = asked[name] ?? statedGroups(known(name));
      return own === undefined ? [] : [[name, own] as const];
    }),
  );
  // `Bundler.frozen_bundle?`: a `frozen` that is said goes before `deployment`.
  const said = settings.frozen ?? settings.deployment;
  const frozen =
    said === undefined ? undefined : known(settings.frozen === undefined ? 'deployment' : 'frozen');
  const forced = known('force_ruby_platform');
  if (forced !== undefined && isTrueSetting(forced.value)) {
    const message = `${forced.place}: Bundler is set to compile every gem there (force_ruby_platform), so no precompiled one is judged`;
    warn({ code: 'FORCE_RUBY_PLATFORM', message });
  }
  return {
    groups,
    ...(frozen !== undefined
      ? { frozen: isTrueSetting(frozen.value), frozenFrom: frozen.place }
      : said === undefined && complete
        ? { frozen: false }
        : {}),
    ...(forced === undefined || !isTrueSetting(forced.value) ? {} : { forceRubyFrom: forced.place }),
  };
}

/** What is done about a setting that only the build knows. */
function unknownWords(name: BundlerSetting): string {
  const setting = `BUNDLE_${name.toUpperCase()}`;
  if (name === 'without' || name === 'with' || name === 'only') {
    return `${setting} shows only when the image is built, so it is left aside, and its groups count as installed; name them with --${name}, or give the argument with --build-arg`;
  }
  if (name === 'force_ruby_platform') {
    return `${setting} shows only when the image is built; the precompiled gems are judged`;
  }
  return `${setting} shows only when the image is built, so it is not known whether Bundler installs frozen there`;
}

function statedGroups(
  stated: { readonly value: string; readonly place: string } | undefined,
): StatedGroups | undefined {
  return stated === undefined ? undefined : { names: groupsInSetting(stated.value), place: stated.place };
}

/** Of several installs: what one of them refuses stops the build. */
function joined(installs: readonly InstallRules[]): Omit<BundleRules, 'groups'> {
  const frozen = installs.find((each) => each.frozen === true);
  const forced = installs.at(-1)?.forceRubyFrom;
  const force = forced === undefined ? {} : { forceRubyFrom: forced };
  if (frozen?.frozenFrom !== undefined) return { frozen: true, frozenFrom: frozen.frozenFrom, ...force };
  const [first] = installs;
  if (installs.some((each) => each.frozen === undefined)) return force;
  return {
    frozen: false,
    ...(first?.frozenFrom === undefined ? {} : { frozenFrom: first.frozenFrom }),
    ...force,
  };
}

const PRODUCTION = 'production';

function ofMachine(
  { machine, isHost, groups: asked }: BundleRulesRequest,
  warn: (warning: AuditWarning) => void,
): BundleRules {
  const said = (name: BundlerSetting): { readonly value: string; readonly place: string } | undefined => {
    const stated = machine?.stated(name);
    return stated === undefined || (stated.user && !isHost) ? undefined : stated;
  };
  const groups: GroupSettings = Object.fromEntries(
    GROUPS.flatMap((name) => {
      const own = asked[name] ?? elsewhere(name, statedGroups(said(name)), isHost, warn);
      return own === undefined ? [] : [[name, own] as const];
    }),
  );
  const frozen = isHost ? (said('frozen') ?? said('deployment')) : undefined;
  const forced = isHost ? said('force_ruby_platform') : undefined;
  return {
    ...(isHost && machine !== undefined
      ? { frozen: frozen !== undefined && isTrueSetting(frozen.value) }
      : {}),
    ...(frozen === undefined ? {} : { frozenFrom: frozen.place }),
    ...(forced === undefined || !isTrueSetting(forced.value) ? {} : { forceRubyFrom: forced.place }),
    ...groupsOf([groups]),
  };
}

/** What a machine leaves out, as far as it says something of another one. */
function elsewhere(
  name: (typeof GROUPS)[number],
  stated: StatedGroups | undefined,
  isHost: boolean,
  warn: (warning: AuditWarning) => void,
): StatedGroups | undefined {
  if (stated === undefined || isHost || name !== 'without' || !stated.names.includes(PRODUCTION))
    return stated;
  warn({
    code: 'GROUPS_OF_HERE',
    message: `${stated.place} leaves out the group production here; the target is another system, so its gems are judged all the same; if they are not installed there either, say so: --without production`,
  });
  return { ...stated, names: stated.names.filter((group) => group !== PRODUCTION) };
}
