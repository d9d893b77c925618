import path from 'node:path';
import type { LockfileOnDisk } from '../audit/lockfile-file.js';
import { readLockfile } from '../audit/lockfile-file.js';
import type { ProjectFiles } from '../audit/project-files.js';
import { projectRoot, readProjectFiles } from '../audit/project-files.js';
import type { AuditWarning } from '../audit/types.js';
import { parseLockfile } from '../lockfile/parse.js';
import type { AuditOptions } from './audit.js';
import { checkRuby, checkRubygems } from './check-ruby.js';
import { defaultPath } from './gemfile-and-lockfile.js';

/** A lockfile and what lies beside it, and the moment at which they were read. */
export interface AuditedProject extends LockfileOnDisk {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  /** The directory of `files`, absolute. */
  readonly root: string;
  readonly files: ProjectFiles;
  /** The user named the lockfile itself, and not the directory that holds it. */
  readonly named: boolean;
  /** What is odd about the lockfile. */
  readonly warnings: readonly AuditWarning[];
}

/**
 * Reads what an audit goes by.
 * @throws LockfileError, UsageError `RUBY_MALFORMED`, `RUBYGEMS_MALFORMED`, and what `readProjectFiles` throws
 */
export async function readAuditedProject(options: AuditOptions): Promise<AuditedProject> {
  const { cwd = process.cwd(), env = process.env, destination, lockfileText } = options;
  const today = new Date().toISOString().slice(0, 10);
  checkRuby(options.ruby);
  checkRubygems(options.rubygems);
  const given = options.path ?? (await defaultPath({ cwd, env }));
  const found = await readLockfile(given, cwd);
  const lockfile =
    lockfileText === undefined ? found.lockfile : parseLockfile(lockfileText, { path: found.path });
  const root = await projectRoot(path.resolve(cwd, found.path), cwd);
  const files = await readProjectFiles(root, {
    today,
    ...(destination === undefined ? {} : { destination }),
  });
  const warnings = lockfile.warnings.map(({ message, line }) => ({
    code: 'LOCKFILE',
    message: `${found.path}:${line}: ${message}`,
  }));
  return { ...found, lockfile, cwd, env, today, root, files, named: found.path === given, warnings };
}
