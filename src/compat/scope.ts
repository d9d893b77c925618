import type { Cpu } from '../elf/types.js';
import type { GemBinary } from '../gem/types.js';
import { firstGlibcWith, glibcNames, isGlibcPrivate } from '../target/glibc-names.js';
import { exportsName, exportsVersioned } from '../target/library-exports.js';
import { libcLibraries } from '../target/libc-libraries.js';
import { compareMuslReleases, firstMuslWith, isBoundByMusl, muslNamesOf } from '../target/musl-names.js';
import { RUBY_PROCESS_LIBRARIES, rubyProvides } from '../target/ruby-names.js';
import { loaderSoname } from '../target/symbol-versions.js';
import type { LibraryExports, Target } from '../target/types.js';
import { zlibNames, zlibVersionNames } from '../target/zlib-names.js';
import { compareDotted } from '../version/symbol-version.js';
import { MUSL_RESERVED } from './provides.js';
import { rubyOfLibrary } from './shared-ruby.js';

/** Whether a name is defined by something that a file is loaded with; `unknown` where the names of a part are not known. */
export type Definition = 'provided' | 'missing' | 'unknown';

/** What a file is loaded with. */
export interface Loaded {
  /** Files of the gem, the file itself left out. */
  readonly files: readonly GemBinary[];
  /** Sonames that the target answers, of the file and of those files. */
  readonly libraries: readonly string[];
  /** The process is Ruby, `X.Y` where it is known. */
  readonly ruby?: { readonly abi: string | undefined };
}

/**
 * What libraries of the compiler export, by the shape of the names: libstdc++ (`gnu.ver`) and libgcc_s (`libgcc-std.ver.in`, and
 * the routines of its `lib1asmfuncs` and `lib2funcs`). Of other libraries any name may come.
 */
const SHAPE_OF_NAMES: readonly (readonly [RegExp, RegExp])[] = [
  [/^libstdc\+\+\.so\.6$/, /^(?:_Z|__cxa_|__gxx_|__gnu_|__dynamic_cast$|__once_proxy$|__emutls)/],
  [
    /^libgcc_s\.so\.1$/,
    /^(?:_Unwind_|__gcc_personality|__emutls|__(?:de)?register_frame|__frame_state|__enable_execute_stack|__cpu_|__aeabi_|__(?:add|sub|mul|neg|abs|u?div|u?mod|u?divmod|ashl|ashr|lshr|u?cmp|ffs|clz|ctz|clrsb|parity|popcount|bswap|fix|float|extend|trunc|pow|eq|ne|ge|gt|le|lt|unord)\w*$)/,
  ],
];

const ZLIB = 'libz.so.1';

/** What the libraries of a system that was read bring, and the names of those of which that is not known. */
interface SystemLibraries {
  readonly read: readonly LibraryExports[];
  readonly unread: readonly string[];
}

/** Looks names up as the loader does, in everything that a file is loaded with. */
export class Scope {
  readonly #target: Target;
  readonly #cpu: Cpu;
  readonly #loaded: Loaded;
  #systemLibraries: SystemLibraries | undefined;

  constructor(target: Target, cpu: Cpu, loaded: Loaded) {
    this.#target = target;
    this.#cpu = cpu;
    this.#loaded = loaded;
  }

  /** Whether anything defines the name. */
  defines(name: string): Definition {
    const { files, ruby } = this.#loaded;
    const system = this.#fromSystem();
    const answers = [
      ...(system === undefined
        ? [this.#inLibc(name), this.#inLibraries(name)]
        : [this.#inSystem(system, name)]),
      ruby === undefined ? 'missing' : rubyProvides(ruby.abi, name),
      ...files.map((file) => this.#inFile(file, name)),
    ] as const;
    if (answers.includes('provided')) return 'provided';
    return answers.includes('unknown') ? 'unknown' : 'missing';
  }

  /** Whether anything defines the name under that version, of a system whose own libraries were read; glibc's loader asks so. */
  definesVersion(name: string, version: string): Definition {
    const system = this.#fromSystem();
    if (system === undefined) return 'unknown';
    const { files } = this.#loaded;
    if (system.read.some((library) => exportsVersioned(library, name, version))) return 'provided';
    const inFiles = files.map(({ elf }): Definition => {
      if (elf.exports === undefined) return 'unknown';
      const defined = elf.verdef.find((each) => each.name === version)?.symbols.includes(name) === true;
      return defined || elf.exports.includes(name) ? 'provided' : 'missing';
    });
    if (inFiles.includes('provided')) return 'provided';
    return system.unread.length > 0 || inFiles.includes('unknown') ? 'unknown' : 'missing';
  }

  /** The first release of the target's C library that has a name, where that is later than the target's. */
  since(name: string): string | undefined {
    const { libc, libcVersion } = this.#target;
    const first = libc === 'musl' ? firstMuslWith(this.#cpu, name) : firstGlibcWith(this.#cpu, name)?.release;
    const order = libc === 'musl' ? compareMuslReleases : compareDotted;
    return first !== undefined && order(first, libcVersion) > 0 ? first : undefined;
  }

  #inLibc(name: string): Definition {
    const { libc, libcVersion } = this.#target;
    if (libc === 'musl') {
      const known = muslNamesOf(this.#target, this.#cpu);
      if (known === undefined) return 'unknown';
      return known.names.has(name) ? 'provided' : known.complete ? 'missing' : 'unknown';
    }
    const known = glibcNames(this.#cpu, libcVersion);
    if (known === undefined || isGlibcPrivate(name)) return 'unknown';
    const loaded = this.#glibcLibraries();
    for (const [library, names] of known) {
      if (names.has(name) && (loaded === undefined || loaded.has(library))) return 'provided';
    }
    return 'missing';
  }

  /** Those of glibc's libraries that are loaded for sure; undefined where any may be, brought in by a library of the target. */
  #glibcLibraries(): ReadonlySet<string> | undefined {
    const { libraries, ruby } = this.#loaded;
    const { libcVersion } = this.#target;
    const glibc = glibcNames(this.#cpu, libcVersion);
    if (libraries.some((library) => glibc?.has(library) !== true)) return undefined;
    const ofRuby = ruby === undefined ? [] : processLibraries(libcVersion);
    const loader = [...(glibc?.keys() ?? [])].filter((library) => library.startsWith('ld'));
    return new Set(['libc.so.6', ...loader, ...libraries, ...ofRuby]);
  }

  #inFile({ elf }: GemBinary, name: string): Definition {
    // Only libraries with a soname have their names read.
    if (elf.exports === undefined) return 'unknown';
    const versions = elf.verdef.filter(({ symbols }) => symbols.includes(name));
    if (elf.hiddenExports?.includes(name) === true) {
      // glibc finds a hidden name in a library's first version (elf/dl-lookup.c, check_match: index 2).
      return this.#target.libc === 'gnu' && versions.some(({ index }) => index === 2)
        ? 'provided'
        : 'missing';
    }
    return versions.length > 0 || elf.exports.includes(name) ? 'provided' : 'missing';
  }

  /** What of a system that was read is loaded with the file; undefined where the system's libraries were not read. */
  #fromSystem(): SystemLibraries | undefined {
    const { exports } = this.#target;
    if (exports === undefined) return undefined;
    return (this.#systemLibraries ??= this.#reached(exports));
  }

  /** The libraries that are loaded, and what they need in their turn. */
  #reached(exports: Readonly<Record<string, LibraryExports>>): SystemLibraries {
    const { libc } = this.#target;
    const { files, libraries, ruby } = this.#loaded;
    const own = new Set(files.flatMap(({ elf }) => elf.soname ?? []));
    const names = new Set([
      this.#libcName(),
      ...[loaderSoname(this.#cpu)].filter((loader) => libc === 'gnu' && Object.hasOwn(exports, loader)),
      ...libraries,
      ...(ruby === undefined ? [] : this.#ofRuby(exports)),
    ]);
    const read = new Set<LibraryExports>();
    const unread: string[] = [];
    for (const name of names) {
      // musl answers to these names itself, whatever lies there.
      if (libc === 'musl' && MUSL_RESERVED.test(name)) continue;
      const library = Object.hasOwn(exports, name) ? exports[name] : undefined;
      if (library === undefined) {
        if (!own.has(name)) unread.push(name);
        continue;
      }
      read.add(library);
      for (const needed of library.needed) names.add(needed);
    }
    const muslItself = libc === 'musl' ? exports[this.#libcName()] : undefined;
    if (muslItself !== undefined) read.add(muslItself);
    return { read: [...read], unread };
  }

  #libcName(): string {
    return this.#target.libc === 'gnu' ? 'libc.so.6' : (libcLibraries('musl', this.#cpu)[0] ?? 'libc.so');
  }

  /** What the process of Ruby has loaded: Ruby's own library, where the system has it, with what that needs. */
  #ofRuby(exports: Readonly<Record<string, LibraryExports>>): readonly string[] {
    const abi = this.#loaded.ruby?.abi;
    const own = Object.keys(exports).filter((name) => {
      const version = rubyOfLibrary(name);
      return version !== undefined && (abi === undefined || version === abi);
    });
    const { libc, libcVersion } = this.#target;
    if (libc === 'musl') return own;
    return [...own, ...processLibraries(libcVersion).filter((library) => Object.hasOwn(exports, library))];
  }

  #inSystem({ read, unread }: SystemLibraries, name: string): Definition {
    const { libc, libcVersion } = this.#target;
    if (read.some((library) => exportsName(library, name, libc))) return 'provided';
    if (libc === 'musl' && isBoundByMusl(this.#cpu, libcVersion, name)) return 'provided';
    return unread.some((library) => this.#mayDefine(library, name)) ? 'unknown' : 'missing';
  }

  /** All that are known, where it is not known which of them the target's has. */
  #zlibVersions(): readonly string[] {
    return this.#target.versions?.[ZLIB] ?? zlibVersionNames();
  }

  /** Libraries of the target whose names are not known one by one. */
  #inLibraries(name: string): Definition {
    const known = this.#target.libc === 'musl' ? undefined : glibcNames(this.#cpu, this.#target.libcVersion);
    const others = this.#loaded.libraries.filter((library) =>
      this.#target.libc === 'musl' ? !MUSL_RESERVED.test(library) : known?.has(library) !== true,
    );
    return others.some((library) => this.#mayDefine(library, name)) ? 'unknown' : 'missing';
  }

  /** Whether a library whose names are not known one by one may have one. */
  #mayDefine(library: string, name: string): boolean {
    if (library === ZLIB) return zlibNames(this.#zlibVersions()).has(name);
    const shape = SHAPE_OF_NAMES.find(([soname]) => soname.test(library))?.[1];
    return shape === undefined || shape.test(name);
  }
}

/** The libraries of glibc that every build of Ruby on that release has loaded. */
function processLibraries(libcVersion: string): string[] {
  return RUBY_PROCESS_LIBRARIES.filter(
    ({ before }) => before === undefined || compareDotted(libcVersion, before) < 0,
  ).map(({ library }) => library);
}
