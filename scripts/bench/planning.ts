import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditReport } from '../../src/index.js';
import type { Bench } from './bench.js';
import type { Contender } from './contest.js';
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
  const env = { ...bench.env, GEMCOMPAT_CACHE_DIR: cache };
  const audit = (label: string, target: string): Contender => ({
    label,
    command: [
      process.execPath,
      join(bench.root, 'dist/src/cli.js'),
      ...['audit', app, '--source', mirror, '--target', target, '--arch', 'x86_64', '--format', 'json'],
    ],
    exits: [0, 1],
  });
  const script = (label: string, name: string, ...args: string[]): Contender => ({
    label,
    command: [process.execPath, join(bench.root, 'scripts/bench', name), mirror, ...args],
    exits: [0],
  });
  const planned = audit('audit with a plan', 'glibc-2.28');

  // Fills the cache, and says which gems the plan depends on.
  const first = await bench.meter.measure({ command: planned.command, env, discardOutput: false });
  const report = JSON.parse(first.stdout) as AuditReport;
  const { plan } = report;
  if (plan === undefined || plan.unanswered.length > 0)
    throw new Error(`no plan for ${plan?.unanswered.map(({ name }) => name).join(', ') ?? 'anything'}`);
  if (report.summary.incompatible !== made.failing)
    throw new Error(`${report.summary.incompatible} gems fail where ${made.failing} were made to`);
  const list = join(directory, 'inspected.json');
  await writeFile(list, JSON.stringify(plan.inspections.byGem));
  const none = join(directory, 'none.json');
  await writeFile(none, '{}');

  const standings = await contest(
    bench.meter,
    [
      script('the index alone', 'read-index.mjs'),
      script('no inspection recalled', 'recall.mjs', none),
      script('the inspections recalled', 'recall.mjs', list),
      audit('audit, everything fits', 'glibc-2.39'),
      planned,
    ],
    bench.runs,
    env,
  );
  const [index = NaN, without = NaN, recalled = NaN, fitting = NaN, whole = NaN] = standings.map(({ runs }) =>
    median(runs.map(({ cpu }) => cpu)),
  );
  const { inspected, candidates } = plan.inspections;
  if (Number(standings[2]?.stdout) !== inspected)
    throw new Error(`${standings[2]?.stdout.trim() ?? ''} of ${inspected} inspections were recalled`);
  const inspections = recalled - without;
  const planning = whole - fitting - inspections;
  bench.print(`## Planning over ${made.specs} specs, ${made.native} of them precompiled

${standingsTable(standings, 'the index alone')}

Ratios are to reading the ${standings[0]?.stdout.trim() ?? ''} releases of the ${(await readdir(join(mirror, 'info'))).length} info files. ${made.failing} gems do not fit; the plan has ${plan.pins.length} pins and ${plan.moves.length} moves, and depends on ${inspected} inspections among ${candidates} candidates, all in the cache.
With the plan the audit takes ${milliseconds(whole - fitting)} of CPU more: ${milliseconds(inspections)} to recall the inspections, and ${milliseconds(planning)} for the planning, ${(planning / index).toFixed(2)} × reading the index. To be reached are ${milliseconds(GOAL)}.`);
}
