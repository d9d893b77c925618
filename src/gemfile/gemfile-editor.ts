import { GemfileError } from '../errors.js';
import type { GemCall, Quote } from './gem-call.js';
import { statedRequirements } from './gem-call.js';
import type { OwnPin } from './lift-pin.js';
import { liftPin, ownPins, sameSet } from './lift-pin.js';
import type { OwnRecord } from './own-comment.js';
import { readRecords, writeRecord } from './own-comment.js';
import type { GemfileSyntax, ParseGemfileOptions } from './parse-gemfile.js';
import { parseGemfile } from './parse-gemfile.js';
import type { CallRefusal, LinePin } from './pin-call.js';
import { canonical, pinCall } from './pin-call.js';
import type { ByteText, RubyParser } from './ruby-parser.js';
import { lineBreak, lineEnd, lineOf, lineStart } from './source-lines.js';
import type { Edit } from './splice.js';
import { splice } from './splice.js';

/**
 * Why an edit was not made, beside what `pinCall` refuses.
 * - `no-place`: there is no place for the comment that would leave the code as it is, or what was read back from the
 *   edited source was not what was meant.
 */
export type EditRefusal = CallRefusal | 'no-place';

/** A line for a gem that the Gemfile does not name. */
export interface NewLine {
  readonly name: string;
  readonly requirements: readonly string[];
  readonly forceRuby: boolean;
  /** Groups that it belongs to, where not the default one. */
  readonly group?: string;
  /** The server that it comes from, where that is not the Gemfile's own. */
  readonly source?: string;
  readonly reason: string;
}

/**
 * One file being edited. Every edit is read back with Ruby's parser before it counts: the same calls with just the new
 * requirements, every comment still there, and what was there before comes back when the edit is undone.
 */
export class GemfileEditor {
  readonly #parser: RubyParser;
  readonly #options: ParseGemfileOptions;
  #source: ByteText;
  #syntax: GemfileSyntax;

  /** @throws GemfileError for what Ruby's parser refuses */
  constructor(source: ByteText, parser: RubyParser, options: ParseGemfileOptions) {
    this.#parser = parser;
    this.#options = options;
    this.#source = source;
    this.#syntax = parseGemfile(source, parser, options);
  }

  get source(): ByteText {
    return this.#source;
  }

  get syntax(): GemfileSyntax {
    return this.#syntax;
  }

  /** The pins of earlier runs. */
  get own(): readonly OwnPin[] {
    return ownPins(this.#source, this.#syntax);
  }

  /** Undoes a pin of `own`; the list is a new one afterwards. */
  lift(pin: OwnPin): void {
    const lifted = this.#parsed(splice(this.#source, liftPin(this.#source, this.#syntax, pin)));
    if (lifted === undefined) {
      const { shown } = this.#options;
      const line = lineOf(this.#source, pin.record.span.start);
      throw new GemfileError(
        `${shown}:${line}: the pin here was changed so that it cannot be taken out safely`,
        {
          code: 'GEMFILE_PIN_CHANGED',
          path: shown,
          line,
          suggestions: [
            'take the pin out by hand, with its comment that begins with "# gemcompat:", and run fix again',
          ],
        },
      );
    }
    this.#set(lifted);
  }

  /**
   * Brings a pin into the call at an index of `syntax.calls`.
   * @returns what of it was there already, or why it was not done
   */
  pin(at: number, pin: LinePin, reason: string): 'done' | 'there' | EditRefusal {
    const call = this.#syntax.calls[at];
    if (call === undefined) throw new Error(`no call ${at}`);
    const wanted = pinCall(this.#source, call, pin, this.#syntax.quote);
    if (typeof wanted === 'string') return wanted;
    if (wanted.edits.length === 0) return 'there';
    const { edits, adds, forceRuby, was } = wanted;
    const sharesLine = this.#syntax.calls.some(
      (other) =>
        other !== call && lineStart(this.#source, other.span.end) === lineStart(this.#source, call.span.end),
    );
    const record: OwnRecord = {
      reason,
      newLine: false,
      adds,
      forceRuby,
      ...(was === undefined ? {} : { was }),
      ...(sharesLine ? { name: call.name } : {}),
    };
    for (const comment of [this.#trailingComment(call, record), this.#commentAbove(call, record)]) {
      const edited = this.#parsed(splice(this.#source, [...edits, comment]));
      if (edited !== undefined && this.#isMeant(edited, at, pin) && this.#comesBack(edited)) {
        this.#set(edited);
        return 'done';
      }
    }
    return 'no-place';
  }

  /** Writes a line of its own at the end of the code. */
  addLine(line: NewLine): 'done' | EditRefusal {
    const { source } = this;
    const { end } = this.#syntax;
    const text = gemLine(line, this.#syntax.quote);
    const eol = lineBreak(source);
    const closed = end === 0 || source[end - 1] === '\n';
    const edited = this.#parsed(
      splice(source, [{ start: end, end, text: closed ? text + eol : eol + text }]),
    );
    if (edited === undefined) return 'no-place';
    const before = this.#syntax.calls;
    const added = edited.syntax.calls.at(-1);
    const fine =
      edited.syntax.calls.length === before.length + 1 &&
      before.every((call, at) => sameText(source, call, edited.source, edited.syntax.calls[at])) &&
      added?.name === line.name &&
      !added.conditional &&
      sameSet(canonical(statedRequirements(added) ?? []), canonical(line.requirements)) &&
      this.#comesBack(edited);
    if (!fine) return 'no-place';
    this.#set(edited);
    return 'done';
  }

  /** Takes edits back: `source` is what `this.source` was before. */
  restore(source: ByteText): void {
    if (source !== this.#source)
      this.#set({ source, syntax: parseGemfile(source, this.#parser, this.#options) });
  }

  #set({ source, syntax }: Parsed): void {
    this.#source = source;
    this.#syntax = syntax;
  }

  #parsed(source: ByteText): Parsed | undefined {
    try {
      return { source, syntax: parseGemfile(source, this.#parser, this.#options) };
    } catch (error) {
      if (error instanceof GemfileError) return undefined;
      throw error;
    }
  }

  #trailingComment(call: GemCall, record: OwnRecord): Edit {
    const end = lineEnd(this.#source, call.span.end);
    const line = this.#source.slice(call.span.end, end);
    const at = end - (/[ \t]*$/.exec(line)?.[0].length ?? 0);
    return { start: at, end: at, text: ` ${writeRecord(record)}` };
  }

  #commentAbove(call: GemCall, record: OwnRecord): Edit {
    const at = lineStart(this.#source, call.span.start);
    const indent = /^[ \t]*/.exec(this.#source.slice(at, call.span.start))?.[0] ?? '';
    return { start: at, end: at, text: `${indent}${writeRecord(record)}${lineBreak(this.#source)}` };
  }

  /** The edited source says what was meant, and of all else what it said before. */
  #isMeant({ source, syntax }: Parsed, at: number, pin: LinePin): boolean {
    const before = this.#syntax.calls;
    const was = before[at];
    const is = syntax.calls[at];
    if (was === undefined || is === undefined || syntax.calls.length !== before.length) return false;
    const others = before.every(
      (call, index) => index === at || sameText(this.#source, call, source, syntax.calls[index]),
    );
    const stated = (call: GemCall): string[] => canonical(call.positional.flatMap(({ texts }) => texts));
    const wanted = pin.replaces && was.positional.length > 0 ? [] : stated(was);
    const bounds = canonical(pin.bounds);
    const requirements = sameSet(
      stated(is),
      pin.replaces && was.positional.length > 0 && bounds.length === 0 ? ['>= 0'] : [...wanted, ...bounds],
    );
    const options = (call: GemCall, text: ByteText): string[] =>
      (call.options?.elements ?? []).map(({ span }) => text.slice(span.start, span.end).replace(/\s+/g, ' '));
    const kept = options(was, this.#source);
    const now = options(is, source).filter((option) => kept.includes(option) || !FORCED.test(option));
    return (
      others &&
      requirements &&
      was.name === is.name &&
      is.conditional === was.conditional &&
      kept.length === now.length &&
      kept.every((option, index) => option === now[index]) &&
      this.#commentsKept(source, syntax)
    );
  }

  /** All comments are there as they were, and one record more. */
  #commentsKept(source: ByteText, syntax: GemfileSyntax): boolean {
    const records = (text: ByteText, { comments }: GemfileSyntax): number =>
      comments.reduce((count, comment) => count + readRecords(text, comment).length, 0);
    return (
      syntax.end - source.length === this.#syntax.end - this.#source.length &&
      records(source, syntax) === records(this.#source, this.#syntax) + 1
    );
  }

  #comesBack({ source, syntax }: Parsed): boolean {
    const known = new Set(this.own.map(({ record }) => recordKey(record)));
    const added = ownPins(source, syntax).filter(({ record }) => !known.has(recordKey(record)));
    const all = ownPins(source, syntax);
    const candidates = added.length > 0 ? added : all;
    return candidates.some((pin) => splice(source, liftPin(source, syntax, pin)) === this.#source);
  }
}

interface Parsed {
  readonly source: ByteText;
  readonly syntax: GemfileSyntax;
}

const FORCED = /^:?force_ruby_platform(?:: | => )true$/;

function recordKey(record: OwnRecord): string {
  return writeRecord(record);
}

function sameText(source: ByteText, call: GemCall, other: ByteText, second: GemCall | undefined): boolean {
  return (
    second !== undefined &&
    source.slice(call.span.start, call.span.end) === other.slice(second.span.start, second.span.end) &&
    call.conditional === second.conditional
  );
}

/** A whole line for a Gemfile: `gem "google-protobuf", "< 4" # gemcompat: …`. */
export function gemLine(
  { name, requirements, forceRuby, group, source, reason }: NewLine,
  quote: Quote,
): string {
  const call = [
    `gem ${quote}${name}${quote}`,
    ...requirements.map((requirement) => quote + requirement + quote),
    ...(group === undefined ? [] : [`group: :${group}`]),
    ...(source === undefined ? [] : [`source: ${quote}${source}${quote}`]),
    ...(forceRuby ? ['force_ruby_platform: true'] : []),
  ].join(', ');
  return `${call} ${writeRecord({ reason, newLine: true, adds: requirements, forceRuby })}`;
}
