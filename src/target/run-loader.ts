import { execFile } from 'node:child_process';

/** The answer comes at once, and has two pages. In milliseconds and bytes. */
const TIMEOUT = 2000;
const MAX_OUTPUT = 64 << 10;

/**
 * What a program interpreter of this machine says to `--help`. It is a program of the system, which every command starts; it is
 * given no environment and nothing to load.
 * @param path absolute
 * @returns undefined where it does not run, takes too long or says too much
 */
export function runLoader(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const limits = { env: {}, timeout: TIMEOUT, maxBuffer: MAX_OUTPUT, killSignal: 'SIGKILL' } as const;
    execFile(path, ['--help'], { ...limits, encoding: 'latin1' }, (error, stdout) => {
      resolve(error === null ? stdout : undefined);
    });
  });
}
