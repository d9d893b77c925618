import type { ElfBytes } from '../elf/types.js';

/** What lies at one path of a tree, a symbolic link not followed. */
export type TreeEntry =
  | { readonly kind: 'file' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'link'; readonly to: string }
  /** A device, socket or FIFO. */
  | { readonly kind: 'other' };

/** The bytes of a file that stay readable until `close`. */
export interface OpenTreeFile {
  readonly bytes: ElfBytes;
  close(): Promise<void>;
}

/**
 * The files of a system that is not running: a directory, or the layers of an image. Paths are absolute within the
 * tree, normalised, and without a link before their last component; `TreeWalk` makes them so.
 */
export interface SystemTree {
  /** What the user called it, for messages. */
  readonly label: string;
  lookup(path: string): Promise<TreeEntry | undefined>;
  /** Names in a directory, in any order. */
  list(path: string): Promise<readonly string[]>;
  open(path: string): Promise<OpenTreeFile>;
}
