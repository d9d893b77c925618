import type { TargetError } from '../../errors.js';
import type { FileRange } from '../../elf/retained-range.js';
import { MissingRangeError } from '../../elf/missing-range.js';
import type { OpenTreeFile, SystemTree, TreeEntry } from '../system-tree.js';
import { imageError } from './image-error.js';
import { bytesOf } from './kept-file.js';
import type { LayerEntry, LayerInventory } from './layer-inventory.js';

/** Longest chain of links that is followed, as Linux' own limit (MAXSYMLINKS in include/linux/namei.h). */
const MAX_LINKS = 40;

/** A file, and where it came from: hard links share it. */
interface FileNode {
  readonly kind: 'file';
  readonly entry: Extract<LayerEntry, { kind: 'file' }>;
  readonly layer: number;
  readonly index: number;
}

interface DirectoryNode {
  readonly kind: 'directory';
  readonly children: Map<string, Node>;
}

type Node =
  FileNode | DirectoryNode | { readonly kind: 'link'; readonly to: string } | { readonly kind: 'other' };

/** What the configuration of an image says of it. */
export interface ImageFacts {
  /** Digest of the manifest, or of the configuration where an archive has no manifest; names the image for good. */
  readonly digest: string;
  /** As the platform is written for `docker pull --platform`: `linux/arm64/v8`. */
  readonly platform: string;
  /** Environment of its programs. */
  readonly env: Readonly<Record<string, string>>;
}

/** Bytes that were not kept, and are there when the layer was read again. */
export interface MissingPart {
  readonly layer: number;
  /** Of the entry in the layer. */
  readonly index: number;
  readonly range: FileRange;
}

/** Part of a file is not held; it is not an error of the image. */
export class NotKeptError extends MissingRangeError {
  readonly part: MissingPart;

  constructor(part: MissingPart) {
    super(part.range.offset, part.range.length);
    this.part = part;
  }
}

/**
 * The files of an image: its layers, one on top of the other (OCI image-spec, layer.md). Parents of an entry are found as
 * containerd does, through the links that are there, within the root.
 */
export class LayeredTree implements SystemTree {
  readonly label: string;
  readonly #root: DirectoryNode = { kind: 'directory', children: new Map() };
  #layers = 0;

  constructor(label: string) {
    this.label = label;
  }

  /**
   * Puts a layer on top. Its whiteouts are for what lies below, wherever in the layer they stand.
   * @throws TargetError `TARGET_LAYER_INVALID`, `TARGET_LINK_ESCAPES`
   */
  apply({ entries }: LayerInventory): void {
    for (const entry of entries) {
      if (entry.kind === 'opaque') {
        const node = this.#at(entry.path);
        if (node?.kind === 'directory') node.children.clear();
      } else if (entry.kind === 'whiteout') this.#remove(entry.path);
    }
    const layer = this.#layers++;
    for (const [index, entry] of entries.entries()) {
      if (entry.kind === 'opaque' || entry.kind === 'whiteout' || entry.path === '') continue;
      const { directory, name } = this.#parent(entry.path);
      const there = directory.children.get(name);
      directory.children.set(name, this.#nodeFor(entry, { layer, index }, there));
    }
  }

  #nodeFor(
    entry: Exclude<LayerEntry, { kind: 'opaque' | 'whiteout' }>,
    at: { readonly layer: number; readonly index: number },
    there: Node | undefined,
  ): Node {
    switch (entry.kind) {
      case 'directory':
        return there?.kind === 'directory' ? there : { kind: 'directory', children: new Map() };
      case 'file':
        return { kind: 'file', entry, ...at };
      case 'link':
        return { kind: 'link', to: entry.to };
      case 'hard-link':
        return this.#linked(entry.path, entry.to);
      default:
        return { kind: 'other' };
    }
  }

  lookup(path: string): Promise<TreeEntry | undefined> {
    const node = this.#plain(path);
    if (node === undefined) return Promise.resolve(undefined);
    return Promise.resolve(node.kind === 'link' ? { kind: 'link', to: node.to } : { kind: node.kind });
  }

  list(path: string): Promise<readonly string[]> {
    const node = this.#plain(path);
    return Promise.resolve(node?.kind === 'directory' ? [...node.children.keys()] : []);
  }

  /** The bytes throw `NotKeptError` for what is not held. */
  open(path: string): Promise<OpenTreeFile> {
    const node = this.#plain(path);
    if (node?.kind !== 'file') return Promise.reject(new Error(`${path} is not a file of ${this.label}`));
    const { layer, index } = node;
    const held = bytesOf(node.entry.file);
    const read = (offset: number, length: number): Uint8Array => {
      try {
        return held.read(offset, length);
      } catch (error) {
        if (!(error instanceof MissingRangeError)) throw error;
        throw new NotKeptError({ layer, index, range: { offset, length } });
      }
    };
    return Promise.resolve({ bytes: { size: held.size, read }, close: () => Promise.resolve() });
  }

  /** A path that has no links in it. */
  #plain(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path.split('/')) {
      if (name === '') continue;
      node = node?.kind === 'directory' ? node.children.get(name) : undefined;
    }
    return node;
  }

  #at(path: string): Node | undefined {
    if (path === '') return this.#root;
    const slash = path.lastIndexOf('/');
    const directory = this.#directory(path.slice(0, Math.max(0, slash)), path, false);
    return directory?.children.get(path.slice(slash + 1));
  }

  #remove(path: string): void {
    const slash = path.lastIndexOf('/');
    this.#directory(path.slice(0, Math.max(0, slash)), path, false)?.children.delete(path.slice(slash + 1));
  }

  #linked(path: string, to: string): Node {
    const node = this.#at(to);
    if (node === undefined || node.kind === 'directory') {
      throw imageError(
        'TARGET_LAYER_INVALID',
        `${this.label}: the hard link /${path} leads to /${to}, which is no file.`,
      );
    }
    return node;
  }

  #parent(path: string): { readonly directory: DirectoryNode; readonly name: string } {
    const slash = path.lastIndexOf('/');
    const directory = this.#directory(path.slice(0, Math.max(0, slash)), path, true);
    if (directory === undefined) throw new Error('unreachable: missing directories are made');
    return { directory, name: path.slice(slash + 1) };
  }

  /** The directory at a path, links followed; `make`: what is missing is made, else the answer is undefined. */
  #directory(path: string, entry: string, make: boolean): DirectoryNode | undefined {
    const pending = path.split('/').reverse();
    let trail: DirectoryNode[] = [this.#root];
    let links = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (name === '' || name === '.') continue;
      if (name === '..') {
        trail.pop();
        if (trail.length === 0) throw this.#escapes(entry);
        continue;
      }
      const here = trail.at(-1) ?? this.#root;
      let node = here.children.get(name);
      if (node === undefined && make) {
        node = { kind: 'directory', children: new Map() };
        here.children.set(name, node);
      }
      if (node?.kind === 'link' && ++links <= MAX_LINKS) {
        if (node.to.startsWith('/')) trail = [this.#root];
        pending.push(...node.to.split('/').reverse());
      } else if (node?.kind === 'directory') trail.push(node);
      else if (!make) return undefined;
      else {
        throw imageError(
          'TARGET_LAYER_INVALID',
          `${this.label}: /${entry} cannot be unpacked, since ${JSON.stringify(name)} in its path is no directory.`,
        );
      }
    }
    return trail.at(-1);
  }

  #escapes(entry: string): TargetError {
    return imageError(
      'TARGET_LINK_ESCAPES',
      `${this.label}: /${entry} lies behind a symbolic link that leads out of the root directory.`,
      { suggestions: ['Make the link absolute, or one that stays within the image.'] },
    );
  }
}
