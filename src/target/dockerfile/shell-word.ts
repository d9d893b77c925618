import type { PatternBudget } from './shell-pattern.js';
import { PatternError, patternBudget, withReplaced, withoutPrefix, withoutSuffix } from './shell-pattern.js';
import type { EscapeCharacter } from './types.js';
import { isSpace } from './white-space.js';

/** Far deeper than anyone nests `${A:-${B:-…}}`. */
const MAX_DEPTH = 64;

/** A value that doubles with each ARG must end somewhere. In UTF-16 code units. */
const MAX_VALUE = 1 << 16;

/** A word that Docker refuses. */
export class ShellWordError extends Error {}

export type Variables = (name: string) => string | undefined;

export interface ExpandedWord {
  readonly text: string;
  /** Variables that were asked for and had no value, where nothing was written to take its place. */
  readonly unset: readonly string[];
  /** Variables whose value was looked at. */
  readonly used: readonly string[];
}

/**
 * Replaces the variables in a word and takes its quotes away, as Docker does outside of RUN
 * (https://docs.docker.com/reference/dockerfile/#environment-replacement): `$X`, `${X}`, `${X:-word}`, `${X-word}`,
 * `${X:+word}`, `${X+word}`, `${X:?word}`, `${X?word}`, `${X#pattern}`, `${X##pattern}`, `${X%pattern}`, `${X%%pattern}`,
 * `${X/pattern/word}`, `${X//pattern/word}`.
 * @throws ShellWordError
 */
export function expandWord(
  word: string,
  variables: Variables,
  escape: EscapeCharacter,
  budget = patternBudget(),
): ExpandedWord {
  const lexer = new Lexer(word, { variables, escape, raw: false, budget });
  const { text } = lexer.run();
  if (text.length > MAX_VALUE) throw new ShellWordError(`it has more than ${MAX_VALUE} characters`);
  return { text, unset: [...lexer.unset], used: [...lexer.used] };
}

/**
 * Splits a command line into words as Docker does when it looks for here-documents: quotes, escapes and variables stay.
 * @throws ShellWordError
 */
export function splitWords(line: string): string[] {
  return new Lexer(line, { variables: () => undefined, escape: '\\', raw: true }).run().words;
}

/** A word without its quotes and escapes, its variables left as they are. */
export function unquoteWords(text: string): string[] {
  return new Lexer(text, { variables: () => undefined, escape: '\\', raw: false, keepUnset: true }).run()
    .words;
}

interface LexerOptions {
  readonly variables: Variables;
  readonly escape: EscapeCharacter;
  /** Keep quotes, escapes and variables. */
  readonly raw: boolean;
  readonly keepUnset?: boolean;
  readonly budget?: PatternBudget;
}

/** Collects the words of a text. */
class Words {
  readonly done: string[] = [];
  readonly #wanted: boolean;
  #word = '';

  /** @param wanted false where only the text is asked for */
  constructor(wanted: boolean) {
    this.#wanted = wanted;
  }

  /** Appends text whose white space separates words. */
  split(text: string): void {
    if (!this.#wanted) return;
    for (const character of text) {
      if (isSpace(character)) this.end();
      else this.#word += character;
    }
  }

  append(text: string): void {
    if (this.#wanted) this.#word += text;
  }

  end(): string[] {
    if (this.#word !== '') this.done.push(this.#word);
    this.#word = '';
    return this.done;
  }
}

/** The grammar is that of BuildKit's frontend/dockerfile/shell, whose order of decisions is kept. */
class Lexer {
  readonly unset = new Set<string>();
  readonly used = new Set<string>();
  readonly #source: readonly string[];
  readonly #options: LexerOptions;
  readonly #keepUnset: boolean;
  readonly #budget: PatternBudget;
  #rawEscapes: boolean;
  #at = 0;
  #depth = 0;

  constructor(source: string, options: LexerOptions) {
    this.#source = Array.from(source);
    this.#options = options;
    this.#keepUnset = options.keepUnset ?? options.raw;
    this.#rawEscapes = options.raw;
    this.#budget = options.budget ?? patternBudget();
  }

  run(): { readonly text: string; readonly words: string[] } {
    return this.#until(undefined, this.#rawEscapes);
  }

  #peek(): string | undefined {
    return this.#source[this.#at];
  }

  #next(): string | undefined {
    return this.#source[this.#at++];
  }

  #until(stop: string | undefined, rawEscapes: boolean): { readonly text: string; readonly words: string[] } {
    const outer = this.#rawEscapes;
    this.#rawEscapes = rawEscapes;
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ShellWordError('substitutions are nested too deeply');
    const words = new Words(this.#keepUnset);
    let text = '';
    for (let character = this.#peek(); character !== undefined; character = this.#peek()) {
      if (character === stop) {
        this.#at += 1;
        this.#depth -= 1;
        this.#rawEscapes = outer;
        return { text, words: words.end() };
      }
      const special = this.#special(character);
      if (special !== undefined) {
        text += special;
        if (character === '$') words.split(special);
        else words.append(special);
        continue;
      }
      this.#at += 1;
      if (character !== this.#options.escape) {
        text += character;
        words.split(character);
        continue;
      }
      if (this.#rawEscapes) {
        text += character;
        words.append(character);
      }
      const escaped = this.#next();
      if (escaped === undefined) break;
      text += escaped;
      words.append(escaped);
    }
    if (stop !== undefined) throw new ShellWordError(`"${stop}" is missing`);
    this.#depth -= 1;
    this.#rawEscapes = outer;
    return { text, words: words.end() };
  }

  #special(character: string): string | undefined {
    switch (character) {
      case "'":
        return this.#singleQuoted();
      case '"':
        return this.#doubleQuoted();
      case '$':
        return this.#dollar();
      case '<':
        return this.#lessThan();
      default:
        return undefined;
    }
  }

  #singleQuoted(): string {
    this.#at += 1;
    const end = this.#source.indexOf("'", this.#at);
    if (end < 0) throw new ShellWordError('a single quote is not closed');
    const inside = this.#source.slice(this.#at, end).join('');
    this.#at = end + 1;
    return this.#options.raw ? `'${inside}'` : inside;
  }

  #doubleQuoted(): string {
    this.#at += 1;
    const quote = this.#options.raw ? '"' : '';
    let text = quote;
    for (;;) {
      const character = this.#peek();
      if (character === undefined) throw new ShellWordError('a double quote is not closed');
      if (character === '$') {
        text += this.#dollar();
        continue;
      }
      this.#at += 1;
      if (character === '"') return text + quote;
      if (character !== this.#options.escape) {
        text += character;
        continue;
      }
      if (this.#rawEscapes) text += character;
      const escaped = this.#peek();
      if (escaped === undefined) continue;
      // Any other escape stays in double quotes.
      if (escaped === '"' || escaped === '$' || escaped === this.#options.escape) {
        this.#at += 1;
        text += escaped;
      } else {
        text += character;
      }
    }
  }

  /** `<<` and the white space behind it are one piece, so that `<< EOF` is one word. */
  #lessThan(): string {
    this.#at += 1;
    if (this.#peek() !== '<') return '<';
    this.#at += 1;
    let text = '<<';
    for (let space = this.#peek(); space === ' ' || space === '\t' || space === '\r'; space = this.#peek()) {
      text += space;
      this.#at += 1;
    }
    return text;
  }

  #dollar(): string {
    this.#at += 1;
    if (this.#peek() !== '{') {
      const name = this.#name();
      if (name === '') return '$';
      const value = this.#value(name);
      if (value !== undefined) return value;
      if (this.#keepUnset) return `$${name}`;
      this.unset.add(name);
      return '';
    }
    this.#at += 1;
    const first = this.#peek();
    if (first === undefined) throw new ShellWordError('"}" is missing');
    if (first === '{' || first === '}' || first === ':') throw new ShellWordError('bad substitution');
    const name = this.#name();
    const operator = this.#next();
    switch (operator) {
      case '}': {
        const value = this.#value(name);
        if (value !== undefined) return value;
        if (this.#keepUnset) return `\${${name}}`;
        this.unset.add(name);
        return '';
      }
      case ':':
        return this.#modified(name, this.#next(), true);
      case '+':
      case '-':
      case '?':
      case '#':
      case '%':
        return this.#modified(name, operator, false);
      case '/':
        return this.#replaced(name);
      default:
        throw new ShellWordError(`unsupported modifier (${operator ?? ''}) in the substitution of ${name}`);
    }
  }

  #modified(name: string, operator: string | undefined, emptyIsUnset: boolean): string {
    const written = `${emptyIsUnset ? ':' : ''}${operator ?? ''}`;
    const unsupported = new ShellWordError(
      `unsupported modifier (${written}) in the substitution of ${name}`,
    );
    const trims = operator === '#' || operator === '%';
    if (emptyIsUnset && trims) throw unsupported;
    const unset = new Set(this.unset);
    const used = new Set(this.used);
    const { text: word } = this.#until('}', trims);
    const value = this.#value(name);
    if (value === undefined && this.#keepUnset) return `\${${name}${written}${word}}`;
    const given = value !== undefined && !(emptyIsUnset && value === '');
    // A variable in a word that is not put in is not missed: `${IMAGE:-ruby:$TAG}` where IMAGE is given.
    if (operator === '+' ? !given : given && (operator === '-' || operator === '?')) {
      for (const other of this.unset) if (!unset.has(other)) this.unset.delete(other);
      for (const other of this.used) if (!used.has(other) && other !== name) this.used.delete(other);
    }
    switch (operator) {
      case '-':
        return given ? value : word;
      case '+':
        return given ? word : '';
      case '?':
        if (given) return value;
        throw new ShellWordError(
          `${name}: ${word !== '' ? word : `is not allowed to be ${value === undefined ? 'unset' : 'empty'}`}`,
        );
      case '#':
      case '%': {
        if (value === undefined) {
          this.unset.add(name);
          return '';
        }
        const longest = word.startsWith(operator);
        const pattern = longest ? word.slice(1) : word;
        const trimmed = operator === '#' ? withoutPrefix : withoutSuffix;
        return this.#matched(pattern, () => trimmed(value, pattern, longest, this.#budget));
      }
      default:
        throw unsupported;
    }
  }

  #replaced(name: string): string {
    const each = this.#peek() === '/';
    if (each) this.#at += 1;
    const { text: pattern } = this.#until('/', true);
    const { text: replacement } = this.#until('}', true);
    const value = this.#value(name);
    if (value === undefined) {
      if (this.#keepUnset) return `\${${name}/${pattern}/${replacement}}`;
      this.unset.add(name);
      return '';
    }
    return this.#matched(pattern, () => withReplaced(value, pattern, replacement, each, this.#budget));
  }

  #matched(pattern: string, match: () => string): string {
    try {
      return match();
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      throw new ShellWordError(`invalid pattern (${pattern}) in a substitution: ${error.message}`);
    }
  }

  #value(name: string): string | undefined {
    const value = this.#options.variables(name);
    if (value !== undefined) this.used.add(name);
    return value;
  }

  /** Letters, digits and underscores; digits alone; or one of the shell's special parameters. */
  #name(): string {
    const first = this.#peek();
    if (first === undefined) return '';
    const digits = /\p{Nd}/u;
    if (!digits.test(first) && '@*#?-$!0'.includes(first)) {
      this.#at += 1;
      return first;
    }
    const allowed = digits.test(first) ? digits : /[\p{L}\p{Nd}_]/u;
    let name = '';
    for (
      let character = this.#peek();
      character !== undefined && allowed.test(character);
      character = this.#peek()
    ) {
      name += character;
      this.#at += 1;
    }
    return name;
  }
}
