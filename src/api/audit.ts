import { bundlerTooOld } from '../audit/bundler-too-old.js';
import { auditLockfile } from '../audit/audit.js';
import { CONFIG_FILE } from '../audit/config-file.js';
import { deploymentsFor, installingBundler } from '../audit/deployments.js';
import { inSeveralSources } from '../audit/elsewhere.js';
import { usualCpus } from '../audit/locked-cpus.js';
import { applyIgnores, isAccepted, unusedIgnores } from '../audit/ignore.js';
import type { AuditPlan, PlannedTarget, PlanOptions } from '../audit/plan.js';
import { overriddenPins } from '../audit/overridden-pins.js';
import { planAudit } from '../audit/plan.js';
import { unknownGroups } from '../audit/unknown-groups.js';
import { TargetError } from '../errors.js';
import type { AuditProgress } from '../audit/ports.js';
import type { AuditReport, AuditWarning, MultiTargetReport } from '../audit/types.js';
import type { ForcedLine } from '../gemfile/forced-gems.js';
import type { CpuReading } from '../target/merge-cpus.js';
import type { ReadForCpusOptions } from '../target/read-for-cpus.js';
import { Overrides } from '../search/overrides.js';
import { readForCpus } from '../target/read-for-cpus.js';
import { addressedCopies } from './addressed-copies.js';
import type { Project } from './project.js';
import { openProject } from './project.js';
import { deployedLockfile } from './deployed-lockfile.js';
import { driftWarning } from './drift-warning.js';
import { gemfileFacts } from './gemfile-facts.js';
import { requiredRuby } from './project-rubies.js';
import { openSession } from './session.js';
import { systemsThatRunGem } from './systems-that-run.js';
import { targetPorts } from './target-ports.js';

/** What to audit, and how; what is absent is taken from the project's own files. */
export interface AuditOptions extends PlanOptions {
  /** A Gemfile.lock (or gems.locked), or the directory that holds one; by default `BUNDLE_GEMFILE`'s, else the current directory's. */
  readonly path?: string;
  /** Use directories and the cache only. */
  readonly offline?: boolean;
  /** Gems that are read at the same time; 8 by default. */
  readonly jobs?: number;
  /** The environment: BUNDLE_*, proxies, GEMCOMPAT_CACHE_DIR; the process's by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (progress: AuditProgress) => void;
  /** The Gemfile's requirement by name, in place of the lockfile's DEPENDENCIES: without gemcompat's own earlier pins. */
  readonly gemfile?: ReadonlyMap<string, readonly string[]>;
  /** Gems that a pin of gemcompat's own holds: they are planned anew, or named as `plan.liftable`. */
  readonly pinned?: ReadonlySet<string>;
  /** Gems that the Gemfile has compiled (`force_ruby_platform`), with the line; by default read from the Gemfile beside the lockfile. */
  readonly forced?: ReadonlyMap<string, ForcedLine>;
  /** What stands in the lockfile, in place of what the file of `path` holds. */
  readonly lockfileText?: string;
}

/**
 * Audits a lockfile: for each gem whether what Bundler would install would load on the target, and where it would not, the
 * file, the symbol, and the highest version that fits. What is wrong with one gem is a finding of that gem.
 *
 * With one target as a string the result is its `AuditReport`, with a list of targets or of Rubies a `MultiTargetReport` whose pins
 * fit them all. A Dockerfile or an image that is another system on each CPU is several targets too, and so is one target where
 * `.gemcompat.yml` lists several Rubies and `ruby` names none.
 *
 * @throws GemcompatError for what stops the whole audit: LockfileError, TargetError, UsageError, RegistryError for a source
 * that is no source.
 */
export async function audit(
  options: AuditOptions & { readonly ruby: readonly string[] },
): Promise<MultiTargetReport>;
export async function audit(
  options: AuditOptions & { readonly target: `${'dockerfile' | 'image' | 'oci'}:${string}` },
): Promise<AuditReport | MultiTargetReport>;
export async function audit(options: AuditOptions & { readonly target: string }): Promise<AuditReport>;
export async function audit(
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- a list of Rubies goes before what the target is
  options: AuditOptions & { readonly target: readonly string[] },
): Promise<MultiTargetReport>;
// eslint-disable-next-line @typescript-eslint/unified-signatures -- the first overload goes before that of any other text
export async function audit(options: AuditOptions): Promise<AuditReport | MultiTargetReport>;
export async function audit(options: AuditOptions): Promise<AuditReport | MultiTargetReport> {
  return auditOpened(options, await openProject(options));
}

/** Audits a project that is open already. @throws as `audit` */
export async function auditOpened(
  options: AuditOptions,
  own: Project,
): Promise<AuditReport | MultiTargetReport> {
  const plan = planAudit({ ...options, cwd: own.cwd }, own.files, own.root);
  const { path: place, warnings } = await deployedLockfile(own, plan);
  return auditProject(options, place === undefined ? own : await own.movedTo(place), plan, warnings);
}

async function auditProject(
  options: AuditOptions,
  project: Project,
  plan: AuditPlan,
  told: readonly AuditWarning[],
): Promise<AuditReport | MultiTargetReport> {
  const { cwd, env, today, path: file, lockfile } = project;
  const { buildArgs, pull, sources, stage, pageSize } = plan;
  const warnings: AuditWarning[] = [];
  const readOptions = {
    ...targetPorts({ cwd, env, offline: options.offline }, (message) =>
      warnings.push({ code: 'CACHE', message }),
    ),
    buildArgs,
    pull,
    ...(stage === undefined ? {} : { stage }),
    ...(pageSize === undefined ? {} : { pageSize }),
    cpus: plan.arches ?? usualCpus(lockfile, plan.everyCpu),
    chosen: plan.arches !== undefined,
  };
  const resolved = (await Promise.all(plan.targets.map((target) => readPlanned(target, readOptions)))).flat();
  warnings.push(
    ...plan.warnings,
    ...told,
    ...resolved.flatMap((each) => each.warnings.map((message) => ({ code: 'TARGET', message }))),
    ...project.warnings,
  );

  const rubies = await project.rubies();
  const machine = await project.settings();
  const {
    deployments,
    passedOver,
    warnings: doubts,
  } = deploymentsFor(resolved, lockfile, { ...plan, rubies, machine });
  warnings.push(...doubts);

  const warn = (warning: AuditWarning): void => void warnings.push(warning);
  const byGroup = deployments.some(({ groups }) => groups !== undefined);
  const isBrought = deployments.some(({ targetRuby }) => targetRuby !== undefined);
  const required = isBrought ? await requiredRuby(project) : undefined;
  const facts = await gemfileFacts(project, { warn, byGroup });
  warnings.push(...unknownGroups(deployments, facts.groups));
  const session = await openSession({
    cwd,
    env,
    settings: machine,
    sources,
    offline: options.offline,
    warn,
  });
  const bundler = installingBundler(lockfile, options.rubygems);
  if (sources === undefined) warnings.push(...(await addressedCopies(machine.cachePath, bundler)));
  if (machine.forceRubyPlatform && deployments.some(({ forceRubyFrom }) => forceRubyFrom === undefined)) {
    warnings.push({
      code: 'FORCE_RUBY_PLATFORM',
      message:
        'Bundler is set to force_ruby_platform here; that says nothing of the target, so the precompiled gems are judged all the same',
    });
  }
  try {
    const audited = await auditLockfile(
      {
        lockfile,
        path: file,
        deployments,
        passedOver,
        ...(required === undefined ? {} : { requiredRuby: required }),
        all: plan.all,
        forced: options.forced ?? facts.forced,
        ...(facts.groups === undefined ? {} : { groups: facts.groups }),
        overrides: new Overrides(facts.overrides),
        cooldown: {
          ...(machine.cooldown === undefined ? {} : { setting: machine.cooldown }),
          ...(bundler === undefined ? {} : { bundler }),
          sources: facts.cooldowns,
          now: new Date(),
        },
        ...(options.gemfile === undefined ? {} : { gemfile: options.gemfile }),
        ...(options.pinned === undefined ? {} : { pinned: options.pinned }),
        accepts: (row) => isAccepted(row, plan.ignore, today),
      },
      {
        reader: session.reader(options.jobs),
        originOf: (locked) => session.originOf(locked.remotes),
        systemsFor: (gem, requires, deployment) => systemsThatRunGem(gem, requires, deployment, today),
        ...(options.onProgress === undefined ? {} : { progress: options.onProgress }),
      },
    );
    const reports = audited.map((report) => applyIgnores(report, plan.ignore, today));
    for (const { gem, line } of unusedIgnores(audited, plan.ignore)) {
      const message = `${CONFIG_FILE}:${line}: nothing is found of ${gem} that this line ignores: it can go`;
      warnings.push({ code: 'IGNORE_UNUSED', message });
    }
    // The answer is one for all targets.
    const { pins = [], plan: answer } = reports.find((report) => report.plan !== undefined) ?? {};
    warnings.push(
      ...inSeveralSources(reports),
      ...bundlerTooOld(lockfile, answer),
      ...overriddenPins(facts.overrides, answer),
    );
    const fails = reports.some(({ gems }) => gems.some(({ verdict }) => verdict === 'incompatible'));
    const drift = fails && options.gemfile === undefined ? await driftWarning(project) : undefined;
    if (drift !== undefined) warnings.push(drift);
    const [first] = reports;
    if (first !== undefined && reports.length === 1 && !asksForSeveral(options)) {
      return { ...first, warnings: [...warnings, ...first.warnings] };
    }
    return {
      ...{ schemaVersion: 1, lockfile: file, targets: reports, pins, warnings },
      ...(answer === undefined ? {} : { plan: answer }),
    };
  } finally {
    session.close();
  }
}

/** A list is answered with a list, however long it is. */
function asksForSeveral({ target, ruby }: AuditOptions): boolean {
  return Array.isArray(target) || Array.isArray(ruby);
}

/** What is wrong with a target is told with the line that names it. @throws TargetError */
async function readPlanned(
  { name, namedAt }: PlannedTarget,
  options: ReadForCpusOptions,
): Promise<CpuReading[]> {
  try {
    return await readForCpus(name, options);
  } catch (error) {
    if (namedAt === undefined || !(error instanceof TargetError)) throw error;
    const { code, known, suggestions, message } = error;
    throw new TargetError(`${namedAt}: ${message}`, { code, known, suggestions, cause: error });
  }
}
