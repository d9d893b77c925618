import { TargetError } from '../errors.js';
import type { SystemTree, TreeEntry } from './system-tree.js';

/** Longest chain of links that is followed, as Linux' own limit (MAXSYMLINKS in include/linux/namei.h). */
const MAX_LINKS = 40;

/** A path with all links followed. */
export interface Followed {
  readonly path: string;
  /** `other` for what is there and cannot be opened, too: a loop of links, a path through a file. */
  readonly entry: Exclude<TreeEntry, { kind: 'link' }>;
}

const CANNOT_BE_OPENED = { kind: 'other' } as const;

/**
 * Follows paths in a tree as the kernel does below a root directory: absolute links start at the root of the tree.
 */
export class TreeWalk {
  readonly tree: SystemTree;
  /** Directories and links: what many paths lead through. */
  readonly #seen = new Map<string, TreeEntry | undefined>();

  constructor(tree: SystemTree) {
    this.tree = tree;
  }

  /**
   * @throws TargetError `TARGET_LINK_ESCAPES` for a link that climbs out of the root with `..`. A running system stops at
   *   its root, so what such a link means depends on where the tree lies.
   */
  async follow(path: string): Promise<Followed | undefined> {
    const pending = split(path).map((name) => ({ name, link: undefined as string | undefined }));
    let at: string[] = [];
    let entry: Followed['entry'] = { kind: 'directory' };
    let links = 0;
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (entry.kind !== 'directory') return { path, entry: CANNOT_BE_OPENED };
      const { name, link } = next;
      if (name === '..') {
        if (at.pop() === undefined && link !== undefined) throw this.#escapes(link);
        continue;
      }
      const here = `/${[...at, name].join('/')}`;
      const found = await this.#lookup(here);
      if (found === undefined) return undefined;
      if (found.kind === 'link') {
        links += 1;
        if (links > MAX_LINKS) return { path, entry: CANNOT_BE_OPENED };
        if (found.to.startsWith('/')) at = [];
        pending.push(...split(found.to).map((part) => ({ name: part, link: here })));
      } else {
        at.push(name);
        entry = found;
      }
    }
    return { path: `/${at.join('/')}`, entry: at.length === 0 ? { kind: 'directory' } : entry };
  }

  /** A directory's path with all links followed, and the names in it; undefined where there is no directory. */
  async list(
    path: string,
  ): Promise<{ readonly path: string; readonly names: readonly string[] } | undefined> {
    const found = await this.follow(path);
    if (found?.entry.kind !== 'directory') return undefined;
    return { path: found.path, names: await this.tree.list(found.path) };
  }

  /**
   * The first `limit` bytes of a file; undefined where there is no file.
   * @throws TargetError as `follow`, and what the tree throws for a file that cannot be read
   */
  async read(path: string, limit: number): Promise<Uint8Array | undefined> {
    const found = await this.follow(path);
    if (found?.entry.kind !== 'file') return undefined;
    const file = await this.tree.open(found.path);
    try {
      return file.bytes.read(0, Math.min(file.bytes.size, limit)).slice();
    } finally {
      await file.close();
    }
  }

  async #lookup(path: string): Promise<TreeEntry | undefined> {
    const known = this.#seen.get(path);
    if (known !== undefined) return known;
    const entry = await this.tree.lookup(path);
    if (entry !== undefined && entry.kind !== 'file') this.#seen.set(path, entry);
    return entry;
  }

  #escapes(link: string): TargetError {
    return new TargetError(`${this.tree.label}: the symbolic link ${link} leads out of the root directory.`, {
      code: 'TARGET_LINK_ESCAPES',
      suggestions: ['Name the directory that is "/" on the system, or make the link absolute.'],
    });
  }
}

/** Components, the last first. */
function split(path: string): string[] {
  return path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .reverse();
}
