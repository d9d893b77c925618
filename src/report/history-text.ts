import { Ansis } from 'ansis';
import type { HistoryReport, HistoryVariant, HistoryVersion, Move, TargetHighest } from '../history/types.js';
import { compareDotted } from '../version/symbol-version.js';
import { failingSection } from './history-failing.js';
import { chartLines, chartSeries } from './history-chart.js';
import { movedSection } from './history-moves.js';
import type { HistoryRow } from './history-rows.js';
import { rowsOf, targetColumns } from './history-rows.js';
import {
  DIRECTION_MARKS,
  directionOf,
  highestWords,
  historyClosing,
  historyHeading,
  rubyWords,
  variantNeeds,
  withoutVariant,
} from './history-words.js';
import { unreadSection } from './history-unread.js';
import { printable } from './printable.js';
import type { Column } from './table.js';
import { renderTable } from './table.js';
import type { TextOptions } from './text.js';
import { MARKS, paintVerdict } from './verdict-mark.js';
import { listWords } from './lists.js';
import { VERDICT_WORDS, variantWords } from './words.js';
import { wrapped } from './wrapped.js';

/** Versions in a row without a precompiled variant that share a line from this number on. */
const FOLDED_FROM = 3;

const COLUMNS: readonly Column[] = [
  { title: 'VERSION' },
  { title: 'PLATFORM' },
  { title: 'NEEDS', narrowest: 16 },
  { title: 'RUBY', narrowest: 8 },
];

/** The history for people: chart, table, what moved, what runs where, a closing word. Ends with a newline. */
export function renderHistoryText(report: HistoryReport, { color, width }: TextOptions): string {
  const paint = new Ansis(color ? 3 : 0);
  const sections = [
    wrapped(paint.bold(historyHeading(report)), width),
    ...chartSeries(report).map((series) => chartLines(series, width, paint).join('\n')),
    tableSection(report, width, paint),
    wrapped(movedSection(report, paint), width),
    wrapped(failingSection(report, paint), width),
    wrapped(unreadSection(report, paint), width),
    report.targets.length === 0 ? knownSection(report, width, paint) : askedSection(report, width, paint),
    wrapped(historyClosing(report).join('\n'), width),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

interface TextLine {
  readonly cells: readonly string[];
  readonly verdicts: HistoryRow['verdicts'];
}

function tableSection(report: HistoryReport, width: number | undefined, paint: Ansis): string {
  const targets = targetColumns(report);
  const lines: TextLine[] = [];
  for (const group of folded(report.versions)) {
    const [newest] = group;
    const oldest = group.at(-1);
    if (newest === undefined || oldest === undefined) continue;
    const rows = rowsOf(newest, targets);
    rows.forEach((row, at) => {
      const version = at === 0 ? versionCell(newest, oldest, report) : '';
      const folds = group.length > 1 ? ` (${group.length} versions)` : '';
      lines.push({ cells: [version, ...rowCells(row, folds)], verdicts: row.verdicts });
    });
  }
  const columns = [...COLUMNS, ...targets.map(({ name }) => ({ title: name.toUpperCase() }))];
  const cells = lines.map(({ cells: own, verdicts }) => [
    ...own,
    ...verdicts.map((verdict) =>
      verdict === undefined ? '' : `${MARKS[verdict]} ${VERDICT_WORDS[verdict]}`,
    ),
  ]);
  return renderTable(columns, cells, width, (cell, row, column) => {
    if (row === 'head') return paint.dim(cell);
    const verdict = lines[row]?.verdicts[column - COLUMNS.length];
    return verdict === undefined ? cell : paintVerdict(verdict, cell, paint);
  });
}

function versionCell(newest: HistoryVersion, oldest: HistoryVersion, { lockfile }: HistoryReport): string {
  if (newest !== oldest) return `${printable(newest.version)} to ${printable(oldest.version)}`;
  return `${printable(newest.version)}${lockfile?.version === newest.version ? ' (locked)' : ''}`;
}

function rowCells({ version, variant, arch }: HistoryRow, folds: string): string[] {
  if (variant === undefined) {
    const beside = version.variants.length > 0;
    const words =
      beside && version.source !== undefined
        ? 'compiled there, or pure Ruby, in place of it'
        : withoutVariant(version);
    const platform = version.source === undefined ? '–' : 'ruby';
    return [arch === undefined ? platform : `${platform} (on ${arch})`, `${words}${folds}`, ''];
  }
  return [platformCell(variant), `${variantNeeds(variant)}${movedMarks(variant.moves)}`, rubyWords(variant)];
}

/** A gem without a platform is told for each C library that would install it. */
function platformCell({ platform, address, libc }: HistoryVariant): string {
  if (address !== undefined) return variantWords({ platform, address });
  return platform === 'ruby' && libc === 'musl' ? 'ruby (on musl)' : printable(platform);
}

function movedMarks(moves: readonly Move[]): string {
  const directions = new Set(moves.map(directionOf));
  const marks = (['up', 'down'] as const).filter((direction) => directions.has(direction));
  return marks.length === 0 ? '' : ` ${marks.map((direction) => DIRECTION_MARKS[direction]).join('')}`;
}

/** Puts versions that follow each other and have nothing precompiled together, where there are many of them. */
function folded(versions: readonly HistoryVersion[]): HistoryVersion[][] {
  const groups: HistoryVersion[][] = [];
  for (const version of versions) {
    const group = groups.at(-1);
    if (
      group?.[0] !== undefined &&
      foldKey(version) !== undefined &&
      foldKey(group[0]) === foldKey(version)
    ) {
      group.push(version);
    } else {
      groups.push([version]);
    }
  }
  return groups.flatMap((group) =>
    group.length < FOLDED_FROM ? group.map((version) => [version]) : [group],
  );
}

function foldKey({ variants, source, platforms, verdicts }: HistoryVersion): string | undefined {
  if (variants.length > 0) return undefined;
  return JSON.stringify([
    source,
    source === undefined ? platforms : [],
    verdicts.map(({ verdict }) => verdict),
  ]);
}

const KNOWN_COLUMNS: readonly Column[] = [
  { title: 'LIBC' },
  { title: 'HIGHEST VERSION THAT FITS', narrowest: 25 },
  { title: 'SYSTEMS', narrowest: 20 },
];
const MOST_SYSTEMS = 5;

/** The known systems by C library, neighbours with the same answer together; empty where there is nothing to run. */
function knownSection(report: HistoryReport, width: number | undefined, paint: Ansis): string {
  if (!report.versions.some(({ variants }) => variants.length > 0)) return '';
  const sections = report.arches.map((arch) => {
    const groups: { libc: string; from: string; to: string; answer: string; names: string[] }[] = [];
    for (const one of report.highest.filter((each) => each.arch === arch).sort(byLibc)) {
      const libc = one.libc === 'gnu' ? 'glibc' : 'musl';
      const answer = highestWords(one, report);
      let group = groups.at(-1);
      if (group?.libc !== libc || group.answer !== answer) {
        group = { libc, from: one.libcVersion, to: one.libcVersion, answer, names: [] };
        groups.push(group);
      }
      group.to = one.libcVersion;
      group.names.push(one.target);
    }
    const rows = groups.map(({ libc, from, to, answer, names }) => [
      `${libc} ${from === to ? from : `${from} to ${to}`}`,
      answer,
      listWords(names, MOST_SYSTEMS),
    ]);
    const table = renderTable(KNOWN_COLUMNS, rows, width, (cell, row) =>
      row === 'head' ? paint.dim(cell) : cell,
    );
    return `${paint.bold(`What runs where, on ${arch}`)}\n\n${table}`;
  });
  return sections.join('\n\n');
}

function byLibc(a: TargetHighest, b: TargetHighest): number {
  const number = ({ libcVersion }: TargetHighest): string => /^\d+(?:\.\d+)*/.exec(libcVersion)?.[0] ?? '0';
  if (a.libc !== b.libc) return a.libc === 'gnu' ? -1 : 1;
  return compareDotted(number(a), number(b));
}

/** The answer for each target where several were asked for; with one the closing line says it. */
function askedSection(report: HistoryReport, width: number | undefined, paint: Ansis): string {
  const { highest } = report;
  if (highest.length < 2) return '';
  const rows = highest.map((one) => [one.target, one.arch, highestWords(one, report)]);
  const columns = [
    { title: 'TARGET' },
    { title: 'CPU' },
    { title: 'HIGHEST VERSION THAT FITS', narrowest: 25 },
  ];
  return renderTable(columns, rows, width, (cell, row) => (row === 'head' ? paint.dim(cell) : cell));
}
