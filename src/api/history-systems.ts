import { deploymentsFor } from '../audit/deployments.js';
import { usualCpus } from '../audit/locked-cpus.js';
import type { RubyStatement } from '../audit/ruby-sources.js';
import { chooseRuby } from '../audit/ruby-sources.js';
import type { AuditWarning } from '../audit/types.js';
import type { Cpu } from '../elf/types.js';
import { supportedSystems } from '../history/known-systems.js';
import type { Lockfile } from '../lockfile/types.js';
import type { Deployment, RubyFrom } from '../search/types.js';
import { withPageSize } from '../target/page-size.js';
import { readForCpus } from '../target/read-for-cpus.js';
import type { Libc } from '../target/types.js';
import { targetPorts } from './target-ports.js';

/** What the caller says of the systems that a history is told for. */
interface SystemOptions {
  readonly target?: string | readonly string[];
  readonly arches?: readonly Cpu[];
  readonly ruby?: string;
  readonly offline?: boolean;
  /** In bytes. */
  readonly pageSize?: number;
}

/** The systems that a history is told for. */
interface Systems {
  readonly deployments: readonly Deployment[];
  readonly asked: boolean;
  readonly arches: readonly Cpu[];
  readonly libcs: readonly Libc[];
  readonly ruby?: string;
  /** Where it is said; absent where `ruby` is. */
  readonly rubyFrom?: RubyFrom;
}

interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly today: string;
  readonly warnings: AuditWarning[];
  /** What the project says of its Ruby, what counts most first. */
  readonly rubies: readonly RubyStatement[];
}

/**
 * The targets that are asked for, else the known systems in support, on each CPU with the Ruby that runs there.
 *
 * @throws TargetError as `readForCpus` does
 */
export async function systemsFor(
  { target: wanted = [], arches, ruby, offline, pageSize }: SystemOptions,
  lockfile: Lockfile,
  { cwd, env, today, warnings, rubies }: Surroundings,
): Promise<Systems> {
  const given = {
    ...(arches === undefined ? {} : { arches }),
    ...(ruby === undefined ? {} : { ruby }),
    rubies,
  };
  const targets = typeof wanted === 'string' ? [wanted] : wanted;
  if (targets.length === 0) {
    const cpus = arches ?? usualCpus(lockfile);
    const known = supportedSystems(today, cpus);
    const said =
      ruby === undefined
        ? chooseRuby(rubies, (warning) => void warnings.push(warning))
        : ({ ruby, rubyFrom: { source: 'option', place: '--ruby' } } as const);
    const { deployments } = deploymentsFor(
      known.map((target) => ({
        target: pageSize === undefined ? target : withPageSize(target, pageSize),
        warnings: [],
        ...(target.ruby === undefined ? {} : { ruby: target.ruby }),
      })),
      lockfile,
      { ...given, arches: cpus },
    );
    return {
      deployments: deployments.filter(({ target, cpu }) => target.cpus?.includes(cpu) ?? true),
      asked: false,
      arches: [...new Set(cpus)],
      libcs: ['gnu', 'musl'],
      ...said,
    };
  }

  const readOptions = {
    ...targetPorts({ cwd, env, offline }, (message) => warnings.push({ code: 'CACHE', message })),
    cpus: arches ?? usualCpus(lockfile),
    chosen: arches !== undefined,
    ...(pageSize === undefined ? {} : { pageSize }),
  };
  const resolved = (await Promise.all(targets.map((name) => readForCpus(name, readOptions)))).flat();
  const { deployments, warnings: doubts } = deploymentsFor(resolved, lockfile, given);
  warnings.push(
    ...resolved.flatMap((each) => each.warnings.map((message) => ({ code: 'TARGET', message }))),
    ...doubts,
  );
  const [first] = deployments;
  const same = deployments.every((deployment) => deployment.ruby === first?.ruby);
  return {
    deployments,
    asked: true,
    arches: [...new Set(deployments.map(({ cpu }) => cpu))],
    libcs: [...new Set(deployments.map(({ target }) => target.libc))],
    ...(same && first?.ruby !== undefined ? { ruby: first.ruby } : {}),
    ...(same && first?.rubyFrom !== undefined ? { rubyFrom: first.rubyFrom } : {}),
  };
}
