import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import type { DefectKind, Ruling } from '../../test/helpers/universe-judge.js';

export interface PinComparison {
  /** Universes that Bundler could lock. */
  readonly asked: number;
  readonly agreed: number;
  readonly differed: number;
  /** Universes that it could not. */
  readonly skipped: number;
  readonly notes: readonly string[];
  /** The first of each kind made small, of the others a line with the seed. */
  readonly differences: readonly string[];
}

/** Half a gigabyte each: Ruby, and the modules that V8 compiled of it. */
const MOST_WORKERS = 4;

interface Judged {
  readonly seed: number;
  readonly ruling: Ruling;
  readonly reproductions: readonly string[];
}

/**
 * Generated universes before real Bundler: the audit's pins are written into the Gemfile, Bundler locks with the old lockfile
 * in place, and what it comes to is held against the binaries that were planted, against what the audit said, and against
 * all other bundles. Prints a table of its own.
 *
 * @param count so many that Bundler can lock, from seed 1 on
 */
export async function comparePins(count = 500): Promise<PinComparison> {
  const start = performance.now();
  const judged = await judgeAll(count);
  const lockable = judged.filter(({ ruling }) => ruling.lockable).slice(0, count);
  const differing = lockable.filter(({ ruling }) => ruling.defects.length > 0);
  console.log(tableOf(lockable.map(({ ruling }) => ruling)));
  const locks = judged.reduce((sum, { ruling }) => sum + ruling.locks, 0);
  return {
    asked: lockable.length,
    agreed: lockable.length - differing.length,
    differed: differing.length,
    skipped: judged.filter(({ ruling }) => !ruling.lockable).length,
    notes: [
      `${judged.filter(({ ruling }) => !ruling.lockable).length} further universes Bundler cannot lock`,
      `${locks} locks in ${((performance.now() - start) / 1000).toFixed(0)} s`,
    ],
    differences: differing
      .flatMap(({ reproductions }) => reproductions)
      .sort((one, other) => Number(other.includes('\n')) - Number(one.includes('\n'))),
  };
}

function tableOf(rulings: readonly Ruling[]): string {
  const sum = (of: (ruling: Ruling) => number): number =>
    rulings.reduce((total, ruling) => total + of(ruling), 0);
  const defects = (...kinds: DefectKind[]): number =>
    sum((ruling) => ruling.defects.filter(({ kind }) => kinds.includes(kind)).length);
  const table = new Table({ style: { head: [], border: [] } });
  table.push(
    ['universes', rulings.length],
    ['… of which something fails', sum(({ failing }) => (failing > 0 ? 1 : 0))],
    ['gems', sum(({ gems }) => gems)],
    ['versions', sum(({ versions }) => versions)],
    ['failing gems', sum(({ failing }) => failing)],
    ['pins written', sum(({ pins }) => pins.length)],
    ['refused pins', defects('refused')],
    ['unfit gems in the resulting lock', defects('unfit')],
    ['another bundle than was said', defects('untrue')],
    ['answers held against all bundles', sum(({ compared }) => compared)],
    ['… too many to try them all', sum(({ uncompared }) => uncompared)],
    ['better answers missed', defects('missed')],
    ['superfluous pins', defects('superfluous')],
    ['changes again in a second run', defects('unsteady')],
    ['no answer, and there is none', sum(({ hopeless }) => hopeless)],
    ['other verdicts than planted, crashes', defects('verdict', 'crash')],
  );
  return table.toString();
}

/** Shares the seeds out: each process gets its next one when it is done with the last, until there are enough. */
async function judgeAll(count: number): Promise<Judged[]> {
  let seed = 0;
  const judged: Judged[] = [];
  const lockable = (): number => judged.filter(({ ruling }) => ruling.lockable).length;
  const workers = Math.min(MOST_WORKERS, availableParallelism(), count);
  const children: ChildProcess[] = [];
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(fileURLToPath(new URL('pins-worker.ts', import.meta.url)), {
        execArgv: ['--import', 'jiti/register', '--disable-warning=ExperimentalWarning'],
      });
      children.push(child);
      let at: number | undefined;
      child.on('message', (message: { readonly ready: true } | Judged) => {
        if ('seed' in message) judged.push(message);
        at = lockable() < count ? ++seed : undefined;
        child.send(at === undefined ? {} : { seed: at });
      });
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        if (code === 0 && at === undefined) resolve();
        else
          reject(new Error(`the process that judged seed ${at ?? '-'} ended with ${signal ?? code ?? '-'}`));
      });
    });
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    for (const child of children) child.kill();
  }
  return judged.sort((one, other) => one.seed - other.seed);
}
