/** A piece of a word: text, a variable with what stands in for it, or what only the shell can tell. */
export type WordPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'variable';
      readonly name: string;
      /** What stands in for it, if it has no value. */
      readonly fallback?: string;
      /** `:-`: or an empty one. */
      readonly orEmpty?: true;
    }
  | { readonly kind: 'computed' };

export type ShellWord = readonly WordPart[];

/** A value that doubles with each assignment must end somewhere. In UTF-16 code units. */
const MAX_VALUE = 1 << 16;

/** The text of a word without variables. */
export function textOf(word: ShellWord | undefined): string | undefined {
  if (word === undefined) return undefined;
  return evaluate(word, () => undefined);
}

function valueWith(
  { fallback, orEmpty }: WordPart & { readonly kind: 'variable' },
  value: string | undefined,
): string | undefined {
  return value === undefined || (value === '' && orEmpty === true) ? (fallback ?? value) : value;
}

/** A word with its variables put in; undefined if it shows only when the shell runs. */
export function evaluate(word: ShellWord, valueOf: (name: string) => string | undefined): string | undefined {
  let whole = '';
  for (const part of word) {
    if (part.kind === 'computed') return undefined;
    const text = part.kind === 'text' ? part.text : valueWith(part, valueOf(part.name));
    if (text === undefined) return undefined;
    whole += text;
    if (whole.length > MAX_VALUE) return undefined;
  }
  return whole;
}

/** A word, or an operator as its text: of a redirection `<` or `>`. */
export type Token = ShellWord | string;

/** Words, and operators as text. */
export function* tokens(script: string): Generator<Token> {
  let at = 0;
  while (at < script.length) {
    const operator = /^(?:&&|\|\||[;&|\n()]|\d?[<>]{1,2}&?(?:\d|-)?)/.exec(script.slice(at, at + 8))?.[0];
    const character = script[at] ?? '';
    if (operator !== undefined) {
      at += operator.length;
      if (!/[<>]/.test(operator)) yield operator;
      else if (!/[<>]&[\d-]$/.test(operator)) yield operator.includes('<') ? '<' : '>';
    } else if (/\s/.test(character)) at += 1;
    else if (character === '#') at = endOf(script, at, '\n');
    else {
      const { word, next } = wordAt(script, at);
      yield word;
      at = next;
    }
  }
}

/** Behind the next occurrence, or at the end. */
function endOf(script: string, from: number, what: string): number {
  const found = script.indexOf(what, from);
  return found < 0 ? script.length : found;
}

function wordAt(script: string, start: number): { readonly word: ShellWord; readonly next: number } {
  const parts: WordPart[] = [];
  const add = (text: string): void => {
    const last = parts.at(-1);
    if (last?.kind === 'text') parts[parts.length - 1] = { kind: 'text', text: last.text + text };
    else parts.push({ kind: 'text', text });
  };
  let quoted = false;
  let at = start;
  while (at < script.length) {
    const character = script[at] ?? '';
    if (!quoted && /[\s;&|()<>]/.test(character)) break;
    if (character === '"') {
      quoted = !quoted;
      add('');
      at += 1;
    } else if (character === "'" && !quoted) {
      const end = endOf(script, at + 1, "'");
      add(script.slice(at + 1, end));
      at = end + 1;
    } else if (character === '\\') {
      const next = script[at + 1] ?? '';
      add(quoted && !/[$`"\\\n]/.test(next) ? `\\${next}` : next);
      at += 2;
    } else if (character === '`') {
      parts.push({ kind: 'computed' });
      at = endOf(script, at + 1, '`') + 1;
    } else if (character === '$') {
      const { part, next } = expansionAt(script, at);
      if (part.kind === 'text') add(part.text);
      else parts.push(part);
      at = next;
    } else {
      add(character);
      at += 1;
    }
  }
  return { word: parts, next: at };
}

/** `$NAME`, `${NAME}`, `${NAME:-text}`; everything else is computed. */
function expansionAt(script: string, at: number): { readonly part: WordPart; readonly next: number } {
  const rest = script.slice(at, at + 400);
  const plain = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?)-([^}$`"'\\]*))?\})/.exec(rest);
  if (plain !== null) {
    const [whole, bare, braced = '', colon, fallback] = plain;
    const name = bare ?? braced;
    return {
      part: {
        ...{ kind: 'variable', name },
        ...(fallback === undefined ? {} : { fallback }),
        ...(colon === ':' ? { orEmpty: true } : {}),
      },
      next: at + whole.length,
    };
  }
  const open = script[at + 1];
  if (open === '(' || open === '{') {
    return { part: { kind: 'computed' }, next: closing(script, at + 1, open, open === '(' ? ')' : '}') };
  }
  if (open !== undefined && /[\w?!@*#$-]/.test(open)) return { part: { kind: 'computed' }, next: at + 2 };
  return { part: { kind: 'text', text: '$' }, next: at + 1 };
}

/** Behind the bracket that closes the one at `from`. */
function closing(script: string, from: number, open: string, close: string): number {
  let depth = 0;
  for (let at = from; at < script.length; at += 1) {
    if (script[at] === open) depth += 1;
    else if (script[at] === close) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return script.length;
}
