import type { GemBinary } from '../gem/types.js';

/**
 * How a file comes to be loaded. `program`: the kernel starts it. `start-up`: a library that a program among the files needs, so
 * that it is loaded before the program runs. `opened`: everything else is opened while a process runs, as Ruby does with
 * extensions (dlopen), or is needed by something that is.
 */
export type Role = 'program' | 'start-up' | 'opened';

/** A name that only libraries have. */
const VERSIONED_SHARED_OBJECT = /\.so(?:\.\d+)*$/;

/** Whether a program starts the file: it is linked as one, and is not called like an extension. */
export function isProgram({ path, elf }: GemBinary): boolean {
  if (elf.type !== 'exec' && !elf.pie) {
    // A library may have a PT_INTERP too: libc.so.6 says its version when it is started.
    return elf.interpreter !== undefined && elf.soname === undefined && !VERSIONED_SHARED_OBJECT.test(path);
  }
  // As extensions of Ruby are called.
  return !path.endsWith('.so');
}

/** Finds the role of each of the files that are judged together. */
export class Roles {
  readonly #roles: ReadonlyMap<GemBinary, Role>;
  /** A program that can open libraries is among the files: a static one cannot. */
  readonly hasOpener: boolean;

  /** @param needs which of the files a file needs, as far as they are among them */
  constructor(binaries: readonly GemBinary[], needs: (from: GemBinary) => readonly GemBinary[]) {
    const programs = new Set(binaries.filter(isProgram));
    this.hasOpener = [...programs].some(({ elf }) => elf.interpreter !== undefined);
    if (programs.size === 0) {
      this.#roles = new Map();
      return;
    }
    const started = reached([...programs], needs);
    // What nothing needs is opened itself, and what that needs is loaded with it.
    const opened = reached(
      binaries.filter((binary) => !started.has(binary)),
      needs,
    );
    const roleOf = (binary: GemBinary): Role =>
      programs.has(binary) ? 'program' : started.has(binary) && !opened.has(binary) ? 'start-up' : 'opened';
    this.#roles = new Map(binaries.map((binary) => [binary, roleOf(binary)]));
  }

  of(binary: GemBinary): Role {
    return this.#roles.get(binary) ?? 'opened';
  }
}

/** The files themselves, and all that they need. */
function reached(
  from: readonly GemBinary[],
  needs: (from: GemBinary) => readonly GemBinary[],
): ReadonlySet<GemBinary> {
  const found = new Set(from);
  for (const binary of found) for (const needed of needs(binary)) found.add(needed);
  return found;
}
