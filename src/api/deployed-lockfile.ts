import path from 'node:path';
import type { AuditPlan } from '../audit/plan.js';
import { planAudit } from '../audit/plan.js';
import { isFile } from '../audit/project-files.js';
import type { AuditWarning } from '../audit/types.js';
import { GemcompatError } from '../errors.js';
import type { BundleReading, StatedSetting } from '../target/bundle-settings.js';
import { dockerfileReading } from '../target/dockerfile/target.js';
import { targetSourceOf } from '../target/sources.js';
import type { AuditOptions } from './audit.js';
import type { Project } from './project.js';
import { fromHere, lockfileOf } from './gemfile-and-lockfile.js';

/** What the targets say of the lockfile that they install by. */
export interface DeployedLockfile {
  /** The one to judge in place of the project's own, as the user would write it. */
  readonly path?: string;
  readonly warnings: readonly AuditWarning[];
}

/** A target, and the lockfile that its Dockerfile installs by; none where that is the project's own. */
interface Installing {
  readonly target: string;
  readonly lockfile?: string;
  /** Where it is said. */
  readonly place?: string;
}

const CODE = 'LOCKFILE_OF_TARGET';

/**
 * The lockfile that is deployed: that of the Gemfile which `BUNDLE_GEMFILE` names where a Dockerfile installs the gems, if all
 * targets agree and the user named no lockfile. Whatever else is found is a warning.
 */
export async function deployedLockfile(
  project: Project,
  plan: Pick<AuditPlan, 'targets' | 'buildArgs' | 'stage'>,
): Promise<DeployedLockfile> {
  const warnings: AuditWarning[] = [];
  const warn = (message: string): void => void warnings.push({ code: CODE, message });
  const installing = await Promise.all(
    plan.targets.map(({ name }) => installingOf(name, project, plan, warn)),
  );
  const own = path.resolve(project.cwd, project.path);
  const others = installing.filter(
    ({ lockfile }) => lockfile !== undefined && path.resolve(project.cwd, lockfile) !== own,
  );
  const [first] = others;
  if (first?.lockfile === undefined) return { warnings };
  const agree =
    others.length === installing.length && others.every(({ lockfile }) => lockfile === first.lockfile);
  if (agree && !project.named) {
    warn(
      `${first.place ?? ''} installs by ${first.lockfile} (BUNDLE_GEMFILE), which is judged in place of ${project.path}`,
    );
    return { path: first.lockfile, warnings };
  }
  for (const { target, lockfile = '', place = '' } of others) {
    const instead = project.named
      ? `${project.path} was named and is judged`
      : `${project.path} is judged for all targets; for this one alone: gemcompat audit ${lockfile} --target ${target}`;
    warn(`${place} installs by ${lockfile} (BUNDLE_GEMFILE); ${instead}`);
  }
  return { warnings };
}

/** The project with the lockfile to fix in place of its own, if its targets install by another one and all of them can be read. */
export async function deployedProject(options: AuditOptions, project: Project): Promise<Project> {
  try {
    const plan = planAudit({ ...options, cwd: project.cwd }, project.files, project.root);
    const { path: place } = await deployedLockfile(project, plan);
    return place === undefined ? project : await project.movedTo(place);
  } catch (error) {
    // The audit says it.
    if (error instanceof GemcompatError) return project;
    throw error;
  }
}

async function installingOf(
  target: string,
  { cwd, root, path: own }: Project,
  { buildArgs, stage }: Pick<AuditPlan, 'buildArgs' | 'stage'>,
  warn: (message: string) => void,
): Promise<Installing> {
  const { source, place: file } = targetSourceOf(target);
  if (source !== 'dockerfile' || file === '') return { target };
  const options = { cwd, buildArgs, ...(stage === undefined ? {} : { stage }) };
  const bundle = await dockerfileReading(file, options).catch((error: unknown) => {
    // What is wrong with it the target's own reading says.
    if (error instanceof GemcompatError) return undefined;
    throw error;
  });
  const stated = bundle && gemfileSetting(bundle);
  if (bundle === undefined || stated === undefined) return { target };
  const place = `${bundle.path}:${stated.line}`;
  if (stated.value === undefined) {
    warn(
      `${place}: BUNDLE_GEMFILE shows only when the image is built, so which lockfile is deployed is not known; ${own} is judged`,
    );
    return { target };
  }
  for (const directory of [root, path.dirname(path.resolve(cwd, bundle.path))]) {
    const lockfile = lockfileOf(path.resolve(directory, stated.value));
    if (await isFile(lockfile)) return { target, lockfile: fromHere(lockfile, cwd), place };
  }
  warn(
    `${place}: BUNDLE_GEMFILE is ${stated.value}, and the project has no ${lockfileOf(stated.value)}; ${own} is judged`,
  );
  return { target };
}

/** The Gemfile by which gems are installed; none if one of several commands goes by the usual one. */
function gemfileSetting({ installs }: BundleReading): StatedSetting | undefined {
  if (installs.some(({ settings }) => settings.gemfile === undefined)) return undefined;
  return installs.at(-1)?.settings.gemfile;
}
