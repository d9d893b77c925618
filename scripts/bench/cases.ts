import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench } from './bench.js';
import type { Project } from './compare-audit.js';
import { compareAudit } from './compare-audit.js';
import { contest, median } from './contest.js';
import { elfFiles, versionsByReadelf } from './elf-files.js';
import { makeLargeGem } from './large-gem.js';
import { planning } from './planning.js';
import { mebibytes, milliseconds, standingsTable } from './table.js';

/** By name, in the order in which they run. */
export const cases: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  start,
  shop,
  specs,
  large,
  planning,
  parse,
};

/** What of the other figures is Node's own start, and the program's. */
async function start(bench: Bench): Promise<void> {
  const standings = await contest(
    bench.meter,
    [
      { label: 'node', command: [process.execPath, '-e', '0'], exits: [0] },
      {
        label: 'gemcompat --version',
        command: [process.execPath, join(bench.root, 'dist/src/cli.js'), '--version'],
        exits: [0],
      },
    ],
    bench.runs,
    bench.env,
  );
  bench.print(
    `## Start of the program\n\n${standingsTable(standings, 'node')}\n\nRatios are to Node that does nothing.`,
  );
}

function shopProject({ root }: Bench): Project {
  return {
    title: 'fixtures/apps/shop, a Rails application',
    lockfile: join(root, 'fixtures/apps/shop/Gemfile.lock'),
    mirror: join(root, 'fixtures/mirror'),
    remark:
      'By hand only these are found; gemcompat also compares all other needs, and reads further versions for those that fit.',
  };
}

async function shop(bench: Bench): Promise<void> {
  await compareAudit(bench, shopProject(bench));
}

const SPECS = 500;

/** The same project with pure Ruby gems added. */
async function specs(bench: Bench): Promise<void> {
  const project = shopProject(bench);
  const text = await readFile(project.lockfile, 'utf8');
  const present = text.match(/^ {4}\S+ \(/gm)?.length ?? 0;
  const added = Array.from({ length: SPECS - present }, (_, index) => {
    const number = String(index + 1).padStart(3, '0');
    return `    pure_ruby_${number} (1.${index}.0)\n      activesupport (>= 6.1, < 9)\n      zeitwerk (~> 2.6)\n`;
  });
  const directory = join(bench.workspace, 'specs');
  await mkdir(directory);
  const lockfile = join(directory, 'Gemfile.lock');
  await writeFile(
    lockfile,
    text.replace(/^ {2}specs:\n/m, (specsLine) => specsLine + added.join('')),
  );
  await compareAudit(bench, { ...project, title: `The same with ${SPECS} specs in its lockfile`, lockfile });
}

/** An executable as large as those of Go and Rust can be. */
async function large(bench: Bench): Promise<void> {
  if (!bench.has('gcc')) {
    bench.print('## One large executable\n\nSkipped: there is no gcc here to make it.');
    return;
  }
  const gem = await makeLargeGem(join(bench.workspace, 'large'), bench.size, bench.cpu);
  const executable = mebibytes(gem.executableSize);
  await compareAudit(bench, {
    title: `One executable of ${executable}, in a gem of ${mebibytes(gem.gemSize)}`,
    lockfile: join(gem.app, 'Gemfile.lock'),
    mirror: gem.mirror,
    remark: `By hand ${executable} are written to disk, which the column of memory does not show; gemcompat writes none.`,
  });
}

const LIBRARIES = '/usr/lib';

/** More than these are not read: every n-th of all. */
const MOST_FILES = 1000;

/** The ELF parser alone. */
async function parse(bench: Bench): Promise<void> {
  const title = `## The ELF parser, on ${LIBRARIES}`;
  if (!bench.has('readelf')) {
    bench.print(`${title}\n\nSkipped: there is no readelf here.`);
    return;
  }
  const all = await elfFiles(LIBRARIES);
  const step = Math.ceil(all.length / MOST_FILES);
  const files = all.filter((_, index) => index % step === 0);
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const list = join(bench.workspace, 'elf-files');
  await writeFile(list, files.map((file) => `${file}\n`).join(''));

  const readelf = ['readelf', '-VW', ...files] as const;
  const standings = await contest(
    bench.meter,
    [
      // readelf exits with 1 where it warns of one of the files.
      { label: 'readelf -V', command: readelf, exits: [0, 1], discardOutput: true },
      {
        label: 'parseElf',
        command: [process.execPath, join(bench.root, 'scripts/bench/parse-elf.mjs'), list],
        exits: [0],
      },
    ],
    bench.runs,
    bench.env,
  );
  const ours = standings[1]?.runs.map(({ stdout }) => JSON.parse(stdout) as ParseElfOutput) ?? [];
  const versions = await versionsByReadelf(readelf);
  if (ours.some((output) => output.versions !== versions))
    throw new Error(`parseElf finds ${ours[0]?.versions ?? 'no'} versions to be needed, readelf ${versions}`);
  const alone = median(ours.map(({ milliseconds }) => milliseconds));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  bench.print(`${title}

${standingsTable(standings, 'readelf -V')}

Ratios are to readelf. ${files.length} of ${all.length} files, ${mebibytes(bytes)}; both find ${versions} versions to be needed.
Without the start of the process parseElf takes ${milliseconds(alone)}: ${((files.length / alone) * 1000).toFixed(0)} files in a second. It reads the tables alone, as readelf does, and binds the symbols too.`);
}

/** What parse-elf.mjs prints. */
interface ParseElfOutput {
  readonly versions: number;
  readonly milliseconds: number;
}
