import { execFile } from 'node:child_process';
import { access, mkdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { DeployedFile } from '../../src/compat/deployed-files.js';
import type { DependencyTree } from '../../src/compat/dependency-tree.js';
import { parseElf } from '../../src/elf/parse.js';

const run = promisify(execFile);

/** One file of a tree that is to be built. */
export interface FileSpec {
  readonly path: string;
  readonly soname?: string;
  readonly needed: readonly string[];
  /** Joined with colons. */
  readonly rpath?: readonly string[];
  readonly runpath?: readonly string[];
  readonly program?: boolean;
  readonly nodeflib?: boolean;
}

export interface TreeSpec {
  readonly name: string;
  readonly libc: 'gnu' | 'musl';
  readonly files: readonly FileSpec[];
  /** Path → link text. */
  readonly links: Readonly<Record<string, string>>;
  /** In entries of LD_LIBRARY_PATH and of absolute search paths, `@` stands for the tree's own root. */
  readonly libraryPath: readonly string[];
}

export const INTERPRETERS = { gnu: '/lib64/ld-linux-x86-64.so.2', musl: '/lib/ld-musl-x86_64.so.1' } as const;

/** Small, and without anything of the compiler's own: nothing but what the specification says is needed. */
const FLAGS = [
  '-Os',
  '-s',
  '-nostdlib',
  '-fno-asynchronous-unwind-tables',
  '-fcf-protection=none',
  '-Wl,--build-id=none',
  '-Wl,-z,noseparate-code',
  '-Wl,-z,norelro',
  '-Wl,--hash-style=gnu',
  '-Wl,--no-as-needed',
];

/** Builds trees with gcc, out of one empty source. */
export class TreeBuilder {
  readonly #work: string;

  /** @param work a directory of its own, for stubs */
  constructor(work: string) {
    this.#work = work;
  }

  /** Lays out a tree below `root`, which is written for `@` in its search paths as `rootName`. */
  async build(spec: TreeSpec, root: string, rootName = root): Promise<void> {
    for (const file of spec.files) {
      const out = join(root, file.path);
      await mkdir(dirname(out), { recursive: true });
      const paths = (file.runpath ?? file.rpath ?? []).map((entry) => entry.replaceAll('@', rootName));
      const stubs = await Promise.all(file.needed.map((name) => this.#stub(name.replaceAll('@', rootName))));
      await run('gcc', [
        ...FLAGS,
        ...(file.program === true
          ? ['-pie', '-fPIE', `-Wl,--dynamic-linker=${INTERPRETERS[spec.libc]}`]
          : ['-shared', '-fPIC']),
        ...(file.soname === undefined ? [] : [`-Wl,-soname,${file.soname}`]),
        ...(file.runpath !== undefined ? ['-Wl,--enable-new-dtags'] : ['-Wl,--disable-new-dtags']),
        ...(paths.length > 0 ? [`-Wl,-rpath,${paths.join(':')}`] : []),
        ...(file.nodeflib === true ? ['-Wl,-z,nodefaultlib'] : []),
        await this.#source(),
        ...stubs,
        '-o',
        out,
      ]);
    }
    for (const [path, text] of Object.entries(spec.links)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await symlink(text.replaceAll('@', rootName), join(root, path));
    }
  }

  async #source(): Promise<string> {
    const path = join(this.#work, 'empty.c');
    await writeFile(path, 'void _start(void) { for (;;); }\n');
    return path;
  }

  /** A library of that soname to link with: what is needed of it is its name alone. */
  async #stub(soname: string): Promise<string> {
    const path = join(this.#work, `stub-${encodeURIComponent(soname)}.so`);
    try {
      await access(path);
    } catch {
      await run('gcc', [
        ...FLAGS,
        '-shared',
        '-fPIC',
        `-Wl,-soname,${soname}`,
        await this.#source(),
        '-o',
        path,
      ]);
    }
    return path;
  }
}

/** The files of a tree as they were built, for `dependencyTrees`. */
export async function deployedFiles(spec: TreeSpec, root: string): Promise<DeployedFile[]> {
  return Promise.all(
    spec.files.map(async ({ path }) => ({ path, elf: parseElf(await readFile(join(root, path))) })),
  );
}

/** What the loader says of every name, in alphabetical order. */
export interface LoaderTrace {
  /** `name → path in the tree`, `name → not found`, `name → outside`. */
  readonly lines: readonly string[];
}

/** The loader's own libraries and the kernel's, which no file of a tree stands for. */
const OWN = /^(?:linux-vdso\.so\.1|.*ld-linux-x86-64\.so\.2|.*ld-musl-x86_64\.so\.1)$/;

/** Asks the real loader what it would load for one file: LD_TRACE_LOADED_OBJECTS for glibc, `--list` for musl. Nothing is run. */
export async function askRealLoader(
  spec: TreeSpec,
  root: string,
  path: string,
  rootName = root,
): Promise<LoaderTrace> {
  const loader = INTERPRETERS[spec.libc];
  const libraryPath = spec.libraryPath.map((entry) => entry.replaceAll('@', rootName)).join(':');
  const environment: NodeJS.ProcessEnv = {
    LC_ALL: 'C',
    ...(libraryPath === '' ? {} : { LD_LIBRARY_PATH: libraryPath }),
  };
  const file = join(root, path);
  const output =
    spec.libc === 'gnu'
      ? await outputOf(loader, [file], { ...environment, LD_TRACE_LOADED_OBJECTS: '1' })
      : await outputOf(loader, ['--list', file], environment);
  const lines: string[] = [];
  for (const line of output.split('\n')) {
    const found = /^\t(\S+) => (.+?)(?: \(0x[0-9a-f]+\))?$/.exec(line);
    const alone = /^\t(\/\S+) \(0x[0-9a-f]+\)$/.exec(line);
    const missing = /^Error loading shared library ([^:]+): .*\(needed by .*\)$/.exec(line);
    const name = found?.[1] ?? alone?.[1] ?? missing?.[1];
    if (name === undefined || OWN.test(name)) continue;
    const where = found?.[2] ?? alone?.[1] ?? 'not found';
    const outcome = where.startsWith('/') ? await insideName(where, root) : 'not found';
    lines.push(`${nameOf(name, outcome)} → ${outcome}`);
  }
  return { lines: [...new Set(lines)].sort() };
}

/** A path as the tree has it: links followed, without the root. */
async function insideName(where: string, root: string): Promise<string> {
  const real = await realpath(where);
  return real.startsWith(`${root}/`) ? real.slice(root.length + 1) : 'outside';
}

/** A name with a slash is printed as the path that it came to, so that it says as little of the tree's place. */
function nameOf(name: string, outcome: string): string {
  if (!name.includes('/')) return name;
  return outcome === 'not found' ? basename(name) : outcome;
}

/** What we say would be loaded, in the words of the loader's answer. */
export function traceOf(tree: DependencyTree): readonly string[] {
  const lines = new Set<string>();
  for (const { needs } of tree.nodes) {
    for (const { library, found } of needs) {
      if (found.where === 'inside' && found.step === 'loaded') continue;
      const outcome =
        found.where === 'inside' ? found.path : found.where === 'target' ? 'outside' : 'not found';
      lines.add(`${nameOf(library, outcome)} → ${outcome}`);
    }
  }
  return [...lines].sort();
}

async function outputOf(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stdout, stderr } = await run(program, args, { env });
    return `${stdout}\n${stderr}`;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}\n${stderr}`;
  }
}
