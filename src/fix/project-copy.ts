import { cp, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FileChange } from './types.js';

/** A copy of a project in which a Gemfile can be tried. */
export interface ProjectCopy {
  readonly directory: string;
  readonly gemfile: string;
  readonly lockfile: string;
  remove(): Promise<void>;
}

export interface CopyOptions {
  /** Absolute. */
  readonly gemfile: string;
  /** Absolute. */
  readonly lockfile: string;
  /** Files with what they hold in the copy. */
  readonly changes: readonly FileChange[];
  /** Directories above the project of which paths in the Gemfile speak: 1 for `path: "../engine"`. */
  readonly above: number;
}

/**
 * Copies a project: the Gemfile, the lockfile and what is changed are files of the copy, Bundler's settings too; everything
 * else (installed gems, path gems, gemspecs, what the Gemfile reads) is reached through links, so that a large project costs nothing.
 */
export async function copyProject({ gemfile, lockfile, changes, above }: CopyOptions): Promise<ProjectCopy> {
  const root = path.dirname(gemfile);
  const base = await mkdtemp(path.join(tmpdir(), 'gemcompat-fix-'));
  const remove = (): Promise<void> => rm(base, { recursive: true, force: true });
  try {
    let top = root;
    for (let level = 0; level < above && path.dirname(top) !== top; level += 1) top = path.dirname(top);
    const own = new Map(changes.map(({ path: file, after }) => [file, after]));
    const copies = new Set([gemfile, lockfile, path.join(root, '.bundle', 'config')]);
    await mirror(top, base, { own, copies, root });
    const at = (file: string): string => path.join(base, path.relative(top, file));
    return { directory: at(root), gemfile: at(gemfile), lockfile: at(lockfile), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

interface Mirrored {
  readonly own: ReadonlyMap<string, string>;
  readonly copies: ReadonlySet<string>;
  readonly root: string;
}

/** A directory on the way to a file of the copy is one itself; all others are links. */
async function mirror(from: string, to: string, facts: Mirrored): Promise<void> {
  const { own, copies, root } = facts;
  const special = [...own.keys(), ...copies, root];
  for (const name of await readdir(from)) {
    const source = path.join(from, name);
    const target = path.join(to, name);
    const changed = own.get(source);
    if (changed !== undefined) await writeFile(target, changed, 'latin1');
    else if (copies.has(source)) await cp(source, target, { recursive: true, dereference: true });
    else if (await leadsTo(source, root, special)) {
      await mkdir(target);
      await mirror(source, target, facts);
    } else await symlink(source, target);
  }
}

async function leadsTo(source: string, root: string, special: readonly string[]): Promise<boolean> {
  if (source === root) return true;
  if (!special.some((file) => file.startsWith(source + path.sep))) return false;
  return stat(source).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
