import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll } from 'vitest';
import yauzl from 'yauzl';
import type { CliResult } from '../../helpers/cli.js';
import { gemcompat } from '../../helpers/cli.js';

const BIN = fileURLToPath(new URL('../../../fixtures/inspect/bin/', import.meta.url));

/** Path of a file that `fixtures/inspect/build.sh` built. */
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

/** A finding as the report has it: its kind, file, and the facts of that kind. */
export interface Found {
  readonly kind: string;
  readonly file: string;
  readonly library?: string;
  readonly symbolVersion?: string;
  readonly symbols?: readonly string[];
  readonly provided?: string;
  readonly builtFor?: string;
  readonly code?: string;
}

export interface Group {
  readonly kind: string;
  readonly name: string;
  readonly version?: string;
  readonly rubyAbi?: string;
  readonly files: readonly { readonly path: string }[];
  readonly needs: readonly {
    readonly requires: { readonly glibc?: string };
    readonly runsOn?: readonly string[];
  }[];
  readonly findings: readonly Found[];
  readonly verdict?: string;
  readonly results?: readonly {
    readonly target: string;
    readonly verdict: string;
    readonly findings: readonly Found[];
  }[];
}

export interface Report {
  readonly subjects: readonly {
    readonly path: string;
    readonly kind: string;
    readonly groups: readonly Group[];
  }[];
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
  readonly summary: Readonly<Record<string, number>>;
}

/** Runs `gemcompat inspect --format json`: its exit code, and its report. */
export async function inspect(...args: readonly string[]): Promise<{ result: CliResult; report: Report }> {
  const result = await gemcompat(['inspect', ...args, '--format', 'json']);
  if (!result.stdout.startsWith('{')) throw new Error(`status ${result.code}: ${result.stderr}`);
  return { result, report: JSON.parse(result.stdout) as Report };
}

/** The group of that name. */
export function groupOf({ subjects }: Report, name: string): Group {
  const groups = subjects.flatMap((subject) => subject.groups);
  const group = groups.find((candidate) => candidate.name === name);
  if (group === undefined) throw new Error(`no ${name} among ${groups.map((one) => one.name).join(', ')}`);
  return group;
}

/** All findings of a group's results. */
export function findingsOf({ results = [] }: Group): readonly Found[] {
  return results.flatMap(({ findings }) => findings);
}

/** Each version that a target does not have, with the symbols bound to it: `GLIBC_2.34 pthread_create,pthread_detach`. */
export function tooNew(found: readonly Found[]): string[] {
  const lines = found
    .filter(({ kind }) => kind === 'symbol-version')
    .map(({ symbolVersion = '', symbols = [] }) =>
      [symbolVersion, symbols.toSorted().join()].join(' ').trim(),
    );
  return [...new Set(lines)].sort();
}
