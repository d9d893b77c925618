import type { GemBinary, GemContents } from '../gem/types.js';

/** Joins and normalises two paths inside a gem; `undefined` where the result leaves the gem. */
function joinInside(directory: string, relative: string): string | undefined {
  const parts: string[] = [];
  for (const part of `${directory}/${relative}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else {
      parts.push(part);
    }
  }
  return parts.join('/');
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

/** Longest chain of links that is followed, as Linux' own limit (MAXSYMLINKS in include/linux/namei.h). */
const MAX_LINKS = 40;

/** Finds what a gem brings itself: its files by path, with its symbolic links, and by the name they are loaded under. */
export class GemInside {
  readonly #byPath: ReadonlyMap<string, GemBinary>;
  readonly #links: Readonly<Record<string, string>>;
  readonly #names: ReadonlySet<string>;

  constructor(contents: Pick<GemContents, 'binaries' | 'links'>) {
    this.#byPath = new Map(contents.binaries.map((binary) => [binary.path, binary]));
    this.#links = contents.links;
    this.#names = new Set([
      ...[...this.#byPath.keys(), ...Object.keys(contents.links)].map((path) =>
        path.slice(path.lastIndexOf('/') + 1),
      ),
      ...contents.binaries.flatMap(({ elf }) => (elf.soname === undefined ? [] : [elf.soname])),
    ]);
  }

  /** The gem carries a file of this name or soname somewhere, whether or not a loader would look there. */
  carries(library: string): boolean {
    return this.#names.has(library);
  }

  /**
   * The file that the loader takes for `library` when `from` needs it: through DT_RUNPATH, or DT_RPATH where there is
   * no DT_RUNPATH (ld.so(8)), as far as they lie inside the gem by `$ORIGIN`. A file for another machine is passed
   * over, as the loader does (elf/dl-load.c, open_verify).
   */
  resolve(from: GemBinary, library: string): GemBinary | undefined {
    const origin = directoryOf(from.path);
    if (library.includes('/')) return undefined;
    for (const entry of from.elf.runpath.length > 0 ? from.elf.runpath : from.elf.rpath) {
      const match = /^\$(?:ORIGIN|\{ORIGIN\})(?=\/|$)(.*)$/.exec(entry);
      if (match === null) continue;
      const path = joinInside(origin, `${match[1] ?? ''}/${library}`);
      const found = path === undefined ? undefined : this.#follow(path);
      if (found?.elf.machine === from.elf.machine && found.elf.class === from.elf.class) return found;
    }
    return undefined;
  }

  #follow(path: string): GemBinary | undefined {
    let current: string | undefined = path;
    for (let step = 0; step < MAX_LINKS && current !== undefined; step += 1) {
      const binary = this.#byPath.get(current);
      if (binary !== undefined) return binary;
      const text: string | undefined = Object.hasOwn(this.#links, current) ? this.#links[current] : undefined;
      if (text === undefined || text.startsWith('/')) return undefined;
      current = joinInside(directoryOf(current), text);
    }
    return undefined;
  }
}
