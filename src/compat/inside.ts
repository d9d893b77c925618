import type { ElfFile } from '../elf/types.js';
import type { GemBinary, GemContents } from '../gem/types.js';
import type { Libc, Target } from '../target/types.js';
import { DeployedFiles } from './deployed-files.js';
import type { SearchWhere } from './library-search.js';
import { findLibrary } from './library-search.js';

/** How the files come to lie on the system that runs them. */
export interface Placement {
  /** Absolute path of the directory that the files are unpacked into, `/var/task`: absolute paths can lead inside then. */
  readonly root?: string;
  /** LD_LIBRARY_PATH there, its entries absolute. */
  readonly libraryPath?: readonly string[];
  /** What has the directories of LD_LIBRARY_PATH that are a system's own: what it is known to have goes before the files'. */
  readonly target?: Target;
  /** Whose loader looks for libraries; that which each file is linked to by default. */
  readonly libc?: Libc;
}

/** What the loader has to find: DT_NEEDED, and a DT_FILTER's library, which glibc's looks for in the same way and musl's not at all. */
export function neededBy({ needed, filter }: ElfFile, libc: Libc): readonly string[] {
  return filter === undefined || libc === 'musl' || needed.includes(filter) ? needed : [...needed, filter];
}

interface FilesByPath {
  readonly byPath: ReadonlyMap<string, GemBinary>;
  /** The same, with links. */
  readonly deployed: DeployedFiles;
}

/** Finds what a gem or a tree brings itself, as the loader looks for it when a file is loaded by itself. */
export class GemInside {
  readonly #files: FilesByPath;
  readonly #root: string | undefined;
  readonly #where: SearchWhere;
  readonly #loadedWith = { gnu: new Map<GemBinary, GemBinary[]>(), musl: new Map<GemBinary, GemBinary[]>() };
  /** What was found for the file that was asked for last: it is asked for by its DT_NEEDED, and by its verneed again. */
  #last: { readonly from: GemBinary; readonly found: Map<string, GemBinary | undefined> } | undefined;

  /** @param elsewhere the same contents in another placement: an index of their paths is made once where these are the same */
  constructor(
    contents: Pick<GemContents, 'binaries' | 'links'>,
    placement: Placement = {},
    elsewhere?: GemInside,
  ) {
    const { root, libraryPath = [], target, libc } = placement;
    const known = elsewhere?.rootedAt(root);
    this.#root = root;
    this.#files = known ?? {
      byPath: new Map(contents.binaries.map((binary) => [binary.path, binary])),
      deployed: new DeployedFiles(contents.binaries, contents.links, root),
    };
    this.#where = { files: this.#files.deployed, target, libc, libraryPath };
  }

  /** The index of the files' paths, if they are those of files that lie there. */
  private rootedAt(root: string | undefined): FilesByPath | undefined {
    return this.#root === root ? this.#files : undefined;
  }

  /** The gem carries a file of this name or soname somewhere, whether or not a loader would look there. */
  carries(library: string): boolean {
    return this.#where.files.carried(library).length > 0;
  }

  /** The file that the loader takes for `library` when `from` needs it; undefined where it takes none of these. */
  resolve(from: GemBinary, library: string): GemBinary | undefined {
    if (this.#last?.from !== from) this.#last = { from, found: new Map() };
    const { found } = this.#last;
    if (!found.has(library)) {
      const at = findLibrary(library, { file: from }, this.#where);
      found.set(library, at.where === 'inside' ? this.#files.byPath.get(at.path) : undefined);
    }
    return found.get(library);
  }

  /** The files that are loaded with one by a C library's loader, in no order. */
  loadedWith(binary: GemBinary, libc: Libc): readonly GemBinary[] {
    const known = this.#loadedWith[libc].get(binary);
    if (known !== undefined) return known;
    const found = new Set([binary]);
    for (const each of found) {
      for (const library of neededBy(each.elf, libc)) {
        const own = this.resolve(each, library);
        if (own !== undefined) found.add(own);
      }
    }
    found.delete(binary);
    const others = [...found];
    this.#loadedWith[libc].set(binary, others);
    return others;
  }
}
