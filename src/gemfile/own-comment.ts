import type { Span } from './ruby-node.js';
import type { ByteText } from './ruby-parser.js';

/**
 * What a comment of ours says that was done to a `gem` call, so that a later run can undo just that:
 * `# gemcompat: glibc 2.28 (rhel-8): 1.18.0+ needs 2.29 [adds < 1.18.0; was "~> 1.18"]`.
 */
export interface OwnRecord {
  /** For people. */
  readonly reason: string;
  /** Which gem, where the comment's line has several calls. */
  readonly name?: string;
  /** The line is ours as a whole. */
  readonly newLine: boolean;
  /** Requirements that were added, as Gem::Requirement writes them. */
  readonly adds: readonly string[];
  readonly forceRuby: boolean;
  /** The source of the arguments in whose place they stand. */
  readonly was?: ByteText;
}

export interface FoundRecord extends OwnRecord {
  /** From the `#` to the `]`. */
  readonly span: Span;
}

const MARK = '# gemcompat: ';
const FORCE = 'force_ruby_platform';
const RECORD = /# gemcompat: ([^[\]\r\n]*) \[((?:[^\]\\\r\n]|\\.)*)\]/g;
const BODY = /^(?:([\w.-]+): )?(adds|new line) ([^;]*)(?:; was (.*))?$/;

/** Whether the arguments can be kept in a comment: plain ASCII, so that no encoding reads them as anything else. */
export function canRecord(was: ByteText): boolean {
  return /^[\t\n\r\x20-\x7e]*$/.test(was);
}

/** The comment, in plain ASCII. */
export function writeRecord({ reason, name, newLine, adds, forceRuby, was }: OwnRecord): string {
  const plain = reason
    .replace(/[[\]]/g, '')
    .replace(/[^\x20-\x7e]/g, '?')
    .trim();
  const items = [...adds, ...(forceRuby ? [FORCE] : [])].join(', ');
  const body = [
    name === undefined ? '' : `${name}: `,
    newLine ? 'new line ' : 'adds ',
    items,
    was === undefined ? '' : `; was ${escape(was)}`,
  ].join('');
  return `${MARK}${plain} [${body}]`;
}

/** The records in one comment; a text that only begins like one is somebody else's. */
export function readRecords(source: ByteText, { start, end }: Span): FoundRecord[] {
  return [...source.slice(start, end).matchAll(RECORD)].flatMap((match): FoundRecord[] => {
    const [whole, reason = '', body = ''] = match;
    const parts = BODY.exec(body);
    if (parts === null) return [];
    const [, name, kind, list = '', was] = parts;
    const items = list.split(', ').filter((item) => item !== '');
    const at = start + match.index;
    return [
      {
        reason,
        ...(name === undefined ? {} : { name }),
        newLine: kind === 'new line',
        adds: items.filter((item) => item !== FORCE),
        forceRuby: items.includes(FORCE),
        ...(was === undefined ? {} : { was: unescape(was) }),
        span: { start: at, end: at + whole.length },
      },
    ];
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
  ']': '\\]',
};
const UNESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function escape(text: string): string {
  return text.replace(/[\n\r\t\\\]]/g, (character) => ESCAPES[character] ?? character);
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => UNESCAPES[character] ?? character);
}
