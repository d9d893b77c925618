import type { ShellGuard } from './shell-guards.js';
import { testWords } from './shell-guards.js';
import type { ShellWord, Token } from './shell-tokens.js';
import { textOf, tokens } from './shell-tokens.js';

/** A simple command of a script. */
export interface ShellCommand {
  /** `NAME=value` before the command, or alone. */
  readonly assignments: readonly { readonly name: string; readonly value: ShellWord }[];
  readonly words: readonly ShellWord[];
  /** What decides whether it runs; empty for one that does. */
  readonly guards: readonly ShellGuard[];
}

/** A compound command that is open. */
interface Frame {
  readonly kind: 'if' | 'case' | 'loop';
  /** What decides over the branch that is read. */
  guards: readonly ShellGuard[];
  /** What was decided before it: none of the earlier branches was taken. */
  readonly earlier: ShellGuard[];
  /** Of `if`: the commands between it and `then`. Of `case`: a pattern is next. */
  condition: boolean;
  tests: (readonly ShellWord[])[];
  readonly word?: ShellWord;
  patterns: ShellWord[];
}

/** Branches in each other, and of one command, that are followed. */
const MAX_GUARDS = 32;

const UNKNOWN: ShellGuard = { kind: 'unknown' };

/**
 * The simple commands of a shell script in their order, as far as its text shows them (POSIX, 2.10), each with what decides whether
 * it runs. Loops are not followed: what is in them is not known to run.
 */
export function shellCommands(script: string): ShellCommand[] {
  const reader = new CommandReader();
  for (const token of tokens(script)) reader.take(token);
  reader.take(';');
  return reader.commands;
}

class CommandReader {
  readonly commands: ShellCommand[] = [];
  readonly #frames: Frame[] = [];
  #words: ShellWord[] = [];
  /** Behind `||`, and behind `&&` after a test, up to the next command of its own. */
  #chain: readonly ShellGuard[] = [];
  /** The file of a redirection is next. */
  #skip = false;

  take(token: Token): void {
    if (typeof token !== 'string') {
      if (!this.#skip) this.#words.push(token);
      this.#skip = false;
      return;
    }
    this.#skip = token === '>' || token === '<';
    if (this.#skip) return;
    const frame = this.#frames.at(-1);
    if (frame?.kind === 'case' && frame.condition) this.#pattern(frame, token);
    else this.#end(token);
  }

  /** `a | b)` of a case. */
  #pattern(frame: Frame, token: string): void {
    if (textOf(this.#words[0]) === 'esac') {
      this.#frames.pop();
      this.#words = [];
      this.#end(token);
      return;
    }
    frame.patterns.push(...this.#words);
    this.#words = [];
    if (token !== ')') return;
    const { word = [], patterns } = frame;
    frame.guards = [{ kind: 'case', word, patterns, negated: false }];
    frame.condition = false;
  }

  #end(operator: string): void {
    const empty = this.#words.length === 0;
    this.#keywords();
    const opened = this.#frames.at(-1);
    if (opened?.kind === 'case' && opened.condition) {
      this.#pattern(opened, operator);
      return;
    }
    const words = this.#words;
    this.#words = [];
    const frame = this.#frames.at(-1);
    if (operator === ';' && empty && frame?.kind === 'case') {
      frame.earlier.push(...frame.guards.map(negated));
      Object.assign(frame, { guards: [], patterns: [], condition: true });
    }
    const command = commandOf(words, this.#guards());
    if (command !== undefined) {
      if (frame?.kind === 'if' && frame.condition) frame.tests.push(words);
      this.commands.push(command);
    }
    this.#chain = this.#next(operator, words);
  }

  /** What decides over the command that is read. */
  #guards(): readonly ShellGuard[] {
    const frames = this.#frames;
    const isDeep = frames.length > MAX_GUARDS || frames.some(({ earlier }) => earlier.length > MAX_GUARDS);
    if (isDeep) return [UNKNOWN];
    return [...frames.flatMap(({ earlier, guards }) => [...earlier, ...guards]), ...this.#chain];
  }

  /** What decides over the command behind an operator. */
  #next(operator: string, words: readonly ShellWord[]): readonly ShellGuard[] {
    if (operator !== '&&' && operator !== '||') return [];
    const test = testWords(words);
    if (test !== undefined && this.#chain.length === 0)
      return [{ kind: 'test', words: test, negated: operator === '||' }];
    return operator === '&&' ? this.#chain : [UNKNOWN];
  }

  /** Takes the reserved words away with which a command begins. */
  #keywords(): void {
    for (;;) {
      const first = textOf(this.#words[0]);
      const frame = this.#frames.at(-1);
      if (first === 'if') this.#open({ kind: 'if', condition: true });
      else if (first === 'while' || first === 'until' || first === 'for') {
        this.#open({ kind: 'loop', guards: [UNKNOWN] });
        if (first === 'for') this.#words = [];
        if (first === 'for') return;
      } else if (first === 'case') {
        const [, word = [], , ...rest] = this.#words;
        this.#open({ kind: 'case', condition: true, word });
        this.#words = rest;
        return;
      } else if (first === 'then' && frame !== undefined) this.#decide(frame);
      else if ((first === 'elif' || first === 'else') && frame !== undefined) {
        frame.earlier.push(...frame.guards.map(negated));
        Object.assign(frame, { guards: [], tests: [], condition: first === 'elif' });
      } else if (first === 'fi' || first === 'done' || first === 'esac') this.#frames.pop();
      else if (first === undefined || !LEADING.has(first)) return;
      this.#words = this.#words.slice(1);
    }
  }

  #open(frame: Partial<Frame> & Pick<Frame, 'kind'>): void {
    this.#frames.push({ guards: [], earlier: [], condition: false, tests: [], patterns: [], ...frame });
  }

  /** What stands between `if` and `then` decides, if it is one test. */
  #decide(frame: Frame): void {
    const [only, ...others] = frame.tests;
    const words = only === undefined || others.length > 0 ? undefined : testWords(only);
    frame.guards = [words === undefined ? UNKNOWN : { kind: 'test', words, negated: false }];
    frame.condition = false;
  }
}

/** Words that a command may follow at once, and that decide nothing. */
const LEADING: ReadonlySet<string> = new Set(['then', 'do', '{', '}', 'time']);

function negated(guard: ShellGuard): ShellGuard {
  return guard.kind === 'unknown' ? guard : { ...guard, negated: !guard.negated };
}

function commandOf(words: readonly ShellWord[], guards: readonly ShellGuard[]): ShellCommand | undefined {
  const assignments: ShellCommand['assignments'][number][] = [];
  for (const word of words) {
    const [first, ...rest] = word;
    const found = first?.kind === 'text' ? /^([A-Za-z_]\w*)=([^]*)$/.exec(first.text) : null;
    if (found === null) break;
    const [, name = '', text = ''] = found;
    assignments.push({ name, value: [{ kind: 'text', text }, ...rest] });
  }
  const left = words.slice(assignments.length);
  return left.length + assignments.length === 0 ? undefined : { assignments, words: left, guards };
}
