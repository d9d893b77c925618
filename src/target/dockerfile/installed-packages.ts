import { packageCommands } from './package-commands.js';
import type { Scope } from './scope.js';
import { scriptsOf, shellScripts } from './shell-scripts.js';
import type { DockerfileInstruction } from './types.js';

/** Alpine's packages with glibc's program interpreter (aports, main/gcompat and main/musl), behind `apk add` in one command. */
const GLIBC_LAYER = /\bapk\b[^&|;\n]{0,999}\badd\b[^&|;\n]{0,9999}[\s"'](?:gcompat|libc6-compat)(?![\w.+-])/;

/** Whether a RUN installs gcompat or libc6-compat. */
export function installsGlibcLayer(instruction: DockerfileInstruction): boolean {
  return shellScripts(instruction).some((text) => GLIBC_LAYER.test(text));
}

/** What a chain of stages installs with the package manager of its system. */
export interface InstalledPackages {
  /** Names of packages; `so:libpq.so.5` for a library that was asked for by itself. */
  readonly names: readonly string[];
  /** Lines of instructions that may install more, which their text does not show. */
  readonly unseen: readonly number[];
}

/** The packages while the instructions of a stage run. */
export class PackageState {
  /** Each with the group under which it is taken away. */
  readonly #names = new Map<string, string | undefined>();
  readonly #unseen = new Set<number>();

  run(instruction: DockerfileInstruction, scope: Pick<Scope, 'get'>): void {
    for (const script of scriptsOf(instruction)) {
      for (const command of packageCommands(script, (name) => scope.get(name))) {
        if (command.kind === 'install')
          for (const name of command.packages) this.#names.set(name, command.group);
        else if (command.kind === 'unseen') this.#unseen.add(instruction.line);
        else if (command.kind === 'remove-unseen') this.#names.clear();
        else this.#remove(new Set(command.packages));
      }
    }
  }

  get seen(): InstalledPackages {
    return { names: [...this.#names.keys()], unseen: [...this.#unseen] };
  }

  #remove(packages: ReadonlySet<string>): void {
    for (const [name, group] of this.#names)
      if (packages.has(name) || (group !== undefined && packages.has(group))) this.#names.delete(name);
  }
}
