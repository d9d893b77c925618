/** What an oddity is: how its files are made, how a loader gets to see them, and where "unknown" is the right answer. */
import type { Loader } from './loaders.js';
import type { Machine } from './machine.js';
import type { Flavour, Tool } from './toolchain.js';
import { compilerOf } from './toolchain.js';
import type { CompileOptions, Workshop } from './workshop.js';

export interface Kind {
  /** For people, unique: `executable stack by a linker option (musl)`. */
  readonly name: string;
  /** A kind without one of them is skipped. */
  readonly tools: readonly Tool[];
  make(shop: Workshop): Promise<unknown>;
  /** Files of the gem that are opened at run time, one after another in one process. `lib/x.so` by default. */
  readonly open?: readonly string[];
  /** A program of the gem that is started instead. */
  readonly start?: string;
  /** Loaders that it is not put to, since it is known to end them. */
  readonly notFor?: (loader: Loader) => boolean;
  /** Where "unknown" is no difference: what decides is not in the files. */
  readonly unknown?: (loader: Loader) => boolean;
  /** The files are of no use to the mutants. */
  readonly unmutated?: true;
}

/** The file that is opened unless a kind says otherwise. */
export const EXTENSION = 'lib/x.so';

export type SharedOptions = CompileOptions &
  Partial<Pick<Kind, 'notFor' | 'unknown' | 'unmutated'>> & {
    readonly tools?: readonly Tool[];
    /** Made first: what the extension is linked to. */
    readonly before?: (shop: Workshop) => Promise<unknown>;
    /** Flags that depend on where something was made. */
    readonly linked?: (shop: Workshop) => Promise<readonly string[]>;
    readonly after?: (shop: Workshop) => Promise<unknown>;
  };

/** A shared object that is opened at run time, `lib/x.so`. */
export function shared(name: string, options: SharedOptions = {}): Kind {
  const { flavour = 'glibc', cc, tools = [], before, linked, after, notFor, unknown, unmutated } = options;
  return {
    name: cc === undefined ? `${name} (${flavour})` : name,
    tools: [cc?.[0] ?? compilerOf(flavour), ...tools],
    async make(shop) {
      await before?.(shop);
      const flags = [...(options.flags ?? []), ...((await linked?.(shop)) ?? [])];
      await shop.compile(EXTENSION, { ...options, flags });
      await after?.(shop);
    },
    ...(notFor === undefined ? {} : { notFor }),
    ...(unknown === undefined ? {} : { unknown }),
    ...(unmutated === undefined ? {} : { unmutated }),
  };
}

export const FLAVOURS: readonly Flavour[] = ['glibc', 'musl', 'bare'];

/** The same for several flavours. */
export function sharedOf(flavours: readonly Flavour[], name: string, options: SharedOptions = {}): Kind[] {
  return flavours.map((flavour) => shared(name, { ...options, flavour }));
}

/** Loaders of a C library, of releases between two, both of them included. */
export function between(libc: Loader['libc'], from: string, to: string): (loader: Loader) => boolean {
  return (loader) =>
    loader.libc === libc &&
    compareNumbers(loader.version, from) >= 0 &&
    compareNumbers(loader.version, to) <= 0;
}

function compareNumbers(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

export const glibcAll = between('gnu', '0', '99');

export interface StartedOptions {
  readonly flavour?: Exclude<Flavour, 'bare'>;
  /** Of the program. */
  readonly flags?: readonly string[];
  readonly tools?: readonly Tool[];
  /** The library of the gem that the program is linked to; none by default. */
  readonly library?: CompileOptions;
  readonly after?: (shop: Workshop) => Promise<unknown>;
  readonly notFor?: Kind['notFor'];
}

/** The program that is started. */
export const PROGRAM = 'bin/x';

/** Ends at once. It has a start of its own, so that it needs nothing newer than the oldest loader has. */
const START = {
  alone: ({ exit }: Machine): string => `void _start(void) { __asm__ volatile("${exit}"); }\n`,
  linked: ({ exit }: Machine): string =>
    `int answer(void);\nvoid _start(void) { answer(); __asm__ volatile("${exit}"); }\n`,
};

/** A library with a soname, so that what is linked to it does not need it by the path that it was made at. */
export function ownLibrary(options: CompileOptions, soname = 'libx.so'): CompileOptions {
  return { ...options, flags: [...(options.flags ?? []), `-Wl,-soname,${soname}`] };
}

const ORIGIN_LIB = '-Wl,-rpath,$ORIGIN/../lib';

/** A program that is started, and the library of the gem that it is linked to. */
export function started(name: string, options: StartedOptions = {}): Kind {
  const { flavour = 'glibc', flags = [], tools = [], library, after, notFor } = options;
  return {
    name: `program: ${name} (${flavour})`,
    tools: [compilerOf(flavour), ...tools],
    start: PROGRAM,
    async make(shop) {
      const linked =
        library === undefined
          ? []
          : [await shop.compile('lib/libx.so', ownLibrary({ flavour, ...library })), ORIGIN_LIB];
      const source = library === undefined ? START.alone : START.linked;
      await shop.compile(PROGRAM, {
        flavour,
        program: true,
        source,
        flags: ['-nostartfiles', ...flags, ...linked],
      });
      await after?.(shop);
    },
    ...(notFor === undefined ? {} : { notFor }),
  };
}
