import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../errors.js';
import type { ProjectConfig } from './config-file.js';
import { CONFIG_FILE, parseConfig } from './config-file.js';
import { dockerfilesElsewhere } from './dockerfiles-elsewhere.js';
import { erbFiles } from './kamal-erb.js';
import type { KamalConfig } from './kamal-config.js';
import { KAMAL_FILE, destinationFile, readKamalConfig, withDestination } from './kamal-config.js';

/** What a project says of its deployment, in the files that it has anyway. */
export interface ProjectFiles {
  readonly config?: ProjectConfig;
  readonly kamal?: KamalConfig;
  /** Path of the Dockerfile that Kamal builds, or of the one at the root; absent where there is none. */
  readonly dockerfile?: string;
  /** If the project names no target and has no Dockerfile there: those that lie elsewhere in it, relative to its root. */
  readonly elsewhere?: readonly string[];
}

export interface ProjectFilesOptions {
  /** ISO date, by which an ignore has expired. */
  readonly today: string;
  /** Kamal's `--destination`. */
  readonly destination?: string;
}

/** Names that `docker build` and `podman build` look for. */
const DOCKERFILES = ['Dockerfile', 'Containerfile'];

/** A value is some characters long. In characters. */
const MAX_PUT_IN = 4096;

/** The lockfiles that lie at the root of what they are for. */
const AT_THE_ROOT = ['Gemfile.lock', 'gems.locked'];

/**
 * Where the files of a project lie: in the directory of its lockfile. One of a Gemfile with another name, as
 * `gemfiles/rails_8.gemfile.lock`, may lie deeper: then it is the nearest directory, up to `cwd`, that has such files.
 * @param lockfile absolute
 */
export async function projectRoot(lockfile: string, cwd: string): Promise<string> {
  const own = path.dirname(lockfile);
  const above = path.relative(cwd, own);
  if (AT_THE_ROOT.includes(path.basename(lockfile)) || above.startsWith('..') || path.isAbsolute(above))
    return own;
  for (let directory = own; ; directory = path.dirname(directory)) {
    for (const name of [CONFIG_FILE, KAMAL_FILE, ...DOCKERFILES])
      if (await isFile(path.join(directory, name))) return directory;
    if (directory === path.resolve(cwd)) return own;
  }
}

/**
 * Reads `.gemcompat.yml` and `config/deploy.yml` of a project, where it has them, and finds its Dockerfile: the one that
 * Kamal's builder names, whether or not it is there, or the one at the root. Kamal takes its path from the root too, and not
 * from the builder's context.
 *
 * @param directory the project's root, absolute
 * @throws ConfigError for what is wrong in a file; UsageError `CONFIG_UNREADABLE`, `DESTINATION_UNKNOWN`
 */
export async function readProjectFiles(
  directory: string,
  { today, destination }: ProjectFilesOptions,
): Promise<ProjectFiles> {
  const [config, kamal] = await Promise.all([
    textOf(path.join(directory, CONFIG_FILE)),
    readKamal(directory, destination),
  ]);
  const dockerfile =
    kamal?.dockerfile === undefined
      ? await usualDockerfile(directory)
      : path.join(directory, kamal.dockerfile);
  const parsed = config === undefined ? undefined : parseConfig(config, { path: CONFIG_FILE, today });
  const isNamed = dockerfile ?? parsed?.targets ?? kamal?.buildpackBuilder;
  const elsewhere = isNamed === undefined ? await dockerfilesElsewhere(directory) : [];
  return {
    ...(parsed === undefined ? {} : { config: parsed }),
    ...(elsewhere.length === 0 ? {} : { elsewhere }),
    ...(kamal === undefined ? {} : { kamal }),
    ...(dockerfile === undefined ? {} : { dockerfile }),
  };
}

async function readKamal(
  directory: string,
  destination: string | undefined,
): Promise<KamalConfig | undefined> {
  const text = await textOf(path.join(directory, KAMAL_FILE));
  const base = text === undefined ? undefined : await kamalConfig(text, KAMAL_FILE, directory);
  if (destination === undefined) return base;
  if (!/^\w[\w.-]*$/.test(destination)) {
    throw new UsageError(`${JSON.stringify(destination)} cannot be the name of a destination`, {
      code: 'DESTINATION_UNKNOWN',
      suggestions: ['name it as kamal --destination does: --destination staging'],
    });
  }
  const file = destinationFile(destination);
  const over = await textOf(path.join(directory, file));
  if (base === undefined || over === undefined) {
    throw new UsageError(
      `there is no destination ${destination}: ${base === undefined ? KAMAL_FILE : file} is not there`,
      {
        code: 'DESTINATION_UNKNOWN',
        suggestions: [`Kamal keeps what a destination changes in ${file}`],
      },
    );
  }
  return withDestination(base, await kamalConfig(over, file, directory));
}

/** A configuration with the files of the project that it reads: Kamal runs it in the project's root. */
async function kamalConfig(text: string, file: string, directory: string): Promise<KamalConfig> {
  const inside = erbFiles(text).filter(
    (name) => !path.relative(directory, path.resolve(directory, name)).startsWith('..'),
  );
  const found = await Promise.all(
    inside.map(
      async (name) => [name, await readFile(path.resolve(directory, name), 'utf8').catch(() => '')] as const,
    ),
  );
  const files = new Map(found.filter(([, held]) => held !== '' && held.length <= MAX_PUT_IN));
  return readKamalConfig(text, { path: file, files });
}

async function usualDockerfile(directory: string): Promise<string | undefined> {
  for (const name of DOCKERFILES) {
    const file = path.join(directory, name);
    if (await isFile(file)) return file;
  }
  return undefined;
}

/** Whether there is a file of that path, links followed. */
export function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UsageError(`cannot read ${file}: ${message}`, {
      code: 'CONFIG_UNREADABLE',
      suggestions: ['check its permissions'],
      cause: error,
    });
  }
}
