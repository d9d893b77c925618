import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench } from './bench.js';
import type { Contender, Standing } from './contest.js';
import { contest, median } from './contest.js';
import { elfFiles } from './elf-files.js';
import { standingsTable } from './table.js';

const TREE = '/usr/lib';

/** Slow programs are given a part of the files, every n-th, and their time is multiplied. */
const MOST_FOR_SLOW = 100;

/**
 * What lddtree and auditwheel stand on: each file opened with pyelftools, its version needs read; `symbols` also binds the
 * undefined symbols to them, as gemcompat does.
 */
const PYELFTOOLS = `
import sys
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection, GNUVerSymSection
symbols = sys.argv[2] == 'symbols'
for path in open(sys.argv[1]).read().splitlines():
    try:
        with open(path, 'rb') as file:
            names, index, table = {}, None, None
            for section in ELFFile(file).iter_sections():
                if isinstance(section, GNUVerNeedSection):
                    for need, versions in section.iter_versions():
                        for version in versions: names[version['vna_other']] = (need.name, version.name)
                elif isinstance(section, GNUVerSymSection): index = section
                elif section['sh_type'] == 'SHT_DYNSYM': table = section
            if not symbols or index is None: continue
            bound = {}
            for number, symbol in enumerate(table.iter_symbols()):
                if symbol['st_shndx'] != 'SHN_UNDEF': continue
                version = names.get(index.get_symbol(number)['ndx'])
                if version is not None: bound.setdefault(version, []).append(symbol.name)
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
  const whole = await contest(
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
  const files = await elfFiles(TREE);
  const list = await listOf(files, join(bench.workspace, 'all-elf-files'));
  const alone = await contest(
    bench.meter,
    [
      {
        label: 'xargs readelf -V',
        command: ['xargs', '-d', '\\n', '-a', list, 'readelf', '-V'],
        exits: [0, 123],
        discardOutput: true,
      },
      {
        label: 'parseElf',
        command: [process.execPath, join(bench.root, 'scripts/bench/parse-elf.mjs'), list],
        exits: [0],
      },
    ],
    bench.runs,
    bench.env,
  );
  bench.print(`${title}

${standingsTable(whole, 'find | xargs readelf -V')}

Ratios are to readelf, which is given every file of the tree as gemcompat is. gemcompat also looks into the zips among them, finds each needed library, and names the systems that have what is needed.

Its ${files.length} ELF files alone:

${standingsTable(alone, 'xargs readelf -V')}

${await slowOnes(bench, files, [whole[1], alone[1]])}`);
}

async function listOf(files: readonly string[], path: string): Promise<string> {
  await writeFile(path, files.map((file) => `${file}\n`).join(''));
  return path;
}

/**
 * lddtree and pyelftools on some of the ELF files, as if on all.
 * @param ours gemcompat on the whole tree, and its parser on the ELF files
 */
async function slowOnes(
  bench: Bench,
  all: readonly string[],
  ours: readonly (Standing | undefined)[],
): Promise<string> {
  const step = Math.ceil(all.length / MOST_FOR_SLOW);
  const files = all.filter((_, index) => index % step === 0);
  const list = await listOf(files, join(bench.workspace, 'some-elf-files'));
  const script = join(bench.workspace, 'needs.py');
  await writeFile(script, PYELFTOOLS);
  const PYTHONPATH = process.env['PYTHONPATH'] ?? '';
  const python = spawnSync('python3', ['-c', 'import elftools'], { stdio: 'ignore' }).status === 0;
  const pyelftools = (label: string, what: string): Contender => ({
    label,
    command: ['python3', script, list, what],
    exits: [0],
  });
  const contenders: Contender[] = [
    ...(python
      ? [
          pyelftools('pyelftools, names of versions', 'versions'),
          pyelftools('pyelftools, with their symbols', 'symbols'),
        ]
      : []),
    ...(bench.has('lddtree')
      ? [{ label: 'lddtree', command: ['lddtree', ...files] as const, exits: [0, 1], discardOutput: true }]
      : []),
  ];
  if (contenders.length === 0)
    return 'pyelftools and lddtree are not here (Debian: python3-pyelftools, pax-utils).';
  const standings = await contest(bench.meter, contenders, bench.runs, { ...bench.env, PYTHONPATH });
  const share = all.length / files.length;
  const cpuOf = (standing: Standing | undefined): number =>
    median(standing?.runs.map(({ cpu }) => cpu) ?? []);
  const [whole = NaN, parser = NaN] = ours.map(cpuOf);
  const lines = standings.map((standing) => {
    const cpu = cpuOf(standing) * share;
    return `- ${standing.label}: ${(cpu / 1000).toFixed(1)} s, ${(cpu / whole).toFixed(1)} times what gemcompat takes for the whole tree, ${(cpu / parser).toFixed(1)} times what its parser takes for the ELF files.`;
  });
  return `CPU time for the same ELF files alone, by ${files.length} of them:

${lines.join('\n')}`;
}
