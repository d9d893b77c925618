import type { Target } from '../target/types.js';
import type { DeployedFile } from './deployed-files.js';
import { DeployedFiles } from './deployed-files.js';
import { neededBy } from './inside.js';
import type { Found, Loaded, SearchWhere } from './library-search.js';
import { findLibrary, isForMusl } from './library-search.js';

export interface Deployment {
  readonly files: readonly DeployedFile[];
  /** Symbolic links in the tree: path → link text. */
  readonly links: Readonly<Record<string, string>>;
  /** Absolute path at which the tree lies at run time: `/var/task`. Without it absolute search paths lead outside. */
  readonly root?: string;
  /** LD_LIBRARY_PATH at run time, split at colons; see `lambdaLibraryPath`. */
  readonly libraryPath?: readonly string[];
  /** Already reduced to the CPU (`forCpu`). Files for other CPUs are left out by the caller. */
  readonly target?: Target;
}

/** One DT_NEEDED (or DT_FILTER) entry. */
export interface Dependency {
  readonly library: string;
  readonly found: Found;
}

/** A file, with what it needs in the order in which it needs it. */
export interface DependencyNode {
  readonly path: string;
  readonly needs: readonly Dependency[];
}

/** What comes into memory when one file is started or dlopened. */
export interface DependencyTree {
  readonly root: string;
  /** Every file of the tree that is loaded, in the loader's breadth-first order; the root comes first. */
  readonly nodes: readonly DependencyNode[];
}

function whereOf({ files, links, root, libraryPath = [], target }: Deployment): SearchWhere {
  return { files: new DeployedFiles(files, links, root), target, libraryPath };
}

/** A program, which nothing else loads: ld.so(8) starts with it. */
function isExecutable({ elf }: DeployedFile): boolean {
  return elf.type === 'exec' || elf.pie || elf.interpreter !== undefined;
}

/** The tree of one file of a deployment. */
function treeOf(
  root: DeployedFile,
  where: SearchWhere,
  byPath: ReadonlyMap<string, DeployedFile>,
): DependencyTree {
  const musl = isForMusl(root, where.target);
  const queue: Loaded[] = [{ file: root }];
  const loaded = new Map<string, Loaded>([[root.path, { file: root }]]);
  /** By the names under which something is loaded already; the first that has a name keeps it. */
  const names = new Map<string, Found>();
  const name = (library: string, found: Found): void => {
    if (!names.has(library)) names.set(library, found);
  };
  const enter = (file: DeployedFile): void => {
    // glibc knows a loaded file by its soname too, musl by the name that it was found under alone.
    if (!musl && file.elf.soname !== undefined) {
      name(file.elf.soname, { where: 'inside', path: file.path, step: 'loaded' });
    }
  };
  enter(root);
  const nodes: DependencyNode[] = [];
  for (const from of queue) {
    const needs: Dependency[] = [];
    for (const library of neededBy(from.file.elf, musl ? 'musl' : 'gnu')) {
      const before = names.get(library);
      const found = before ?? findLibrary(library, from, where);
      needs.push({ library, found });
      if (before !== undefined) continue;
      if (found.where === 'inside') {
        name(library, { where: 'inside', path: found.path, step: 'loaded' });
        const file = byPath.get(found.path);
        if (file !== undefined && !loaded.has(file.path)) {
          const next = { file, by: from };
          loaded.set(file.path, next);
          queue.push(next);
          enter(file);
        }
      } else if (found.where === 'target') {
        name(library, found);
      }
    }
    nodes.push({ path: from.file.path, needs });
  }
  return { root: root.path, nodes };
}

/**
 * The trees of a deployment, one for each program and for each library that no other file of it loads, in the order of
 * their paths. Lazy, so that the first of many costs little more than one does. A library for which only a program's
 * DT_RPATH is meant is in that program's tree; taken for itself it may find less.
 *
 * Cycles end, since nothing is loaded twice; of libraries that need each other and that nothing else loads, the first by
 * path stands for all.
 */
export function* dependencyTrees(deployment: Deployment): Generator<DependencyTree, void, undefined> {
  const where = whereOf(deployment);
  const files = deployment.files.filter(({ elf }) => elf.loadable).sort((a, b) => (a.path < b.path ? -1 : 1));
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const root of rootsOf(files, where, byPath)) yield treeOf(root, where, byPath);
}

/** The tree of one file; undefined where the deployment has no such file. */
export function dependencyTree(deployment: Deployment, path: string): DependencyTree | undefined {
  const byPath = new Map(deployment.files.map((file) => [file.path, file]));
  const root = byPath.get(path);
  return root === undefined ? undefined : treeOf(root, whereOf(deployment), byPath);
}

/** Programs, the libraries that no file loads, and one for each circle that is not reached from these. */
function rootsOf(
  files: readonly DeployedFile[],
  where: SearchWhere,
  byPath: ReadonlyMap<string, DeployedFile>,
): DeployedFile[] {
  const programs = files.filter(isExecutable);
  const reached = new Set<string>();
  // A program's DT_RPATH finds what its libraries by themselves do not.
  for (const program of programs) {
    for (const { path } of treeOf(program, where, byPath).nodes) if (path !== program.path) reached.add(path);
  }
  const libraries = files.filter((file) => !isExecutable(file));
  const direct = new Map<string, string[]>();
  for (const file of libraries) {
    const paths = neededBy(file.elf, isForMusl(file, where.target) ? 'musl' : 'gnu').flatMap((library) => {
      const found = findLibrary(library, { file }, where);
      return found.where === 'inside' && found.path !== file.path ? [found.path] : [];
    });
    direct.set(file.path, paths);
  }
  const needed = new Set([...direct.values()].flat());
  const roots = libraries.filter(({ path }) => !reached.has(path) && !needed.has(path));
  const visit = (path: string): void => {
    const pending = [path];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      pending.push(...(direct.get(next) ?? []));
    }
  };
  for (const { path } of roots) visit(path);
  for (const file of libraries) {
    if (reached.has(file.path)) continue;
    roots.push(file);
    visit(file.path);
  }
  return [...programs, ...roots].sort((a, b) => (a.path < b.path ? -1 : 1));
}
