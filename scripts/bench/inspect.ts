import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench } from './bench.js';
import type { Contender } from './contest.js';
import { contest, median } from './contest.js';
import { elfFiles } from './elf-files.js';
import { standingsTable } from './table.js';

const TREE = '/usr/lib';

/** Slow programs are given a part of the files, every n-th, and their time is multiplied. */
const MOST_FOR_SLOW = 100;

/** What lddtree and auditwheel stand on: each file opened with pyelftools, its version needs read. */
const PYELFTOOLS = `
import sys
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection
for path in open(sys.argv[1]).read().splitlines():
    try:
        with open(path, 'rb') as file:
            for section in ELFFile(file).iter_sections():
                if isinstance(section, GNUVerNeedSection):
                    for need, names in section.iter_versions():
                        for name in names: name.name
    except Exception as error:
        print(path, error, file=sys.stderr)
`;

/** A directory tree: what every file in it needs. */
export async function inspectTree(bench: Bench): Promise<void> {
  const title = `## gemcompat inspect ${TREE}`;
  if (!bench.has('readelf')) {
    bench.print(`${title}\n\nSkipped: there is no readelf here.`);
    return;
  }
  const standings = await contest(
    bench.meter,
    [
      {
        label: 'find | xargs readelf -V',
        command: ['sh', '-c', `find ${TREE} -type f -print0 | xargs -0 readelf -V`],
        // readelf exits with 1 where a file is no ELF file, and xargs with 123 then.
        exits: [0, 123],
        discardOutput: true,
      },
      {
        label: 'gemcompat inspect',
        command: [process.execPath, join(bench.root, 'dist/src/cli.js'), 'inspect', TREE],
        exits: [0, 3],
        discardOutput: true,
      },
    ],
    bench.runs,
    bench.env,
  );
  const ours = median(standings[1]?.runs.map(({ wall }) => wall) ?? []);
  bench.print(`${title}

${standingsTable(standings, 'find | xargs readelf -V')}

Ratios are to readelf, which is given every file of the tree as gemcompat is.
${await slowOnes(bench, ours)}`);
}

/** lddtree and pyelftools on some of the ELF files, as if on all. @param ours in milliseconds, for the whole tree */
async function slowOnes(bench: Bench, ours: number): Promise<string> {
  const all = await elfFiles(TREE);
  const step = Math.ceil(all.length / MOST_FOR_SLOW);
  const files = all.filter((_, index) => index % step === 0);
  const list = join(bench.workspace, 'some-elf-files');
  await writeFile(list, files.map((file) => `${file}\n`).join(''));
  const script = join(bench.workspace, 'needs.py');
  await writeFile(script, PYELFTOOLS);
  const PYTHONPATH = process.env['PYTHONPATH'] ?? '';
  const python = spawnSync('python3', ['-c', 'import elftools'], { stdio: 'ignore' }).status === 0;
  const contenders: Contender[] = [
    ...(python ? [{ label: 'pyelftools', command: ['python3', script, list] as const, exits: [0] }] : []),
    ...(bench.has('lddtree')
      ? [{ label: 'lddtree', command: ['lddtree', ...files] as const, exits: [0, 1], discardOutput: true }]
      : []),
  ];
  if (contenders.length === 0)
    return 'pyelftools and lddtree are not here (Debian: python3-pyelftools, pax-utils).';
  const standings = await contest(bench.meter, contenders, 1, { ...bench.env, PYTHONPATH });
  return standings
    .map(({ label, runs }) => {
      const wall = median(runs.map((run) => run.wall)) * (all.length / files.length);
      return `${label}: ${(wall / 1000).toFixed(1)} s for the ${all.length} ELF files alone (by ${files.length} of them), ${(wall / ours).toFixed(1)} times as long as gemcompat takes for the whole tree.`;
    })
    .join('\n');
}
