/** Where one odd file is made: a directory, the tools that are on the PATH, and tiny sources. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ElfEdit } from './elf-edit.js';
import type { Machine } from './machine.js';
import type { Flavour, Tool, Toolchain } from './toolchain.js';
import { compilerOf } from './toolchain.js';

const run = promisify(execFile);

/** What an extension that does nothing is. */
export const NOTHING = 'int answer(void) { return 42; }\nvoid Init_x(void) {}\n';

/** An extension that calls something of the C library, so that it needs that. */
export const HELLO =
  'int puts(const char *);\nint answer(void) { return 42; }\nvoid Init_x(void) { puts("x"); }\n';

export interface CompileOptions {
  readonly flavour?: Flavour;
  /** In place of the flavour's compiler. */
  readonly cc?: readonly [Tool, ...string[]];
  /** The same for every CPU, or what it is for one. */
  readonly source?: string | ((machine: Machine) => string);
  /** The extension of the source: `c` by default, `S` for assembly. */
  readonly language?: 'c' | 'S' | 'cc';
  /** Of a shared object, `-shared -fPIC` go before them. */
  readonly flags?: readonly string[];
  /** An executable. */
  readonly program?: boolean;
}

/** A library that exists for the linker alone: what is linked to it needs its soname and its versions. */
export interface StubOptions {
  /** Symbols by version; those without a version under `''`. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
}

export class Workshop {
  /** The gem: what is below it is opened by loaders and judged. */
  readonly gem: string;
  readonly #toolchain: Toolchain;
  readonly #work: string;
  #sources = 0;

  /** @param directory of its own, which exists */
  constructor(directory: string, toolchain: Toolchain) {
    this.#toolchain = toolchain;
    this.gem = join(directory, 'gem');
    this.#work = join(directory, 'work');
  }

  /** Path of a file of the gem, with its directory made. */
  async place(name: string): Promise<string> {
    const path = join(this.gem, name);
    await mkdir(dirname(path), { recursive: true });
    return path;
  }

  /** Writes a file that is no part of the gem. @returns its path */
  async write(name: string, text: string): Promise<string> {
    const path = join(this.#work, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    return path;
  }

  /** @throws with what the tool printed, or with code ENOENT if it is not there. */
  async run(tool: Tool, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
    const program = this.#toolchain.programOf(tool);
    if (program === undefined) throw new Error(`no ${tool} for ${this.#toolchain.machine.cpu}`);
    await this.#start(program, args, env);
  }

  async #start(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await mkdir(this.#work, { recursive: true });
    await run(program, args, { cwd: this.#work, env: { ...process.env, LC_ALL: 'C', ...env } });
  }

  /** Compiles one source. @param name the file of the gem that comes of it */
  async compile(name: string, options: CompileOptions = {}): Promise<string> {
    const { flavour = 'glibc', source = HELLO, language = 'c', flags = [], program = false } = options;
    this.#sources += 1;
    const text = typeof source === 'string' ? source : source(this.#toolchain.machine);
    const input = await this.write(`source-${this.#sources}.${language}`, text);
    const output = await this.place(name);
    const [tool, ...own] = options.cc ?? [compilerOf(flavour)];
    const { program: compiler, before, after } = this.#toolchain.command(tool, flavour);
    const shared = program ? [] : ['-shared', '-fPIC'];
    // Whether a library is needed is said by what is linked to it, not by a compiler's default.
    const needed = tool === 'tcc' ? [] : ['-Wl,--no-as-needed'];
    const all = [...before, ...own, '-w', ...shared, ...needed];
    await this.#start(compiler, [...all, '-o', output, input, ...flags, ...after]);
    return output;
  }

  /** @returns the path of the library, to be named to the linker. */
  async stub(soname: string, { versions }: StubOptions): Promise<string> {
    const symbols = [...new Set(Object.values(versions).flat())];
    const source = await this.write(
      `stub-${soname}.c`,
      symbols.map((name) => `void ${name}(void) {}\n`).join(''),
    );
    const named = Object.entries(versions).filter(([version]) => version !== '');
    const map = named.map(
      ([version, names]) => `${version} { ${names.length === 0 ? '' : `global: ${names.join('; ')};`} };`,
    );
    const script = await this.write(`stub-${soname}.map`, map.join('\n'));
    const output = join(this.#work, 'stubs', soname);
    await mkdir(dirname(output), { recursive: true });
    const versioned = named.length === 0 ? [] : [`-Wl,--version-script=${script}`];
    const args = [
      '-shared',
      '-fPIC',
      '-nostdlib',
      '-fno-builtin',
      '-w',
      `-Wl,-soname,${soname}`,
      ...versioned,
    ];
    await this.run('gcc', [...args, '-o', output, source]);
    return output;
  }

  /** Changes bytes of a file of the gem. */
  async edit(name: string, change: (elf: ElfEdit) => void): Promise<void> {
    const path = join(this.gem, name);
    const elf = new ElfEdit(new Uint8Array(await readFile(path)));
    change(elf);
    await writeFile(path, elf.bytes);
  }
}
