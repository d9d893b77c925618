import type { ShellWord } from './shell-tokens.js';
import { evaluate } from './shell-tokens.js';

/**
 * Something that decides whether a command runs.
 * - `test`: `[ A = B ]`, `test -n A`; its words without the brackets.
 * - `case`: a word is one of the patterns.
 */
export type ShellGuard =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'test'; readonly words: readonly ShellWord[]; readonly negated: boolean }
  | {
      readonly kind: 'case';
      readonly word: ShellWord;
      readonly patterns: readonly ShellWord[];
      readonly negated: boolean;
    };

type Variables = (name: string) => string | undefined;

/** The words of a test without `[`, `[[` or `test`; undefined for another command. */
export function testWords(words: readonly ShellWord[]): readonly ShellWord[] | undefined {
  const name = words[0] === undefined ? undefined : evaluate(words[0], () => undefined);
  if (name === 'test') return words.slice(1);
  return name === '[' || name === '[[' ? words.slice(1, -1) : undefined;
}

/** What was decided already: a condition holds as it did when it was met first, whatever the branch assigns. */
export type Decided = Map<unknown, boolean | undefined>;

/** Whether all guards let a command run; undefined if only the build can tell. */
export function passes(
  guards: readonly ShellGuard[],
  valueOf: Variables,
  decided: Decided,
): boolean | undefined {
  let answer: boolean | undefined = true;
  for (const guard of guards) {
    const holds = holdsFor(guard, valueOf, decided);
    if (holds === false) return false;
    answer &&= holds;
  }
  return answer;
}

function holdsFor(guard: ShellGuard, valueOf: Variables, decided: Decided): boolean | undefined {
  if (guard.kind === 'unknown') return undefined;
  // The same for a condition and its opposite.
  const key = guard.kind === 'test' ? guard.words : guard.patterns;
  if (!decided.has(key)) decided.set(key, decide(guard, valueOf));
  const holds = decided.get(key);
  return holds === undefined ? undefined : holds !== guard.negated;
}

function decide(
  guard: Exclude<ShellGuard, { readonly kind: 'unknown' }>,
  valueOf: Variables,
): boolean | undefined {
  if (guard.kind === 'test') return testHolds(guard.words.map((word) => evaluate(word, valueOf)));
  const patterns = guard.patterns.map((word) => evaluate(word, valueOf));
  return caseHolds(evaluate(guard.word, valueOf), patterns);
}

/** POSIX `test` with one or two operands, and nothing joined. */
function testHolds(words: readonly (string | undefined)[]): boolean | undefined {
  if (words[0] === '!') {
    const rest = testHolds(words.slice(1));
    return rest === undefined ? undefined : !rest;
  }
  if (words.length > 3 || words.includes(undefined)) return undefined;
  const [first = '', second = '', third = ''] = words;
  if (words.length === 1) return first !== '';
  if (words.length === 2) return first === '-n' ? second !== '' : first === '-z' ? second === '' : undefined;
  if (second === '=' || second === '==') return first === third;
  return second === '!=' ? first !== third : undefined;
}

function caseHolds(word: string | undefined, patterns: readonly (string | undefined)[]): boolean | undefined {
  if (patterns.includes('*')) return true;
  if (word === undefined) return undefined;
  if (patterns.includes(word)) return true;
  // Other patterns than plain text are not matched here.
  return patterns.every((pattern) => pattern !== undefined && !/[*?[\]]/.test(pattern)) ? false : undefined;
}
