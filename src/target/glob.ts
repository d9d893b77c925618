/** One place of a pattern: any run of characters, any one, or one of a set. */
type Token = '*' | '?' | ((character: string) => boolean);

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    const end =
      character === '[' ? characters.indexOf(']', at + (/[!^]/.test(characters[at + 1] ?? '') ? 3 : 2)) : -1;
    if (character === '*' || character === '?') {
      tokens.push(character);
    } else if (end > 0) {
      tokens.push(setOf(characters.slice(at + 1, end)));
      at = end;
    } else {
      const literal = character === '\\' ? (characters[(at += 1)] ?? '\\') : character;
      tokens.push((candidate) => candidate === literal);
    }
  }
  return tokens;
}

function setOf(members: readonly string[]): (character: string) => boolean {
  const negated = members[0] === '!' || members[0] === '^';
  const text = negated ? members.slice(1) : members;
  const ranges: [string, string][] = [];
  for (let at = 0; at < text.length; at += 1) {
    const from = text[at] ?? '';
    const to = text[at + 1] === '-' ? text[at + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) at += 2;
  }
  return (character) => ranges.some(([from, to]) => from <= character && character <= to) !== negated;
}

/**
 * Whether a file name matches a pattern of glob(7): `*`, `?`, `[a-z]`, `[!a-z]`, `\` before a character that stands for
 * itself. A leading dot is matched by a dot only. Time is bounded by the product of the lengths.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  const tokens = tokensOf(pattern);
  const characters = Array.from(name);
  let token = 0;
  let at = 0;
  let star: { readonly token: number; at: number } | undefined;
  while (at < characters.length) {
    const wanted = tokens[token];
    if (wanted === '*') {
      star = { token, at };
      token += 1;
    } else if (wanted === '?' || (typeof wanted === 'function' && wanted(characters[at] ?? ''))) {
      token += 1;
      at += 1;
    } else if (star !== undefined) {
      star.at += 1;
      at = star.at;
      token = star.token + 1;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === '*');
}
