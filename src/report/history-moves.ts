import type { Ansis } from 'ansis';
import type { HistoryReport, HistoryVariant, Move, VersionAsk } from '../history/types.js';
import { groupFindings } from './grouped-findings.js';
import { DIRECTION_MARKS, directionOf, moveWords } from './history-words.js';
import { printable } from './printable.js';
import { listWords } from './words.js';

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
    paint.bold('Where it moved'),
    ...entries,
    ...(rest > 0 ? [`and ${rest} more; --format json lists them all`] : []),
  ].join('\n\n');
}

function entry(
  version: string,
  { platform, since = '', across = [], moves }: HistoryVariant,
  paint: Ansis,
): string {
  const unread = across.length === 0 ? '' : `; ${listWords(across, 3)} between could not be read`;
  const lines = [`${printable(version)} (${printable(platform)}), against ${printable(since)}${unread}`];
  for (const move of withoutEcho(moves)) {
    const direction = directionOf(move);
    const words = `${DIRECTION_MARKS[direction]} ${moveWords(move)}`;
    lines.push(`  ${direction === 'up' ? paint.red(words) : paint.green(words)}`, ...reasons(move, since));
  }
  return lines.join('\n');
}

/** Where the C library itself went or came, that its version went or came with it is no news. */
function withoutEcho(moves: readonly Move[]): Move[] {
  const relinked = moves.some(({ kind }) => kind === 'libc');
  return moves.flatMap((move): Move[] => {
    if (!relinked || move.kind !== 'libc') {
      const echo = relinked && move.kind === 'floor' && move.floor === 'glibc' && move.to === undefined;
      return echo ? [] : [move];
    }
    return [move];
  });
}

function reasons(move: Move, since: string): string[] {
  const whose = directionOf(move) === 'down' ? ` of ${printable(since)}` : '';
  if (move.kind === 'libc') {
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
