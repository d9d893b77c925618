/** Compilers for one CPU: this machine's own, or Debian's cross compilers with the C libraries of Debian's packages for that CPU. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Libc } from '../../../src/target/types.js';
import { debianPackages } from '../debian.js';
import type { Machine } from './machine.js';
import { libraryDirectory, X86_64 } from './machine.js';

const run = promisify(execFile);

/** Programs that make or change ELF files, by their names on x86_64. */
export const TOOLS = [
  'gcc',
  'g++',
  'musl-gcc',
  'clang',
  'ld.lld',
  'mold',
  'tcc',
  'rustc',
  'patchelf',
  'go',
] as const;

export type Tool = (typeof TOOLS)[number];

/** How a shared object is linked: to glibc, to musl, or to no C library. */
export type Flavour = 'glibc' | 'musl' | 'bare';

/** The tool without which no file of a flavour is made. */
export function compilerOf(flavour: Flavour): Tool {
  return flavour === 'musl' ? 'musl-gcc' : 'gcc';
}

/** A command, around whose own arguments others go. */
export interface Command {
  readonly program: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface Toolchain {
  readonly machine: Machine;
  /** The program that stands for a tool; undefined if there is none for this CPU. */
  readonly programOf: (tool: Tool) => string | undefined;
  /** How a tool compiles and links for a flavour. @throws if `programOf` knows none */
  readonly command: (tool: Tool, flavour: Flavour) => Command;
  /** Object files that go before and after those of a program of a C library; none if such a program has a start of its own. */
  readonly startFiles: (libc: Libc) => Pick<Command, 'before' | 'after'>;
}

const NATIVE: Toolchain = {
  machine: X86_64,
  programOf: (tool) => tool,
  command: (tool, flavour) => ({
    program: tool,
    before: flavour === 'bare' && tool === 'gcc' ? ['-nostdlib'] : [],
    after: [],
  }),
  startFiles: () => ({ before: [], after: [] }),
};

/** The oldest suite with a C library for the CPU whose files the cross compilers link. */
const suiteOf = ({ cpu }: Machine): string => (cpu === 'riscv64' ? 'trixie' : 'bookworm');

/** Those whose files are for any CPU that they are told. */
const FOR_ANY: ReadonlySet<Tool> = new Set(['ld.lld', 'mold', 'patchelf']);

/**
 * @throws with code ENOENT if the CPU's cross compiler is absent, and what apt-get says if it cannot download.
 */
export async function toolchainFor(machine: Machine): Promise<Toolchain> {
  if (machine === X86_64) return NATIVE;
  const gcc = `${machine.triple}-gcc`;
  const { stdout } = await run(gcc, ['-print-libgcc-file-name']);
  const root = join(tmpdir(), 'gemcompat-oracle', 'toolchains', machine.arch);
  const names = ['libc6', 'libc6-dev', 'musl', 'musl-dev'];
  await debianPackages({ suite: suiteOf(machine), arch: machine.arch, names, into: root });
  const link = `${root}.link`;
  await linkLibraries(machine, root, link);
  const libraries = (libc: Libc): string[] => [`-L${join(link, libc)}`, '-lc', stdout.trim()];
  const objects = (libc: Libc, files: readonly string[]): string[] =>
    files.map((file) => join(root, 'usr/lib', libraryDirectory(machine, libc), file));
  const programs: Partial<Record<Tool, string>> = { gcc, 'musl-gcc': gcc, clang: 'clang' };
  return {
    machine,
    programOf: (tool) => (FOR_ANY.has(tool) ? tool : programs[tool]),
    command(tool, flavour) {
      const program = programs[tool];
      if (program === undefined) throw new Error(`no ${tool} for ${machine.cpu}`);
      const libc = tool === 'musl-gcc' || flavour === 'musl' ? 'musl' : 'gnu';
      const own = tool === 'clang' ? [`--target=${machine.triple}`] : [`-B${join(link, 'linkers')}`];
      const inside = `-Wl,-rpath-link,${directories(machine, root, 'gnu').join(':')}`;
      return {
        program,
        before: [...own, '-nostdlib', inside, `-L${join(link, libc)}`],
        after: flavour === 'bare' ? [stdout.trim()] : libraries(libc),
      };
    },
    // binutils 2.40 do not read the relocations of those that newer ones made.
    startFiles: (libc) => ({
      before: machine.cpu === 'riscv64' ? [] : objects(libc, ['Scrt1.o', 'crti.o']),
      after: [...(machine.cpu === 'riscv64' ? [] : objects(libc, ['crtn.o'])), stdout.trim()],
    }),
  };
}

/**
 * Directories in which a linker finds the libraries by `-lc` and the like: those of the packages are scripts and links with absolute
 * paths. gcc finds other linkers than binutils' by their names alone.
 */
async function linkLibraries(machine: Machine, root: string, link: string): Promise<void> {
  await rm(link, { recursive: true, force: true });
  for (const folder of ['gnu', 'musl', 'linkers']) await mkdir(join(link, folder), { recursive: true });
  for (const libc of ['gnu', 'musl'] as const) {
    const places = directories(machine, root, libc);
    const put = async (name: string, file: string): Promise<void> => {
      const there = places.map((place) => join(place, file)).find(existsSync);
      if (there === undefined) throw new Error(`${root} has no ${file}`);
      await symlink(there, join(link, libc, name));
    };
    for (const name of ['libc.a', 'libm.a', 'libpthread.a']) await put(name, name);
    if (libc === 'musl') await put('libc.so', 'libc.so');
    else for (const name of ['libc.so', 'libm.so']) await put(name, `${name}.6`);
  }
  for (const linker of ['ld.lld', 'ld.mold']) {
    const wrapper = join(link, 'linkers', linker);
    await writeFile(wrapper, `#!/bin/sh\nexec ${linker} "$@"\n`, { mode: 0o755 });
  }
}

/** Older suites have what programs run with in /lib, and what they are linked to in /usr/lib. */
function directories(machine: Machine, root: string, libc: Libc): string[] {
  return ['lib', 'usr/lib'].map((folder) => join(root, folder, libraryDirectory(machine, libc)));
}
