import type { ForeignBinary } from '../elf/foreign-format.js';
import type { FileRange } from '../elf/retained-range.js';
import type { ElfFile } from '../elf/types.js';
import { APPENDED_CODE, appendedReason } from '../gem/appended.js';
import type { AppendedArchive } from '../gem/appended.js';
import type { ForeignFile, GemBinary, GemContents, UnreadablePart } from '../gem/types.js';

/** What one file turned out to be. */
export type FileResult =
  | {
      readonly kind: 'elf';
      readonly compressed: boolean;
      readonly elf: ElfFile;
      /** It was not read; absent where it was, or there is none. */
      readonly appended?: AppendedArchive;
    }
  | { readonly kind: 'gem'; readonly contents: GemContents }
  /** An executable or a library of another system. */
  | { readonly kind: 'foreign'; readonly binary: ForeignBinary }
  /** A specification of an installed gem: its first lines. */
  | { readonly kind: 'specification'; readonly text: string }
  /** It may hold ELF files, and was not looked into. */
  | { readonly kind: 'nested-archive' }
  | { readonly kind: 'unreadable'; readonly code: string; readonly reason: string }
  /** It has to be streamed once more, and this range kept. */
  | { readonly kind: 'missing-range'; readonly range: FileRange };

/** A gem that lies packed in a tree. */
export interface PackedGem {
  readonly path: string;
  readonly contents: GemContents;
}

/** Everything that was found of one subject, by path within it. Plain data. */
export interface Tree {
  readonly binaries: readonly GemBinary[];
  /** Symbolic links: path → link text. */
  readonly links: Readonly<Record<string, string>>;
  readonly unreadable: readonly UnreadablePart[];
  readonly nestedArchives: readonly string[];
  readonly gems: readonly PackedGem[];
  /** The first lines of `specifications/*.gemspec`. */
  readonly specifications: ReadonlyMap<string, string>;
  /** Directories of installed gems, `…/gems/rake-13.2.1`. */
  readonly gemDirectories: readonly string[];
  /** Directories of their compiled extensions, `…/extensions/x86_64-linux/3.3.0/pg-1.6/`. */
  readonly extensionDirectories: readonly string[];
  /** Executables and libraries of other systems. */
  readonly foreign: readonly ForeignFile[];
  readonly filesSeen: number;
  readonly specialFiles: number;
}

/** What one reader has of a tree, to be joined with what others have. */
export interface TreePart {
  readonly results: readonly { readonly key: string; readonly path: string; readonly result: FileResult }[];
  readonly links: readonly (readonly [path: string, text: string])[];
  readonly hardLinks: readonly (readonly [path: string, target: string])[];
  readonly directories: readonly string[];
  readonly extensions: readonly string[];
  readonly filesSeen: number;
  readonly specialFiles: number;
}

/** Collects a tree as it is read. */
export class TreeCollector {
  filesSeen = 0;
  specialFiles = 0;
  readonly #results = new Map<string, { path: string; result: FileResult }>();
  readonly #links = new Map<string, string>();
  readonly #hardLinks = new Map<string, string>();
  readonly #directories = new Set<string>();
  readonly #extensions = new Set<string>();
  readonly #interned = new Map<string, string>();
  /** What was made of a file that has several names. */
  readonly #slimmed = new WeakMap<ElfFile, ElfFile>();

  /** @param key tells apart files that have one path: an archive may have an entry twice, and both are judged */
  report(path: string, result: FileResult, key = path): void {
    const slim = result.kind === 'elf' ? { ...result, elf: this.#slim(result.elf) } : result;
    this.#results.set(key, { path, result: slim });
  }

  link(path: string, text: string): void {
    this.#links.set(path, text);
  }

  /** A further name of a file in an archive: the file is there under each, since `$ORIGIN` is where the name is. */
  hardLink(path: string, file: string): void {
    this.#hardLinks.set(path, file);
  }

  /** A path that lies in the directory of an installed gem. */
  gemDirectory(path: string): void {
    this.#directories.add(path);
  }

  /** A path that lies where a compiled extension of an installed gem is. */
  extensionDirectory(path: string): void {
    this.#extensions.add(path);
  }

  /** Everything so far, as plain data. */
  part(): TreePart {
    return {
      results: [...this.#results].map(([key, { path, result }]) => ({ key, path, result })),
      links: [...this.#links],
      hardLinks: [...this.#hardLinks],
      directories: [...this.#directories],
      extensions: [...this.#extensions],
      filesSeen: this.filesSeen,
      specialFiles: this.specialFiles,
    };
  }

  /** Takes what another collector has of the same subject. */
  absorb(part: TreePart): void {
    const { results, links, hardLinks, directories, extensions, filesSeen, specialFiles } = part;
    for (const { key, path, result } of results) this.report(path, result, key);
    for (const [path, text] of links) this.#links.set(path, text);
    for (const [path, target] of hardLinks) this.#hardLinks.set(path, target);
    for (const path of directories) this.#directories.add(path);
    for (const path of extensions) this.#extensions.add(path);
    this.filesSeen += filesSeen;
    this.specialFiles += specialFiles;
  }

  finish(): Tree {
    const binaries: GemBinary[] = [];
    const unreadable: UnreadablePart[] = [];
    const nestedArchives: string[] = [];
    const gems: PackedGem[] = [];
    const foreign: ForeignFile[] = [];
    const specifications = new Map<string, string>();
    const results = [...this.#results.values(), ...this.#linked()].sort((one, other) =>
      byText(one.path, other.path),
    );
    for (const { path, result } of results) {
      if (result.kind === 'elf') {
        binaries.push({ path, gzipped: result.compressed, elf: result.elf });
        if (result.appended !== undefined) {
          unreadable.push({ path, code: APPENDED_CODE, reason: appendedReason(result.appended) });
        }
      } else if (result.kind === 'gem') gems.push({ path, contents: result.contents });
      else if (result.kind === 'foreign') foreign.push({ path, ...result.binary });
      else if (result.kind === 'specification') specifications.set(path, result.text);
      else if (result.kind === 'nested-archive') nestedArchives.push(path);
      else if (result.kind === 'unreadable') {
        unreadable.push({ path, code: result.code, reason: result.reason });
      }
    }
    return {
      binaries,
      links: Object.fromEntries(this.#links),
      unreadable,
      nestedArchives,
      gems,
      specifications,
      gemDirectories: [...this.#directories].sort(byText),
      extensionDirectories: [...this.#extensions].sort(byText),
      foreign,
      filesSeen: this.filesSeen,
      specialFiles: this.specialFiles,
    };
  }

  /** What hard links lead to, under their own paths. */
  #linked(): { path: string; result: FileResult }[] {
    if (this.#hardLinks.size === 0) return [];
    const byPath = new Map([...this.#results.values()].map(({ path, result }) => [path, result]));
    return [...this.#hardLinks].flatMap(([path, file]) => {
      const result = byPath.get(file);
      return result?.kind === 'elf' || result?.kind === 'unreadable' ? [{ path, result }] : [];
    });
  }

  /**
   * What a verdict and its words rest on: the names that a library defines are left out, and of its imports those that nothing has
   * to define. A tree of 100,000 libraries fits into memory so.
   */
  #slim(elf: ElfFile): ElfFile {
    const known = this.#slimmed.get(elf);
    if (known !== undefined) return known;
    const slim = this.#slimOf(elf);
    this.#slimmed.set(elf, slim);
    return slim;
  }

  #slimOf(elf: ElfFile): ElfFile {
    const {
      exports: _exports,
      hiddenExports: _hidden,
      eagerImports,
      idleImports,
      weakImports,
      ...rest
    } = elf;
    const passedOver = new Set([...weakImports, ...(idleImports ?? [])]);
    const lookedUp = elf.unversionedImports.filter((name) => !passedOver.has(name));
    // Those without a version are left out of what is looked up; on musl the others are looked up by name as well.
    const unversioned = new Set(weakImports.length === 0 ? [] : elf.unversionedImports);
    const eager = eagerImports?.filter((name) => !passedOver.has(name)) ?? [];
    return {
      ...rest,
      ...(idleImports === undefined ? {} : { idleImports: this.#internAll(idleImports) }),
      ...(eager.length === 0 ? {} : { eagerImports: this.#internAll(eager) }),
      verneed: elf.verneed.map(({ library, versions }) => ({
        library: this.#intern(library),
        versions: versions.map((need) => ({
          ...need,
          name: this.#intern(need.name),
          symbols: this.#internAll(need.symbols),
        })),
      })),
      needed: this.#internAll(elf.needed),
      verdef: elf.verdef.map((version) => ({ ...version, name: this.#intern(version.name), symbols: [] })),
      unversionedImports: this.#internAll(lookedUp),
      weakImports: this.#internAll(weakImports.filter((name) => !unversioned.has(name))),
    };
  }

  #internAll(names: readonly string[]): readonly string[] {
    return names.map((name) => this.#intern(name));
  }

  #intern(text: string): string {
    const known = this.#interned.get(text);
    if (known !== undefined) return known;
    this.#interned.set(text, text);
    return text;
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
