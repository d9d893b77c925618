import type { GemCall, PositionalArgument } from './gem-call.js';
import { statedRequirements } from './gem-call.js';
import type { FoundRecord } from './own-comment.js';
import { readRecords } from './own-comment.js';
import type { GemfileSyntax } from './parse-gemfile.js';
import { canonical } from './pin-call.js';
import type { Span } from './ruby-node.js';
import type { ByteText } from './ruby-parser.js';
import { lineEnd, lineStart, nextLine } from './source-lines.js';
import type { Edit } from './splice.js';

/** A pin that an earlier run wrote. */
export interface OwnPin {
  readonly record: FoundRecord;
  /** The comment stands on a line of its own, above the call. */
  readonly above: boolean;
  /** Index into `GemfileSyntax.calls`; absent where the call is gone. */
  readonly call?: number;
}

/** The pins of earlier runs, in the order of the source. */
export function ownPins(source: ByteText, { calls, comments }: GemfileSyntax): OwnPin[] {
  const free = new Set(calls.keys());
  return comments.flatMap((comment) =>
    readRecords(source, comment).map((record): OwnPin => {
      const above = source.slice(lineStart(source, record.span.start), record.span.start).trim() === '';
      const candidates = [...free].filter((at) => {
        const call = calls[at];
        if (call === undefined || (record.name !== undefined && record.name !== call.name)) return false;
        return above
          ? followsDirectly(source, record.span.end, call.span.start)
          : lineStart(source, call.span.end) === lineStart(source, record.span.start) &&
              call.span.end <= record.span.start;
      });
      const call = above
        ? candidates[0]
        : (candidates.find((at) => carries(calls[at], record)) ?? candidates.at(-1));
      if (call !== undefined) free.delete(call);
      return { record, above, ...(call === undefined ? {} : { call }) };
    }),
  );
}

/** Nothing but comments and the beginning of a line lie between. */
function followsDirectly(source: ByteText, from: number, to: number): boolean {
  if (to < from) return false;
  const between = source.slice(nextLine(source, from), to);
  return !between.split('\n').some((line, at, all) => at < all.length - 1 && !/^\s*#/.test(line));
}

/** The call has all that the record says was added to it. */
function carries(call: GemCall | undefined, { adds }: FoundRecord): boolean {
  if (call === undefined) return false;
  const there = new Set(call.positional.flatMap(({ texts }) => canonical(texts)));
  return canonical(adds).every((bound) => there.has(bound));
}

/** The edits that undo a pin: what was there before comes back as it was, and what the user has since written stays. */
export function liftPin(source: ByteText, syntax: GemfileSyntax, pin: OwnPin): Edit[] {
  const { record, above } = pin;
  const call = pin.call === undefined ? undefined : syntax.calls[pin.call];
  if (record.newLine && call !== undefined && !above && isAsWritten(source, call, record)) {
    return [wholeLine(source, call.span)];
  }
  const comment = above ? wholeLine(source, record.span) : trailing(source, record.span);
  if (call === undefined || record.newLine || !carries(call, record)) return [comment];
  return [...restored(source, call, record), ...withoutOption(source, call, record), comment];
}

/** A line of ours that nobody has added to. */
function isAsWritten(source: ByteText, call: GemCall, { adds, forceRuby, span }: FoundRecord): boolean {
  const stated = statedRequirements(call);
  const keys = call.options?.elements.map(({ key }) => key) ?? [];
  const alone =
    source.slice(lineStart(source, call.span.start), call.span.start).trim() === '' &&
    source.slice(call.span.end, span.start).trim() === '' &&
    source.slice(span.end, lineEnd(source, span.end)).trim() === '';
  return (
    alone &&
    stated !== undefined &&
    sameSet(canonical(stated), canonical(adds)) &&
    keys.every((key) => ['group', 'source', 'force_ruby_platform'].includes(key ?? '')) &&
    keys.includes('force_ruby_platform') === forceRuby
  );
}

export function sameSet(some: readonly string[], others: readonly string[]): boolean {
  const set = new Set(others);
  return new Set(some).size === set.size && some.every((each) => set.has(each));
}

function wholeLine(source: ByteText, span: Span): Edit {
  const start = lineStart(source, span.start);
  const end = nextLine(source, span.end);
  // The last line of a file without a line break at its end took the one above it.
  const broken = source[end - 1] === '\n' || start === 0;
  const breakLength = source.slice(0, start).endsWith('\r\n') ? 2 : 1;
  return { start: broken ? start : start - breakLength, end, text: '' };
}

/** The comment and the space before it; what somebody wrote behind it stays a comment. */
function trailing(source: ByteText, { start, end }: Span): Edit {
  const before = source.slice(0, start);
  const from = before.length - (/[ \t]*$/.exec(before)?.[0].length ?? 0);
  const rest = source.slice(end, lineEnd(source, end));
  const inComment = source.slice(lineStart(source, start), start).includes('#');
  const dangling = rest.trim() !== '' && !/^\s*#/.test(rest) && !inComment;
  return { start: from, end, text: dangling ? ' #' : '' };
}

function restored(source: ByteText, call: GemCall, { adds, was }: FoundRecord): Edit[] {
  const { positional } = call;
  const first = positional[0];
  const last = positional.at(-1);
  if (was !== undefined) {
    if (first === undefined || last === undefined) return [];
    return [{ start: first.span.start, end: last.span.end, text: was }];
  }
  const left = canonical(adds);
  const edits: Edit[] = [];
  const take = (text: string): boolean => {
    const at = left.lastIndexOf(canonical([text])[0] ?? text);
    if (at < 0) return false;
    left.splice(at, 1);
    return true;
  };
  // From behind: of two alike, the user's own stands before ours.
  for (const [at, argument] of [...positional.entries()].reverse()) {
    if (argument.kind === 'array' && argument.elements !== undefined) {
      edits.push(...withoutElements(source, argument, take));
    } else if (argument.kind === 'string' && take(argument.texts[0] ?? '')) {
      const previous = positional[at - 1]?.span ?? call.nameSpan;
      const next = positional[at + 1]?.span ?? call.options?.span;
      edits.push(...withoutArgument(source, argument.span, previous, next));
    }
  }
  return edits;
}

function withoutElements(
  source: ByteText,
  { elements = [] }: PositionalArgument,
  take: (text: string) => boolean,
): Edit[] {
  const edits: Edit[] = [];
  for (const [at, { span, text }] of [...elements.entries()].reverse()) {
    if (!take(text)) continue;
    const previous = elements[at - 1]?.span;
    const next = elements[at + 1]?.span;
    if (previous !== undefined) edits.push(...withoutArgument(source, span, previous, next));
    else edits.push({ start: span.start, end: next?.start ?? span.end, text: '' });
  }
  return edits;
}

/** Takes an argument out with its comma, and leaves comments that somebody wrote between the arguments. */
function withoutArgument(source: ByteText, own: Span, previous: Span, next: Span | undefined): Edit[] {
  if (!source.slice(previous.end, own.start).includes('#'))
    return [{ start: previous.end, end: own.end, text: '' }];
  if (next !== undefined && !source.slice(own.end, next.start).includes('#')) {
    return [{ start: own.start, end: next.start, text: '' }];
  }
  const comma = source.indexOf(',', previous.end);
  return [
    { start: comma, end: comma + 1, text: '' },
    { start: own.start, end: own.end, text: '' },
  ];
}

function withoutOption(
  source: ByteText,
  { options, positional, nameSpan }: GemCall,
  { forceRuby }: FoundRecord,
): Edit[] {
  if (!forceRuby || options === undefined) return [];
  const at = options.elements.findIndex(({ key, isTrue }) => key === 'force_ruby_platform' && isTrue);
  const own = options.elements[at];
  if (own === undefined) return [];
  const previous = options.elements[at - 1]?.span;
  const next = options.elements[at + 1]?.span;
  if (previous !== undefined) return withoutArgument(source, own.span, previous, next);
  if (next !== undefined) return [{ start: own.span.start, end: next.start, text: '' }];
  if (options.braces) return [{ start: own.span.start, end: own.span.end, text: '' }];
  // What stands before it may be taken out too, and then its edit ends where this one begins.
  const before = positional.at(-1)?.span ?? nameSpan;
  return [{ start: before.end, end: own.span.end, text: '' }];
}
