import type { DependencyTree } from '../compat/dependency-tree.js';

export interface DependencyTreeOptions {
  /** In columns; lines are not wrapped where it is absent. */
  readonly width?: number;
  /** Leave out what the target has. */
  readonly insideOnly?: boolean;
}

/** The lines of one tree, without a line break at their ends. */
export function dependencyTreeLines(tree: DependencyTree, options: DependencyTreeOptions = {}): string[] {
  options;
  return [tree.root];
}
