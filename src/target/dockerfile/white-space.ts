/** `unicode.IsSpace` of Go, in which Docker's parser is written; `\s` has another opinion on U+0085 and U+FEFF. */
const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const LEADING = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

export function isSpace(character: string): boolean {
  return SPACE.test(character);
}

export function trimStart(text: string): string {
  return text.replace(LEADING, '');
}

export function trim(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1] ?? '')) end -= 1;
  return trimStart(text.slice(0, end));
}

/** Splits at runs of the white space that separates arguments (`reWhitespace` in BuildKit's parser). */
export function splitArguments(text: string): string[] {
  return text.split(/[\t\v\f\r ]+/);
}
