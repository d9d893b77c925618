import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditReport } from '../../src/index.js';
import type { Bench } from './bench.js';
import { contest, median } from './contest.js';
import { makeLargeBundle } from './large-bundle.js';
import { milliseconds, standingsTable } from './table.js';

const SPECS = 300;

/** What is to be reached: CPU time beyond the inspections, in milliseconds. */
const GOAL = 1000;

/**
 * The joint answer for a large lockfile. All inspections are in the cache: what is left is reading the index, the verdicts
 * and the planning. The same project where everything fits is what there is without the planning.
 */
export async function planning(bench: Bench): Promise<void> {
  const directory = join(bench.workspace, 'planning');
  await mkdir(directory);
  const { app, mirror, ...made } = await makeLargeBundle(directory, SPECS);
  const cache = join(directory, 'cache');
  const audit = (label: string, target: string) =>
    ({
      label,
      command: [
        process.execPath,
        join(bench.root, 'dist/src/cli.js'),
        ...['audit', app, '--source', mirror, '--target', target, '--arch', 'x86_64', '--format', 'json'],
      ],
      exits: [0, 1],
      environment: () => ({ GEMCOMPAT_CACHE_DIR: cache }),
    }) as const;
  const standings = await contest(
    bench.meter,
    [
      {
        label: 'the index alone',
        command: [process.execPath, join(bench.root, 'scripts/bench/read-index.mjs'), mirror],
        exits: [0],
      },
      audit('audit, everything fits', 'glibc-2.39'),
      audit('audit with a plan', 'glibc-2.28'),
    ],
    bench.runs,
    bench.env,
  );
  const [index, fitting, planned] = standings.map(({ runs }) => median(runs.map(({ cpu }) => cpu)));
  const report = JSON.parse(standings[2]?.stdout ?? '') as AuditReport;
  const { plan } = report;
  if (plan === undefined || plan.unanswered.length > 0)
    throw new Error(`no plan for ${plan?.unanswered.map(({ name }) => name).join(', ') ?? 'anything'}`);
  if (report.summary.incompatible !== made.failing)
    throw new Error(`${report.summary.incompatible} gems fail where ${made.failing} were made to`);
  const cost = (planned ?? NaN) - (fitting ?? NaN);
  const { inspected, candidates } = plan.inspections;
  bench.print(`## Planning over ${made.specs} specs, ${made.native} of them precompiled

${standingsTable(standings, 'the index alone')}

Ratios are to reading the ${standings[0]?.stdout.trim() ?? ''} releases of the ${(await readdir(join(mirror, 'info'))).length} info files. ${made.failing} gems do not fit; the plan has ${plan.pins.length} pins and ${plan.moves.length} moves.
The plan takes ${milliseconds(cost)} of CPU more than the verdicts alone (${(cost / (index ?? NaN)).toFixed(2)} × the index), the recall of ${inspected} inspections among ${candidates} candidates included; to be reached is ${milliseconds(GOAL)} without them.`);
}
