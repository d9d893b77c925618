import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random, seedOf } from './random.js';
import type { Subject } from './subject.js';
import { checkWithinLimits } from './subject.js';
import type { Watchdog } from './watchdog.js';

export interface RunOptions {
  readonly seed: number;
  /** Ends the run after so many inputs, the fixed ones not counted; … */
  readonly inputs?: number;
  /** … or after so many milliseconds of the clock, whichever comes first. */
  readonly milliseconds?: number;
  /** The number of the first input. */
  readonly first?: number;
  /** Where cases are written to; nowhere without it. */
  readonly saveTo?: string;
  readonly watchdog?: Watchdog;
}

export interface Found {
  /** Title of a fixed input, or the number of a made one. */
  readonly input: string;
  readonly problem: string;
  /** Path of the file that it was written to. */
  readonly saved?: string;
}

export interface RunResult {
  readonly inputs: number;
  /** How the inputs ended → how many. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly found: readonly Found[];
}

/** Different problems of one parser that are kept; more of them would only repeat each other. */
const MOST_FOUND = 25;

/** Feeds a parser with its fixed inputs and then with made ones, until one of the bounds is reached. */
export async function fuzz(subject: Subject, options: RunOptions): Promise<RunResult> {
  const { seed, inputs = Infinity, milliseconds = Infinity, first = 0, watchdog } = options;
  const outcomes: Record<string, number> = {};
  const found = new Map<string, Found>();
  const started = performance.now();
  let count = 0;

  const attempt = async (input: string, make: () => Uint8Array): Promise<void> => {
    count += 1;
    watchdog?.started(`${subject.name}, input ${input}, seed ${seed}`);
    const bytes = make();
    try {
      const outcome = await checkWithinLimits(subject, bytes);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    } catch (error) {
      outcomes['FOUND'] = (outcomes['FOUND'] ?? 0) + 1;
      const problem = problemOf(error);
      const kind = problem.replaceAll(/"(?:[^"\\]|\\.)*"|0x[0-9a-f]+|\d+/g, '…').slice(0, 200);
      if (found.has(kind) || found.size >= MOST_FOUND) return;
      const saved =
        options.saveTo === undefined
          ? {}
          : { saved: await save(options.saveTo, subject, seed, input, bytes) };
      found.set(kind, { input, problem, ...saved });
    }
  };

  if (first === 0) {
    for (const { title, bytes } of subject.fixed ?? []) await attempt(title, bytes);
  }
  for (let number = first; number < first + inputs; number += 1) {
    if (performance.now() - started > milliseconds) break;
    await attempt(String(number), () => subject.make(new Random(seedOf(seed, subject.name, number))));
  }
  watchdog?.idle();
  return { inputs: count, outcomes, found: [...found.values()] };
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  return error.name === 'BrokenPromise' ? error.message : (error.stack ?? error.message).slice(0, 2000);
}

async function save(
  folder: string,
  subject: Subject,
  seed: number,
  input: string,
  bytes: Uint8Array,
): Promise<string> {
  const path = join(folder, subject.name, `seed-${seed}-input-${input.replaceAll(/\W+/g, '-')}`);
  await mkdir(join(folder, subject.name), { recursive: true });
  await writeFile(path, bytes);
  return path;
}
