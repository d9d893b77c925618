import path from 'node:path';
import { UsageError } from '../errors.js';
import type { Cpu } from '../elf/types.js';
import type { GroupSettings, RubyFrom } from '../search/types.js';
import { checkPageSize } from '../target/page-size.js';
import { TARGET_SOURCES, targetSourceOf } from '../target/sources.js';
import type { IgnoreRule } from './config-file.js';
import { CONFIG_FILE } from './config-file.js';
import { rubiesOf } from './deployments.js';
import type { ProjectFiles } from './project-files.js';
import type { AuditWarning } from './types.js';

/** What the caller asks for; what is absent is taken from the project's files. */
export interface PlanOptions {
  /**
   * What the gems have to load on: `ubuntu-20.04`, `al2023`, `glibc-2.31`, `host`, `rootfs:DIR`, `dockerfile:PATH`, …;
   * several at once as a list. By default what the project's `.gemcompat.yml` names, else its Dockerfile.
   */
  readonly target?: string | readonly string[];
  /** A Dockerfile whose base is the target, in place of `target`. */
  readonly dockerfile?: string;
  /** Read the base of a Dockerfile from the image itself; by default it is known by its name. */
  readonly pull?: boolean;
  /** Kamal's destination: `config/deploy.NAME.yml` goes over `config/deploy.yml`. */
  readonly destination?: string;
  /** Values for the ARGs of a Dockerfile. */
  readonly buildArgs?: Readonly<Record<string, string>>;
  /**
   * By default those of `.gemcompat.yml`, else Kamal's, else the Dockerfile's `--platform`, else the Linux CPUs of the lockfile's
   * PLATFORMS without `arm` and `x86` (`all`: with them), else x86_64.
   */
  readonly arches?: readonly Cpu[] | 'all';
  /** URLs and directories to get gems from, in place of the lockfile's remotes and `vendor/cache`. */
  readonly sources?: readonly string[];
  /**
   * The Ruby that runs on the target, all three parts; of several as a list each target is audited with each. By default
   * the target's own, else what the lockfile, the Gemfile, `.ruby-version`, `.tool-versions` or `mise.toml` says.
   */
  readonly ruby?: string | readonly string[];
  /** The RubyGems that runs on the target: `4.1.1`. Not known by default, so that what depends on it is not checked. */
  readonly rubygems?: string;
  /**
   * Groups that are not installed on the target, and optional ones that are, as Bundler's settings of these names have it. By default
   * what `.gemcompat.yml` says, else the Dockerfile, else Bundler's own settings here.
   */
  readonly without?: readonly string[];
  readonly with?: readonly string[];
  /** Groups that alone are installed. */
  readonly only?: readonly string[];
  /** Open `ruby`-platform gems too. */
  readonly all?: boolean;
  /**
   * Pages of the kernel that runs on the targets, in bytes: 4096, 16384 or 65536. By default those of the target's own kernel, for
   * an image or a C library those that its CPU usually has.
   */
  readonly pageSize?: number;
  /** Where relative paths are taken from; the process's directory by default. */
  readonly cwd?: string;
}

/** A target as it is to be read. */
export interface PlannedTarget {
  readonly name: string;
  /** File and line that name it, where it is not the caller: `.gemcompat.yml:3`. */
  readonly namedAt?: string;
}

/** What is audited, against what. */
export interface AuditPlan extends BundlePlan {
  /** Never empty. */
  readonly targets: readonly PlannedTarget[];
  readonly buildArgs: Readonly<Record<string, string>>;
  /** The stage of the project's Dockerfile that Kamal runs. */
  readonly stage?: string;
  /** In bytes. */
  readonly pageSize?: number;
  readonly pull: boolean;
}

/** What is asked of a bundle, whatever it runs on. */
export interface BundlePlan {
  readonly arches?: readonly Cpu[];
  /** Every CPU of the lockfile's PLATFORMS is asked for; `arches` is absent then. */
  readonly everyCpu: boolean;
  readonly sources?: readonly string[];
  /** Each once, never empty; absent where nobody asks for one. */
  readonly ruby?: readonly string[];
  /** Where `ruby` is said; absent where it is not. */
  readonly rubyFrom?: RubyFrom;
  readonly rubygems?: string;
  /** Empty where nobody asks for any. */
  readonly groups: GroupSettings;
  readonly all: boolean;
  readonly ignore: readonly IgnoreRule[];
  readonly warnings: readonly AuditWarning[];
}

/** Whether the caller or the project names something to audit against; otherwise `planAudit` throws. */
export function namesTarget(options: PlanOptions, { config, kamal, dockerfile }: ProjectFiles): boolean {
  return (
    (options.target !== undefined && options.target.length > 0) ||
    (options.dockerfile ?? config?.targets ?? kamal?.buildpackBuilder ?? dockerfile) !== undefined
  );
}

/**
 * What the caller asks for goes before `.gemcompat.yml`, and that before what Kamal and the Dockerfile say.
 *
 * @param directory the project's root, absolute
 * @throws UsageError `TARGET_MISSING` where nothing names a target, `PAGE_SIZE_UNKNOWN`; ConfigError as `planWithoutTargets`
 */
export function planAudit(options: PlanOptions, project: ProjectFiles, directory: string): AuditPlan {
  const { config, kamal } = project;
  const cwd = options.cwd ?? process.cwd();
  const found = targetsOf(options, project, directory, cwd) ?? ofProject(project, directory, cwd);
  const names = found.map(({ name }) => name);
  const builtByKamal = kamal !== undefined && names.some((name) => isDockerfile(name, project, cwd));
  const buildArgs = { ...(builtByKamal ? kamal.buildArgs : {}), ...options.buildArgs };
  const plan = planWithoutTargets(options, project, directory);
  checkPageSize(options.pageSize);
  const pageSize = options.pageSize ?? config?.pageSize;
  const unknownArgs = Object.entries(builtByKamal ? kamal.unknownArgs : {}).flatMap(([name, message]) =>
    Object.hasOwn(buildArgs, name) ? [] : [{ code: 'CONFIG', message } as const],
  );
  return {
    ...plan,
    targets: found,
    buildArgs,
    ...(builtByKamal && kamal.target !== undefined ? { stage: kamal.target } : {}),
    pull: options.pull ?? config?.pull ?? false,
    ...(pageSize === undefined ? {} : { pageSize }),
    warnings: [...plan.warnings, ...unknownArgs, ...unusedOptions(options, names)],
  };
}

/** The part of a plan that names no target. @throws ConfigError `CONFIG_VALUE` where only Kamal says the CPUs, in Ruby */
export function planWithoutTargets(
  options: PlanOptions,
  project: ProjectFiles,
  directory: string,
): BundlePlan {
  const { config, kamal } = project;
  const told = options.arches ?? config?.arches;
  if (told === undefined && kamal?.archesError !== undefined) throw kamal.archesError;
  const asked = told ?? (kamal?.arches.length ? kamal.arches : undefined);
  const arches = asked === 'all' ? undefined : asked;
  // A relative directory of the file is taken from where the file is.
  const ofConfig = config?.sources?.map((source) =>
    /^[a-z][a-z0-9+.-]*:/i.test(source) ? source : path.resolve(directory, source),
  );
  const sources = options.sources ?? ofConfig;
  const rubyAsked = options.ruby?.length === 0 ? undefined : options.ruby;
  const ruby = rubyAsked ?? config?.ruby;
  const rubygems = options.rubygems ?? config?.rubygems;
  const rubyFrom: RubyFrom =
    rubyAsked === undefined
      ? { source: 'config', place: CONFIG_FILE }
      : { source: 'option', place: '--ruby' };
  const warnings = [...(config?.warnings ?? []), ...(kamal?.warnings ?? [])];
  return {
    ...(arches === undefined ? {} : { arches }),
    everyCpu: asked === 'all',
    ...(sources === undefined ? {} : { sources }),
    ...(ruby === undefined ? {} : { ruby: rubiesOf(ruby), rubyFrom }),
    ...(rubygems === undefined ? {} : { rubygems }),
    groups: groupsAsked(options, project),
    all: options.all ?? config?.all ?? false,
    ignore: config?.ignore ?? [],
    warnings: warnings.map((message) => ({ code: 'CONFIG', message })),
  };
}

/** What the caller says of groups goes before what `.gemcompat.yml` says, setting by setting. */
function groupsAsked(options: PlanOptions, { config }: ProjectFiles): GroupSettings {
  return Object.fromEntries(
    (['without', 'with', 'only'] as const).flatMap((name) => {
      const asked = options[name];
      const names = asked ?? config?.[name];
      if (names === undefined) return [];
      return [[name, { names, place: asked === undefined ? CONFIG_FILE : `--${name}` }] as const];
    }),
  );
}

/** What the caller or the configuration names; undefined where neither does. */
function targetsOf(
  { target, dockerfile }: PlanOptions,
  { config }: ProjectFiles,
  directory: string,
  cwd: string,
): readonly PlannedTarget[] | undefined {
  if (target !== undefined && target.length > 0) return [target].flat().map((name) => ({ name }));
  if (dockerfile !== undefined) return [{ name: `dockerfile:${dockerfile}` }];
  // What the file names beside itself is there, wherever the audit is started.
  return config?.targets?.map(({ name, line }) => {
    const namedAt = `${config.path}:${line}`;
    const { source, place } = targetSourceOf(name);
    const isBeside =
      source !== undefined && TARGET_SOURCES[source].place === 'path' && !/^(?:$|\/)/.test(place);
    // An archive's or layout's image stands behind a colon of its own.
    return isBeside
      ? { name: `${source}:${shown(path.join(directory, place), cwd)}`, namedAt }
      : { name, namedAt };
  });
}

/** Whether a target is the Dockerfile of the project, in whatever words. */
function isDockerfile(target: string, { dockerfile }: ProjectFiles, cwd: string): boolean {
  const { source, place } = targetSourceOf(target);
  return source === 'dockerfile' && place !== '' && path.resolve(cwd, place) === dockerfile;
}

/** What the project's own files stand for. @throws UsageError `TARGET_MISSING` */
function ofProject(
  { kamal, dockerfile, elsewhere }: ProjectFiles,
  directory: string,
  cwd: string,
): readonly PlannedTarget[] {
  if (kamal?.buildpackBuilder !== undefined) return [{ name: kamal.buildpackBuilder }];
  if (dockerfile !== undefined) return [{ name: `dockerfile:${shown(dockerfile, cwd)}` }];
  throw new UsageError(
    'no target is named, and the project has neither a .gemcompat.yml that names one nor a Dockerfile',
    {
      code: 'TARGET_MISSING',
      suggestions: [
        ...elsewhereWords(elsewhere, directory, cwd),
        'name the system that the gems have to load on: --target ubuntu-20.04',
        'others are debian-12, rhel-8, al2023, heroku-22, lambda-ruby3.3, alpine-3.20, glibc-2.31; gemcompat targets lists them',
      ],
    },
  );
}

/** Which Dockerfiles a project has elsewhere, and the flag that takes one, as a sentence without its end; nothing if it has none. */
export function elsewhereWords(elsewhere: readonly string[] = [], directory: string, cwd: string): string[] {
  const files = elsewhere.map((file) => shown(path.join(directory, file), cwd));
  const [first] = files;
  if (first === undefined) return [];
  const others = files.length > MOST_NAMED ? `, and ${files.length - MOST_NAMED} more` : '';
  return [
    `the project has no Dockerfile beside its lockfile, but ${files.slice(0, MOST_NAMED).join(', ')}${others}; to take its base: --dockerfile ${first}`,
  ];
}

/** As a user in `cwd` would write it. */
function shown(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative === '' || relative.startsWith('..') ? file : relative;
}

/** Dockerfiles that are named; a project may have dozens. */
const MOST_NAMED = 4;

/** What is asked for, and asked of nothing: it would seem to have had an effect. */
function unusedOptions({ buildArgs, pull }: PlanOptions, targets: readonly string[]): AuditWarning[] {
  if (targets.some((target) => targetSourceOf(target).source === 'dockerfile')) return [];
  const given = [
    ...(Object.keys(buildArgs ?? {}).length > 0 ? ['build arguments'] : []),
    ...(pull === true ? ['--pull'] : []),
  ];
  return given.map((name) => ({
    code: 'OPTION_UNUSED',
    message: `${name}: no target is a Dockerfile, so nothing takes it`,
  }));
}
