import { posix } from 'node:path';
import type { BundleInstall, BundlerSetting, StatedSetting } from '../bundle-settings.js';
import { BUNDLER_SETTINGS } from '../bundle-settings.js';
import type { BundleCommand } from './bundle-commands.js';
import { bundleCommands } from './bundle-commands.js';
import type { Scope, Expansion } from './scope.js';
import { scriptsOf } from './shell-scripts.js';
import type { DockerfileInstruction } from './types.js';

/** Lines of one instruction among which the one that says something is looked for. */
const MAX_LINES = 200;

type Settings = Map<BundlerSetting, StatedSetting>;

const BY_VARIABLE = new Map<string, BundlerSetting>(
  BUNDLER_SETTINGS.map((name) => [`BUNDLE_${name.toUpperCase()}`, name]),
);

/** A COPY or ADD that brings the Gemfile, so that `bundle config` finds itself in a project. */
const BRINGS_GEMFILE = /(?:^|[\s"'/])(?:Gemfile|gems\.rb|\*)|(?:^|[\s"'])\.\/?(?=["'\s])/;
/** A COPY or ADD that may bring a `.bundle/config`. */
const BRINGS_CONFIG = /(?:^|[\s"'])\.\/?(?=["'\s])|\.bundle/;

/**
 * Bundler's settings while the instructions of a stage run, where they are said: the application's config goes before the
 * environment, and that before the user's config (`Bundler::Settings#configs`).
 */
export class BundlerState {
  readonly installs: BundleInstall[] = [];
  readonly #local: Settings = new Map();
  readonly #environment: Settings = new Map();
  readonly #arguments: Settings = new Map();
  /** The config of each user, who has a home of their own. */
  readonly #users = new Map<string, Settings>();
  #user = ROOT;
  readonly #lines: readonly string[];
  #read: { readonly line: number; readonly lines: readonly string[] } | undefined;
  #workdir = '/';
  #inProject = false;
  #complete = true;

  /** @param lines of the Dockerfile */
  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  /** An ENV. */
  setEnvironment(variable: string, { text, unset }: Expansion, instruction: DockerfileInstruction): void {
    const name = BY_VARIABLE.get(variable);
    if (name === undefined) return;
    const line = this.#lineOf(instruction, variable, { value: text });
    this.#environment.set(name, unset.length > 0 ? { line } : { value: text, line });
  }

  /** An ARG, which is in the environment of each RUN of its stage. @param value undefined if nothing gives it one */
  setArgument(variable: string, value: string | undefined, instruction: DockerfileInstruction): void {
    const name = BY_VARIABLE.get(variable);
    if (name === undefined) return;
    const line = this.#lineOf(instruction, variable, {});
    this.#arguments.set(name, { ...(value === undefined ? {} : { value }), line });
  }

  /** Ends a stage: its arguments are gone. */
  endStage(): void {
    this.#arguments.clear();
  }

  /** Any other instruction. */
  run(instruction: DockerfileInstruction, scope: Scope): void {
    const { keyword, rest, line, flags } = instruction;
    if (keyword === 'USER') this.#user = userOf(scope.expand(rest, line).text);
    else if (keyword === 'WORKDIR')
      this.#workdir = posix.resolve(this.#workdir, scope.expand(rest, line).text);
    else if (keyword === 'COPY' || keyword === 'ADD') {
      const local = flags.every((flag) => !flag.startsWith('--from'));
      this.#inProject ||= BRINGS_GEMFILE.test(rest);
      if (local && BRINGS_CONFIG.test(rest)) this.#complete = false;
    } else if (keyword === 'RUN') {
      for (const script of scriptsOf(instruction)) {
        if (script.includes('.bundle/config')) this.#complete = false;
        for (const command of bundleCommands(script, (name) => scope.get(name)))
          this.#carryOut(command, instruction);
      }
    }
  }

  /** The config of the user who runs the instructions. */
  get #global(): Settings {
    const own = this.#users.get(this.#user) ?? new Map<BundlerSetting, StatedSetting>();
    this.#users.set(this.#user, own);
    return own;
  }

  /** What a `bundle install` at the end would go by, if no command is seen that installs. */
  get seen(): readonly BundleInstall[] {
    return this.installs.length > 0
      ? this.installs
      : [{ settings: this.#settings(new Map(), new Map()), complete: false }];
  }

  #carryOut(command: BundleCommand, instruction: DockerfileInstruction): void {
    if (command.kind === 'config') {
      const { setting, value, scope, conditional } = command;
      const line = this.#lineOf(instruction, setting, value === 'unset' ? {} : value);
      const level =
        scope === 'global' || (scope === undefined && !this.#inProject) ? this.#global : this.#local;
      if (conditional) level.set(setting, { line });
      else if (value === 'unset') for (const each of [this.#local, this.#global]) each.delete(setting);
      else level.set(setting, { ...value, line });
      return;
    }
    // `Bundler::Settings#set_command_option`: these flags are kept in the application's config.
    for (const [name, value] of command.remembered) {
      if (value === undefined) this.#local.delete(name);
      else this.#local.set(name, { ...value, line: this.#lineOf(instruction, name, value) });
    }
    const stated = (values: typeof command.flags): Settings =>
      new Map(
        [...values].map(([name, value]) => [
          name,
          { ...value, line: this.#lineOf(instruction, name, value) },
        ]),
      );
    this.installs.push({
      line: instruction.line,
      settings: this.#settings(stated(command.flags), stated(command.environment)),
      complete: this.#complete,
    });
    if (!command.conditional) return;
    // It need not have run, and then later commands know nothing of its flags.
    for (const name of command.remembered.keys())
      this.#local.set(name, { line: this.#lineOf(instruction, name, {}) });
  }

  #settings(flags: Settings, environment: Settings): BundleInstall['settings'] {
    const levels = [flags, this.#local, environment, this.#environment, this.#arguments, this.#global];
    return Object.fromEntries(
      BUNDLER_SETTINGS.flatMap((name) => {
        const found = levels.find((level) => level.has(name))?.get(name);
        if (found === undefined) return [];
        return [[name, name === 'gemfile' ? this.#inProjectPath(found) : found] as const];
      }),
    );
  }

  /**
   * The first line of an instruction that has a word and its value; else the first with the word, else that with which it begins.
   * 1-based.
   */
  #lineOf(
    { line, endLine }: DockerfileInstruction,
    word: string,
    { value = '' }: Pick<StatedSetting, 'value'>,
  ): number {
    const lines = this.#lowered(line, endLine);
    const has = (text: string): boolean => text.includes(word.toLowerCase());
    const both = lines.findIndex((text) => has(text) && text.includes(value.toLowerCase()));
    return line + Math.max(0, both >= 0 ? both : lines.findIndex(has));
  }

  /** The lines of an instruction in lower case, as many as people read; kept for the next that asks of it. */
  #lowered(line: number, endLine: number): readonly string[] {
    if (this.#read?.line !== line) {
      const lines = this.#lines.slice(line - 1, Math.min(endLine, line - 1 + MAX_LINES));
      this.#read = { line, lines: lines.map((text) => text.toLowerCase()) };
    }
    return this.#read.lines;
  }

  /** Of a path in the image, the one in the project that is copied to the working directory. */
  #inProjectPath(stated: StatedSetting): StatedSetting {
    if (stated.value === undefined || !posix.isAbsolute(stated.value)) return stated;
    const inside = posix.relative(this.#workdir, stated.value);
    return inside.startsWith('..') ? stated : { ...stated, value: inside };
  }
}

const ROOT = 'root';

/** The user of `USER name:group`. */
function userOf(text: string): string {
  const [name = ''] = text.trim().split(':');
  return name === '0' || name === '' ? ROOT : name;
}
