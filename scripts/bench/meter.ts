import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What a process and its descendants took. */
export interface Measurement {
  /** From spawn to close, in milliseconds. */
  readonly wall: number;
  /** User and system time of the whole process tree, in milliseconds. */
  readonly cpu: number;
  /** Peak resident memory of the largest process of the tree, in bytes. */
  readonly peak: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface Run {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Output is thrown away by the kernel and not read: for programs that print more than anyone reads. */
  readonly discardOutput: boolean;
}

export interface Meter {
  /** For people: how CPU time and memory are measured. */
  readonly method: string;
  measure(run: Run): Promise<Measurement>;
}

/** A run that takes longer is ended, in milliseconds. */
const TIMEOUT = 10 * 60_000;

/**
 * A process that Node starts itself would be charged with Node's own memory: exec(2) keeps the peak of what was replaced
 * in `ru_maxrss`. So a small program stands between them: GNU time where it is installed, else bash.
 *
 * @param workspace a directory of the bench's own.
 */
export function createMeter(workspace: string): Meter {
  return hasGnuTime() ? gnuTime(join(workspace, 'time')) : bashTimes();
}

function hasGnuTime(): boolean {
  const { status, stdout, stderr } = spawnSync('/usr/bin/time', ['--version'], { encoding: 'utf8' });
  return status === 0 && `${stdout}${stderr}`.includes('GNU');
}

/** getrusage(2) of a child that was waited for: `ru_maxrss` is of its largest descendant, the times are of all. */
function gnuTime(file: string): Meter {
  return {
    method:
      'GNU time (getrusage of the finished process tree): CPU time of all its processes, peak resident memory of the largest',
    measure: async ({ command, ...rest }) => {
      // `quiet`: a word on a non-zero exit status would stand before the figures.
      const wrapped = ['/usr/bin/time', '-q', '-o', file, '-f', '%U %S %M', '--', ...command] as const;
      const { wall, ...output } = await finish({ command: [...wrapped], ...rest });
      const [user = NaN, system = NaN, kibibytes = NaN] = (await readFile(file, 'utf8'))
        .split(' ')
        .map(Number);
      await rm(file);
      return { wall, ...output, cpu: (user + system) * 1000, peak: kibibytes * 1024 };
    },
  };
}

/** proc(5): `VmHWM` is a high-water mark, so only a process that lives shorter than the interval can be missed. */
const POLL_INTERVAL = 5;

function bashTimes(): Meter {
  return {
    method: `CPU time by bash's times, of all processes; peak resident memory of the largest, by VmHWM in /proc every ${POLL_INTERVAL} ms, which misses processes that live shorter (GNU time is not installed)`,
    measure: async ({ command, ...rest }) => {
      const script = '"$@" 3>&-; status=$?; times >&3; exit "$status"';
      const wrapped = ['bash', '-c', script, 'bash', ...command] as const;
      let peak = 0;
      const watch = (pid: number): (() => void) => {
        const timer = setInterval(() => {
          for (const descendant of descendants(pid)) peak = Math.max(peak, highWaterMark(descendant));
        }, POLL_INTERVAL);
        return () => {
          clearInterval(timer);
        };
      };
      const { wall, times, ...output } = await finish({ command: [...wrapped], ...rest }, watch);
      return { wall, ...output, cpu: childrenTimes(times), peak };
    },
  };
}

interface Finished {
  readonly wall: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What came on file descriptor 3. */
  readonly times: string;
  readonly status: number;
}

function finish(run: Run, watch?: (pid: number) => () => void): Promise<Finished> {
  const [program, ...args] = run.command;
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, args, {
      env: run.env,
      stdio: ['ignore', run.discardOutput ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      timeout: TIMEOUT,
    });
    const stop = child.pid === undefined ? undefined : watch?.(child.pid);
    const output = new Map<number, string>();
    for (const fd of [1, 2, 3]) {
      child.stdio[fd]?.on('data', (chunk: Buffer) => {
        output.set(fd, (output.get(fd) ?? '') + chunk.toString('utf8'));
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const wall = performance.now() - start;
      stop?.();
      const [stdout, stderr, times] = [1, 2, 3].map((fd) => output.get(fd) ?? '') as [string, string, string];
      if (code === null) reject(new Error(`${run.command.join(' ')} was ended by ${signal ?? 'a signal'}`));
      else resolve({ wall, stdout, stderr, times, status: code });
    });
  });
}

/** The second line of `times`: user and system time of the children, `0m1.250s 0m0.090s`. In milliseconds. */
function childrenTimes(times: string): number {
  const children = times.trim().split('\n')[1] ?? '';
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  );
}

/** The processes below one, without it: it is the bash that measures. None of them starts others from a second thread. */
function descendants(pid: number): number[] {
  const children = procFile(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function highWaterMark(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(procFile(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Processes end while they are looked at. */
function procFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
