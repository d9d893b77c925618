import type { Cpu } from '../elf/types.js';
import { linuxTarget, parsePlatform } from '../gem/platform.js';
import { TargetError } from '../errors.js';
import type { Lockfile } from '../lockfile/types.js';
import type { Deployment } from '../search/types.js';
import type { CpuReading } from '../target/merge-cpus.js';
import type { Target } from '../target/types.js';
import { projectRuby, sameAbi } from './project-ruby.js';
import type { AuditWarning } from './types.js';

export interface DeploymentOptions {
  readonly arches?: readonly Cpu[];
  /** The Ruby that runs on every target, as the user says. */
  readonly ruby?: string;
}

/**
 * Each target on each CPU with its Ruby; a target that is named twice counts once. A CPU that is asked for and that a target is
 * not made for is told and passed over: there is no such system that anything could fit.
 * @throws TargetError `TARGET_CPU` where no target is made for what is asked for
 */
export function deploymentsFor(
  targets: readonly CpuReading[],
  lockfile: Lockfile,
  options: DeploymentOptions,
): { readonly deployments: readonly Deployment[]; readonly warnings: readonly AuditWarning[] } {
  const warnings: AuditWarning[] = [];
  const deployments = new Map<Target, Deployment[]>();
  const seen = new Map<string, Target>();
  for (const { target, ruby: brought, cpus: read } of targets) {
    const cpus = read ?? existing(target, options.arches, warnings) ?? cpusOf(target, lockfile);
    const fresh = [...new Set(cpus)].filter((cpu) => !seen.has(`${target.name} ${cpu}`));
    if (fresh.length === 0) continue;
    const ruby = options.ruby ?? rubyOn(target, brought, lockfile, warnings);
    const each = fresh.map((cpu) => ({ target, cpu, ...(ruby === undefined ? {} : { ruby }) }));
    deployments.set(target, [...(deployments.get(target) ?? []), ...each]);
    for (const cpu of fresh) seen.set(`${target.name} ${cpu}`, target);
  }
  const [first] = targets;
  if (deployments.size === 0 && first !== undefined) throw noSuchSystem(first.target, warnings);
  const engine = projectRuby(lockfile)?.engine;
  if (engine !== undefined) {
    warnings.push({
      code: 'RUBY_ENGINE',
      message: `the lockfile is written for ${engine}; the audit judges what MRI would install`,
    });
  }
  return { deployments: [...deployments.values()].flat(), warnings };
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

/**
 * The Ruby that a target brings is the one that runs; the lockfile says it more exactly where the two agree. The
 * lockfile's alone where the target says none.
 */
function rubyOn(
  { title }: Target,
  brought: string | undefined,
  lockfile: Lockfile,
  warnings: AuditWarning[],
): string | undefined {
  const project = projectRuby(lockfile);
  const locked = project?.engine === undefined ? project?.version : undefined;
  if (brought === undefined || locked === undefined) return brought ?? locked;
  if (sameAbi(brought, locked)) return locked;
  warnings.push({
    code: 'RUBY_DIFFERS',
    message: `${title} brings Ruby ${brought}, the lockfile is for ${locked}: judged for ${brought}; --ruby decides otherwise`,
  });
  return brought;
}

/** The Linux CPUs that the lockfile's PLATFORMS name; x86_64 where there is none. */
export function usualCpus(lockfile: Lockfile): readonly Cpu[] {
  const cpus = lockfile.platforms.flatMap((platform) => linuxTarget(parsePlatform(platform))?.cpu ?? []);
  return cpus.length > 0 ? [...new Set(cpus)] : ['x86_64'];
}

/** The usual CPUs that the target exists for; where there is none, x86_64 if it is made for that, else what it is made for. */
function cpusOf({ cpus }: Target, lockfile: Lockfile): readonly Cpu[] {
  const usual = usualCpus(lockfile).filter((cpu) => cpus?.includes(cpu) ?? true);
  if (usual.length > 0) return usual;
  const [first = 'x86_64'] = cpus ?? [];
  return cpus?.includes('x86_64') === false ? [first] : ['x86_64'];
}
