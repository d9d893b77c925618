import { constants, readSync } from 'node:fs';
import { lstat, open, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TargetError } from '../errors.js';
import type { OpenTreeFile, SystemTree, TreeEntry } from './system-tree.js';

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function unreadable(path: string, error: unknown): TargetError {
  const code = codeOf(error);
  return new TargetError(`${path} cannot be read: ${code ?? String(error)}.`, {
    code: 'TARGET_UNREADABLE',
    cause: error,
    suggestions: [
      code === 'EACCES' || code === 'EPERM'
        ? 'Run as a user who may read it, or unpack the system as your own user.'
        : 'Unpack the system again.',
    ],
  });
}

/** A system that was unpacked into a directory. Nothing outside of the directory is ever opened. */
export class DirectoryTree implements SystemTree {
  readonly label: string;
  readonly #root: string;

  private constructor(label: string, root: string) {
    this.label = label;
    this.#root = root;
  }

  /**
   * @param label what the user called the directory
   * @param root its path
   * @throws TargetError `TARGET_NOT_FOUND`, `TARGET_NOT_A_DIRECTORY`, `TARGET_UNREADABLE`
   */
  static async open(label: string, root: string): Promise<DirectoryTree> {
    const suggestions = [
      'Name the directory that is "/" on the system: the one with etc, lib and usr in it.',
    ];
    const stats = await stat(root).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw unreadable(label, error);
      throw new TargetError(`There is no directory ${label}.`, {
        code: 'TARGET_NOT_FOUND',
        suggestions,
        cause: error,
      });
    });
    if (!stats.isDirectory()) {
      throw new TargetError(`${label} is not a directory.`, { code: 'TARGET_NOT_A_DIRECTORY', suggestions });
    }
    const tree = new DirectoryTree(label, root);
    await tree.list('/');
    return tree;
  }

  async lookup(path: string): Promise<TreeEntry | undefined> {
    const real = join(this.#root, path);
    try {
      const stats = await lstat(real);
      if (stats.isSymbolicLink()) return { kind: 'link', to: await readlink(real) };
      if (stats.isFile()) return { kind: 'file' };
      return { kind: stats.isDirectory() ? 'directory' : 'other' };
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(codeOf(error) ?? '')) return undefined;
      throw unreadable(join(this.label, path), error);
    }
  }

  async list(path: string): Promise<readonly string[]> {
    return readdir(join(this.#root, path)).catch((error: unknown) => {
      throw unreadable(join(this.label, path), error);
    });
  }

  async open(path: string): Promise<OpenTreeFile> {
    const name = join(this.label, path);
    const handle = await open(join(this.#root, path), constants.O_RDONLY | constants.O_NOFOLLOW).catch(
      (error: unknown) => {
        throw unreadable(name, error);
      },
    );
    try {
      const { size } = await handle.stat();
      const read = (offset: number, length: number): Uint8Array => {
        const bytes = Buffer.allocUnsafe(length);
        for (let filled = 0; filled < length;) {
          const count = readAt(handle.fd, bytes, filled, offset + filled, name);
          filled += count;
        }
        return bytes;
      };
      return { bytes: { size, read }, close: () => handle.close() };
    } catch (error) {
      await handle.close();
      throw unreadable(name, error);
    }
  }
}

/** The parser asks for ranges that are there, so the end of the file before the end of a range is an error. */
function readAt(fd: number, into: Buffer, filled: number, position: number, name: string): number {
  let count: number;
  try {
    count = readSync(fd, into, filled, into.length - filled, position);
  } catch (error) {
    throw unreadable(name, error);
  }
  if (count === 0) throw unreadable(name, new Error('it became shorter while it was read'));
  return count;
}
