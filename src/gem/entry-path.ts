/** A part of a path that is `.`, `..` or empty. */
const NOT_PLAIN = /(?:^|\/)\.{0,2}(?:\/|$)/;

/**
 * The path of an entry as it comes to lie under the gem's directory: without `.` and `..` that cancel out. Undefined
 * where it is absolute, leads out of that directory, or names nothing: RubyGems refuses to install such a gem
 * (`Gem::Package#install_location`).
 */
export function entryPath(name: string): string | undefined {
  if (name.startsWith('/') || name.includes('\0')) return undefined;
  if (!NOT_PLAIN.test(name)) return name;
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length === 0 ? undefined : parts.join('/');
}
