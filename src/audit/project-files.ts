import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../errors.js';
import type { ProjectConfig } from './config-file.js';
import { CONFIG_FILE, parseConfig } from './config-file.js';
import type { KamalConfig } from './kamal-config.js';
import { KAMAL_FILE, readKamalConfig } from './kamal-config.js';

/** What a project says of its deployment, in the files that it has anyway. */
export interface ProjectFiles {
  readonly config?: ProjectConfig;
  readonly kamal?: KamalConfig;
  /** Path of the Dockerfile that Kamal builds, or of the one at the root; absent where there is none. */
  readonly dockerfile?: string;
}

/**
 * Reads `.gemcompat.yml` and `config/deploy.yml` of a project, where it has them.
 *
 * @param directory the project's root, absolute
 * @param today ISO date, by which an ignore has expired
 * @throws ConfigError for what is wrong in a file; UsageError `CONFIG_UNREADABLE`
 */
export async function readProjectFiles(directory: string, today: string): Promise<ProjectFiles> {
  const [config, kamal] = await Promise.all([
    textOf(path.join(directory, CONFIG_FILE)),
    textOf(path.join(directory, KAMAL_FILE)),
  ]);
  const read = kamal === undefined ? undefined : readKamalConfig(kamal, { path: KAMAL_FILE });
  const dockerfile = path.join(directory, read?.dockerfile ?? 'Dockerfile');
  const isFile = await stat(dockerfile).then(
    (stats) => stats.isFile(),
    () => false,
  );
  return {
    ...(config === undefined ? {} : { config: parseConfig(config, { path: CONFIG_FILE, today }) }),
    ...(read === undefined ? {} : { kamal: read }),
    ...(isFile ? { dockerfile } : {}),
  };
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
