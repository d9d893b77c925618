import { join } from 'node:path';
import type { Bench } from './bench.js';
import type { Contender } from './contest.js';
import { contest } from './contest.js';
import { assertAgreement, floorsByHand, floorsOfReport } from './floors.js';
import { standingsTable } from './table.js';

const BY_HAND = 'by hand';

export interface Project {
  readonly title: string;
  /** Absolute paths. */
  readonly lockfile: string;
  readonly mirror: string;
  /** What a reader of the table has to know. */
  readonly remark?: string;
}

/**
 * Audits a project with a cold and a warm cache beside the work by hand, and prints the table.
 * @throws where the two do not say the same.
 */
export async function compareAudit(bench: Bench, project: Project): Promise<void> {
  const { title, lockfile, mirror, remark } = project;
  const missing = ['tar', 'gunzip', 'objdump'].filter((program) => !bench.has(program));
  if (missing.length > 0) {
    bench.print(`## ${title}\n\nSkipped: there is no ${missing.join(', ')} here.`);
    return;
  }
  const { root, workspace, cpu } = bench;
  const caches = join(workspace, 'caches', title);
  const audit = (label: string, cacheOf: (run: string) => string): Contender => ({
    label,
    command: [
      process.execPath,
      join(root, 'dist/src/cli.js'),
      ...[
        'audit',
        lockfile,
        '--source',
        mirror,
        '--target',
        'ubuntu-20.04',
        '--arch',
        cpu,
        '--format',
        'json',
      ],
    ],
    exits: [0, 1],
    environment: (run) => ({ GEMCOMPAT_CACHE_DIR: join(caches, cacheOf(run)) }),
  });
  const contenders: Contender[] = [
    {
      label: BY_HAND,
      command: ['bash', join(root, 'scripts/bench/by-hand.sh'), lockfile, join(mirror, 'gems'), cpu],
      exits: [0],
    },
    audit('gemcompat, cold', (run) => `cold-${run}`),
    audit('gemcompat, warm', () => 'warm'),
  ];
  const standings = await contest(bench.meter, contenders, bench.runs, bench.env);
  const [byHand, ...ours] = standings.map(({ stdout }) => stdout);
  const floors = floorsByHand(byHand ?? '');
  for (const report of ours) assertAgreement(floorsOfReport(report, cpu), floors);
  const shown = [...floors].map(([gem, floor]) => `${gem} ${floor}`).join(', ');
  bench.print(
    `## ${title}\n\n${standingsTable(standings, BY_HAND)}\n\nBoth say of glibc: ${shown}.${remark === undefined ? '' : `\n${remark}`}`,
  );
}
