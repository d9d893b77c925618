/**
 * Asks readelf about every ELF file below the given directories and compares its answer with `parseElf`'s, and the
 * answer from a sparse view with that from the whole file.
 *
 *     npx jiti scripts/oracle/elf.ts DIR…
 */
import { execFile } from 'node:child_process';
import { open, opendir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { ElfError } from '../../src/errors.js';
import { ELF_MAGIC_LENGTH, isElf } from '../../src/elf/magic.js';
import { MissingRangeError } from '../../src/elf/missing-range.js';
import { parseElf } from '../../src/elf/parse.js';
import type { FileRange } from '../../src/elf/retained-range.js';
import type { Retention } from '../../src/elf/sparse.js';
import { RETENTION, SparseElfCollector } from '../../src/elf/sparse.js';
import type { ElfFile } from '../../src/elf/types.js';
import type { ReadelfReport, Reading } from './readelf.js';
import { READELF_FLAGS, readelfReports, readingOf } from './readelf.js';

const run = promisify(execFile);

export interface ElfDifference {
  readonly path: string;
  readonly field: keyof Reading | 'error' | 'sparse';
  readonly readelf: unknown;
  readonly ours: unknown;
}

export interface ElfComparison {
  /** ELF files found. */
  readonly asked: number;
  readonly agreed: number;
  readonly differed: number;
  /** Reason → how many files, or how many files a part of whose answer, could not be compared. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly differences: readonly ElfDifference[];
  /**
   * How often a file had to be streamed with tiny bounds, over all files: proof that the sparse view was put to
   * work.
   */
  readonly sparsePasses: number;
}

/** Files that one readelf process is asked about. */
const BATCH = 24;

/**
 * Bounds so small that nearly every file of the machine is larger: the second pass and the joins get their turn.
 */
const TINY: Retention = { head: 512, tail: 256, segments: 4096, extra: RETENTION.extra };

/** @throws where readelf is not installed. */
export async function compareWithReadelf(dirs: readonly string[]): Promise<ElfComparison> {
  const paths: string[] = [];
  for (const dir of dirs) await collectElfFiles(dir, paths);
  const differences: ElfDifference[] = [];
  const skipped: Record<string, number> = {};
  let sparsePasses = 0;
  for (let first = 0; first < paths.length; first += BATCH) {
    const batch = paths.slice(first, first + BATCH);
    const reports = new Map((await askReadelf(batch)).map((report) => [report.path, report]));
    for (const path of batch) {
      const bytes = await readFile(path);
      const report = reports.get(path);
      if (report === undefined) {
        differences.push({ path, field: 'error', readelf: 'no answer', ours: undefined });
        continue;
      }
      const ours = attempt(() => parseElf(bytes));
      if (ours instanceof ElfError) {
        differences.push({ path, field: 'error', readelf: 'reads it', ours: `${ours.code} ${ours.message}` });
        continue;
      }
      const { fields, reason } = comparable(ours, report);
      if (reason !== undefined) skipped[reason] = (skipped[reason] ?? 0) + 1;
      differences.push(...compare(path, fields, report.reading, readingOf(ours)));
      const sparse = readSparsely(bytes);
      sparsePasses += sparse.passes;
      if (!saysTheSame(sparse.elf, ours)) {
        differences.push({ path, field: 'sparse', readelf: undefined, ours: sparse.elf });
      }
    }
  }
  const differed = new Set(differences.map(({ path }) => path)).size;
  return {
    asked: paths.length,
    agreed: paths.length - differed,
    differed,
    skipped,
    differences,
    sparsePasses,
  };
}

/** Who built a file is evidence that a sparse view may lack: it says less there, and nothing else. */
function saysTheSame(sparse: ElfFile | ElfError, whole: ElfFile): boolean {
  if (sparse instanceof ElfError) return false;
  const { producer: seen, ...facts } = sparse;
  const { producer, ...wholeFacts } = whole;
  if (!isDeepStrictEqual(facts, wholeFacts)) return false;
  if (seen === undefined) return true;
  return (
    producer !== undefined &&
    seen.comments.every((comment) => producer.comments.includes(comment)) &&
    seen.marks.every((mark) => producer.marks.includes(mark)) &&
    (seen.go === undefined || isDeepStrictEqual(seen.go, producer.go))
  );
}

function attempt(read: () => ElfFile): ElfFile | ElfError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ElfError) return error;
    throw error;
  }
}

const IDENTITY: readonly (keyof Reading)[] = ['class', 'byteOrder', 'type', 'machine'];
const VERSIONS: readonly (keyof Reading)[] = [
  'verneed',
  'verdef',
  'bindings',
  'unversionedImports',
  'weakImports',
];

/** Which parts of readelf's answer are about the same thing as ours. */
function comparable(
  elf: ElfFile,
  report: ReadelfReport,
): { fields: readonly (keyof Reading)[]; reason?: string } {
  const all = Object.keys(report.reading) as (keyof Reading)[];
  if (!elf.loadable) {
    const kind = elf.type === 'rel' || elf.type === 'core' ? elf.type : 'separate debug file';
    return { fields: IDENTITY, reason: `header only: ${kind}` };
  }
  // Nothing that it asks for is kept, since no Linux loads it.
  if (elf.system !== undefined) return { fields: IDENTITY, reason: 'header only: for another system' };
  if (!report.hasSectionHeaders) {
    const fields = all.filter((field) => !VERSIONS.includes(field));
    return { fields, reason: 'all but versions: no section headers, by which readelf finds them' };
  }
  return { fields: all };
}

function compare(
  path: string,
  fields: readonly (keyof Reading)[],
  readelf: Reading,
  ours: Reading,
): readonly ElfDifference[] {
  return fields
    .filter((field) => !isDeepStrictEqual(readelf[field], ours[field]))
    .map((field) => ({ path, field, ...firstDifference(readelf[field], ours[field]) }));
}

/** Of two lists what is only in one, so that a report stays readable. */
function firstDifference(readelf: unknown, ours: unknown): { readelf: unknown; ours: unknown } {
  if (!Array.isArray(readelf) || !Array.isArray(ours)) return { readelf, ours };
  const at = readelf.findIndex((item, index) => item !== ours[index]);
  const from = at === -1 ? readelf.length : at;
  return {
    readelf: readelf.slice(from, from + 3) as unknown[],
    ours: ours.slice(from, from + 3) as unknown[],
  };
}

function readSparsely(bytes: Uint8Array): { elf: ElfFile | ElfError; passes: number } {
  const extra: FileRange[] = [];
  for (let passes = 1; ; passes += 1) {
    const collector = new SparseElfCollector(bytes.length, { extra, retention: TINY });
    for (let at = 0; at < bytes.length; at += 65_536) collector.push(bytes.subarray(at, at + 65_536));
    const view = collector.finish();
    try {
      return { elf: attempt(() => parseElf(view)), passes };
    } catch (error) {
      if (!(error instanceof MissingRangeError)) throw error;
      extra.push(error);
    }
  }
}

async function askReadelf(paths: readonly string[]): Promise<ReadelfReport[]> {
  // With a single file readelf prints no `File:` line, so a second one that is no ELF file is always there.
  const asked = run('readelf', [...READELF_FLAGS, '--', ...paths, '/dev/null'], {
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 1 << 30,
    encoding: 'utf8',
  });
  const { stdout } = await asked.catch((error: unknown) => {
    // It exits with 1 when it warned of one of the files; what it printed of the others stands.
    if (error instanceof Error && 'stdout' in error && 'code' in error && error.code === 1) {
      return { stdout: String(error.stdout) };
    }
    throw error;
  });
  return readelfReports(stdout);
}

/** Regular files, by magic; symbolic links are not followed, so no file is asked about twice. */
async function collectElfFiles(dir: string, into: string[]): Promise<void> {
  for await (const entry of await opendir(dir)) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) await collectElfFiles(path, into);
    else if (entry.isFile() && (await beginsAsElf(path))) into.push(path);
  }
}

async function beginsAsElf(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(ELF_MAGIC_LENGTH), 0, ELF_MAGIC_LENGTH, 0);
    return isElf(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const started = performance.now();
  const { differences, ...counts } = await compareWithReadelf(process.argv.slice(2));
  for (const difference of differences.slice(0, 40)) console.log(JSON.stringify(difference));
  console.log(JSON.stringify({ ...counts, seconds: Math.round((performance.now() - started) / 100) / 10 }));
  process.exitCode = differences.length === 0 ? 0 : 1;
}
