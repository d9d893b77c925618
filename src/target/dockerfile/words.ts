import type { EscapeCharacter } from './types.js';
import { isSpace, splitArguments, trim } from './white-space.js';

export interface SplitCommand {
  readonly keyword: string;
  readonly flags: readonly string[];
  readonly rest: string;
}

/** The instruction's name in upper case, its `--` flags, and what follows them. A flag that is `--` alone ends them. */
export function splitCommand(line: string, escape: EscapeCharacter): SplitCommand {
  const [, keyword = '', rest = ''] = /^([^\t\v\f\r ]*)(?:[\t\v\f\r ]+([^]*))?$/.exec(trim(line)) ?? [];
  const flags: string[] = [];
  let at = 0;
  for (;;) {
    while (at < rest.length && isSpace(rest[at] ?? '')) at += 1;
    if (!rest.startsWith('--', at)) break;
    const flag = readFlag(rest, at, escape);
    at = flag.end;
    if (flag.text === '--') break;
    flags.push(flag.text);
  }
  return { keyword: keyword.toUpperCase(), flags, rest: trim(rest.slice(at)) };
}

/** A flag up to white space, quotes and escapes taken away. */
function readFlag(
  text: string,
  start: number,
  escape: EscapeCharacter,
): { readonly text: string; readonly end: number } {
  let flag = '';
  let quote: string | undefined;
  let at = start;
  for (; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote === undefined && isSpace(character)) break;
    if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
    } else if (character === quote) {
      quote = undefined;
    } else if (character === escape) {
      at += 1;
      flag += text[at] ?? '';
    } else {
      flag += character;
    }
  }
  return { text: flag, end: at };
}

/** Words of ARG and ENV: white space separates, unless it is quoted or escaped; quotes and escapes stay. */
export function quotedWords(text: string, escape: EscapeCharacter): string[] {
  const words: string[] = [];
  let word = '';
  let quote: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === escape && quote !== "'") {
      // An escape at the end means nothing.
      if (at + 1 === text.length) break;
      at += 1;
      word += character + (text[at] ?? '');
      continue;
    }
    if (quote === undefined && isSpace(character)) {
      if (word !== '') words.push(word);
      word = '';
      continue;
    }
    if (quote === undefined && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = undefined;
    word += character;
  }
  if (word !== '') words.push(word);
  return words;
}

/** A name and, where it is written, its value, not expanded yet. */
export interface Assignment {
  readonly name: string;
  readonly value?: string;
}

export function assignmentOf(word: string): Assignment {
  const at = word.indexOf('=');
  return at < 0 ? { name: word } : { name: word.slice(0, at), value: word.slice(at + 1) };
}

/**
 * The assignments of ENV: `A=1 B=2`, or the old `A the rest of the line`.
 * @returns the word that is no assignment, where there is one
 */
export function environmentOf(rest: string, escape: EscapeCharacter): Assignment[] | string {
  const words = quotedWords(rest, escape);
  const [first = ''] = words;
  if (!first.includes('=')) {
    const [name = '', ...more] = splitArguments(rest);
    if (more.length === 0) return first;
    return [{ name, value: rest.slice(name.length).replace(/^[\t\v\f\r ]+/, '') }];
  }
  const wrong = words.find((word) => !word.includes('='));
  return wrong ?? words.map(assignmentOf);
}

/** Arguments that are written as a JSON array; undefined for any other. */
export function jsonArray(rest: string): readonly unknown[] | undefined {
  if (!rest.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(rest);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
