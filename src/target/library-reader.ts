import { ElfError, TargetError } from '../errors.js';
import { isElf } from '../elf/magic.js';
import { parseElf } from '../elf/parse.js';
import type { Cpu, ElfFile } from '../elf/types.js';
import { exportsOf } from './library-exports.js';
import type { TreeWalk } from './tree-walk.js';
import type { LibraryExports } from './types.js';

/** More files than any system has in the directories of its loader. */
const MAX_FILES = 100_000;

/** A loader finds a library by the name of its file. When a library looks its own imports up says nothing of what it gives. */
const PARSED = { withoutSoname: true, relocations: false } as const;

/** What a loader makes of one file. */
export type LibraryFile =
  | {
      readonly kind: 'elf';
      /** Absent for one that Linux gems do not name. */
      readonly cpu?: Cpu;
      /** Absent where the loader refuses it: an object file, an executable. */
      readonly library?: Library;
    }
  | { readonly kind: 'not-elf' }
  /** ELF that this project cannot read, so it cannot tell what the loader would do. */
  | { readonly kind: 'malformed'; readonly reason: string };

export interface Library {
  readonly soname?: string;
  /** Names that it defines, its own name among them; none for a library without version definitions. */
  readonly versions: readonly string[];
  readonly exports: LibraryExports;
}

/** Reads the libraries of a tree, each file once, however many names it has. */
export class LibraryReader {
  readonly walk: TreeWalk;
  readonly #read = new Map<string, LibraryFile>();

  constructor(walk: TreeWalk) {
    this.walk = walk;
  }

  /** The first file of that name, of all that were read, which is ELF and damaged, and why. */
  damaged(name: RegExp): { readonly path: string; readonly reason: string } | undefined {
    for (const [path, file] of this.#read) {
      if (file.kind === 'malformed' && name.test(path)) return { path, reason: file.reason };
    }
    return undefined;
  }

  /**
   * @param path with all links followed
   * @throws TargetError `TARGET_LIMIT`, and what the tree throws for a file that cannot be read
   */
  async read(path: string): Promise<LibraryFile> {
    let read = this.#read.get(path);
    if (read === undefined) {
      if (this.#read.size >= MAX_FILES) {
        throw new TargetError(
          `${this.walk.tree.label} has more than ${MAX_FILES} files in the directories of its loader.`,
          {
            code: 'TARGET_LIMIT',
            suggestions: ['Name the directory that is "/" on the system.'],
          },
        );
      }
      const file = await this.walk.tree.open(path);
      try {
        const head = file.bytes.read(0, Math.min(4, file.bytes.size));
        read = isElf(head) ? libraryFile(parseElf(file.bytes, PARSED)) : { kind: 'not-elf' };
      } catch (error) {
        if (!(error instanceof ElfError)) throw error;
        read = { kind: 'malformed', reason: error.message };
      } finally {
        await file.close();
      }
      this.#read.set(path, read);
    }
    return read;
  }
}

function libraryFile(elf: ElfFile): LibraryFile {
  const library = libraryOf(elf);
  return {
    kind: 'elf',
    ...(elf.cpu === undefined ? {} : { cpu: elf.cpu }),
    ...(library === undefined ? {} : { library }),
  };
}

/**
 * A loader of glibc refuses what is no ET_DYN, has no dynamic section, or is a position-independent executable
 * (elf/dl-load.c, open_verify and _dl_map_object_from_fd). The base definition is the file's own name, and as good as any
 * other to whoever needs it (elf/dl-version.c, match_symbol).
 */
function libraryOf(elf: ElfFile): Library | undefined {
  if (!elf.loadable || !elf.dynamic || elf.type !== 'dyn' || elf.pie) return undefined;
  const versions = [...new Set(elf.verdef.map(({ name }) => name))];
  return { versions, exports: exportsOf(elf), ...(elf.soname === undefined ? {} : { soname: elf.soname }) };
}
