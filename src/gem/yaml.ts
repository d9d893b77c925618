import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { archiveError } from './archive-error.js';
import type { Spot } from './archive-error.js';

/** What is parsed as YAML at most, in UTF-16 code units: bounds the time. */
const maxYamlLength = 512 * 1024;

/** Anything deeper than a real specification (8) by far; bounds what a recursive parser may be made to do. */
const maxFlowDepth = 64;

/**
 * Parses a text of a gem as YAML.
 * @param what it is, for messages
 * @throws GemArchiveError GEM_METADATA_INVALID or GEM_LIMIT at `spot`
 */
export function readYaml(text: string, what: string, spot: Spot): Document.Parsed {
  if (text.length > maxYamlLength) {
    throw archiveError('GEM_LIMIT', `${what} has ${text.length} characters of YAML`, spot);
  }
  guardDepth(text, spot);
  return parseYaml(text, spot);
}

/** What opens a quoted scalar: the value of a key, or an item of a list, with a tag or an anchor in front of it or none. */
const opensQuote = /^[ \t]*(?:(?:- +)+(?:[\w-]+: +)?|[\w-]+: +)(?:[!&]\S* +)*(['"])/;

/**
 * Moves the lines of quoted text off the left margin. libyaml lets them be there at the top level, though YAML 1.2 (7.3.2, "In flow-in")
 * does not, and Psych wrote them so until 2013: `description: ! 'One.`, an empty line, and `Two.'` in the first column. White space
 * in front of a line of quoted text is no part of it.
 */
export function withIndentedQuotes(text: string): string {
  let quote: string | undefined;
  return text
    .split('\n')
    .map((line) => {
      if (quote === undefined) {
        const [opening = '', opened] = opensQuote.exec(line) ?? [];
        if (opened !== undefined && !closes(line, opening.length, opened)) quote = opened;
        return line;
      }
      if (closes(line, 0, quote)) quote = undefined;
      return /^\S/.test(line) ? ` ${line}` : line;
    })
    .join('\n');
}

/** Whether a quoted scalar ends in a line: `''` in one, and a backslash with what follows in the other, do not end it. */
function closes(line: string, from: number, quote: string): boolean {
  for (let at = from; at < line.length; at += 1) {
    if (quote === '"' && line[at] === '\\') at += 1;
    else if (line[at] === quote) {
      if (quote === '"' || line[at + 1] !== quote) return true;
      at += 1;
    }
  }
  return false;
}

/** Scalars stay the text that they are: to any other schema the version `1.10` is a number. */
function parseYaml(text: string, spot: Spot): Document.Parsed {
  try {
    const document = withoutStackTraces(() =>
      parseDocument(text, {
        schema: 'failsafe',
        logLevel: 'silent',
        uniqueKeys: false,
        prettyErrors: false,
        keepSourceTokens: false,
      }),
    );
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw archiveError('GEM_METADATA_INVALID', `not readable as YAML: ${reason}`, spot, error);
  }
}

/**
 * The parser goes on after an error and makes an object for each, of which a text of commas has one for each character:
 * with stack traces, seconds and a gigabyte.
 */
function withoutStackTraces<Result>(parse: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parse();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A parser that calls itself for each bracket and each dash would leave the stack, or take quadratic time. */
function guardDepth(text: string, spot: Spot): void {
  let depth = 0;
  for (const line of text.split('\n')) {
    const nested = /^[ \t]*(?:[-?:][ \t]+)*/.exec(line)?.[0] ?? '';
    if (nested.replaceAll(/[ \t]/g, '').length > maxFlowDepth || nested.length > 4 * maxFlowDepth) {
      throw archiveError('GEM_METADATA_INVALID', 'the YAML is nested too deeply', spot);
    }
    for (const char of line) {
      if (char === '[' || char === '{') depth++;
      else if ((char === ']' || char === '}') && depth > 0) depth--;
    }
    if (!/[[{]/.test(line) && !/[\]}]/.test(line) && depth < 2) depth = 0;
    if (depth > maxFlowDepth) {
      throw archiveError('GEM_METADATA_INVALID', 'the YAML is nested too deeply', spot);
    }
  }
}
