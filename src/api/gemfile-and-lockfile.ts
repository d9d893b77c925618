import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isFile } from '../audit/project-files.js';
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
 * What Bundler works on where nothing is named: the lockfile that `BUNDLE_LOCKFILE` names, or that of the Gemfile that
 * `BUNDLE_GEMFILE` names, in the environment or in a config file of Bundler's, else that of the directory, or of the nearest one above
 * that has a Gemfile.
 * @throws LockfileError `LOCKFILE_NOT_FOUND` where what is named is not there; RegistryError `BUNDLER_CONFIG_UNREADABLE`
 */
export async function defaultPath({ cwd, env }: Place): Promise<string> {
  const root = await searchUp(cwd);
  const settings = await bundlerSettings({ cwd: root, env, startedIn: cwd });
  const { gemfile } = settings;
  const named = env['BUNDLE_LOCKFILE'] ? path.resolve(cwd, env['BUNDLE_LOCKFILE']) : settings.lockfile;
  const file = named ?? (gemfile === undefined ? undefined : lockfileOf(gemfile));
  if (file === undefined) return path.relative(cwd, root) || '.';
  const lockfile = fromHere(file, cwd);
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (isThere) return lockfile;
  const says =
    named === undefined && gemfile !== undefined
      ? `BUNDLE_GEMFILE names ${fromHere(gemfile, cwd)}, and there is no ${lockfile}`
      : `BUNDLE_LOCKFILE names ${lockfile}, which is not there`;
  throw new LockfileError(says, {
    code: 'LOCKFILE_NOT_FOUND',
    path: lockfile,
    suggestions: ['name another project or lockfile: path/to/app', 'lock it first: bundle lock'],
  });
}

/** What Bundler looks for (`Bundler::SharedHelpers#gemfile_names`), and the lockfiles of these, which may stand alone. */
const AT_THE_ROOT = ['gems.rb', 'Gemfile', 'gems.locked', 'Gemfile.lock'];

/** The directory itself, or the nearest above it, that has a Gemfile (`Bundler::SharedHelpers#search_up`); itself if there is none. */
async function searchUp(cwd: string): Promise<string> {
  for (let directory = cwd; ; directory = path.dirname(directory)) {
    for (const name of AT_THE_ROOT) {
      if (await isFile(path.join(directory, name))) return directory;
    }
    if (directory === path.dirname(directory)) return cwd;
  }
}

/** A path as a user in `cwd` would write it. */
export function fromHere(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') ? file : relative;
}
