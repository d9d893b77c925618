import type { ElfFile } from '../elf/types.js';

/**
 * `libruby.so.3.3`, Debian's `libruby-3.1.so.3.1`: `LIBRUBY_SO` with the API version, of Ruby's configure.ac
 * (`LIBRUBY_SONAME`), where `--with-soname` sets what stands before `.so`.
 */
const LIBRUBY = /^libruby[^/]*\.so\.(\d+\.\d+)(?:\.\d+)*$/;

/** The Ruby, `X.Y`, whose shared library has that soname; undefined for any other library. */
export function rubyOfLibrary(soname: string): string | undefined {
  return LIBRUBY.exec(soname)?.[1];
}

type ExtensionFacts = Pick<ElfFile, 'type' | 'pie' | 'interpreter' | 'unversionedImports'>;

/** A file may have thousands of imports, and is asked for each library that it needs. */
const extensions = new WeakMap<ExtensionFacts, boolean>();

/** A shared object that calls into Ruby's C API, so one that `require` loads into a Ruby that runs. */
export function isRubyExtension(elf: ExtensionFacts): boolean {
  const known = extensions.get(elf);
  if (known !== undefined) return known;
  const { type, pie, interpreter, unversionedImports } = elf;
  const is =
    type === 'dyn' &&
    !pie &&
    interpreter === undefined &&
    unversionedImports.some((name) => /^(?:rb|ruby)_/.test(name));
  extensions.set(elf, is);
  return is;
}

/**
 * Sonames of Ruby's shared library that extensions among these files are linked to. mkmf links them to it where the Ruby that
 * compiles them is built with `--enable-shared` (its `LIBRUBYARG`), and that Ruby has loaded it before it loads any of them.
 */
export function rubyLibrariesOf(files: readonly ElfFile[]): string[] {
  const sonames = files
    .filter(isRubyExtension)
    .flatMap(({ needed }) => needed.filter((soname) => rubyOfLibrary(soname) !== undefined));
  return [...new Set(sonames)].sort();
}

/**
 * The one of these sonames that the Ruby that loads the extensions can have. A process has one Ruby, and that one shared library:
 * of several, those for another Ruby are not it, and where more than one is left none is sure to be.
 *
 * @param abi that Ruby as `X.Y`, as far as it is known
 */
export function rubyLibraryOf(sonames: readonly string[], abi: string | undefined): string | undefined {
  const [first, ...others] = sonames.filter((soname) => abi === undefined || rubyOfLibrary(soname) === abi);
  return others.length === 0 ? first : undefined;
}
