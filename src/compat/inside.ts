import type { GemBinary, GemContents } from '../gem/types.js';

function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

/** Longest chain of links that is followed, as Linux' own limit (MAXSYMLINKS in include/linux/namei.h). */
const MAX_LINKS = 40;

/** How the files come to lie on the system that runs them. */
export interface Placement {
  /** Absolute path of the directory that the files are unpacked into, `/var/task`: absolute paths can lead inside then. */
  readonly root?: string;
  /** LD_LIBRARY_PATH there, its entries absolute. */
  readonly libraryPath?: readonly string[];
}

/** Finds what a gem or a tree brings itself: its files by path, with its symbolic links, and by the name they are loaded under. */
export class GemInside {
  readonly #byPath: ReadonlyMap<string, GemBinary>;
  readonly #links: ReadonlyMap<string, string>;
  readonly #names: ReadonlySet<string>;
  readonly #root: string | undefined;
  readonly #libraryPath: readonly string[];

  constructor(contents: Pick<GemContents, 'binaries' | 'links'>, placement: Placement = {}) {
    this.#byPath = new Map(contents.binaries.map((binary) => [binary.path, binary]));
    this.#links = new Map(Object.entries(contents.links));
    this.#names = new Set([
      ...[...this.#byPath.keys(), ...this.#links.keys()].map((path) => path.slice(path.lastIndexOf('/') + 1)),
      ...contents.binaries.flatMap(({ elf }) => (elf.soname === undefined ? [] : [elf.soname])),
    ]);
    this.#root = placement.root?.replace(/\/+$/, '');
    this.#libraryPath = placement.libraryPath ?? [];
  }

  /** The gem carries a file of this name or soname somewhere, whether or not a loader would look there. */
  carries(library: string): boolean {
    return this.#names.has(library);
  }

  /**
   * The file that the loader takes for `library` when `from` needs it: through DT_RPATH where there is no DT_RUNPATH, then
   * LD_LIBRARY_PATH, then DT_RUNPATH (ld.so(8)), as far as they lie inside by `$ORIGIN` or by the place that the files come to
   * lie at. A file for another machine is passed over, as the loader does (elf/dl-load.c, open_verify).
   */
  resolve(from: GemBinary, library: string): GemBinary | undefined {
    if (library.includes('/')) return this.#at(library, from);
    const { rpath, runpath } = from.elf;
    const entries = [...(runpath.length > 0 ? [] : rpath), ...this.#libraryPath, ...runpath];
    for (const entry of entries) {
      const found = this.#at(`${entry}/${library}`, from);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The file that a path in `from` leads to, where that is one for the same machine. */
  #at(path: string, from: GemBinary): GemBinary | undefined {
    const inside = this.#inside(path, directoryOf(from.path));
    const found = inside === undefined ? undefined : this.#follow(inside);
    return found?.elf.machine === from.elf.machine && found.elf.class === from.elf.class ? found : undefined;
  }

  /** An entry of a search path as a path inside; undefined for one that is not. */
  #inside(entry: string, origin: string): string | undefined {
    const match = /^\$(?:ORIGIN|\{ORIGIN\})(?=\/|$)(.*)$/.exec(entry);
    if (match !== null) return `${origin}/${match[1] ?? ''}`;
    if (this.#root === undefined || !`${entry}/`.startsWith(`${this.#root}/`)) return undefined;
    return entry.slice(this.#root.length);
  }

  /** The file at a path, links of its directories followed as well. */
  #follow(path: string): GemBinary | undefined {
    const pending = path.split('/').reverse();
    const at: string[] = [];
    let links = 0;
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (at.pop() === undefined) return undefined;
        continue;
      }
      at.push(part);
      const text = this.#links.get(at.join('/'));
      if (text === undefined) continue;
      links += 1;
      if (links > MAX_LINKS) return undefined;
      at.pop();
      if (text.startsWith('/')) {
        const inside = this.#inside(text, '');
        if (inside === undefined) return undefined;
        at.length = 0;
        pending.push(...inside.split('/').reverse());
      } else pending.push(...text.split('/').reverse());
    }
    return this.#byPath.get(at.join('/'));
  }
}
