import type { ElfFile } from '../elf/types.js';
import type { Target } from '../target/types.js';

/** An ELF file in a tree that is deployed as one: a bundle, a zip, a directory. */
export interface DeployedFile {
  /** Relative to the tree, without a leading slash: `vendor/bundle/ruby/3.3.0/gems/pg-1.6/lib/pg_ext.so`. */
  readonly path: string;
  readonly elf: ElfFile;
}

export interface Deployment {
  readonly files: readonly DeployedFile[];
  /** Symbolic links in the tree: path → link text. */
  readonly links: Readonly<Record<string, string>>;
  /** Absolute path at which the tree lies at run time: `/var/task`. Without it absolute search paths lead outside. */
  readonly root?: string;
  /** LD_LIBRARY_PATH at run time, split at colons; see `lambdaLibraryPath`. */
  readonly libraryPath?: readonly string[];
  /** Already reduced to the CPU (`forCpu`). */
  readonly target?: Target;
}

/** Which of the loader's steps found a library, ld.so(8). */
export type SearchStep = 'loaded' | 'path' | 'rpath' | 'library-path' | 'runpath' | 'system';

/** What a needed library comes to. */
export type Found =
  /** A file of the tree. `entry`: the search path's entry as it is written; `of`: the file that has it. */
  | {
      readonly where: 'inside';
      readonly path: string;
      readonly step: SearchStep;
      readonly entry?: string;
      readonly of?: string;
    }
  /** Not in the tree where the loader looks; the target has it. */
  | { readonly where: 'target' }
  /** Neither; `carried`: files of the tree by that name or soname, where the loader does not look. */
  | { readonly where: 'nowhere'; readonly carried: readonly string[] }
  /** Not in the tree, and of the target it is not known, or there is no target. */
  | { readonly where: 'unchecked'; readonly carried: readonly string[] };

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
  /** Of every file of the tree that is loaded, in the loader's breadth-first order; the root comes first. */
  readonly nodes: readonly DependencyNode[];
}

/**
 * The trees of a deployment, one for each executable and for each library that no other file loads, in the order of
 * their paths. Lazy, so that the first of many costs what one does.
 */
export function* dependencyTrees(deployment: Deployment): Generator<DependencyTree, void, undefined> {
  deployment;
  yield* [];
}

/** LD_LIBRARY_PATH of an AWS Lambda runtime; undefined for a target that is none. */
export function lambdaLibraryPath(target: Target): readonly string[] | undefined {
  target;
  return undefined;
}
