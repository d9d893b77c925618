import { Ansis } from 'ansis';
import type { AuditReport, GemReport, MultiTargetReport } from '../audit/types.js';
import type { Verdict } from '../compat/types.js';
import { groupFindings } from './grouped-findings.js';
import { printable } from './printable.js';
import { renderTable } from './table.js';
import {
  VERDICT_WORDS,
  findingRemedies,
  findingWords,
  listWords,
  needsWords,
  noteWords,
  pinReason,
  remedyWords,
  summaryWords,
  targetWords,
} from './words.js';

export interface TextOptions {
  readonly color: boolean;
  /** Columns of the terminal; absent for a pipe or a file, where nothing is wrapped. */
  readonly width?: number;
}

const COLUMNS = [
  { title: 'GEM' },
  { title: 'VERSION' },
  { title: 'PLATFORM' },
  { title: 'NEEDS', narrowest: 12 },
  { title: 'VERDICT' },
  { title: 'WHAT TO DO', narrowest: 14 },
];
const VERDICT_COLUMN = 4;

const ORDER: readonly Verdict[] = ['incompatible', 'unknown', 'compatible', 'source'];
const MARKS = { incompatible: '✗', unknown: '?', compatible: '✓', source: '·' } satisfies Record<
  Verdict,
  string
>;
/** Findings that are shown of one gem; the JSON has them all. */
const MOST_FINDINGS = 6;
const MOST_FILES = 2;

/** The report for people: the table, why a gem does not fit, the pins, one closing line. Ends with a newline. */
export function renderText(report: AuditReport | MultiTargetReport, options: TextOptions): string {
  const paint = new Ansis(options.color ? 3 : 0);
  if (!('targets' in report)) return renderOne(report, options, paint, true);
  const parts = report.targets.map((one) => renderOne(one, options, paint, false));
  const pins = pinsSection(report.targets, report.pins, paint);
  return [...parts, ...(pins === '' ? [] : [pins])].join('\n');
}

function renderOne(report: AuditReport, options: TextOptions, paint: Ansis, withPins: boolean): string {
  const ruby = report.ruby === undefined ? '' : `, Ruby ${report.ruby}`;
  const heading = `${printable(report.lockfile)} on ${targetWords(report.target)}, ${report.arches.join(' and ')}${ruby}`;
  const shown = report.gems.filter(({ verdict }) => verdict !== 'source').sort(inOrder);
  const sections = [
    paint.bold(heading),
    shown.length === 0 ? '' : tableSection(shown, options.width, paint),
    ...shown.map((gem) => gemSection(gem, report, paint)),
    withPins ? pinsSection([report], report.pins, paint) : '',
    closing(report, paint),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function inOrder(a: GemReport, b: GemReport): number {
  const byVerdict = ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict);
  if (byVerdict !== 0) return byVerdict;
  return compareText(a.name, b.name) || compareText(a.arch, b.arch);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function tableSection(gems: readonly GemReport[], width: number | undefined, paint: Ansis): string {
  const rows = gems.map((gem) => [
    printable(gem.name),
    printable(gem.version),
    printable(gem.platform),
    needsWords(gem.requires),
    `${MARKS[gem.verdict]} ${VERDICT_WORDS[gem.verdict]}`,
    remedyWords(gem),
  ]);
  return renderTable(COLUMNS, rows, width, (cell, row, column) => {
    if (row === 'head') return paint.dim(cell);
    const verdict = gems[row]?.verdict;
    return column === VERDICT_COLUMN && verdict !== undefined ? paintVerdict(verdict, cell, paint) : cell;
  });
}

function paintVerdict(verdict: Verdict, text: string, paint: Ansis): string {
  switch (verdict) {
    case 'compatible':
      return paint.green(text);
    case 'incompatible':
      return paint.red(text);
    case 'unknown':
      return paint.yellow(text);
    case 'source':
      return paint.dim(text);
  }
}

/** Why a gem does not fit, and what is worth knowing of one that does; empty where there is nothing to say. */
function gemSection(gem: GemReport, report: AuditReport, paint: Ansis): string {
  const lines: string[] = [];
  const groups = groupFindings(gem.findings);
  let above = '';
  for (const { finding, files } of groups.slice(0, MOST_FINDINGS)) {
    const place = `  ${listWords(files, MOST_FILES)}`;
    if (place !== above) lines.push(place);
    above = place;
    lines.push(`    ${findingWords(finding, report.target)}`);
    for (const remedy of findingRemedies(finding)) lines.push(`    → ${remedy}`);
  }
  if (groups.length > MOST_FINDINGS) {
    lines.push(`  and ${groups.length - MOST_FINDINGS} more; --format json lists them all`);
  }
  for (const note of gem.notes ?? []) lines.push(`  note: ${noteWords(note)}`);
  if (gem.verdict === 'incompatible' && gem.suggestion === undefined && gem.runsOn !== undefined) {
    lines.push(
      gem.runsOn.length === 0
        ? '  no known system runs it as it is'
        : `  runs as it is on ${listWords(gem.runsOn, 4)}`,
    );
  }
  if (lines.length === 0) return '';
  const heading = `${MARKS[gem.verdict]} ${printable(gem.name)} ${printable(gem.version)} (${printable(gem.platform)})`;
  return [paintVerdict(gem.verdict, heading, paint), ...lines].join('\n');
}

function pinsSection(reports: readonly AuditReport[], pins: readonly string[], paint: Ansis): string {
  if (pins.length === 0) return '';
  const gems = reports.flatMap((report) => report.gems);
  const widest = Math.max(...pins.map((pin) => pin.length));
  const lines = pins.map((pin) => {
    const gem = gems.find(({ suggestion }) => suggestion?.pin === pin);
    const reason = gem === undefined ? '' : pinReason(gem);
    return reason === '' ? `  ${pin}` : `  ${pin.padEnd(widest)}  ${paint.dim(`# ${reason}`)}`;
  });
  return `${paint.bold('Pins for the Gemfile')}\n\n${lines.join('\n')}\n`.trimEnd();
}

function closing(report: AuditReport, paint: Ansis): string {
  const { incompatible, unknown } = report.summary;
  const verdict: Verdict = incompatible > 0 ? 'incompatible' : unknown > 0 ? 'unknown' : 'compatible';
  return paintVerdict(verdict, summaryWords(report.summary, report.all), paint);
}
