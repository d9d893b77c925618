import type { Cpu } from '../elf/types.js';
import { TargetError, UsageError } from '../errors.js';
import type { TargetNeeds } from '../target/catalog.js';
import { findNamed, hasEnded, namedTargets, targetsFitting } from '../target/catalog.js';
import { namesMatching } from '../target/name-pattern.js';
import { unknownTarget } from '../target/nearest.js';
import { parseNeeds } from '../target/needs.js';
import { resolveTarget } from '../target/parse.js';
import { readTarget } from '../target/read-target.js';
import { targetSourceOf } from '../target/sources.js';
import type { Libc, NamedTarget, ResolvedTarget } from '../target/types.js';
import { targetPorts } from './target-ports.js';

/** Which of the known targets are asked for: those that meet all of it. */
export interface TargetFilter {
  /** A part of a name, alias or title, or a pattern with `*` and `?` for a whole one. */
  readonly name?: string;
  readonly libc?: Libc;
  /** CPUs that the system exists for, each of them. */
  readonly cpus?: readonly Cpu[];
  /** In support today, or past it. */
  readonly supported?: boolean;
  /** What the system has to provide: `glibc-2.34`, `GLIBCXX_3.4.30`, `musl-1.2.5`; see `gemcompat targets --fits`. */
  readonly fits?: readonly string[];
}

/** A target of the table, and whether it is in support today. */
export interface ListedTarget extends NamedTarget {
  readonly supported: boolean;
}

/**
 * The targets that are known by name, by distribution, older releases first. Of those that have to provide something the
 * supported ones come first, each part lowest first; what is not known for certain to provide it, and what no one can
 * deploy to (a policy), is left out then.
 * @throws TargetError `TARGET_UNKNOWN` for a name that is no part of any
 * @throws UsageError `NEED_MALFORMED`; `TARGET_NOT_NAMED` for what is no name but says where a system lies
 */
export function knownTargets(filter: TargetFilter = {}): readonly ListedTarget[] {
  const today = new Date().toISOString().slice(0, 10);
  const { libc, cpus = [], supported, fits, name } = filter;
  if (name !== undefined && targetSourceOf(name).source !== undefined) {
    throw new UsageError(`only the systems that are known by name can be filtered, and ${name} is read`, {
      code: 'TARGET_NOT_NAMED',
      suggestions: [`for all that it has: gemcompat targets ${name}`],
    });
  }
  const named = name === undefined ? undefined : namesMatching(name);
  if (name !== undefined && named?.size === 0) {
    throw unknownTarget(name, /[*?]/.test(name) ? 'no name is of that pattern' : undefined);
  }
  return fitting(fits === undefined ? undefined : parseNeeds(fits), cpus, today)
    .filter(
      (target) =>
        (libc === undefined || target.libc === libc) &&
        cpus.every((cpu) => target.cpus.includes(cpu)) &&
        (supported === undefined || supported !== hasEnded(target, today)) &&
        (named === undefined || named.has(target.name)),
    )
    .map((target) => ({ ...target, supported: !hasEnded(target, today) }));
}

/** Systems that provide what is needed on each of the CPUs. */
function fitting(
  needs: TargetNeeds | undefined,
  cpus: readonly Cpu[],
  today: string,
): readonly NamedTarget[] {
  if (needs === undefined) return namedTargets();
  const [first, ...others] = cpus.length === 0 ? [undefined] : cpus;
  const onEach = (cpu: Cpu | undefined): NamedTarget[] =>
    targetsFitting(cpu === undefined ? needs : { ...needs, cpu }, today);
  return others.reduce<readonly NamedTarget[]>(
    (kept, cpu) => kept.filter((target) => onEach(cpu).includes(target)),
    onEach(first),
  );
}

/**
 * A target of `knownTargets` by any of its names.
 *
 * @throws TargetError for a name that is not known, and for one that stands for no row: `glibc-2.31`.
 */
export function knownTarget(name: string): NamedTarget {
  const { target } = resolveTarget(name);
  const row = findNamed(target.name);
  if (row !== undefined) return row;
  throw new TargetError(`${name} is no system of the table, but a C library on its own`, {
    code: 'TARGET_NOT_NAMED',
    suggestions: ['gemcompat targets lists the systems that are known'],
  });
}

export interface DescribeTargetOptions {
  /** The CPU whose variant of an image is read; x86_64 by default. */
  readonly cpu?: Cpu;
  /** Read the base of a Dockerfile from the image itself. */
  readonly pull?: boolean;
  /** Ask nothing over the network. */
  readonly offline?: boolean;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * What any target of `gemcompat audit --target` provides, by name or read from where it lies.
 * @throws TargetError as `audit` does
 */
export async function describeTarget(
  text: string,
  options: DescribeTargetOptions = {},
): Promise<ResolvedTarget> {
  const { cwd = process.cwd(), env = process.env, cpu, pull, offline } = options;
  const warnings: string[] = [];
  const { target, ...rest } = await readTarget(text, {
    ...targetPorts({ cwd, env, offline }, (message) => warnings.push(message)),
    ...(cpu === undefined ? {} : { cpu }),
    ...(pull === undefined ? {} : { pull }),
  });
  return { target, ...rest, warnings: [...rest.warnings, ...warnings] };
}

export interface FindTargetsOptions extends Omit<DescribeTargetOptions, 'cpu'> {
  /** CPUs that a listed target has to exist for; the first is the one that an image is read for. */
  readonly cpus?: readonly Cpu[];
}

/**
 * What `gemcompat targets NAME` shows: the one target that a name stands for, or those that it is a part of.
 * @throws TargetError as `describeTarget`, `TARGET_UNKNOWN` where it is neither
 */
export async function findTargets(
  text: string,
  { cpus = [], ...options }: FindTargetsOptions = {},
): Promise<ResolvedTarget | readonly ListedTarget[]> {
  const [cpu] = cpus;
  try {
    return await describeTarget(text, { ...options, ...(cpu === undefined ? {} : { cpu }) });
  } catch (error) {
    const byName = targetSourceOf(text).source === undefined;
    if (!byName || !(error instanceof TargetError) || error.code !== 'TARGET_UNKNOWN') throw error;
    return knownTargets({ name: text, cpus });
  }
}
