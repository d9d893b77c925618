/** Ruby's `\s`, which is narrower than JavaScript's: a no-break space is no space. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function trim(text: string, isBlank: (code: number) => boolean): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** The text without what Ruby's `\s` matches at both ends. */
export function trimRubySpace(text: string): string {
  return trim(text, isSpace);
}

/** `String#strip`, which takes NUL for white space too. */
export function rubyStrip(text: string): string {
  return trim(text, (code) => code === 0 || isSpace(code));
}
