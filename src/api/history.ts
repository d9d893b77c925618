import path from 'node:path';
import pLimit from 'p-limit';
import type { GemOrigin } from '../audit/gem-reader.js';
import type { LockfileOnDisk } from '../audit/lockfile-file.js';
import { readLockfile } from '../audit/lockfile-file.js';
import { projectRoot } from '../audit/project-files.js';
import type { AuditProgress } from '../audit/ports.js';
import type { AuditWarning } from '../audit/types.js';
import type { Cpu } from '../elf/types.js';
import { GemcompatError, LockfileError, RegistryError, UsageError } from '../errors.js';
import { isValidNameTuple } from '../gem/name-tuple.js';
import { tellHistory } from '../history/history.js';
import { nearestGems } from '../history/nearest-gems.js';
import type { HistoryRange, VersionGroup } from '../history/releases.js';
import { chooseVersions, groupVersions } from '../history/releases.js';
import type { HistoryReport } from '../history/types.js';
import type { Lockfile } from '../lockfile/types.js';
import type { DamagedGem } from '../registry/types.js';
import { checkPageSize } from '../target/page-size.js';
import { isGemVersion } from '../version/gem-version.js';
import { checkRuby } from './check-ruby.js';
import { systemsFor } from './history-systems.js';
import type { Place } from './gemfile-and-lockfile.js';
import { defaultPath } from './gemfile-and-lockfile.js';
import { bundlerSettings } from '../registry/bundler-settings.js';
import { projectRubies } from './project-rubies.js';
import { openSession } from './session.js';

/** Which gem's history is told, and how much of it. */
export interface HistoryOptions {
  readonly gem: string;
  /** Systems as `audit` takes them; for each the highest version that fits is told. By default the known systems in support. */
  readonly target?: string | readonly string[];
  /** By default the Linux CPUs of the lockfile's PLATFORMS, where the directory has a lockfile, else x86_64. */
  readonly arches?: readonly Cpu[];
  /** URLs and directories to get gems from. By default the lockfile's remotes and `vendor/cache`, else rubygems.org. */
  readonly sources?: readonly string[];
  /** The Ruby whose builds count in a fat gem; by default the lockfile's, or the target's own, else all count. */
  readonly ruby?: string;
  /** Pages of the kernel that runs on the systems, in bytes: 4096, 16384 or 65536. By default those of each system's own. */
  readonly pageSize?: number;
  /** How many versions with a precompiled variant are told: 20 by default, `all` for every one. */
  readonly limit?: number | 'all';
  /** The oldest version that is told, in place of a limit. */
  readonly since?: string;
  /** Tell prereleases too. */
  readonly prereleases?: boolean;
  /** Open variants without a platform too, where a version has no other or a system would take it. */
  readonly all?: boolean;
  /** Use directories and the cache only. */
  readonly offline?: boolean;
  /** Gems that are read at the same time; 8 by default. */
  readonly jobs?: number;
  /** Where relative paths are taken from, and where a lockfile is looked for; the process's directory by default. */
  readonly cwd?: string;
  /** The environment: BUNDLE_*, proxies, GEMCOMPAT_CACHE_DIR; the process's by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (progress: AuditProgress) => void;
}

/** Where a gem is looked for when nothing names a source: what Bundler's and RubyGems' own commands ask. */
const DEFAULT_SOURCE = 'https://rubygems.org/';

/** Versions with a precompiled variant that are told by default. */
const DEFAULT_LIMIT = 20;

/** Stands for the lockfile of a directory that has none. */
const NO_LOCKFILE: Lockfile = { sources: [], specs: [], platforms: [], dependencies: [], warnings: [] };

/**
 * Tells version by version, newest first, what the precompiled variants of a gem need, where that changed and which file
 * changed it, and the highest version that fits each system. A gem that cannot be read is a finding of its version.
 *
 * @throws GemcompatError for what leaves nothing to tell: UsageError `GEM_NAME_MALFORMED`, `VERSION_MALFORMED`,
 * `HISTORY_EMPTY`; RegistryError `GEM_UNKNOWN` with the nearest names, and for a source that cannot be asked; TargetError;
 * LockfileError for the lockfile that would name the source
 */
export async function history(options: HistoryOptions): Promise<HistoryReport> {
  checkOptions(options);
  const { gem } = options;
  const cwd = options.cwd ?? process.cwd();
  const env = options.env ?? process.env;
  const today = new Date().toISOString().slice(0, 10);
  const warnings: AuditWarning[] = [];
  const project = await projectIn({ cwd, env }, options.sources !== undefined, warnings);
  const lockfile = project?.lockfile ?? NO_LOCKFILE;
  const rubies =
    project === undefined
      ? []
      : await projectRubies({
          ...project,
          cwd,
          root: await projectRoot(path.resolve(cwd, project.path), cwd),
        });
  const systems = await systemsFor(options, lockfile, { cwd, env, today, warnings, rubies });

  const session = await openSession({
    cwd,
    env,
    settings: await bundlerSettings({ cwd: project?.directory ?? cwd, env }),
    ...(options.sources === undefined ? {} : { sources: options.sources }),
    ...(options.offline === undefined ? {} : { offline: options.offline }),
    warn: (warning) => warnings.push(warning),
  });
  try {
    const origin = await session.originOf(remotesOf(gem, lockfile));
    const groups = await versionsOf(gem, origin, lockfile);
    const range = rangeFor(options, groups, warnings);
    // A reader of its own for each gem: nothing of one is kept once it is told.
    const limit = pLimit(options.jobs ?? 8);
    const told = await tellHistory(
      {
        gem,
        groups,
        range,
        untilFitting: systems.asked && options.limit === undefined && options.since === undefined,
        ...systems,
        all: options.all ?? false,
      },
      {
        read: (release) => limit(() => session.reader(1).read(origin, release)),
        ...(options.onProgress === undefined ? {} : { progress: options.onProgress }),
      },
    );
    const locked = lockfile.specs.find(({ name }) => name === gem)?.version;
    const { schemaVersion, gem: name, ...rest } = told;
    return {
      schemaVersion,
      gem: name,
      source: origin.name,
      ...(project === undefined
        ? {}
        : { lockfile: { path: project.path, ...(locked === undefined ? {} : { version: locked }) } }),
      ...rest,
      warnings,
    };
  } finally {
    session.close();
  }
}

function checkOptions({ gem, ruby, since, pageSize }: HistoryOptions): void {
  checkPageSize(pageSize);
  if (!isValidNameTuple({ name: gem, version: '0', platform: 'ruby' })) {
    throw new UsageError(`${JSON.stringify(gem.slice(0, 100))} is not the name of a gem`, {
      code: 'GEM_NAME_MALFORMED',
      suggestions: [
        'give the name alone: gemcompat history nokogiri',
        'for some of its versions add --since',
      ],
    });
  }
  checkRuby(ruby);
  if (since !== undefined && !(isGemVersion(since) && since.trim() !== '')) {
    throw new UsageError(`${JSON.stringify(since.slice(0, 100))} is not a gem version`, {
      code: 'VERSION_MALFORMED',
      suggestions: ['a version is numbers and letters between dots: --since 1.15.0'],
    });
  }
}

/** The lockfile of the directory. Where it need not say where gems come from, one that cannot be read is passed over. */
async function projectIn(
  { cwd, env }: Place,
  sourcesGiven: boolean,
  warnings: AuditWarning[],
): Promise<LockfileOnDisk | undefined> {
  try {
    return await readLockfile(await defaultPath({ cwd, env }), cwd);
  } catch (error) {
    if (!(error instanceof LockfileError)) throw error;
    if (error.code === 'LOCKFILE_NOT_FOUND') return undefined;
    if (!sourcesGiven) throw error;
    warnings.push({ code: 'LOCKFILE', message: `the lockfile here is passed over: ${error.message}` });
    return undefined;
  }
}

/** The remotes of the section that has the gem; of all sections where none has it, or one that is no gem server. */
function remotesOf(gem: string, { specs, sources }: Lockfile): readonly string[] {
  const servers = sources.filter(({ type }) => type === 'gem');
  const spec = specs.find(({ name, source }) => name === gem && sources[source]?.type === 'gem');
  const own = spec === undefined ? undefined : sources[spec.source];
  const remotes = own?.remotes ?? servers.flatMap((section) => section.remotes);
  return remotes.length > 0 ? [...new Set(remotes)] : [DEFAULT_SOURCE];
}

async function versionsOf(gem: string, origin: GemOrigin, lockfile: Lockfile): Promise<VersionGroup[]> {
  const damaged: DamagedGem[] = [];
  const groups = groupVersions(await origin.releases(gem, (one) => damaged.push(one)), damaged);
  if (groups.length > 0) return groups;
  const near = nearestGems(gem, [...lockfile.specs.map(({ name }) => name), ...(await namesKnownTo(origin))]);
  throw new RegistryError(`${origin.name} has no gem ${gem}`, {
    code: 'GEM_UNKNOWN',
    suggestions: [
      ...(near.length > 0 ? [`did you mean ${near.join(', ')}?`] : []),
      'name the source that has it: --source URL|DIR',
    ],
  });
}

/** What a wrong name is compared with: that it cannot be had is no further failure. */
async function namesKnownTo(origin: GemOrigin): Promise<readonly string[]> {
  try {
    return (await origin.names?.()) ?? [];
  } catch (error) {
    if (error instanceof GemcompatError) return [];
    throw error;
  }
}

/** @throws UsageError `HISTORY_EMPTY` where the range has no version */
function rangeFor(
  { gem, limit, since, prereleases = false }: HistoryOptions,
  groups: readonly VersionGroup[],
  warnings: AuditWarning[],
): HistoryRange {
  const onlyPrereleases = groups.every(({ version }) => version.prerelease);
  if (onlyPrereleases && !prereleases) {
    warnings.push({ code: 'ONLY_PRERELEASES', message: `all versions of ${gem} are prereleases` });
  }
  const most = limit ?? (since === undefined ? DEFAULT_LIMIT : 'all');
  const range: HistoryRange = {
    prereleases: prereleases || onlyPrereleases,
    ...(most === 'all' ? {} : { limit: most }),
    ...(since === undefined ? {} : { since }),
  };
  if (chooseVersions(groups, range, []).told.length > 0) return range;
  const newest = groups.find(({ version }) => range.prereleases || !version.prerelease)?.version.text;
  throw new UsageError(`${gem} has no version from ${since ?? '0'} on`, {
    code: 'HISTORY_EMPTY',
    suggestions: [...(newest === undefined ? [] : [`the newest is ${newest}`]), 'leave --since away'],
  });
}
