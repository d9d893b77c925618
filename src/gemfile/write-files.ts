import {
  access,
  chmod,
  chown,
  constants,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { GemfileError } from '../errors.js';
import type { ByteText } from './ruby-parser.js';

export interface FileWrite {
  /** Absolute; a link is followed, and what it points to is written. */
  readonly path: string;
  /** As the user would write it. */
  readonly shown: string;
  /** What the file held when it was read; undefined where it need not be there. */
  readonly before: ByteText | undefined;
  readonly after: ByteText;
}

interface Staged {
  readonly write: FileWrite;
  readonly target: string;
  readonly temporary: string;
}

/** What a terminal or a supervisor ends a process with. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Writes files: each into a new file beside it that takes its place, so that none is ever half written. Where one cannot be
 * written, none is: what had taken its place already is put back. A signal that would end the process is held until either
 * none or all of them are written and nothing lies beside them, and then ends it.
 *
 * @throws GemfileError `GEMFILE_UNWRITABLE`; `GEMFILE_CHANGED` where a file is no longer what was read
 */
export async function writeFiles(writes: readonly FileWrite[]): Promise<void> {
  if (writes.length === 0) return;
  let ending: NodeJS.Signals | undefined;
  const signalled = (signal: NodeJS.Signals): void => {
    ending ??= signal;
  };
  for (const signal of ENDING) process.on(signal, signalled);
  try {
    await writeAll(writes, () => ending !== undefined);
  } finally {
    // A signal that has come and was not told yet would be lost with its listener.
    await new Promise((resolve) => setImmediate(resolve));
    for (const signal of ENDING) process.removeListener(signal, signalled);
    if (ending !== undefined) process.kill(process.pid, ending);
  }
}

async function writeAll(writes: readonly FileWrite[], isEnding: () => boolean): Promise<void> {
  const staged: Staged[] = [];
  const done: Staged[] = [];
  try {
    for (const write of writes) staged.push(await stage(write));
    if (isEnding()) return;
    for (const each of staged) {
      if (each.write.before !== undefined) await refuseChanged(each.write, each.target);
      await unwritable(each.write, () => rename(each.temporary, each.target));
      done.push(each);
    }
  } catch (error) {
    for (const { write, target } of done) {
      if (write.before === undefined) await rm(target, { force: true });
      else {
        const back = await stage({ ...write, after: write.before });
        await rename(back.temporary, target);
      }
    }
    throw error;
  } finally {
    await Promise.all(staged.map(({ temporary }) => rm(temporary, { force: true })));
  }
}

async function stage(write: FileWrite): Promise<Staged> {
  const target = await realpath(write.path).catch(() => write.path);
  const temporary = path.join(
    path.dirname(target),
    `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  await unwritable(write, async () => {
    const stats = await stat(target).catch(() => undefined);
    if (stats !== undefined) await access(target, constants.W_OK);
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(write.after, 'latin1');
      await file.sync();
    } finally {
      await file.close();
    }
    if (stats === undefined) await chmod(temporary, 0o644);
    else {
      await chmod(temporary, stats.mode & 0o7777);
      // Another's file that one may write stays the other's where the system lets it.
      await chown(temporary, stats.uid, stats.gid).catch(() => undefined);
    }
  }).catch(async (error: unknown) => {
    await rm(temporary, { force: true });
    throw error;
  });
  return { write, target, temporary };
}

async function refuseChanged({ shown, before }: FileWrite, target: string): Promise<void> {
  const now = await readFile(target, 'latin1').catch(() => undefined);
  if (now === before) return;
  throw new GemfileError(`${shown} was changed by someone else while it was being edited`, {
    code: 'GEMFILE_CHANGED',
    path: shown,
    suggestions: ['nothing was written; run it again'],
  });
}

async function unwritable<Result>({ shown }: FileWrite, task: () => Promise<Result>): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    throw new GemfileError(`cannot write ${shown}: ${(error as Error).message}`, {
      code: 'GEMFILE_UNWRITABLE',
      path: shown,
      suggestions: [
        'nothing was written; check the permissions of the file and its directory',
        'see what would be written: --dry-run',
      ],
      cause: error,
    });
  }
}
