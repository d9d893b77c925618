import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { LockfileError } from '../errors.js';
import { decodeLockfile } from '../lockfile/decode.js';
import { parseLockfile } from '../lockfile/parse.js';
import type { Lockfile } from '../lockfile/types.js';

/** A lockfile that was found and read. */
export interface LockfileOnDisk {
  /** As the user would write it. */
  readonly path: string;
  /** The project's directory, absolute. */
  readonly directory: string;
  readonly lockfile: Lockfile;
}

/** The names that Bundler gives a lockfile (Bundler::SharedHelpers#default_lockfile). */
const NAMES = ['Gemfile.lock', 'gems.locked'];

/** `Bundler::SharedHelpers#gemfile_names`: a Gemfile beside it is ignored. */
const FIRST_GEMFILE = 'gems.rb';

/** Largest lockfile in bytes; the largest in public use are below 1 MiB. */
const MAX_SIZE = 64 * 1024 * 1024;

/**
 * Reads a Gemfile.lock, or the one that a directory holds.
 *
 * @throws LockfileError `LOCKFILE_NOT_FOUND`, `LOCKFILE_UNREADABLE`, `LOCKFILE_TOO_LARGE`, and what the parser throws.
 */
export async function readLockfile(given: string, cwd: string): Promise<LockfileOnDisk> {
  const file = await find(given, cwd);
  const absolute = path.resolve(cwd, file);
  const bytes = await reading(file, async () => {
    const { size } = await stat(absolute);
    if (size > MAX_SIZE) {
      throw new LockfileError(
        `${file} has ${size} bytes, more than the ${MAX_SIZE} that are read of a lockfile`,
        {
          code: 'LOCKFILE_TOO_LARGE',
          path: file,
          suggestions: ['name the lockfile itself'],
        },
      );
    }
    return readFile(absolute);
  });
  const lockfile = parseLockfile(decodeLockfile(bytes, { path: file }), { path: file });
  return { path: file, directory: path.dirname(absolute), lockfile };
}

async function find(given: string, cwd: string): Promise<string> {
  const absolute = path.resolve(cwd, given);
  const found = await kindOf(absolute);
  if (found === 'file') return given;
  if (found === 'directory') {
    const first = (await kindOf(path.join(absolute, FIRST_GEMFILE))) === 'file';
    for (const name of first ? [...NAMES].reverse() : NAMES) {
      if ((await kindOf(path.join(absolute, name))) === 'file') return path.join(given, name);
    }
  }
  const here = given === '.' ? 'this directory' : given;
  throw new LockfileError(
    found === 'directory'
      ? `${here} has no ${NAMES.join(' and no ')}`
      : `there is no file or directory ${given}`,
    {
      code: 'LOCKFILE_NOT_FOUND',
      path: given,
      suggestions: [
        'name the directory of the project, or its lockfile: path/to/app',
        ...(found === 'directory' ? ['a project with a Gemfile gets its lockfile from: bundle lock'] : []),
      ],
    },
  );
}

async function kindOf(file: string): Promise<'file' | 'directory' | undefined> {
  return reading(file, async () => {
    const stats = await stat(file).catch((error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    });
    return stats === undefined ? undefined : stats.isDirectory() ? 'directory' : 'file';
  });
}

async function reading<Result>(file: string, task: () => Promise<Result>): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof LockfileError) throw error;
    throw new LockfileError(`cannot read ${file}: ${(error as Error).message}`, {
      code: 'LOCKFILE_UNREADABLE',
      path: file,
      suggestions: ['check the path and its permissions'],
      cause: error,
    });
  }
}
