/**
 * Holds dependency trees against the real loaders of this machine, glibc's and musl's: random trees of programs and
 * libraries, with search paths, links, sonames and LD_LIBRARY_PATH of every kind, built with gcc, asked of the loader, and
 * read by us.
 *
 *     npx jiti scripts/oracle/trees.ts [trees] [seed]
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dependencyTree } from '../../src/compat/dependency-tree.js';
import { findNamed } from '../../src/target/catalog.js';
import { random } from '../../test/lockfile/mutate.js';
import type { Comparison } from './lockfiles.js';
import type { FileSpec, TreeSpec } from './tree-builder.js';
import { askRealLoader, deployedFiles, INTERPRETERS, traceOf, TreeBuilder } from './tree-builder.js';

const DIRECTORIES = ['', 'bin', 'lib', 'lib/sub', 'lib64', 'opt/x/lib'];
const NAMES = ['a', 'b', 'k', 'd', 'e', 'f'];
const ENTRIES = [
  '$ORIGIN',
  '${ORIGIN}/../lib',
  '$ORIGIN/../lib',
  '$ORIGIN/lib',
  '$ORIGIN/sub',
  '$ORIGIN/../../lib',
  '$ORIGIN/../lib/sub/',
  '$ORIGIN/./../opt/x/lib',
  '@/lib',
  '@/lib/sub',
  '@/linked',
  '@/opt/x/lib/',
  '/nonexistent',
  '$ORIGINAL/lib',
  '$ORIGIN/$PLATFORM',
  '$ORIGIN/../$PLATFORM/lib',
];

type Next = () => number;

function pick<T>(next: Next, items: readonly [T, ...T[]] | readonly T[]): T {
  return items[Math.floor(next() * items.length)] as T;
}

function some<T>(next: Next, items: readonly T[], most: number): T[] {
  const count = Math.floor(next() * (most + 1));
  return [...new Set(Array.from({ length: count }, () => pick(next, items)))];
}

function randomTree(next: Next, index: number, libc: 'gnu' | 'musl'): TreeSpec {
  const files: FileSpec[] = [];
  const links: Record<string, string> = {};
  const taken = new Set<string>();
  const put = (directory: string, name: string, rest: Omit<FileSpec, 'path'>): void => {
    const path = directory === '' ? name : `${directory}/${name}`;
    if (taken.has(path)) return;
    taken.add(path);
    files.push({ path, ...rest });
  };
  const needs = (): string[] =>
    some(next, [...NAMES.map((name) => `lib${name}.so.1`), 'libnowhere.so.9', '@/lib/liba.so.1'], 3);
  const paths = (): Pick<FileSpec, 'rpath' | 'runpath'> => {
    const entries = some(next, ENTRIES, 3);
    return entries.length === 0 ? {} : next() < 0.5 ? { rpath: entries } : { runpath: entries };
  };
  for (const name of NAMES) {
    const copies = next() < 0.3 ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const soname =
        next() < 0.7 ? `lib${name}.so.1` : next() < 0.5 ? `lib${pick(next, NAMES)}.so.1` : undefined;
      put(pick(next, DIRECTORIES), `lib${name}.so.1`, {
        ...(soname === undefined ? {} : { soname }),
        needed: needs(),
        ...paths(),
        ...(next() < 0.1 ? { nodeflib: true } : {}),
      });
    }
  }
  put('bin', 'app', { needed: needs(), program: true, ...paths() });
  if (next() < 0.5) links['linked'] = 'lib';
  if (next() < 0.3 && !taken.has('lib/libf.so.1')) links['lib/libf.so.1'] = '../lib64/libf.so.1';
  if (next() < 0.2) links['x86_64'] = 'opt/x';
  const libraryPath =
    next() < 0.4
      ? some(next, ['@/lib', '@/lib/sub', '@/opt/x/lib', '@/lib64', '/nonexistent', '$ORIGIN/../lib'], 2)
      : [];
  return { name: `random-${index}`, libc, files, links, libraryPath };
}

/** musl lists a file once, by the first of the names that it was asked for by (ldso/dynlink.c, load_library: the same inode). */
function eachFileOnce(lines: readonly string[], told: readonly string[]): string[] {
  const fileOf = (line: string): string | undefined => / → (?!not found)(.*)$/.exec(line)?.[1] ?? undefined;
  const files = new Set(told.map(fileOf));
  return lines.filter(
    (line) => told.includes(line) || !files.has(fileOf(line)) || fileOf(line) === undefined,
  );
}

/** @throws with code ENOENT where gcc or a loader is absent. */
export async function compareTrees(
  options: { readonly trees?: number; readonly seed?: number } = {},
): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  const next = random(options.seed ?? 1);
  const work = await realpath(await mkdtemp(join(tmpdir(), 'gemcompat-trees-')));
  const found = { inside: 0, missing: 0 };
  const alpine = findNamed('alpine-3.20');
  try {
    const builder = new TreeBuilder(work);
    for (let index = 0; index < (options.trees ?? 60); index += 1) {
      const libc = index % 4 === 3 ? 'musl' : 'gnu';
      const spec = randomTree(next, index, libc);
      if (!existsSync(INTERPRETERS[libc])) {
        result.skipped += 1;
        continue;
      }
      const root = join(work, spec.name);
      await mkdir(root);
      await builder.build(spec, root);
      const files = await deployedFiles(spec, root);
      for (const { path } of files) {
        const expected = (await askRealLoader(spec, root, path)).lines;
        const tree = dependencyTree(
          {
            files,
            links: spec.links,
            root,
            ...(libc === 'musl' && alpine !== undefined ? { target: alpine } : {}),
            libraryPath: spec.libraryPath.map((entry) => entry.replaceAll('@', root)),
          },
          path,
        );
        if (tree === undefined) throw new Error(`no tree of ${path}`);
        const ours = libc === 'musl' ? eachFileOnce(traceOf(tree), expected) : traceOf(tree);
        for (const line of expected) found[line.endsWith('not found') ? 'missing' : 'inside'] += 1;
        result.asked += 1;
        if (expected.join('\n') === ours.join('\n')) result.agreed += 1;
        else {
          result.differed += 1;
          if (result.differences.length < 20) {
            result.differences.push(
              `${spec.name} ${libc} ${path}\n  loader: ${expected.join('\n          ')}\n  ours:   ${ours.join('\n          ')}\n  ${JSON.stringify(spec)}`,
            );
          }
        }
      }
      await rm(root, { recursive: true });
    }
  } finally {
    await rm(work, { recursive: true });
  }
  result.notes.push(`${found.inside} libraries found inside, ${found.missing} not found`);
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [trees, seed] = process.argv.slice(2).map(Number);
  const { differences, ...counts } = await compareTrees({
    ...(trees === undefined ? {} : { trees }),
    ...(seed === undefined ? {} : { seed }),
  });
  console.log(counts);
  for (const difference of differences) console.log(difference);
  process.exitCode = counts.differed === 0 ? 0 : 1;
}
