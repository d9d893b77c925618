/** What Bundler's `NAME_VERSION` finds in one line of a section. */
export interface NameVersion {
  /** Spaces before the name: 2 for a dependency or checksum, 4 for a spec, 6 for a spec's dependency. */
  readonly indent: 2 | 4 | 6;
  readonly name: string;
  /** Between the parentheses, up to the first `-`. Absent where there are no parentheses. */
  readonly version?: string;
  /** Between the first `-` and the closing parenthesis. Absent where there is no `-`. */
  readonly platform?: string;
  /** The marker `!` is there. */
  readonly pinned: boolean;
  /** What follows after a space: the checksums. */
  readonly checksums?: string;
}

function indentOf(line: string): 2 | 4 | 6 | undefined {
  let spaces = 0;
  while (spaces < line.length && line.charCodeAt(spaces) === 0x20) spaces += 1;
  return spaces === 2 || spaces === 4 || spaces === 6 ? spaces : undefined;
}

/**
 * Where the part after the parentheses may begin, rightmost first. It is `(!)?(?: ([^ ]+))?$`, so there are four
 * places at most: the end, a `!` there, the last space, a `!` before that.
 */
function tailStarts(rest: string): number[] {
  const starts = [rest.length];
  if (rest.endsWith('!')) starts.push(rest.length - 1);
  const space = rest.lastIndexOf(' ');
  if (space >= 0 && space < rest.length - 1) {
    starts.push(space);
    if (rest[space - 1] === '!') starts.push(space - 1);
  }
  return starts;
}

function readTail(tail: string): Pick<NameVersion, 'pinned' | 'checksums'> {
  const pinned = tail.startsWith('!');
  const checksums = tail.slice(pinned ? 2 : 1);
  return checksums === '' ? { pinned } : { pinned, checksums };
}

/**
 * Splits a line as `Bundler::LockfileParser::NAME_VERSION` does, undefined where that does not match:
 *
 *     ^( {2}| {4}| {6})(?! )(.*?)(?: \(([^-]*)(?:-(.*))?\))?(!)?(?: ([^ ]+))?$
 *
 * The name is the shortest that lets the rest match, so its end is the first ` (` or the part after the
 * parentheses, whichever comes first. Found by looking, in one pass: as an expression it takes quadratic time on a
 * line of many parentheses.
 */
export function parseNameVersion(line: string): NameVersion | undefined {
  const indent = indentOf(line);
  if (indent === undefined) return undefined;
  const rest = line.slice(indent);
  const tails = tailStarts(rest);
  const bare = Math.min(...tails);
  const open = rest.indexOf(' (');
  const close = tails.find((start) => rest[start - 1] === ')');
  if (open < 0 || open > bare || close === undefined || open + 2 > close - 1) {
    return { indent, name: rest.slice(0, bare), ...readTail(rest.slice(bare)) };
  }
  const inside = rest.slice(open + 2, close - 1);
  const dash = inside.indexOf('-');
  return {
    indent,
    name: rest.slice(0, open),
    ...(dash < 0
      ? { version: inside }
      : { version: inside.slice(0, dash), platform: inside.slice(dash + 1) }),
    ...readTail(rest.slice(close)),
  };
}
