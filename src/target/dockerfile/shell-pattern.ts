/** Steps that all patterns of one file may take together: each is a place of a pattern held against one of a value. */
export interface PatternBudget {
  steps: number;
}

/** Some thousand times what a real Dockerfile takes. */
export function patternBudget(): PatternBudget {
  return { steps: 5_000_000 };
}

/** One place of a pattern: any run of characters, any one, or a character that stands for itself. */
type Token =
  | { readonly kind: 'run' }
  | { readonly kind: 'any' }
  | { readonly kind: 'literal'; readonly character: string };

/** A pattern that Docker refuses, or one that would take too long. */
export class PatternError extends Error {}

/**
 * The pattern of `${name#pattern}` and the like: `*`, `?`, and `\` before one of them or itself
 * (https://docs.docker.com/reference/dockerfile/#environment-replacement). Sets in brackets are no part of it.
 */
function tokensOf(pattern: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    let character = pattern[at] ?? '';
    if (character === '*' || character === '?') {
      tokens.push(character === '*' ? { kind: 'run' } : { kind: 'any' });
      continue;
    }
    if (character === '\\') {
      at += 1;
      character = pattern[at] ?? '';
      if (!['*', '?', '\\', '}', '/'].includes(character))
        throw new PatternError(`invalid escape "\\${character}"`);
    }
    tokens.push({ kind: 'literal', character });
  }
  return tokens;
}

/** Where a match that begins at `start` may end, the nearest or the farthest; -1 where there is none. */
function matchEnd(
  tokens: readonly Token[],
  value: readonly string[],
  start: number,
  farthest: boolean,
): number {
  let reachable = new Set([start]);
  for (const token of tokens) {
    const next = new Set<number>();
    if (token.kind === 'run') {
      for (const from of reachable) {
        for (let to = from; to <= value.length && !next.has(to); to += 1) {
          next.add(to);
          if (value[to] === '\n') break;
        }
      }
    } else {
      for (const from of reachable) {
        const character = value[from];
        if (character === undefined) continue;
        if (token.kind === 'any' ? character !== '\n' : character === token.character) next.add(from + 1);
      }
    }
    reachable = next;
  }
  let end = -1;
  for (const to of reachable) if (end === -1 || (farthest ? to > end : to < end)) end = to;
  return end;
}

function compile(
  pattern: readonly string[],
  value: readonly string[],
  starts: number,
  budget: PatternBudget,
): Token[] {
  budget.steps -= (pattern.length + 1) * (value.length + 1) * starts;
  if (budget.steps < 0) throw new PatternError('it is too long');
  return tokensOf(pattern);
}

/**
 * `${name#pattern}` and `${name##pattern}`: the value without the shortest or longest beginning that matches.
 * @throws PatternError
 */
export function withoutPrefix(
  value: string,
  pattern: string,
  longest: boolean,
  budget: PatternBudget,
): string {
  const characters = Array.from(value);
  const end = matchEnd(compile(Array.from(pattern), characters, 1, budget), characters, 0, longest);
  return end < 0 ? value : characters.slice(end).join('');
}

/**
 * `${name%pattern}` and `${name%%pattern}`: the value without the shortest or longest end that matches.
 * @throws PatternError
 */
export function withoutSuffix(
  value: string,
  pattern: string,
  longest: boolean,
  budget: PatternBudget,
): string {
  const characters = Array.from(value).reverse();
  const tokens = compile(Array.from(pattern), characters, 1, budget).reverse();
  const end = matchEnd(tokens, characters, 0, longest);
  return end < 0 ? value : characters.slice(end).reverse().join('');
}

/**
 * `${name/pattern/replacement}` and `${name//pattern/replacement}`: the first match, or each, as long as it can be.
 * @throws PatternError
 */
export function withReplaced(
  value: string,
  pattern: string,
  replacement: string,
  each: boolean,
  budget: PatternBudget,
): string {
  const characters = Array.from(value);
  const tokens = compile(Array.from(pattern), characters, characters.length + 1, budget);
  const result: string[] = [];
  let at = 0;
  let afterMatch = false;
  while (at <= characters.length) {
    const end = matchEnd(tokens, characters, at, true);
    // A match of nothing does not follow a match (Go's regexp, ReplaceAll).
    if (end > at || (end === at && !afterMatch)) {
      result.push(replacement);
      afterMatch = true;
      if (!each) return [...result, ...characters.slice(end)].join('');
      if (end > at) {
        at = end;
        continue;
      }
    }
    afterMatch = false;
    result.push(characters[at] ?? '');
    at += 1;
  }
  return result.join('');
}
