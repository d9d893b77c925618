import type { Ansis } from 'ansis';
import type { AuditReport, GemReport } from '../audit/types.js';
import { notInstalledWords, passedOverWords } from './bundle-words.js';
import { closingLine } from './closing-line.js';
import { gemSections } from './gem-section.js';
import type { MatrixCell, MatrixRow } from './matrix-rows.js';
import { isCompiledHere, matrixRows } from './matrix-rows.js';
import { printable } from './printable.js';
import {
  CHANGES_HEADING,
  cellWords,
  changeWords,
  labelOf,
  matrixHeading,
  matrixRemedy,
  noChangesWords,
} from './ruby-words.js';
import { refusalSection } from './refusal-section.js';
import { shownGems } from './shown-gems.js';
import type { Column } from './table.js';
import { renderTable } from './table.js';
import { paintVerdict } from './verdict-mark.js';
import { wrapped } from './wrapped.js';

/** Between two columns. */
const GAP = 2;

/** Least room for what to do. */
const REMEDY_ROOM = 14;

/**
 * One target with several Rubies: gem × Ruby, which gems a change of the Ruby has compiled, why a gem does not fit, and a closing
 * line for each Ruby. Ends with a newline.
 * @param reports of one target and the same CPUs, one for each Ruby
 */
export function renderMatrix(
  reports: readonly [AuditReport, ...AuditReport[]],
  width: number | undefined,
  paint: Ansis,
): string {
  const rows = matrixRows(reports);
  const sections = [
    wrapped(paint.bold(matrixHeading(reports)), width),
    wrapped(refusalSection(reports[0], paint), width),
    rows.length === 0 ? '' : gemsByRuby(rows, reports, width, paint),
    wrapped(changes(rows, reports, paint), width),
    ...findingSections(reports, paint).map((section) => wrapped(section, width)),
    wrapped([...new Set(reports.map(notInstalledWords))].join('\n'), width),
    wrapped(passedOverWords(reports[0]), width),
    wrapped(reports.map((report) => closingLine(report, paint, `${labelOf(report)}: `)).join('\n'), width),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** The table where it has room, else each gem with a line for each Ruby. */
function gemsByRuby(
  rows: readonly MatrixRow[],
  reports: readonly AuditReport[],
  width: number | undefined,
  paint: Ansis,
): string {
  const severalCpus = reports.some(({ arches }) => arches.length > 1);
  const cells = rows.map((row) => [
    printable(row.name),
    printable(row.version),
    ...(severalCpus ? [row.arch] : []),
    ...row.cells.map((cell) => cellWords(cell, row)),
    matrixRemedy(row, reports.map(labelOf)),
  ]);
  const first = severalCpus ? 3 : 2;
  const columns: Column[] = [
    { title: 'GEM' },
    { title: 'VERSION' },
    ...(severalCpus ? [{ title: 'CPU' }] : []),
    ...reports.map((report, at) => {
      const title = labelOf(report).toUpperCase();
      return { title, narrowest: longestWord([title, ...cells.map((row) => row[first + at] ?? '')]) + GAP };
    }),
    { title: 'WHAT TO DO', narrowest: REMEDY_ROOM },
  ];
  if (width !== undefined && leastWidth(columns, cells) > width) return asList(rows, reports, width, paint);
  const style = (text: string, row: number | 'head', column: number): string => {
    if (row === 'head') return paint.dim(text);
    const cell = rows[row]?.cells[column - first];
    return cell === undefined || rows[row] === undefined ? text : painted(text, cell, rows[row], paint);
  };
  return renderTable(columns, cells, width, style, { apart: true });
}

function asList(
  rows: readonly MatrixRow[],
  reports: readonly AuditReport[],
  width: number,
  paint: Ansis,
): string {
  const widest = Math.max(...reports.map((report) => labelOf(report).length));
  const severalCpus = reports.some(({ arches }) => arches.length > 1);
  return rows
    .map((row) => {
      const remedy = matrixRemedy(row, reports.map(labelOf));
      return [
        paint.bold(`${printable(row.name)} ${printable(row.version)}${severalCpus ? `, ${row.arch}` : ''}`),
        ...reports.map((report, at) => {
          const cell = row.cells[at];
          const words = cellWords(cell, row);
          const text = cell === undefined ? words : painted(words, cell, row, paint);
          return wrapped(`  ${labelOf(report).padEnd(widest)}  ${text}`, width);
        }),
        ...(remedy === '' ? [] : [wrapped(`  → ${remedy}`, width)]),
      ].join('\n');
    })
    .join('\n');
}

function painted(text: string, cell: MatrixCell, row: MatrixRow, paint: Ansis): string {
  if (cell.ignored !== undefined) return paint.dim(text);
  return isCompiledHere(cell, row)
    ? paintVerdict('unknown', text, paint)
    : paintVerdict(cell.verdict, text, paint);
}

/** The narrowest that the columns can be made. */
function leastWidth(columns: readonly Column[], cells: readonly (readonly string[])[]): number {
  return columns.reduce((sum, { title, narrowest }, column) => {
    const natural = Math.max(title.length, ...cells.map((row) => (row[column] ?? '').length)) + GAP;
    return sum + Math.min(narrowest ?? natural, natural);
  }, 0);
}

function longestWord(texts: readonly string[]): number {
  return Math.max(...texts.flatMap((text) => text.split(' ')).map((word) => word.length));
}

/** Gems that one Ruby gets precompiled and another has to compile. */
function changes(rows: readonly MatrixRow[], reports: readonly AuditReport[], paint: Ansis): string {
  const severalCpus = reports.some(({ arches }) => arches.length > 1);
  const lines = rows.flatMap((row) => changeWords(row, reports, severalCpus));
  const isRead = ({ verdict, requires }: GemReport): boolean =>
    verdict !== 'unknown' || requires !== undefined;
  const checked = reports.every(({ gems }) => gems.every(isRead));
  if (lines.length === 0) return noChangesWords(checked);
  return [
    paint.bold(CHANGES_HEADING),
    '',
    ...lines.map((line) => `  ${paintVerdict('unknown', line, paint)}`),
  ].join('\n');
}

/** Why gems do not fit: what is so with every Ruby is told once, else it is said with which. */
function findingSections(reports: readonly AuditReport[], paint: Ansis): string[] {
  const told = new Map<string, AuditReport[]>();
  for (const report of reports) {
    const gems = shownGems(report.gems).map(withoutChange);
    for (const section of gemSections(gems, report, paint).filter((each) => each !== ''))
      told.set(section, [...(told.get(section) ?? []), report]);
  }
  return [...told].map(([section, of]) => {
    if (of.length === reports.length) return section;
    const [heading = '', ...lines] = section.split('\n');
    return [`${heading} with ${of.map(labelOf).join(' and ')}`, ...lines].join('\n');
  });
}

/** What is compiled because of its Ruby is told by `changes` already. */
function withoutChange(gem: GemReport): GemReport {
  if (gem.verdict !== 'source') return gem;
  const notes = gem.notes?.filter(({ kind }) => kind !== 'not-for-ruby' && kind !== 'variant-skipped');
  return { ...gem, notes: notes ?? [] };
}
