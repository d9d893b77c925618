import type { Cpu } from '../elf/types.js';
import { linuxTarget, parsePlatform } from '../gem/platform.js';
import type { Lockfile } from '../lockfile/types.js';
import type { Deployment } from '../search/types.js';
import type { ResolvedTarget, Target } from '../target/types.js';
import { projectRuby, sameAbi } from './project-ruby.js';
import type { AuditWarning } from './types.js';

export interface DeploymentOptions {
  readonly arches?: readonly Cpu[];
  /** The Ruby that runs on every target, as the user says. */
  readonly ruby?: string;
}

/** Each target on each CPU with its Ruby; a target that is named twice counts once. */
export function deploymentsFor(
  targets: readonly ResolvedTarget[],
  lockfile: Lockfile,
  options: DeploymentOptions,
): { readonly deployments: readonly Deployment[]; readonly warnings: readonly AuditWarning[] } {
  const warnings: AuditWarning[] = [];
  const deployments = new Map<string, readonly Deployment[]>();
  for (const { target, ruby: brought } of targets) {
    if (deployments.has(target.name)) continue;
    const ruby = options.ruby ?? rubyOn(target, brought, lockfile, warnings);
    const cpus = options.arches ?? cpusOf(target, lockfile);
    const each = [...new Set(cpus)].map((cpu) => ({ target, cpu, ...(ruby === undefined ? {} : { ruby }) }));
    deployments.set(target.name, each);
  }
  const engine = projectRuby(lockfile)?.engine;
  if (engine !== undefined) {
    warnings.push({
      code: 'RUBY_ENGINE',
      message: `the lockfile is written for ${engine}; the audit judges what MRI would install`,
    });
  }
  return { deployments: [...deployments.values()].flat(), warnings };
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

/** The CPU whose variant of an image is read, where nothing else says which. */
export function firstCpu(lockfile: Lockfile): Cpu {
  return linuxCpus(lockfile)[0] ?? 'x86_64';
}

function linuxCpus(lockfile: Lockfile): Cpu[] {
  return lockfile.platforms.flatMap((platform) => linuxTarget(parsePlatform(platform))?.cpu ?? []);
}

/** The Linux CPUs that the lockfile's PLATFORMS name and the target exists for; x86_64 where there is none. */
function cpusOf(target: Target, lockfile: Lockfile): readonly Cpu[] {
  const usual = linuxCpus(lockfile).filter((cpu) => target.cpus?.includes(cpu) ?? true);
  return usual.length > 0 ? usual : ['x86_64'];
}
