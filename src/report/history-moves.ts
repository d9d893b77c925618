import type { Ansis } from 'ansis';
import type { HistoryReport, HistoryVariant, Move, VersionAsk } from '../history/types.js';
import { groupFindings } from './grouped-findings.js';
import { DIRECTION_MARKS, directionOf, isEcho, moveWords } from './history-words.js';
import { printable } from './printable.js';
import { variantWords } from './words.js';
import { listWords } from './lists.js';

/** Moves that are shown; the JSON has them all. */
const MOST_MOVED = 12;
/** Lines of what is asked that are shown of one move. */
const MOST_ASKS = 4;
const MOST_FILES = 2;

/** Where the needs moved, newest first, with the file and the symbols that moved them; empty where nothing did. */
export function movedSection({ versions }: HistoryReport, paint: Ansis): string {
  const moved = versions.flatMap(({ version, variants }) =>
    variants.filter(({ moves }) => moves.length > 0).map((variant) => ({ version, variant })),
  );
  if (moved.length === 0) return '';
  const entries = moved.slice(0, MOST_MOVED).map(({ version, variant }) => entry(version, variant, paint));
  const rest = moved.length - entries.length;
  return [
    paint.bold('Where the floor moved'),
    ...entries,
    ...(rest > 0 ? [`and ${rest} more; --format json lists them all`] : []),
  ].join('\n\n');
}

function entry(version: string, variant: HistoryVariant, paint: Ansis): string {
  const { since = '', across = [], moves } = variant;
  const unread = across.length === 0 ? '' : `; ${listWords(across, 3)} between could not be read`;
  const lines = [`${printable(version)} (${variantWords(variant)}), against ${printable(since)}${unread}`];
  for (const move of moves) {
    if (moves.some((other) => isEcho(move, other))) continue;
    const direction = directionOf(move);
    const words = `${DIRECTION_MARKS[direction]} ${moveWords(move, moves)}`;
    lines.push(
      `  ${direction === 'up' ? paint.red(words) : paint.green(words)}`,
      ...reasons(move, moves, since),
    );
  }
  return lines.join('\n');
}

function reasons(move: Move, beside: readonly Move[], since: string): string[] {
  const whose = directionOf(move) === 'down' ? ` of ${printable(since)}` : '';
  if (move.kind === 'libc') {
    const asked = beside.find((other) => isEcho(other, move));
    if (asked?.kind === 'floor') return reasons(asked, [], since);
    const evidence = [...new Set(move.files.map((file) => file.evidence))];
    return [`    ${fileWords(move.files.map(({ file }) => file))}${whose}: ${listWords(evidence, 2)}`];
  }
  if (move.kind === 'library') return [`    ${fileWords(move.files)}${whose}`];
  const groups = groupFindings(move.asks.map((ask) => ({ kind: 'symbol-version', ...ask }) as const));
  let above = '';
  const lines = groups.slice(0, MOST_ASKS).flatMap(({ finding, files }) => {
    const place = `    ${fileWords(files)}${whose}`;
    const heading = place === above ? [] : [place];
    above = place;
    return [...heading, `      ${askWords(finding as VersionAsk)}`];
  });
  return groups.length > MOST_ASKS ? [...lines, `      and ${groups.length - MOST_ASKS} more`] : lines;
}

function fileWords(files: readonly string[]): string {
  return listWords([...new Set(files)], MOST_FILES);
}

function askWords({ library, symbolVersion, symbols }: VersionAsk): string {
  const named = symbols.length === 0 ? '' : ` (${listWords([...symbols].sort())})`;
  return `${printable(symbolVersion)} of ${printable(library)}${named}`;
}
