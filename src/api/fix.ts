import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { plannedPins } from '../audit/target-report.js';
import type { AuditReport, MultiTargetReport } from '../audit/types.js';
import { isFile } from '../audit/project-files.js';
import { GemfileError, UsageError } from '../errors.js';
import { askBundler } from '../fix/ask-bundler.js';
import { findBundle } from '../fix/bundle-command.js';
import type { Drift } from '../fix/drift.js';
import { driftOf } from '../fix/drift.js';
import { addPlatformsOf, outcomeOf } from '../fix/outcome.js';
import type { FixOutcome } from '../fix/outcome.js';
import { isNeeded, withoutOwnPins } from '../fix/own-requirements.js';
import { rewrite } from '../fix/rewrite.js';
import type { BundlerAnswer, ByHand, Change, FileChange, ReasonedPin } from '../fix/types.js';
import type { ForcedLine } from '../gemfile/forced-gems.js';
import { forcedGems } from '../gemfile/forced-gems.js';
import type { ProjectGemfiles } from '../gemfile/project-gemfiles.js';
import { readProjectGemfiles } from '../gemfile/project-gemfiles.js';
import { loadRubyParser } from '../gemfile/ruby-parser.js';
import { writeFiles } from '../gemfile/write-files.js';
import type { Lockfile } from '../lockfile/types.js';
import { driftWords } from '../report/drift-words.js';
import { pinComment } from '../report/fix-reason.js';
import { bundleCommand } from '../report/shell-command.js';
import type { AuditOptions } from './audit.js';
import { auditOpened } from './audit.js';
import { deployedProject } from './deployed-lockfile.js';
import { defaultPath, lockfileOf } from './gemfile-and-lockfile.js';
import type { Project } from './project.js';
import { openProject } from './project.js';

/** What to make fit, and how. */
export interface FixOptions extends Omit<AuditOptions, 'gemfile' | 'pinned' | 'forced' | 'lockfileText'> {
  /** Write nothing. */
  readonly dryRun?: boolean;
  /** Ask the real Bundler first; by default where there is a `bundle` on the PATH and something is written. */
  readonly verify?: boolean;
  /** Write the lockfile that Bundler made as well. */
  readonly lock?: boolean;
  /** How long Bundler may take, in milliseconds; five minutes by default. */
  readonly bundlerTimeout?: number;
}

/** What was done to a project's Gemfile. */
export interface FixResult {
  /** As the user would write it. */
  readonly gemfile: string;
  /** The audit of the lockfile as it was found. */
  readonly report: AuditReport | MultiTargetReport;
  /** The audit of the lockfile that Bundler made of the new Gemfile, where it was asked. */
  readonly after?: AuditReport | MultiTargetReport;
  readonly pins: readonly ReasonedPin[];
  readonly changes: readonly Change[];
  readonly byHand: readonly ByHand[];
  readonly files: readonly FileChange[];
  readonly bundler?: BundlerAnswer;
  /** The files are as `files` says; false with `dryRun`, and where Bundler refused the new Gemfile. */
  readonly written: boolean;
  readonly lockfileWritten: boolean;
  readonly outcome: FixOutcome;
}

const BUNDLER_TIMEOUT = 5 * 60_000;

/**
 * Writes the pins that make a project fit into its Gemfile, lifts those of an earlier run that are no longer needed, and
 * leaves everything else as it was, byte for byte.
 *
 * @throws GemcompatError what `audit` throws; GemfileError for a Gemfile that cannot be read, edited or written, and
 * `GEMFILE_NOT_LOCKED` for one that was edited so that the lockfile is not its own; UsageError `BUNDLE_NOT_FOUND`. Where Bundler refuses the new Gemfile nothing is thrown: see `FixResult.bundler`.
 */
export async function fix(options: FixOptions): Promise<FixResult> {
  const cwd = options.cwd ?? process.cwd();
  const env = options.env ?? process.env;
  const bundle = await bundleFor(options, env);
  const named = await lockfileFor(options.path ?? (await defaultPath({ cwd, env })), cwd);
  const opened = await deployedProject(options, await openProject({ ...options, path: named }));
  const { path: shownLockfile, lockfile, lockfilePath } = opened;
  const gemfilePath = gemfileFor(opened);
  const lockfileBefore = await readFile(lockfilePath, 'latin1');
  const parser = await loadRubyParser();
  const project = (await opened.gemfiles()) ?? (await readProjectGemfiles(gemfilePath, { cwd, parser }));
  refuseDrift(driftOf(project, lockfile, parser, shownLockfile), project.files[0].shown, shownLockfile);
  const { gemfile, pinned } = withoutOwnPins(project, lockfile, parser);

  const forced = (): ReadonlyMap<string, ForcedLine> =>
    forcedGems(project, (name) => isNeeded(lockfile, name));
  const report = await auditOpened({ ...options, gemfile, pinned, forced: forced() }, opened);
  const pins = reasoned(report, lockfile, gemfile);
  const { changes, byHand } = rewrite(project, {
    pins,
    liftable: new Set(report.plan?.liftable ?? []),
    locked: (name) => ({
      requirement: gemfile.get(name),
      remote: remoteOf(lockfile, name),
      needed: isNeeded(lockfile, name),
    }),
  });
  const files = fileChanges(project);
  const addPlatforms = addPlatformsOf(report);

  const stale = pins.length > 0 && hasMisfit(report);
  const worthAsking =
    files.length > 0 ||
    stale ||
    options.verify === true ||
    (options.lock === true && addPlatforms.length > 0);
  const bundler =
    bundle === undefined || !worthAsking || (options.dryRun === true && options.verify !== true)
      ? undefined
      : await askBundler({
          bundle,
          env,
          gemfile: gemfilePath,
          lockfile: lockfilePath,
          locked: lockfile,
          changes: files,
          evaluated: project.files.map((file) => file.path),
          addPlatforms,
          pins: pins.filter(({ name }) => byHand.every((each) => each.name !== name)),
          timeout: options.bundlerTimeout ?? BUNDLER_TIMEOUT,
        });
  const after =
    bundler?.kind === 'resolved'
      ? await auditOpened({ ...options, forced: forced() }, opened.withLockfile(bundler.lockfile))
      : undefined;
  const written = options.dryRun !== true && bundler?.kind !== 'failed';
  const lockfileWritten = written && options.lock === true && bundler?.kind === 'resolved';
  if (written) {
    await writeFiles([
      ...files,
      ...(lockfileWritten
        ? [
            {
              path: lockfilePath,
              shown: shownLockfile,
              before: lockfileBefore,
              after: bytesOf(bundler.lockfile),
            },
          ]
        : []),
    ]);
  }
  const result = {
    gemfile: project.files[0].shown,
    report,
    pins,
    changes,
    byHand,
    files,
    written,
    lockfileWritten,
  };
  return {
    ...result,
    ...(after === undefined ? {} : { after }),
    ...(bundler === undefined ? {} : { bundler }),
    outcome: outcomeOf({ report, after, pins, byHand, bundler, addPlatforms, lockfileWritten }),
  };
}

/** What is locked is not what Bundler would install, so that nothing that is found of it would hold. */
function refuseDrift(drifts: readonly Drift[], gemfile: string, lockfile: string): void {
  const [first] = drifts;
  if (first === undefined) return;
  throw new GemfileError(driftWords(drifts, lockfile), {
    code: 'GEMFILE_NOT_LOCKED',
    path: first.place.file,
    line: first.place.line,
    suggestions: [
      `nothing was written; lock it first, and run it again: ${bundleCommand('bundle lock', gemfile)}`,
    ],
  });
}

async function bundleFor(
  options: FixOptions,
  env: NonNullable<AuditOptions['env']>,
): Promise<string | undefined> {
  if (options.lock === true && options.verify === false) {
    throw new UsageError('--lock needs Bundler to make the lockfile, and --no-verify says not to run it', {
      code: 'LOCK_WITHOUT_VERIFY',
      suggestions: ['leave one of the two out'],
    });
  }
  if (options.verify === false) return undefined;
  const bundle = await findBundle(env);
  if (bundle === undefined && (options.verify === true || options.lock === true)) {
    throw new UsageError('there is no bundle on the PATH to ask', {
      code: 'BUNDLE_NOT_FOUND',
      suggestions: [
        'run it where Ruby is installed',
        'leave out --verify and --lock: the Gemfile is written all the same',
      ],
    });
  }
  return bundle;
}

/** A Gemfile may be named too: its lockfile is what is audited. */
async function lockfileFor(given: string, cwd: string): Promise<string> {
  const absolute = path.resolve(cwd, given);
  if (!(await isFile(absolute)) || /\.(?:lock|locked)$/.test(given)) return given;
  return lockfileOf(given);
}

function gemfileFor({ gemfilePath, lockfilePath: lockfile }: Project): string {
  if (gemfilePath !== undefined) return gemfilePath;
  const message = `${path.basename(lockfile)} is not named after a Gemfile, so that it is not known which one to edit`;
  throw new GemfileError(message, {
    code: 'GEMFILE_NOT_FOUND',
    path: lockfile,
    suggestions: ['name the project: gemcompat fix path/to/app'],
  });
}

function reasoned(
  report: AuditReport | MultiTargetReport,
  lockfile: Lockfile,
  gemfile: ReadonlyMap<string, readonly string[]>,
): ReasonedPin[] {
  return plannedPins(report).map((pin) => {
    const own = pin.replaces ? gemfile.get(pin.name) : undefined;
    return {
      ...pin,
      reason: pinComment(pin, report, parentsOf(lockfile, pin.name)),
      ...(own === undefined ? {} : { givenUp: own }),
    };
  });
}

function parentsOf({ specs }: Lockfile, name: string): string[] {
  const parents = specs.filter(({ dependencies }) => dependencies.some((each) => each.name === name));
  return [...new Set(parents.map((spec) => spec.name))].sort();
}

/** The server that a gem comes from; of a section with several Bundler asks them all, and which one had it is not written. */
function remoteOf({ specs, sources }: Lockfile, name: string): string | undefined {
  const section = sources[specs.find((spec) => spec.name === name)?.source ?? -1];
  return section?.type === 'gem' && section.remotes.length === 1 ? section.remotes[0] : undefined;
}

function fileChanges({ files }: ProjectGemfiles): FileChange[] {
  const root = path.dirname(files[0].path);
  return files
    .map(({ path: file, shown, original, editor }) => ({
      path: file,
      shown,
      inProject: path.relative(root, file),
      before: original,
      after: editor.source,
    }))
    .filter(({ before, after }) => before !== after);
}

function hasMisfit(report: AuditReport | MultiTargetReport): boolean {
  const reports = 'targets' in report ? report.targets : [report];
  return reports.some(({ summary }) => summary.incompatible > 0);
}

function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
