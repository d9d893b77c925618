import type { Measurement, Meter } from './meter.js';

/** One of the programs that do the same job. */
export interface Contender {
  readonly label: string;
  readonly command: readonly [string, ...string[]];
  /** Exit statuses that mean that the job was done. */
  readonly exits: readonly number[];
  /** `run` is a name of its own for each run. */
  readonly environment?: (run: string) => Readonly<Record<string, string>>;
  readonly discardOutput?: boolean;
}

export interface Standing {
  readonly label: string;
  /** Without the warm-up. */
  readonly runs: readonly Measurement[];
  /** Of the last run. */
  readonly stdout: string;
}

/**
 * Runs the contenders in turns, so that what else the machine does hits them alike: a warm-up each, then `runs` times
 * each, and each time another one begins.
 * @throws where a contender fails.
 */
export async function contest(
  meter: Meter,
  contenders: readonly Contender[],
  runs: number,
  env: Readonly<Record<string, string>>,
): Promise<Standing[]> {
  const measured = new Map<Contender, Measurement[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round <= runs; round += 1) {
    const first = round % contenders.length;
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)]) {
      const result = await meter.measure({
        command: contender.command,
        env: { ...env, ...contender.environment?.(String(round)) },
        discardOutput: contender.discardOutput ?? false,
      });
      if (!contender.exits.includes(result.status)) {
        throw new Error(`${contender.label} failed with exit status ${result.status}:\n${result.stderr}`);
      }
      if (round > 0) measured.get(contender)?.push(result);
    }
  }
  return [...measured].map(([{ label }, results]) => ({
    label,
    runs: results,
    stdout: results.at(-1)?.stdout ?? '',
  }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
