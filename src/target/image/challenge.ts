/** One way to log in that a server offers (RFC 9110, 11.6.1). */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = /[\w!#$%&'*+.^`|~-]+/y;
const PARAMETER = /\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/y;

/** The challenges of a `WWW-Authenticate` header, of which several may stand in one line. What is malformed ends the list. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(header);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const separators = /[\s,]*/y;
  for (;;) {
    match(separators);
    const scheme = match(TOKEN)?.[0];
    if (scheme === undefined) return challenges;
    const parameters: Record<string, string> = {};
    for (;;) {
      const before = at;
      match(separators);
      const found = match(PARAMETER);
      if (found === null) {
        at = before;
        break;
      }
      parameters[(found[1] ?? '').toLowerCase()] = found[2]?.replace(/\\(.)/g, '$1') ?? found[3] ?? '';
    }
    challenges.push({ scheme: scheme.toLowerCase(), parameters });
  }
}
