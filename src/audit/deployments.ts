import type { Cpu } from '../elf/types.js';
import { TargetError } from '../errors.js';
import { FIRST_WITH_ADDRESSES } from '../gem/content-address.js';
import type { Lockfile } from '../lockfile/types.js';
import type { Deployment, GroupSettings, RubyFrom } from '../search/types.js';
import type { RubygemsUpdate } from '../target/dockerfile/rubygems-update.js';
import type { CpuReading } from '../target/merge-cpus.js';
import { bundledRubygems } from '../target/ruby-releases.js';
import type { Target } from '../target/types.js';
import type { MachineSettings } from './bundle-rules.js';
import { bundleRules } from './bundle-rules.js';
import { passedOverCpus, usualCpus } from './locked-cpus.js';
import { lockedRuby } from './project-ruby.js';
import type { ChosenRuby, RubyStatement } from './ruby-sources.js';
import { chooseRuby } from './ruby-sources.js';
import type { AuditWarning } from './types.js';

export interface DeploymentOptions {
  readonly arches?: readonly Cpu[];
  /** Every CPU of the lockfile's PLATFORMS, if `arches` is absent; by default those that servers have. */
  readonly everyCpu?: boolean;
  /** The Ruby that runs on every target, as the user says; of several each is deployed to. */
  readonly ruby?: string | readonly string[];
  /** The RubyGems that runs on every target, as the user says. */
  readonly rubygems?: string;
  /** Where the user says it; `--ruby` by default. */
  readonly rubyFrom?: RubyFrom;
  /** What the project says of its Ruby, what counts most first; RUBY VERSION of the lockfile by default. */
  readonly rubies?: readonly RubyStatement[];
  /** The groups that are installed, as the caller or the configuration says; by default as Bundler's settings say. */
  readonly groups?: GroupSettings;
  /** Bundler's settings of the machine that audits. */
  readonly machine?: MachineSettings;
}

export interface Deployments {
  readonly deployments: readonly Deployment[];
  /** The CPUs of the lockfile's PLATFORMS that a target is there for and is not judged for, since servers rarely have them. */
  readonly passedOver: ReadonlyMap<Target, readonly Cpu[]>;
  readonly warnings: readonly AuditWarning[];
}

/** The name of the target that is this machine. */
const HOST = 'host';

/**
 * Each target on each CPU with its Ruby, or with each of those that are asked for; a target that is named twice counts once. A CPU
 * that is asked for and that a target is not made for is told and passed over: there is no such system that anything could fit.
 * @throws TargetError `TARGET_CPU` where no target is made for what is asked for
 */
export function deploymentsFor(
  targets: readonly CpuReading[],
  lockfile: Lockfile,
  options: DeploymentOptions,
): Deployments {
  const passedOver = new Map<Target, readonly Cpu[]>();
  const rare = options.arches === undefined && options.everyCpu !== true ? passedOverCpus(lockfile) : [];
  const warnings: AuditWarning[] = [];
  const deployments = new Map<Target, Deployment[]>();
  const seen = new Map<string, Target>();
  const stated = options.rubies ?? lockedRuby(lockfile);
  const bundler = installingBundler(lockfile, options.rubygems);
  const warn = (warning: AuditWarning): void => {
    // What the project's files say is the same for each target.
    if (!warnings.some(({ message }) => message === warning.message)) warnings.push(warning);
  };
  for (const { target, ruby: brought, rubygemsUpdate, bundle, cpus: read, fixedCpu } of toldApart(targets)) {
    const cpus =
      read ?? existing(target, options.arches, warnings) ?? cpusOf(target, lockfile, options.everyCpu);
    const fresh = [...new Set(cpus)].filter((cpu) => !seen.has(`${target.title} ${target.name} ${cpu}`));
    if (fresh.length === 0) continue;
    const left = rare.filter((cpu) => !cpus.includes(cpu) && (target.cpus?.includes(cpu) ?? true));
    if (left.length > 0 && fixedCpu !== true) passedOver.set(target, left);
    const rules = bundleRules(
      {
        groups: options.groups ?? {},
        isHost: target.name === HOST,
        ...(bundle === undefined ? {} : { bundle }),
        ...(options.machine === undefined ? {} : { machine: options.machine }),
      },
      warn,
    );
    const each = rubiesOn(target, brought, stated, options, warn).flatMap((ruby) => {
      const rubygems = options.rubygems ?? rubygemsOn(ruby, rubygemsUpdate);
      const runs = {
        ...(bundler === undefined ? {} : { bundler }),
        ...(rubygems === undefined ? {} : { rubygems }),
      };
      const own = options.ruby === undefined && brought !== undefined ? { targetRuby: brought } : {};
      return fresh.map((cpu) => ({ target, cpu, ...ruby, ...own, ...runs, ...rules }));
    });
    deployments.set(target, [...(deployments.get(target) ?? []), ...each]);
    for (const cpu of fresh) seen.set(`${target.title} ${target.name} ${cpu}`, target);
  }
  const [first] = targets;
  if (deployments.size === 0 && first !== undefined) throw noSuchSystem(first.target, warnings);
  return { deployments: [...deployments.values()].flat(), passedOver, warnings };
}

/**
 * Systems that are built by different Dockerfiles on one base differ in what is installed: each has its Dockerfile in its title if
 * another target has the same name.
 */
function toldApart(readings: readonly CpuReading[]): readonly CpuReading[] {
  return readings.map((reading) => {
    const { target, bundle } = reading;
    const isAlone = readings.every(
      (other) => other.target.name !== target.name || other.bundle?.path === bundle?.path,
    );
    if (bundle === undefined || isAlone) return reading;
    return { ...reading, target: { ...target, title: `${target.title}, ${bundle.path}` } };
  });
}

function existing(
  { cpus, title }: Target,
  arches: readonly Cpu[] | undefined,
  warnings: AuditWarning[],
): readonly Cpu[] | undefined {
  const missing = new Set(arches?.filter((cpu) => cpus?.includes(cpu) === false));
  for (const cpu of missing)
    warnings.push({ code: 'TARGET_CPU', message: `${title} is not made for ${cpu}` });
  return arches?.filter((cpu) => !missing.has(cpu));
}

function noSuchSystem(
  { name, cpus = [], libc, libcVersion }: Target,
  told: readonly AuditWarning[],
): TargetError {
  return new TargetError(`${told.map(({ message }) => message).join('; ')}.`, {
    code: 'TARGET_CPU',
    suggestions: [
      `Leave out --arch, or take one that there is: ${name} is made for ${cpus.join(', ')}.`,
      `Name its C library alone: ${libc === 'gnu' ? 'glibc' : 'musl'}-${libcVersion}.`,
    ],
  });
}

/** The user's word goes before all; else what the target brings is what runs, and then what the project says. */
function rubiesOn(
  { title }: Target,
  brought: string | undefined,
  stated: readonly RubyStatement[],
  { ruby, rubyFrom = { source: 'option', place: '--ruby' } }: DeploymentOptions,
  warn: (warning: AuditWarning) => void,
): readonly ChosenRuby[] {
  if (ruby !== undefined) return rubiesOf(ruby).map((each) => ({ ruby: each, rubyFrom }));
  const ofTarget =
    brought === undefined ? [] : [{ version: brought, from: { source: 'target', place: title } as const }];
  return [chooseRuby([...ofTarget, ...stated], warn)];
}

/** One Ruby or several as a list, each once. */
export function rubiesOf(ruby: string | readonly string[]): readonly string[] {
  return [...new Set([ruby].flat())];
}

/**
 * The Bundler that installs: 2.3 and later starts itself anew as the version that wrote the lockfile; else it is the one that comes
 * with the RubyGems, and content addresses are written by none before 4.1. Undefined where nothing says so.
 * @param rubygems as the user says
 */
export function installingBundler(
  { bundlerVersion, contentAddresses }: Pick<Lockfile, 'bundlerVersion' | 'contentAddresses'>,
  rubygems?: string,
): string | undefined {
  return bundlerVersion ?? rubygems ?? (contentAddresses === undefined ? undefined : FIRST_WITH_ADDRESSES);
}

/** What came with the target's own Ruby, or was installed over it; of a Ruby that only the project names nothing is known. */
function rubygemsOn({ ruby, rubyFrom }: ChosenRuby, update: RubygemsUpdate | undefined): string | undefined {
  if (update !== undefined) return update.version;
  return ruby !== undefined && rubyFrom?.source === 'target' ? bundledRubygems(ruby) : undefined;
}

/** The usual CPUs that the target exists for; where there is none, x86_64 if it is made for that, else what it is made for. */
function cpusOf({ cpus }: Target, lockfile: Lockfile, every: boolean | undefined): readonly Cpu[] {
  const usual = usualCpus(lockfile, every).filter((cpu) => cpus?.includes(cpu) ?? true);
  if (usual.length > 0) return usual;
  const [first = 'x86_64'] = cpus ?? [];
  return cpus?.includes('x86_64') === false ? [first] : ['x86_64'];
}
