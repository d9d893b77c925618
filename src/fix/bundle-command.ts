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
}

export interface BundleRunOptions {
  readonly cwd: string;
  readonly env: Environment;
  /** In milliseconds, after which it is ended with all that it started. */
  readonly timeout: number;
}

const MAX_OUTPUT = 64 * 1024;

/** Runs `bundle` without a terminal: it cannot ask anything, and has no longer than it is given. */
export function runBundle(
  bundle: string,
  args: readonly string[],
  { cwd, env, timeout }: BundleRunOptions,
): Promise<BundleRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(bundle, args, {
      cwd,
      env: outsideBundler(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what it starts (git) ends with it.
      detached: process.platform !== 'win32',
    });
    let output = '';
    let timedOut = false;
    const collect = (text: string): void => {
      output = (output + text).slice(-MAX_OUTPUT);
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    const timer = setTimeout(() => {
      timedOut = true;
      end(child.pid);
    }, timeout);
    const interrupted = (): void => {
      end(child.pid);
    };
    process.once('exit', interrupted);
    const settle = (): void => {
      clearTimeout(timer);
      process.removeListener('exit', interrupted);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('close', (code) => {
      settle();
      resolve({ status: code ?? undefined, output, timedOut });
    });
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
