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

/** Finds what a gem or a tree brings itself, as the loader looks for it when a file is loaded by itself. */
export class GemInside {
  readonly #byPath: ReadonlyMap<string, GemBinary>;
  readonly #where: SearchWhere;
  /** What was found for the file that was asked for last: it is asked for by its DT_NEEDED, and by its verneed again. */
  #last: { readonly from: GemBinary; readonly found: Map<string, GemBinary | undefined> } | undefined;

  constructor(contents: Pick<GemContents, 'binaries' | 'links'>, placement: Placement = {}) {
    const { root, libraryPath = [], target, libc } = placement;
    this.#byPath = new Map(contents.binaries.map((binary) => [binary.path, binary]));
    this.#where = {
      files: new DeployedFiles(contents.binaries, contents.links, root),
      target,
      libc,
      libraryPath,
    };
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
      found.set(library, at.where === 'inside' ? this.#byPath.get(at.path) : undefined);
    }
    return found.get(library);
  }
}
