import type { Cpu } from '../elf/types.js';
import type { GlibcSearch } from './glibc-search.js';
import type { Library, LibraryReader } from './library-reader.js';
import type { MuslSearch } from './musl-search.js';
import type { TreeWalk } from './tree-walk.js';

/** The libraries of a system as its loader sees them. */
export interface LoaderView {
  /** Libraries by the file name or soname under which the loader finds them. */
  readonly libraries: ReadonlyMap<string, Library>;
  /** Files of which it cannot be told whether the loader takes them, one sentence each. */
  readonly malformed: readonly string[];
}

/** ldconfig takes no other names (glibc's elf/ldconfig.c, search_dir). */
const LDCONFIG_NAME = /^(?:lib|ld-).*\.so/;

interface Directory {
  readonly path: string;
  /** Whether the loader finds this file there. */
  readonly finds: (name: string, real: string) => Promise<boolean>;
}

const always = (): Promise<boolean> => Promise.resolve(true);

/**
 * What a loader of glibc finds, for a CPU. Configured directories come first, and count as far as the cache has them: a
 * library that was copied there and not entered with ldconfig is not found. Where there is no cache, ldconfig is still to
 * be run, and what it would enter counts, the links that it would make included. Directories for newer CPUs (glibc-hwcaps)
 * are left out: not every machine takes them.
 */
export async function glibcView(reader: LibraryReader, search: GlibcSearch, cpu: Cpu): Promise<LoaderView> {
  const { cached } = search;
  const entered = cached === undefined ? undefined : await enteredFiles(reader.walk, cached);
  const finds = (path: string) => (name: string, real: string) =>
    Promise.resolve(
      cached === undefined
        ? LDCONFIG_NAME.test(name)
        : cached.has(`${path}/${name}`) || entered?.get(name)?.has(real) === true,
    );
  const configured = search.configured
    .filter((path) => !search.system.includes(path))
    .map((path): Directory => ({ path, finds: finds(path) }));
  const system = [...search.configured.filter((path) => search.system.includes(path)), ...search.system];
  const view = await look(reader, [...configured, ...system.map((path) => ({ path, finds: always }))], cpu);
  return { malformed: view.malformed, libraries: cached === undefined ? withSonames(view) : taken(view) };
}

/** What musl finds: the first file of a name, whatever its symbol versions, of which musl's loader takes no notice. */
export async function muslView(reader: LibraryReader, search: MuslSearch, cpu: Cpu): Promise<LoaderView> {
  const view = await look(
    reader,
    search.directories.map((path) => ({ path, finds: always })),
    cpu,
  );
  const libraries = [...taken(view)].map(([name, library]) => [name, { ...library, versions: [] }] as const);
  return { malformed: view.malformed, libraries: new Map(libraries) };
}

interface Looked {
  /** By name what the loader takes; nothing where it gives up on what is there. */
  readonly found: ReadonlyMap<string, Library | undefined>;
  readonly malformed: readonly string[];
}

async function look(reader: LibraryReader, directories: readonly Directory[], cpu: Cpu): Promise<Looked> {
  const { walk } = reader;
  const found = new Map<string, Library | undefined>();
  const malformed: string[] = [];
  for (const { path, finds } of directories) {
    const listed = await walk.list(path);
    for (const name of listed === undefined ? [] : [...listed.names].sort()) {
      if (found.has(name)) continue;
      const file = await walk.follow(`${path}/${name}`);
      // Nowhere: the loader goes on. What is there and cannot be opened is the end of its search (open_path).
      if (file === undefined || !(await finds(name, file.path))) continue;
      if (file.entry.kind !== 'file') {
        found.set(name, undefined);
        continue;
      }
      const read = await reader.read(file.path);
      // For another machine, class or order of bytes: the loader goes on (open_verify).
      if (read.kind === 'elf' && read.cpu !== cpu) continue;
      found.set(name, read.kind === 'elf' ? read.library : undefined);
      if (read.kind === 'malformed' && name.includes('.so')) {
        malformed.push(`${walk.tree.label}${file.path} cannot be read: ${read.reason}`);
      }
    }
  }
  return { found, malformed };
}

/** By the names in the cache, the files that it means, for directories that have more than one name. */
async function enteredFiles(
  walk: TreeWalk,
  cached: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const files = new Map<string, Set<string>>();
  for (const path of cached) {
    const real = await walk.follow(path);
    if (real === undefined) continue;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const known = files.get(name) ?? new Set();
    files.set(name, known.add(real.path));
  }
  return files;
}

function taken({ found }: Looked): Map<string, Library> {
  const libraries = new Map<string, Library>();
  for (const [name, library] of found) {
    if (library !== undefined) libraries.set(name, library);
  }
  return libraries;
}

/** With the links from soname to file that ldconfig makes; of two files with one soname the higher name counts. */
function withSonames(view: Looked): Map<string, Library> {
  const libraries = taken(view);
  const names = [...view.found].sort(([a], [b]) => b.localeCompare(a, 'en', { numeric: true }));
  for (const [name, library] of names) {
    if (library?.soname === undefined || !LDCONFIG_NAME.test(name)) continue;
    if (!view.found.has(library.soname) && !libraries.has(library.soname)) {
      libraries.set(library.soname, library);
    }
  }
  return libraries;
}
