import type { ElfFile } from '../elf/types.js';

/** An ELF file in a tree that is deployed as one: a bundle, a zip, a directory. */
export interface DeployedFile {
  /** Relative to the tree, without a leading slash: `vendor/bundle/ruby/3.3.0/gems/pg-1.6/lib/pg_ext.so`. */
  readonly path: string;
  readonly elf: ElfFile;
}

/** Longest chain of links that is followed, as Linux' own limit (MAXSYMLINKS in include/linux/namei.h). */
const MAX_LINKS = 40;

export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The files of a tree by their paths, with its symbolic links, those of directories included. */
export class DeployedFiles {
  readonly #byPath: ReadonlyMap<string, DeployedFile>;
  readonly #links: ReadonlyMap<string, string>;
  readonly #carried = new Map<string, Set<string>>();
  readonly #root: string | undefined;

  /**
   * @param links path → link text
   * @param root absolute path at which the tree lies at run time; without it no absolute path leads inside
   */
  constructor(
    files: readonly DeployedFile[],
    links: Readonly<Record<string, string>>,
    root: string | undefined,
  ) {
    this.#byPath = new Map(files.map((file) => [file.path, file]));
    this.#links = new Map(Object.entries(links));
    this.#root = root?.replace(/\/+$/, '');
    for (const { path, elf } of files) {
      this.#carry(baseOf(path), path);
      if (elf.soname !== undefined) this.#carry(baseOf(elf.soname), path);
    }
    for (const path of this.#links.keys()) {
      const file = this.at(path);
      if (file !== undefined) this.#carry(baseOf(path), file.path);
    }
  }

  /** Paths of the files of that name or soname, wherever they lie. */
  carried(library: string): readonly string[] {
    return [...(this.#carried.get(baseOf(library)) ?? [])];
  }

  /** An absolute path as one in the tree, its parts not yet joined; undefined for one that leads elsewhere. */
  inside(absolute: string): string | undefined {
    if (this.#root === undefined || !absolute.startsWith('/')) return undefined;
    if (!`${absolute}/`.startsWith(`${this.#root}/`)) return undefined;
    return absolute.slice(this.#root.length);
  }

  /** The file at a path in the tree, links followed; undefined where there is none, and for what leads out of the tree. */
  at(path: string): DeployedFile | undefined {
    const real = this.#real(path);
    return real === undefined ? undefined : this.#byPath.get(real);
  }

  #carry(name: string, path: string): void {
    const paths = this.#carried.get(name) ?? new Set<string>();
    this.#carried.set(name, paths.add(path));
  }

  #real(path: string): string | undefined {
    const pending = path.split('/').reverse();
    let at: string[] = [];
    let links = 0;
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        // With a root of its own, the tree's parent is another place; `/..` is `/`.
        if (at.pop() === undefined && this.#root !== '') return undefined;
        continue;
      }
      at.push(part);
      const text = this.#links.get(at.join('/'));
      if (text === undefined) continue;
      links += 1;
      if (links > MAX_LINKS) return undefined;
      at.pop();
      const target = text.startsWith('/') ? this.inside(text) : text;
      if (target === undefined) return undefined;
      if (text.startsWith('/')) at = [];
      pending.push(...target.split('/').reverse());
    }
    return at.join('/');
  }
}
