import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The `bundle` that a shell would run; undefined where PATH has none. */
export async function findBundle(env: Environment): Promise<string | undefined> {
  const names = process.platform === 'win32' ? ['bundle.bat', 'bundle.cmd', 'bundle.exe'] : ['bundle'];
  for (const directory of (env['PATH'] ?? '').split(path.delimiter)) {
    for (const name of names) {
      const file = path.resolve(directory, name);
      const runs = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (directory !== '' && runs) return file;
    }
  }
  return undefined;
}

export interface BundleRun {
  /** Exit status; undefined where it was ended from outside. */
  readonly status: number | undefined;
  /** What it wrote, both streams in the order in which it came, at most the last 64 KiB. */
  readonly output: string;
  readonly timedOut: boolean;
  /** The signal that ended this process's wait for it: the caller cleans up, and then ends by it. */
  readonly interrupted?: NodeJS.Signals;
}

export interface BundleRunOptions {
  readonly cwd: string;
  readonly env: Environment;
  /** In milliseconds, after which it is ended with all that it started. */
  readonly timeout: number;
}

/** What a terminal or a supervisor ends a process with; `bundle` has a group of its own, and so would outlive it. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const MAX_OUTPUT = 64 * 1024;

/** Runs `bundle` without a terminal: it cannot ask anything, and has no longer than it is given. */
export function runBundle(
  bundle: string,
  args: readonly string[],
  { cwd, env, timeout }: BundleRunOptions,
): Promise<BundleRun> {
  return new Promise((resolve, reject) => {
    let output = '';
    let timedOut = false;
    let interrupted: NodeJS.Signals | undefined;
    const started: { pid?: number | undefined } = {};
    const exited = (): void => {
      end(started.pid);
    };
    const signalled = (signal: NodeJS.Signals): void => {
      interrupted = signal;
      end(started.pid);
    };
    // Before it is started: a signal that came in between would end this process alone.
    process.once('exit', exited);
    for (const signal of ENDING) process.on(signal, signalled);
    const settle = (): void => {
      clearTimeout(timer);
      process.removeListener('exit', exited);
      for (const signal of ENDING) process.removeListener(signal, signalled);
    };
    const child = spawn(bundle, args, {
      cwd,
      env: outsideBundler(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what it starts (git) ends with it.
      detached: process.platform !== 'win32',
    });
    started.pid = child.pid;
    const collect = (text: string): void => {
      output = (output + text).slice(-MAX_OUTPUT);
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    const timer = setTimeout(() => {
      timedOut = true;
      end(started.pid);
    }, timeout);
    const done = (code: number | null): void => {
      settle();
      resolve({
        status: code ?? undefined,
        output,
        timedOut,
        ...(interrupted === undefined ? {} : { interrupted }),
      });
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('exit', (code) => {
      if (!timedOut && interrupted === undefined) return;
      // What left its group goes on, and holds the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
      done(code);
    });
    child.on('close', done);
  });
}

function end(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** What Bundler's EnvironmentPreserver writes for a variable that was not set. */
const UNSET = 'BUNDLER_ENVIRONMENT_PRESERVER_INTENTIONALLY_NIL';

/** The environment as it was before `bundle exec`, by Bundler's own record of it (Bundler::EnvironmentPreserver). */
function outsideBundler(env: Environment): Environment {
  const clean: Record<string, string | undefined> = { ...env };
  for (const [key, value] of Object.entries(env)) {
    const name = /^BUNDLER_ORIG_(.+)$/.exec(key)?.[1];
    if (name === undefined) continue;
    if (value === UNSET) Reflect.deleteProperty(clean, name);
    else clean[name] = value;
    Reflect.deleteProperty(clean, key);
  }
  return clean;
}
