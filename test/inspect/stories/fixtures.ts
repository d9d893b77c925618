import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll } from 'vitest';
import yauzl from 'yauzl';
import type { Finding, InspectedGroup, InspectOptions, InspectReport } from '../../../src/index.js';
import { inspect as inspectPaths, inspectExitCode } from '../../../src/index.js';

const BIN = fileURLToPath(new URL('../../../fixtures/deployed/bin/', import.meta.url));

/** Path of a file that `fixtures/deployed/build.sh` built. */
export const built = (name: string): string => join(BIN, name);

/** A directory of this test file's own, which goes with it. */
export async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'gemcompat-inspect-'));
  afterAll(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Unpacks `NAME.br` as an executable. */
export async function executable(name: string, into: string): Promise<string> {
  const path = join(into, name);
  await writeFile(path, brotliDecompressSync(await readFile(built(`${name}.br`))), { mode: 0o755 });
  return path;
}

/** Unpacks a zip's files below a directory. */
export async function unzip(zip: string, into: string): Promise<void> {
  const archive = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(zip, {
    lazyEntries: false,
    autoClose: false,
  });
  const pending: Promise<void>[] = [];
  await new Promise<void>((resolve, reject) => {
    archive.on('error', reject).on('end', resolve);
    archive.on('entry', (entry: yauzl.Entry) => {
      pending.push(
        (async () => {
          const stream = await promisify(archive.openReadStream.bind(archive) as OpenEntry)(entry);
          const path = join(into, entry.fileName);
          await mkdir(dirname(path), { recursive: true });
          const chunks: Buffer[] = [];
          for await (const chunk of stream) chunks.push(chunk as Buffer);
          await writeFile(path, Buffer.concat(chunks), {
            mode: (entry.externalFileAttributes >>> 16) & 0o777,
          });
        })(),
      );
    });
  });
  await Promise.all(pending);
  archive.close();
}

type OpenEntry = (
  entry: yauzl.Entry,
  done: (error: Error | null, stream: NodeJS.ReadableStream) => void,
) => void;

/** What a report says, and the exit code that the program ends with. */
export interface Answer {
  readonly code: number;
  readonly report: InspectReport;
}

/** Inspects one path, as the program does. */
export async function inspect(
  path: string,
  target?: string,
  options: Partial<InspectOptions> = {},
): Promise<Answer> {
  const report = await inspectPaths({
    paths: [path],
    ...(target === undefined ? {} : { target }),
    ...options,
  });
  return { code: inspectExitCode(report), report };
}

/** The group of that name. */
export function groupOf({ subjects }: InspectReport, name: string): InspectedGroup {
  const groups = subjects.flatMap((subject) => subject.groups);
  const group = groups.find((candidate) => candidate.name === name);
  if (group === undefined) throw new Error(`no ${name} among ${groups.map((one) => one.name).join(', ')}`);
  return group;
}

/** All findings of a group's results. */
export function findingsOf({ results = [] }: InspectedGroup): readonly Finding[] {
  return results.flatMap(({ findings }) => findings);
}

/** Each version that a target does not have, with the symbols bound to it: `GLIBC_2.34 pthread_create,pthread_detach`. */
export function tooNew(found: readonly Finding[]): string[] {
  const lines = found
    .filter((finding) => finding.kind === 'symbol-version')
    .map(({ symbolVersion, symbols }) => [symbolVersion, symbols.toSorted().join()].join(' ').trim());
  return [...new Set(lines)].sort();
}
