import { DockerfileError, quoted } from './dockerfile-error.js';
import { patternBudget } from './shell-pattern.js';
import { ShellWordError, expandWord } from './shell-word.js';
import type { Dockerfile, EscapeCharacter } from './types.js';

/** A text with its variables replaced. */
export interface Expansion {
  readonly text: string;
  /** Variables without a value. */
  readonly unset: readonly string[];
  /** The predefined arguments on which the text depends: `TARGETARCH`. */
  readonly from: ReadonlySet<string>;
}

export type Value = Pick<Expansion, 'text' | 'from'>;

/** What makes a word mean anything but itself. */
const SPECIAL = /[$'"\\`]/;

const NOTHING: ReadonlySet<string> = new Set();

/** Variables at one point of a Dockerfile: the arguments that a FROM sees, or the arguments and ENV of a stage. */
export class Scope {
  readonly #file: Dockerfile;
  readonly #values = new Map<string, Value>();
  /** What ENV set: an ARG of the same name does not change it. */
  readonly #environment = new Set<string>();
  readonly #budget = patternBudget();

  constructor(file: Dockerfile) {
    this.#file = file;
  }

  get escape(): EscapeCharacter {
    return this.#file.escape;
  }

  /** @throws DockerfileError `DOCKERFILE_SYNTAX` */
  expand(word: string, line: number): Expansion {
    if (!SPECIAL.test(word)) return { text: word, unset: [], from: NOTHING };
    const from = new Set<string>();
    try {
      const { text, unset, used } = expandWord(
        word,
        (name) => this.#values.get(name)?.text,
        this.#file.escape,
        this.#budget,
      );
      for (const name of used) for (const source of this.#values.get(name)?.from ?? []) from.add(source);
      return { text, unset, from };
    } catch (error) {
      if (!(error instanceof ShellWordError)) throw error;
      throw new DockerfileError(`${quoted(word)} cannot be read: ${error.message}.`, {
        code: 'DOCKERFILE_SYNTAX',
        path: this.#file.path,
        line,
        cause: error,
      });
    }
  }

  get(name: string): string | undefined {
    return this.#values.get(name)?.text;
  }

  names(): string[] {
    return [...this.#values.keys()];
  }

  /** Sets an argument. */
  set(name: string, value: Value): void {
    if (!this.#environment.has(name)) this.#values.set(name, value);
  }

  /** Sets what the stages that continue this one see too. */
  setEnvironment(name: string, value: Value): void {
    this.#environment.add(name);
    this.#values.set(name, value);
  }

  /** Sets an argument to the value that another scope has, where it has one. */
  inherit(name: string, outer: Scope): void {
    const value = outer.#values.get(name);
    if (value !== undefined) this.set(name, value);
  }

  /** Ends a stage: its arguments are gone, what ENV set stays. */
  endStage(): void {
    for (const name of this.#values.keys()) if (!this.#environment.has(name)) this.#values.delete(name);
  }
}
