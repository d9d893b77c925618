/**
 * `npm run oracle`: holds every part against the program whose behaviour it claims, and prints what was asked, agreed and
 * differed. A part whose oracle is not on this machine is skipped and says so; a difference ends with 1.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { debianPackages } from './debian.js';
import { compareContentAddressed } from './content-addressed.js';
import { comparePlatforms } from './platforms.js';
import { compareWithLoader } from './loader.js';
import { compareImages } from './images.js';
import { compareInstalls } from './install.js';
import { compareInspect } from './inspect.js';
import { compareKnownLibraries } from './known-libraries.js';
import { compareGems, defaultGemDirs } from './gems.js';
import { compareGlibcNames } from './glibc-names.js';
import { compareLockfiles } from './lockfiles.js';
import { compareMuslNames } from './musl-names.js';
import { compareOddities } from './oddities/compare.js';
import { compareRealGems } from './oddities/real-gems.js';
import { comparePins } from './pins.js';
import { compareRubyNames } from './ruby-names.js';
import { compareTrees } from './trees.js';
import { compareVersions } from './versions.js';
import { compareZlibNames } from './zlib-names.js';
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

/** Packages of other CPUs, s390x big-endian among them: dpkg's name and the oldest suite that is in the archive. */
const OTHER_CPUS = [
  ['arm64', 'bookworm'],
  ['armhf', 'bookworm'],
  ['i386', 'bookworm'],
  ['ppc64el', 'bookworm'],
  ['s390x', 'bookworm'],
  ['riscv64', 'trixie'],
] as const;

async function readelfOutcome(directories: readonly string[]): Promise<Outcome> {
  const { skipped, differences, ...counts } = await compareWithReadelf(directories);
  const reasons = Object.entries(skipped);
  return {
    ...counts,
    skipped: reasons.reduce((sum, [, count]) => sum + count, 0),
    why: reasons.map(([reason, count]) => `${reason}: ${count}`).join('; '),
    differences: differences.map((difference) => JSON.stringify(difference)),
  };
}

/** Each takes a second or two of Bundler's time: `.ci/run` asks for fewer. */
const universes = Number(process.env['GEMCOMPAT_ORACLE_UNIVERSES'] ?? 500);

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
    name: 'installs of generated projects',
    oracle: "Bundler's installer, 2.4 to 4.0",
    run: async () => fromComparison(await compareInstalls()),
  },
  {
    name: 'content-addressed variants',
    oracle: 'Bundler 4.1.0.dev, a branch',
    run: async () => fromComparison(await compareContentAddressed()),
  },
  {
    name: 'ELF files',
    oracle: 'readelf',
    run: () => readelfOutcome(ELF_DIRECTORIES),
  },
  {
    name: 'ELF files of other CPUs',
    oracle: 'readelf',
    run: async () => {
      const roots: string[] = [];
      for (const [arch, suite] of OTHER_CPUS) {
        const into = join(tmpdir(), 'gemcompat-oracle', 'cpus', arch);
        const names = ['libc6', 'libstdc++6', 'libgcc-s1', 'zlib1g', 'coreutils', 'bash'];
        roots.push((await debianPackages({ suite, arch, names, into })).root);
      }
      return readelfOutcome(roots);
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
  {
    name: 'known libraries, the host',
    oracle: 'libc6 of Debian 11, 12, 13; ldconfig, ld.so',
    run: async () => fromComparison(await compareKnownLibraries()),
  },
  {
    name: 'oddities',
    oracle: 'loaders of four Debians, 7 CPUs: glibc, musl',
    run: async () => fromComparison(await compareOddities()),
  },
  {
    name: 'real-gems',
    oracle: 'loaders and Rubies of four Debians',
    run: async () => fromComparison(await compareRealGems()),
  },
  {
    name: 'images',
    oracle: 'docker-registry, skopeo',
    run: async () => fromComparison(await compareImages()),
  },
  {
    name: 'pins in generated universes',
    oracle: 'Bundler 2.6',
    run: async () => fromComparison(await comparePins(universes)),
  },
  {
    name: 'inspected trees',
    oracle: 'Debian 11, 12, 13: kernel, ld.so, Ruby',
    run: async () => fromComparison(await compareInspect()),
  },
  {
    name: 'dependency trees',
    oracle: "glibc's and musl's loaders",
    run: async () => fromComparison(await compareTrees()),
  },
  {
    name: 'exported names of glibc',
    oracle: 'nm -D of libc6, Debian 11 to sid, 7 CPUs',
    run: async () => fromComparison(await compareGlibcNames()),
  },
  {
    name: 'exported names of Ruby',
    oracle: 'nm -D of libruby 2.7 to 3.4',
    run: async () => fromComparison(await compareRubyNames()),
  },
  {
    name: 'exported names of musl',
    oracle: 'nm -D of musl 1.2.2 to 1.2.6, Debian 11 to sid',
    run: async () => fromComparison(await compareMuslNames()),
  },
  {
    name: 'exported names of zlib',
    oracle: 'nm -D of libz.so.1, Debian 11 to sid',
    run: async () => fromComparison(await compareZlibNames()),
  },
];

/** A program that is not on this machine or may not be run, or packages that its apt cannot get. */
function isAbsence(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code, cmd } = error as { code?: unknown; cmd?: unknown };
  return code === 'ENOENT' || code === 'EPERM' || (typeof cmd === 'string' && cmd.startsWith('apt-get'));
}

const wanted = process.argv.slice(2);
const table = new Table({
  head: ['part', 'oracle', 'asked', 'agreed', 'differed', 'skipped'],
  style: { head: [], border: [] },
});
const remarks: string[] = [];
const remark = (part: Part, text: string): void => {
  if (text !== '') remarks.push(`${part.name}:`, ...text.split('; ').map((line) => `  ${line}`));
};
let differed = 0;
for (const part of PARTS) {
  if (wanted.length > 0 && !wanted.some((name) => part.name.includes(name))) continue;
  console.error(`asking ${part.oracle} about ${part.name} …`);
  try {
    const outcome = await part.run();
    differed += outcome.differed;
    for (const difference of outcome.differences.slice(0, 20)) console.error(difference);
    const { asked, agreed, skipped, why } = outcome;
    table.push([part.name, part.oracle, asked, agreed, outcome.differed, skipped]);
    remark(part, why);
  } catch (error) {
    if (!isAbsence(error)) throw error;
    table.push([part.name, part.oracle, 0, 0, 0, 'all']);
    remark(part, `cannot be asked here: ${error.message.split('\n')[0] ?? ''}`);
  }
}
console.log([table.toString(), ...remarks].join('\n'));
process.exitCode = differed > 0 ? 1 : 0;
