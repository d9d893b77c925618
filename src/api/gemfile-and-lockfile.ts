import { stat } from 'node:fs/promises';
import path from 'node:path';
import { LockfileError } from '../errors.js';
import { bundlerSettings } from '../registry/bundler-settings.js';

/**
 * The Gemfile of a lockfile (Bundler::SharedHelpers#default_lockfile, the other way round); undefined for a lockfile that is
 * not named after one.
 */
export function gemfileOf(lockfile: string): string | undefined {
  const directory = path.dirname(lockfile);
  const name = path.basename(lockfile);
  if (name === 'gems.locked') return path.join(directory, 'gems.rb');
  if (name.endsWith('.lock') && name.length > '.lock'.length) return lockfile.slice(0, -'.lock'.length);
  return undefined;
}

/** The lockfile of a Gemfile (Bundler::SharedHelpers#default_lockfile). */
export function lockfileOf(gemfile: string): string {
  return path.basename(gemfile) === 'gems.rb'
    ? gemfile.replace(/gems\.rb$/, 'gems.locked')
    : `${gemfile}.lock`;
}

export interface Place {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * What Bundler works on where nothing is named: the lockfile of the Gemfile that `BUNDLE_GEMFILE` names, in the environment or
 * in a config file of Bundler's, else that of the directory.
 * @throws LockfileError `LOCKFILE_NOT_FOUND` where that Gemfile has none; RegistryError `BUNDLER_CONFIG_UNREADABLE`
 */
export async function defaultPath({ cwd, env }: Place): Promise<string> {
  const { gemfile } = await bundlerSettings({ cwd, env });
  if (gemfile === undefined) return '.';
  const lockfile = fromHere(lockfileOf(gemfile), cwd);
  const isThere = await stat(lockfileOf(gemfile)).then(
    () => true,
    () => false,
  );
  if (isThere) return lockfile;
  throw new LockfileError(`BUNDLE_GEMFILE names ${fromHere(gemfile, cwd)}, and there is no ${lockfile}`, {
    code: 'LOCKFILE_NOT_FOUND',
    path: lockfile,
    suggestions: ['name another project or lockfile: path/to/app', 'lock it first: bundle lock'],
  });
}

function fromHere(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') ? file : relative;
}
