import { resolve } from 'node:path';
import type { Cpu } from '../elf/types.js';
import { TargetError } from '../errors.js';
import { DirectoryTree } from './directory-tree.js';
import { rubyOf } from './image/ruby.js';
import { readSystem } from './system-reader.js';
import { TreeWalk } from './tree-walk.js';
import type { ResolvedTarget, Target } from './types.js';

export interface RootfsOptions {
  /** Where a relative directory is taken from; the process's directory by default. */
  readonly cwd?: string;
  /** The only CPU to read; by default every one that there is a C library for. */
  readonly cpu?: Cpu;
}

/**
 * What the system provides that is unpacked in a directory: `rootfs:DIR`. Symbolic links are followed inside of the
 * directory, absolute ones from it on, and nothing outside of it is opened; nothing is executed. A library that is
 * malformed is a warning, and makes the list of libraries incomplete.
 * @param directory as the user gave it
 * @throws TargetError `TARGET_NOT_FOUND`, `TARGET_NOT_A_DIRECTORY`, `TARGET_UNREADABLE`, `TARGET_NO_LIBC`,
 *   `TARGET_NOT_FOR_CPU`, `TARGET_LINK_ESCAPES`, `TARGET_LIMIT`
 */
export async function resolveRootfs(
  directory: string,
  { cwd, cpu }: RootfsOptions = {},
): Promise<ResolvedTarget> {
  const label = directory.replace(/(?<=.)\/+$/, '');
  const tree = await DirectoryTree.open(
    label,
    cwd === undefined ? resolve(directory) : resolve(cwd, directory),
  );
  const system = await readSystem(tree, {
    name: `rootfs:${label}`,
    source: `the libraries in ${label}`,
    ...(cpu === undefined ? {} : { cpu }),
  });
  const ruby = await rubyOf(new TreeWalk(tree)).catch((error: unknown) => {
    // A link of Ruby's that leads out of the directory says nothing of the libraries.
    if (error instanceof TargetError) return undefined;
    throw error;
  });
  return { ...system, ...(ruby === undefined ? {} : { ruby }) };
}

/** The target alone; see `resolveRootfs`. */
export async function readRootfs(directory: string, cpu?: Cpu): Promise<Target> {
  return (await resolveRootfs(directory, cpu === undefined ? {} : { cpu })).target;
}
