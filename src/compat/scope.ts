import type { Cpu } from '../elf/types.js';
import type { GemBinary } from '../gem/types.js';
import { firstGlibcWith, glibcNames, isGlibcPrivate } from '../target/glibc-names.js';
import { compareMuslReleases, firstMuslWith, muslNamesOf } from '../target/musl-names.js';
import { RUBY_PROCESS_LIBRARIES, rubyProvides } from '../target/ruby-names.js';
import type { Target } from '../target/types.js';
import { zlibNames, zlibVersionNames } from '../target/zlib-names.js';
import { compareDotted } from '../version/symbol-version.js';
import { MUSL_RESERVED } from './provides.js';

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

/** Looks names up as the loader does, in everything that a file is loaded with. */
export class Scope {
  readonly #target: Target;
  readonly #cpu: Cpu;
  readonly #loaded: Loaded;

  constructor(target: Target, cpu: Cpu, loaded: Loaded) {
    this.#target = target;
    this.#cpu = cpu;
    this.#loaded = loaded;
  }

  /** Whether anything defines the name. */
  defines(name: string): Definition {
    const { files, ruby } = this.#loaded;
    const answers = [
      this.#inLibc(name),
      ruby === undefined ? 'missing' : rubyProvides(ruby.abi, name),
      ...files.map((file) => this.#inFile(file, name)),
      this.#inLibraries(name),
    ] as const;
    if (answers.includes('provided')) return 'provided';
    return answers.includes('unknown') ? 'unknown' : 'missing';
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
    const ofRuby = RUBY_PROCESS_LIBRARIES.filter(
      ({ before }) => ruby !== undefined && (before === undefined || compareDotted(libcVersion, before) < 0),
    );
    const loader = [...(glibc?.keys() ?? [])].filter((library) => library.startsWith('ld'));
    return new Set(['libc.so.6', ...loader, ...libraries, ...ofRuby.map(({ library }) => library)]);
  }

  #inFile({ elf }: GemBinary, name: string): Definition {
    // Only libraries with a soname have their names read.
    if (elf.exports === undefined) return 'unknown';
    const there = elf.exports.includes(name) || elf.verdef.some(({ symbols }) => symbols.includes(name));
    return there && elf.hiddenExports?.includes(name) !== true ? 'provided' : 'missing';
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
    const may = others.some((library) => {
      if (library === ZLIB) return zlibNames(this.#zlibVersions()).has(name);
      const shape = SHAPE_OF_NAMES.find(([soname]) => soname.test(library))?.[1];
      return shape === undefined || shape.test(name);
    });
    return may ? 'unknown' : 'missing';
  }
}
