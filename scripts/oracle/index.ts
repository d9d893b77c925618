/**
 * `npm run oracle`: holds every part against the program whose behaviour it claims, and prints what was asked, agreed and
 * differed. A part whose oracle is not on this machine is skipped and says so; a difference ends with 1.
 */
import Table from 'cli-table3';
import { comparePlatforms } from './platforms.js';
import { compareWithLoader } from './loader.js';
import { compareGems, defaultGemDirs } from './gems.js';
import { compareLockfiles } from './lockfiles.js';
import { compareVersions } from './versions.js';
import { compareWithReadelf } from './elf.js';

interface Outcome {
  readonly asked: number;
  readonly agreed: number;
  readonly differed: number;
  readonly skipped: number;
  readonly why: string;
  readonly differences: readonly string[];
}

interface Part {
  readonly name: string;
  readonly oracle: string;
  run(): Promise<Outcome>;
}

/** Where a machine has its programs and libraries; the packages with native parts are in node_modules. */
const ELF_DIRECTORIES = ['/usr/bin', '/usr/lib', '/usr/sbin', 'node_modules', 'fixtures/elf'];

function fromComparison({
  notes,
  ...rest
}: Omit<Outcome, 'why'> & { readonly notes: readonly string[] }): Outcome {
  return { ...rest, why: notes.join('; ') };
}

const PARTS: readonly Part[] = [
  {
    name: 'lockfiles',
    oracle: 'Bundler 2.6 and 4',
    run: async () => fromComparison(await compareLockfiles()),
  },
  {
    name: 'versions and requirements',
    oracle: 'RubyGems 3.6 and 4',
    run: async () => fromComparison(await compareVersions()),
  },
  {
    name: 'platforms and variants',
    oracle: 'RubyGems and Bundler',
    run: async () => fromComparison(await comparePlatforms()),
  },
  {
    name: 'ELF files',
    oracle: 'readelf',
    run: async () => {
      const { skipped, differences, ...counts } = await compareWithReadelf(ELF_DIRECTORIES);
      const reasons = Object.entries(skipped);
      return {
        ...counts,
        skipped: reasons.reduce((sum, [, count]) => sum + count, 0),
        why: reasons.map(([reason, count]) => `${reason}: ${count}`).join('; '),
        differences: differences.map((difference) => JSON.stringify(difference)),
      };
    },
  },
  {
    name: 'gems',
    oracle: 'tar, gunzip, readelf',
    run: async () => fromComparison(await compareGems(defaultGemDirs())),
  },
  {
    name: 'verdicts',
    oracle: 'ld.so of Debian 11, 12, 13',
    run: async () => fromComparison(await compareWithLoader()),
  },
];

const wanted = process.argv.slice(2);
const table = new Table({
  head: ['part', 'oracle', 'asked', 'agreed', 'differed', 'skipped', 'why'],
  style: { head: [] },
});
let differed = 0;
for (const part of PARTS) {
  if (wanted.length > 0 && !wanted.some((name) => part.name.includes(name))) continue;
  console.error(`asking ${part.oracle} about ${part.name} …`);
  try {
    const outcome = await part.run();
    differed += outcome.differed;
    for (const difference of outcome.differences.slice(0, 20)) console.error(difference);
    const { asked, agreed, skipped, why } = outcome;
    table.push([part.name, part.oracle, asked, agreed, outcome.differed, skipped, why]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    table.push([part.name, part.oracle, 0, 0, 0, 'all', `not on this machine: ${(error as Error).message}`]);
  }
}
console.log(table.toString());
process.exitCode = differed > 0 ? 1 : 0;
