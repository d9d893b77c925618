import path from 'node:path';
import { UsageError } from '../errors.js';
import type { Cpu } from '../elf/types.js';
import type { IgnoreRule } from './config-file.js';
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
  /** Values for the ARGs of a Dockerfile. */
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** By default those of `.gemcompat.yml`, else Kamal's, else the Linux CPUs of the lockfile's PLATFORMS, else x86_64. */
  readonly arches?: readonly Cpu[];
  /** URLs and directories to get gems from, in place of the lockfile's remotes and `vendor/cache`. */
  readonly sources?: readonly string[];
  /** The Ruby that runs on the target, all three parts; by default the lockfile's RUBY VERSION. */
  readonly ruby?: string;
  /** Open `ruby`-platform gems too. */
  readonly all?: boolean;
}

/** What is audited, against what. */
export interface AuditPlan {
  /** Never empty. */
  readonly targets: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly arches?: readonly Cpu[];
  readonly sources?: readonly string[];
  readonly ruby?: string;
  readonly all: boolean;
  readonly ignore: readonly IgnoreRule[];
  readonly warnings: readonly AuditWarning[];
}

/**
 * What the caller asks for goes before `.gemcompat.yml`, and that before what Kamal and the Dockerfile say.
 *
 * @param directory the project's root, absolute
 * @throws UsageError `TARGET_MISSING` where nothing names a target
 */
export function planAudit(options: PlanOptions, project: ProjectFiles, directory: string): AuditPlan {
  const { config, kamal } = project;
  const arches = options.arches ?? config?.arches ?? (kamal?.arches.length ? kamal.arches : undefined);
  // A relative directory of the file is taken from where the file is.
  const ofConfig = config?.sources?.map((source) =>
    /^[a-z][a-z0-9+.-]*:/i.test(source) ? source : path.resolve(directory, source),
  );
  const sources = options.sources ?? ofConfig;
  const ruby = options.ruby ?? config?.ruby;
  const told = [...(config?.warnings ?? []), ...(kamal?.warnings ?? [])];
  return {
    targets: targetsOf(options, project),
    buildArgs: { ...kamal?.buildArgs, ...options.buildArgs },
    ...(arches === undefined ? {} : { arches }),
    ...(sources === undefined ? {} : { sources }),
    ...(ruby === undefined ? {} : { ruby }),
    all: options.all ?? config?.all ?? false,
    ignore: config?.ignore ?? [],
    warnings: told.map((message) => ({ code: 'CONFIG', message })),
  };
}

function targetsOf({ target, dockerfile }: PlanOptions, project: ProjectFiles): readonly string[] {
  if (target !== undefined && target.length > 0) return typeof target === 'string' ? [target] : target;
  if (dockerfile !== undefined) return [`dockerfile:${dockerfile}`];
  if (project.config?.targets !== undefined) return project.config.targets;
  if (project.dockerfile !== undefined) return [`dockerfile:${project.dockerfile}`];
  throw new UsageError(
    'no target is named, and the project has neither a .gemcompat.yml that names one nor a Dockerfile',
    {
      code: 'TARGET_MISSING',
      suggestions: [
        'name the system that the gems have to load on: gemcompat audit --target ubuntu-20.04',
        'others are debian-12, rhel-8, al2023, heroku-22, lambda-ruby3.3, alpine-3.20, glibc-2.31; gemcompat targets lists them',
      ],
    },
  );
}
