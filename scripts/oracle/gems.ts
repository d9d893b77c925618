/**
 * Unpacks every `.gem` below the given directories by hand, with tar and gunzip, asks readelf about the ELF files that
 * lie in it, and compares its answer with that of `inspectGem`: the files, what each needs, and the floors.
 *
 *     npx jiti scripts/oracle/gems.ts DIR…
 *
 * Without directories: the fixtures' mirror, and those of GEMCOMPAT_ORACLE_GEMS, separated by colons.
 */
import { execFile, spawn } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { requiresOf } from '../../src/compat/requires.js';
import { GemArchiveError } from '../../src/errors.js';
import { inspectGem } from '../../src/gem/contents.js';
import type { GemBinary } from '../../src/gem/types.js';
import type { Comparison } from './lockfiles.js';
import type { Reading } from './readelf.js';
import { READELF_FLAGS, readelfReports, readingOf } from './readelf.js';

const run = promisify(execFile);

/** The directories that are compared where none are named; those that are absent are reported as skipped. */
export function defaultGemDirs(): string[] {
  const others = (process.env['GEMCOMPAT_ORACLE_GEMS'] ?? '').split(':').filter((dir) => dir !== '');
  return [fileURLToPath(new URL('../../fixtures/mirror/gems', import.meta.url)), ...others];
}

/** What both sides say of one gem. Maps are by path inside the gem; of a compressed file that of the `.gz`. */
interface GemReading {
  /** Class, byte order and machine. */
  readonly files: Readonly<Record<string, string>>;
  /** `library: version flags index`. */
  readonly needs: Readonly<Record<string, readonly string[]>>;
  /** By class and machine: the highest number of each prefix, over all files. */
  readonly floors: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const kept = 20;

/**
 * Compares both readings of every gem of the directories.
 * @throws where tar, gunzip or readelf is not installed.
 */
export async function compareGems(dirs: readonly string[]): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  const totals = { gems: 0, native: 0, elf: 0, gzipped: 0, refused: 0 };
  const ask = (gem: string, question: string, byHand: unknown, ours: unknown): void => {
    result.asked += 1;
    if (isDeepStrictEqual(byHand, ours)) {
      result.agreed += 1;
      return;
    }
    result.differed += 1;
    if (result.differences.length < kept) {
      const both = `by hand ${JSON.stringify(byHand)}, ours ${JSON.stringify(ours)}`;
      result.differences.push(`${gem}: ${question}: ${both}`.slice(0, 2000));
    }
  };
  for (const dir of dirs) {
    if (!existsSync(dir)) {
      result.skipped += 1;
      result.notes.push(`skipped: ${dir} is not there`);
      continue;
    }
    const gems = (await readdir(dir)).filter((name) => name.endsWith('.gem')).sort();
    if (gems.length === 0) result.notes.push(`${dir} has no gems`);
    for (const gem of gems) {
      totals.gems += 1;
      const path = join(dir, gem);
      const [byHand, ours] = [await readByHand(path), await readOurs(path)];
      ask(
        gem,
        'is it readable?',
        typeof byHand === 'string' ? 'no' : 'yes',
        ours instanceof Error ? 'no' : 'yes',
      );
      if (typeof byHand === 'string' || ours instanceof Error) {
        totals.refused += 1;
        result.notes.push(
          `${gem}: by hand ${typeof byHand === 'string' ? byHand : 'read'}; ours ${ours instanceof Error ? ours.message : 'read'}`,
        );
        continue;
      }
      ask(gem, 'ELF files', byHand.files, ours.files);
      for (const [file, needs] of Object.entries(byHand.needs)) ask(gem, file, needs, ours.needs[file]);
      ask(gem, 'floors', byHand.floors, ours.floors);
      const files = Object.keys(byHand.files);
      totals.native += files.length > 0 ? 1 : 0;
      totals.elf += files.length;
      totals.gzipped += files.filter((file) => file.endsWith('.gz')).length;
    }
  }
  result.notes.push(
    `${totals.gems} gems, ${totals.native} of them with ${totals.elf} ELF files (${totals.gzipped} compressed); ${totals.refused} refused by either side`,
  );
  return result;
}

/** Why it cannot be read by hand, or what is in it. */
async function readByHand(gem: string): Promise<GemReading | string> {
  const scratch = await mkdtemp(join(tmpdir(), 'gemcompat-oracle-'));
  try {
    const failure = await unpack(gem, scratch);
    if (failure !== undefined) return failure;
    const found: { path: string; real: string }[] = [];
    await collect(scratch, scratch, found);
    const readings: Record<string, Reading> = {};
    for (const { path, real } of found) {
      const reading = await askReadelf(real);
      // Object files, which nothing loads, and separate debug files, whose sections are all without content.
      if (reading.type === 'exec' || reading.type === 'dyn') readings[path] = reading;
    }
    return summarise(readings);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** `tar -xOf GEM data.tar.gz | gunzip | tar -x`; the error's text where one of them fails. */
async function unpack(gem: string, into: string): Promise<string | undefined> {
  const data = join(into, '.data.tar.gz');
  const steps = [
    ['sh', '-c', 'tar -xOf "$1" data.tar.gz > "$2"', 'sh', gem, data],
    ['gunzip', '-t', data],
    // Permissions of a gem may forbid to read it.
    ['sh', '-c', 'tar -xzf "$2" -C "$1" --no-same-owner 2>&1 && rm "$2"', 'sh', into, data],
  ];
  for (const [command = '', ...args] of steps) {
    try {
      await run(command, args, { env: { ...process.env, LC_ALL: 'C' } });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw error;
      return error instanceof Error ? error.message.trim().split('\n').slice(0, 2).join(' ') : String(error);
    }
  }
  return undefined;
}

/** Files that begin as ELF, and those that do once gunzip has inflated them. A hard link's second name is no file. */
async function collect(root: string, dir: string, into: { path: string; real: string }[]): Promise<void> {
  const seen = new Set<number>();
  for (const entry of (await readdir(dir, { withFileTypes: true })).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const real = join(dir, entry.name);
    if (entry.isDirectory()) await collect(root, real, into);
    if (!entry.isFile()) continue;
    const file = await open(real);
    try {
      const { ino, nlink } = await file.stat();
      if (nlink > 1 && seen.has(ino)) continue;
      seen.add(ino);
      const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
      const path = relative(root, real);
      if (buffer.toString('latin1') === '\x7fELF') into.push({ path, real });
      else if (buffer.readUInt16BE() === 0x1f8b && (await inflate(real, `${real}.inflated`))) {
        into.push({ path, real: `${real}.inflated` });
      }
    } finally {
      await file.close();
    }
  }
}

/** `gunzip -c`; true where what comes out begins as ELF. */
async function inflate(from: string, to: string): Promise<boolean> {
  const input = await open(from);
  const output = await open(to, 'w+');
  try {
    const gunzip = spawn('gunzip', ['-c'], { stdio: [input.fd, output.fd, 'ignore'] });
    const code = await new Promise((resolve, reject) => {
      gunzip.once('error', reject);
      gunzip.once('close', resolve);
    });
    const { buffer } = await output.read(Buffer.alloc(4), 0, 4, 0);
    return code === 0 && buffer.toString('latin1') === '\x7fELF';
  } finally {
    await input.close();
    await output.close();
  }
}

async function askReadelf(path: string): Promise<Reading> {
  const { stdout } = await run('readelf', [...READELF_FLAGS, '--', path, '/dev/null'], {
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 1 << 30,
  }).catch((error: unknown) => {
    // It exits with 1 for /dev/null, which is there so that it prints the `File:` line.
    if (error instanceof Error && 'stdout' in error && 'code' in error && error.code === 1) {
      return { stdout: String(error.stdout) };
    }
    throw error;
  });
  const report = readelfReports(stdout).find((one) => one.path === path);
  if (report === undefined) throw new Error(`readelf says nothing of ${path}`);
  return report.reading;
}

const kindOf = ({ class: width, byteOrder, machine }: Reading): string => `${width} ${byteOrder} ${machine}`;

function summarise(readings: Readonly<Record<string, Reading>>): GemReading {
  const names: Record<string, string[]> = {};
  for (const reading of Object.values(readings)) (names[kindOf(reading)] ??= []).push(...reading.verneed);
  return {
    files: mapValues(readings, kindOf),
    needs: mapValues(readings, ({ verneed }) => verneed),
    floors: mapValues(names, floorsByHand),
  };
}

const WEAK = 2;

/** What one reads out of `readelf -V` by eye, compared number by number. */
function floorsByHand(needs: readonly string[]): Record<string, string> {
  const floors: Record<string, string> = {};
  for (const need of needs) {
    const [, prefix, number, flags] =
      /: (GLIBC|GLIBCXX|CXXABI|GCC)_(\d+(?:\.\d+)*) (\d+) \d+$/.exec(need) ?? [];
    if (prefix === undefined || number === undefined || (Number(flags) & WEAK) !== 0) continue;
    const key = prefix.toLowerCase();
    const known = floors[key];
    if (known === undefined || dottedAbove(number, known)) floors[key] = number;
  }
  return floors;
}

function dottedAbove(one: string, other: string): boolean {
  const [a, b] = [one.split('.').map(Number), other.split('.').map(Number)];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

async function readOurs(path: string): Promise<GemReading | GemArchiveError> {
  try {
    const { binaries, unreadable } = await inspectGem(() => Promise.resolve(createReadStream(path)), {
      gem: basename(path),
    });
    const files = Object.fromEntries(binaries.map((binary) => [binary.path, binary]));
    const groups: Record<string, GemBinary[]> = {};
    for (const binary of binaries) (groups[kindOf(readingOf(binary.elf))] ??= []).push(binary);
    return {
      files: {
        ...mapValues(files, ({ elf }) => kindOf(readingOf(elf))),
        ...Object.fromEntries(unreadable.map((part) => [part.path, `${part.code}: ${part.reason}`])),
      },
      needs: mapValues(files, ({ elf }) => readingOf(elf).verneed),
      floors: mapValues(groups, ourFloors),
    };
  } catch (error) {
    if (error instanceof GemArchiveError) return error;
    throw error;
  }
}

function ourFloors(binaries: readonly GemBinary[]): Record<string, string> {
  const { glibc, glibcxx, cxxabi, gcc } = requiresOf(binaries, () => false);
  const floors = Object.entries({ glibc, glibcxx, cxxabi, gcc });
  return Object.fromEntries(floors.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  to: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const dirs = process.argv.slice(2);
  const result = await compareGems(dirs.length > 0 ? dirs : defaultGemDirs());
  console.log(JSON.stringify(result, null, 2));
  process.exitCode = result.differed === 0 ? 0 : 1;
}
