/**
 * Holds verdicts against the loaders of Debian 11, 12 and 13, each in a root of its own with libc6, libstdc++6, libgcc-s1
 * and zlib1g: thousands of executables and shared objects of four suites and of this machine, asked of the loader, and
 * judged as a gem of one file against the same root, read as `rootfs:`. Then mutations of fixtures, which must never be
 * taken for compatible where the loader refuses them, and weak needs and libraries without versions.
 *
 *     npx jiti scripts/oracle/loader.ts [files per suite] [mutations] [seed]
 */
import { constants } from 'node:fs';
import { access, open, opendir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isElf } from '../../src/elf/magic.js';
import { readRootfs } from '../../src/target/rootfs.js';
import type { Target } from '../../src/target/types.js';
import { random } from '../../test/lockfile/mutate.js';
import { debianPackages } from './debian.js';
import { differenceOf, mutantDifference, readElf, Tally } from './loader-difference.js';
import type { LoaderRoot } from './loader-judge.js';
import { askLoader, loaderRoot } from './loader-judge.js';
import { ROOT_PACKAGES, ROOT_SUITES, SAMPLE_SUITES, samplePackages } from './loader-packages.js';
import { STAGED, STAGES, stageRoot } from './loader-stages.js';
import type { Comparison } from './lockfiles.js';

export interface LoaderOptions {
  /** Where packages are unpacked, and found again; a directory of its own in the system's temporary one by default. */
  readonly into?: string;
  /** ELF files that are taken of each suite, spread evenly over its packages; all by default. */
  readonly filesPerSuite?: number;
  /** Mutations of each fixture. */
  readonly mutations?: number;
  readonly seed?: number;
}

/** This machine's own, where Debian and its relatives have them. */
const MACHINE = ['/usr/bin', '/usr/sbin', '/usr/lib/x86_64-linux-gnu'];

const FIXTURES = fileURLToPath(new URL('../../fixtures/elf/bin/', import.meta.url));

/** Files that one process of the loader's root is asked about. */
const BATCH = 500;

/** Differences that are kept for people. */
const KEPT = 40;

/** A root, as its loader and as we see it. */
interface Provider extends LoaderRoot {
  readonly suite: string;
  readonly target: Target;
}

/**
 * @throws with code ENOENT where a program is absent (apt-get, dpkg, chroot); what apt-get says where it cannot download.
 */
export async function compareWithLoader(options: LoaderOptions = {}): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    result.notes.push('the loaders run on x86_64 Linux only');
    return result;
  }
  const into = options.into ?? join(tmpdir(), 'gemcompat-oracle');
  const samples = new Map<string, readonly string[]>();
  for (const suite of SAMPLE_SUITES) {
    const root = await samplesOf(suite, join(into, 'samples', suite), result.notes);
    samples.set(suite, evenly(await elfFiles([root]), options.filesPerSuite));
  }
  samples.set('this machine', evenly(await elfFiles(MACHINE), options.filesPerSuite));
  samples.set('fixtures', await elfFiles([FIXTURES]));

  const busybox = join(into, 'samples', 'bookworm', 'bin', 'busybox');
  await access(busybox, constants.X_OK);
  const providers: Provider[] = [];
  for (const suite of ROOT_SUITES) {
    const { root } = await debianPackages({
      suite,
      arch: 'amd64',
      names: ROOT_PACKAGES,
      into: join(into, 'roots', suite),
    });
    providers.push({ ...(await loaderRoot(root, busybox)), suite, target: await readRootfs(root) });
  }

  for (const [origin, files] of samples) await compareFiles(origin, files, providers, result);
  await compareStages(providers, busybox, result);
  await compareMutations(providers, options.mutations ?? 1500, options.seed ?? 1, result);
  return result;
}

/** sid drops packages from day to day: what it has no longer is left out, with a note. */
async function samplesOf(
  suite: (typeof SAMPLE_SUITES)[number],
  into: string,
  notes: string[],
): Promise<string> {
  let names = samplePackages(suite);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return (await debianPackages({ suite, arch: 'amd64', names, into })).root;
    } catch (error) {
      const text = error instanceof Error ? error.message : '';
      const gone = [
        ...text.matchAll(
          /Unable to locate package (\S+)|Package '?([^\s']+)'? has no|No packages? found: (\S+)/g,
        ),
      ];
      const without = names.filter((name) => !gone.some((match) => match.includes(name)));
      if (without.length === names.length || attempt >= 8) throw error;
      notes.push(`${suite} no longer has ${names.filter((name) => !without.includes(name)).join(', ')}`);
      names = without;
    }
  }
}

async function elfFiles(directories: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  const collect = async (directory: string): Promise<void> => {
    for await (const entry of await opendir(directory)) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) await collect(path);
      else if (entry.isFile() && (await beginsAsElf(path))) paths.push(path);
    }
  };
  for (const directory of directories) {
    if (await stat(directory).catch(() => undefined)) await collect(directory);
  }
  return paths.sort();
}

async function beginsAsElf(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0);
    return isElf(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

function evenly(paths: readonly string[], count = paths.length): string[] {
  const step = paths.length / Math.min(count, paths.length);
  return Array.from({ length: Math.min(count, paths.length) }, (_, i) => paths[Math.floor(i * step)] ?? '');
}

async function compareFiles(
  origin: string,
  files: readonly string[],
  providers: readonly Provider[],
  result: Comparison,
): Promise<void> {
  const tally = new Tally();
  for (let start = 0; start < files.length; start += BATCH) {
    const batch = files.slice(start, start + BATCH);
    const answers = await Promise.all(providers.map((provider) => askLoader(provider, batch)));
    for (const [i, path] of batch.entries()) {
      const elf = readElf(await readFile(path));
      for (const [p, provider] of providers.entries()) {
        const answer = answers[p]?.[i];
        if (answer === undefined) throw new Error(`no answer about ${path}`);
        result.asked += 1;
        const difference = differenceOf(elf, answer, provider.target, tally);
        if (difference === undefined) {
          result.agreed += 1;
        } else {
          result.differed += 1;
          if (result.differences.length < KEPT) {
            result.differences.push(`${path} on ${provider.suite}: ${difference}`);
          }
        }
      }
    }
  }
  result.notes.push(`${origin}: ${files.length} files; ${tally.toString()}`);
}

/** Systems with one odd library each: whether it is found, and what its versions count for. */
async function compareStages(
  providers: readonly Provider[],
  busybox: string,
  result: Comparison,
): Promise<void> {
  const tally = new Tally();
  const elf = readElf(await readFile(STAGED));
  for (const provider of providers) {
    for (const stage of STAGES) {
      let root: string;
      try {
        root = await stageRoot(provider.root, stage);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        result.skipped += 1;
        result.notes.push(`"${stage.name}" was not staged: ${(error as Error).message}`);
        continue;
      }
      try {
        const [answer] = await askLoader(await loaderRoot(root, busybox), [STAGED]);
        if (answer === undefined) throw new Error(`no answer in ${stage.name}`);
        result.asked += 1;
        const difference = differenceOf(elf, answer, await readRootfs(root), tally);
        if (difference === undefined) {
          result.agreed += 1;
        } else {
          result.differed += 1;
          result.differences.push(`staged on ${provider.suite}, ${stage.name}: ${difference}`);
        }
      } finally {
        await rm(root, { recursive: true });
      }
    }
  }
  result.notes.push(`${STAGES.length} staged systems of each suite: ${tally.toString()}`);
}

/** Small files that need what at least one of the roots does not have. */
const MUTATED = ['lib-needs-glibc-2.99.so', 'exe-relr', 'exe-lld'];

/**
 * One byte changed: where the loader says that a version or library is not found, or refuses the file, we must not say
 * that it is compatible. The other way round we may be stricter.
 */
async function compareMutations(
  providers: readonly Provider[],
  mutations: number,
  seed: number,
  result: Comparison,
): Promise<void> {
  const next = random(seed);
  const tally = new Tally();
  for (const name of MUTATED) {
    const original = new Uint8Array(await readFile(join(FIXTURES, name)));
    // Padding between sections is of no interest to anybody.
    const places = [...original.keys()].filter((at) =>
      original.slice(Math.max(0, at - 8), at + 8).some((byte) => byte !== 0),
    );
    const mutants = Array.from({ length: mutations }, () => {
      const at = places[Math.floor(next() * places.length)] ?? 0;
      const bytes = original.slice();
      const mask = 1 + Math.floor(next() * 255);
      bytes[at] = (bytes[at] ?? 0) ^ mask;
      return { at, bytes };
    });
    for (const provider of providers) {
      for (let start = 0; start < mutants.length; start += BATCH) {
        const batch = mutants.slice(start, start + BATCH);
        const answers = await askLoader(
          provider,
          batch.map(({ bytes }) => bytes),
        );
        for (const [i, { at, bytes }] of batch.entries()) {
          const answer = answers[i];
          if (answer === undefined) throw new Error('no answer about a mutant');
          result.asked += 1;
          const difference = mutantDifference(bytes, answer, provider.target, tally);
          if (difference === undefined) result.agreed += 1;
          else {
            result.differed += 1;
            if (result.differences.length < KEPT) {
              result.differences.push(
                `${name}, byte ${at} = ${bytes[at] ?? 0}, on ${provider.suite}: ${difference}`,
              );
            }
          }
        }
      }
    }
  }
  result.notes.push(`mutations: ${tally.toString()}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [filesPerSuite, mutations, seed] = process.argv.slice(2).map(Number);
  const started = performance.now();
  const { differences, ...counts } = await compareWithLoader({
    ...(filesPerSuite === undefined ? {} : { filesPerSuite }),
    ...(mutations === undefined ? {} : { mutations }),
    ...(seed === undefined ? {} : { seed }),
  });
  console.log(counts);
  for (const difference of differences) console.log(difference);
  console.log(`${Math.round((performance.now() - started) / 1000)} s`);
  process.exitCode = counts.differed === 0 ? 0 : 1;
}
