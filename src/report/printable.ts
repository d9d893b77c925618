/**
 * Text that came out of a gem, an index or a lockfile, safe for a terminal: control characters (C0, DEL, C1) and the
 * bidirectional overrides are written as escapes, so that a file name cannot move the cursor or forge a verdict.
 */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
