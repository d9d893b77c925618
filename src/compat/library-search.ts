import type { Libc, Target } from '../target/types.js';
import type { DeployedFile, DeployedFiles } from './deployed-files.js';
import { directoryOf } from './deployed-files.js';
import { libcOf } from './libc-of.js';
import type { Provision } from './provides.js';
import { MUSL_RESERVED, providesLibrary } from './provides.js';
import { expandOrigin, expandTokens, isSystemDirectory, muslEntries, tokensOf } from './search-path.js';

/** Which of the loader's steps found a library: ld.so(8). */
export type SearchStep =
  /** Something that was loaded before has that name. */
  | 'loaded'
  /** The name is a path. */
  | 'path'
  | 'rpath'
  | 'library-path'
  | 'runpath';

/** What a needed library comes to. */
export type Found =
  | {
      readonly where: 'inside';
      /** Of the file, links followed. */
      readonly path: string;
      readonly step: SearchStep;
      /** The search path's entry as it is written. */
      readonly entry?: string;
      /** The file whose DT_RPATH or DT_RUNPATH has the entry, where it is not the one that needs the library. */
      readonly of?: string;
      /** The loader looks in the target's own directories first, and it is not known whether the library is there. */
      readonly unlessOnTarget?: true;
    }
  /** The target has it. */
  | { readonly where: 'target' }
  /** Neither has it where the loader looks; `carried`: files of the tree by that name or soname, elsewhere. */
  | { readonly where: 'nowhere'; readonly carried: readonly string[] }
  /** Not in the tree where the loader looks; of the target it is not known, or there is none. */
  | { readonly where: 'unchecked'; readonly carried: readonly string[] };

/** A file that is loaded, and what brought it in. */
export interface Loaded {
  readonly file: DeployedFile;
  /** The file that needed it first; absent for the root. */
  readonly by?: Loaded;
}

export interface SearchWhere {
  readonly files: DeployedFiles;
  readonly target: Target | undefined;
  /** Whose loader looks; where it is not said, the target's or that which the file is linked to. */
  readonly libc?: Libc | undefined;
  /** LD_LIBRARY_PATH, split at colons. */
  readonly libraryPath: readonly string[];
}

/** One directory that is looked in. */
interface Place {
  readonly step: SearchStep;
  readonly entry: string;
  readonly of?: DeployedFile;
  /** Path in the tree, for what lies in it. */
  readonly inside?: string;
  /** The target's own libraries lie there. */
  readonly system?: true;
}

/** Whether musl's loader would load the file; what does not say is taken for glibc's. */
export function isForMusl(file: DeployedFile, target: Target | undefined, libc?: Libc): boolean {
  return (libc ?? libcOf(file.elf)?.libc ?? target?.libc) === 'musl';
}

/**
 * The file that the loader takes when `from` needs `library`, or why there is none, in the loader's own order: of glibc
 * elf/dl-load.c (_dl_map_object), of musl ldso/dynlink.c (load_library). `$ORIGIN/glibc-hwcaps` is not looked at: which of
 * its directories count depends on the machine.
 */
export function findLibrary(library: string, from: Loaded, where: SearchWhere): Found {
  const { files, target } = where;
  const musl = isForMusl(from.file, target, where.libc);
  if (library.includes('/')) return findPath(library, from, where, musl);
  const provision = provisionOf(target, library, from);
  // musl's loader answers to these names itself, whatever lies in any directory: `reserved` in ldso/dynlink.c.
  if (musl && MUSL_RESERVED.test(library))
    return provision === 'provided' ? { where: 'target' } : { where: 'unchecked', carried: [] };

  let elsewhere = false;
  let systemFirst = false;
  for (const place of musl ? muslPlaces(from, where) : glibcPlaces(from, where)) {
    if (place.system === true) {
      if (provision === 'provided') return { where: 'target' };
      systemFirst ||= provision === 'unknown';
    } else if (place.inside === undefined) {
      elsewhere = true;
    } else {
      const found = files.at(`${place.inside}/${library}`);
      // musl takes the first file of that name, whatever machine it is for (ldso/dynlink.c, path_open and map_library).
      if (found === undefined || !(musl || isForSameMachine(found, from.file))) continue;
      return {
        where: 'inside',
        path: found.path,
        step: place.step,
        entry: place.entry,
        ...(place.of === undefined || place.of === from.file ? {} : { of: place.of.path }),
        ...(systemFirst ? { unlessOnTarget: true } : {}),
      };
    }
  }
  const carried = files.carried(library);
  if (provision === 'provided') return { where: 'target' };
  // A directory of which nothing is known may have what the target's usual ones do not.
  return { where: provision === 'missing' && !elsewhere ? 'nowhere' : 'unchecked', carried };
}

/** DF_1_NODEFLIB: the target's own directories are not looked in, so that what it has does not count. */
function provisionOf(target: Target | undefined, library: string, { file }: Loaded): Provision {
  if (target === undefined) return 'unknown';
  const provision = providesLibrary(target, library);
  return file.elf.noDefaultLibraries === true && provision === 'provided' ? 'unknown' : provision;
}

/** A name with a slash is a path, in which tokens count to glibc (elf/dl-load.c) and not to musl (ldso/dynlink.c, load_library). */
function findPath(library: string, from: Loaded, { files, target }: SearchWhere, musl: boolean): Found {
  const origin = directoryOf(from.file.path);
  const expanded = musl
    ? ({ kind: 'path', path: library } as const)
    : expandTokens(library, { origin: `\0${origin}`, ...tokensOf(from.file.elf.cpu, target) });
  const inside = expanded.kind === 'path' ? insideOf(expanded.path, files) : undefined;
  const found = inside === undefined ? undefined : files.at(inside);
  if (found !== undefined && (musl || isForSameMachine(found, from.file))) {
    return { where: 'inside', path: found.path, step: 'path' };
  }
  // A path in the tree at which nothing lies is nowhere else either.
  return { where: inside === undefined ? 'unchecked' : 'nowhere', carried: files.carried(library) };
}

/** What `$ORIGIN` came to begins with NUL, which no path of a system can have. */
function insideOf(path: string, files: DeployedFiles): string | undefined {
  return path.startsWith('\0') ? path.slice(1) : path.includes('\0') ? undefined : files.inside(path);
}

/** A file for another machine is passed over: elf/dl-load.c, open_verify. */
function isForSameMachine(a: DeployedFile, b: DeployedFile): boolean {
  return (
    a.elf.machine === b.elf.machine && a.elf.class === b.elf.class && a.elf.byteOrder === b.elf.byteOrder
  );
}

function placeOf(path: string | undefined, files: DeployedFiles): Pick<Place, 'inside' | 'system'> {
  if (path === undefined) return {};
  const inside = insideOf(path, files);
  if (inside !== undefined) return { inside };
  return isSystemDirectory(path) ? { system: true } : {};
}

function* glibcPlaces(from: Loaded, where: SearchWhere): Generator<Place> {
  const { files, target, libraryPath } = where;
  const tokens = tokensOf(from.file.elf.cpu, target);
  const expand = (entry: string, of: DeployedFile): string | undefined => {
    const expanded = expandTokens(entry, { ...tokens, origin: `\0${directoryOf(of.path)}` });
    return expanded.kind === 'path' ? expanded.path : undefined;
  };
  const { runpath } = from.file.elf;
  if (runpath.length === 0) {
    // The DT_RPATH of the file, of the one that brought it in, and so on up to the program; one with DT_RUNPATH has none.
    for (let loaded: Loaded | undefined = from; loaded !== undefined; loaded = loaded.by) {
      const of: DeployedFile = loaded.file;
      if (of.elf.runpath.length > 0) continue;
      for (const entry of of.elf.rpath)
        yield { step: 'rpath', entry, of, ...placeOf(expand(entry, of), files) };
    }
  }
  // $ORIGIN in LD_LIBRARY_PATH is the program's.
  const program = rootOf(from).file;
  for (const entry of libraryPath) {
    yield { step: 'library-path', entry, ...placeOf(expand(entry, program), files) };
  }
  for (const entry of runpath) {
    yield { step: 'runpath', entry, of: from.file, ...placeOf(expand(entry, from.file), files) };
  }
}

function* muslPlaces(from: Loaded, { files, libraryPath }: SearchWhere): Generator<Place> {
  for (const entry of libraryPath) yield { step: 'library-path', entry, ...placeOf(entry, files) };
  for (let loaded: Loaded | undefined = from; loaded !== undefined; loaded = loaded.by) {
    const of: DeployedFile = loaded.file;
    const { rpath, runpath } = of.elf;
    const step = runpath.length > 0 ? 'runpath' : 'rpath';
    for (const entry of muslEntries(runpath.length > 0 ? runpath : rpath)) {
      const path = expandOrigin(entry, `\0${directoryOf(of.path)}`);
      yield { step, entry, of, ...placeOf(path, files) };
    }
  }
}

function rootOf(loaded: Loaded): Loaded {
  let root = loaded;
  while (root.by !== undefined) root = root.by;
  return root;
}
