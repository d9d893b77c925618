import { Ansis } from 'ansis';
import type { AuditReport, GemNote, GemReport, MultiTargetReport } from '../audit/types.js';
import type { Verdict } from '../compat/types.js';
import { gemSections, isUnaskedOffline } from './gem-section.js';
import { pinsSection } from './pins-section.js';
import { printable } from './printable.js';
import { renderTable } from './table.js';
import { MARKS, paintVerdict } from './verdict-mark.js';
import {
  VERDICT_WORDS,
  needsWords,
  remedyWords,
  rubyWords,
  summaryWords,
  targetWords,
  variantWords,
} from './words.js';
import { wrapped } from './wrapped.js';

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

const IGNORED = '– ignored';

const ORDER: readonly Verdict[] = ['incompatible', 'unknown', 'compatible', 'source'];
/** The report for people: the table, why a gem does not fit, the pins, one closing line. Ends with a newline. */
export function renderText(report: AuditReport | MultiTargetReport, options: TextOptions): string {
  const paint = new Ansis(options.color ? 3 : 0);
  if (!('targets' in report)) return renderOne(report, options, paint, true);
  const parts = report.targets.map((one) => renderOne(one, options, paint, false));
  const pins = pinsSection(report.targets, report.pins, options.width, paint);
  return [...parts, ...(pins === '' ? [] : [`${pins}\n`])].join('\n');
}

function renderOne(report: AuditReport, { width }: TextOptions, paint: Ansis, withPins: boolean): string {
  const ruby = rubyWords(report.ruby, report.rubyFrom);
  const heading = `${printable(report.lockfile)} on ${targetWords(report.target)}, ${report.arches.join(' and ')}${ruby}`;
  const shown = report.gems
    .filter(({ verdict, notes }) => verdict !== 'source' || notes?.some(isForced) === true)
    .sort(inOrder);
  const rows = shown.filter((gem) => !isUnaskedOffline(gem));
  const sections = [
    wrapped(paint.bold(heading), width),
    rows.length === 0 ? '' : tableSection(rows, width, paint),
    ...gemSections(shown, report, paint).map((section) => wrapped(section, width)),
    withPins ? pinsSection([report], report.pins, width, paint) : '',
    wrapped(closing(report, paint), width),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** What the Gemfile has compiled though the lockfile lists it precompiled is told: nothing else says why it is not judged. */
function isForced({ kind }: GemNote): boolean {
  return kind === 'forced-ruby';
}

function inOrder(a: GemReport, b: GemReport): number {
  const byIgnored = Number(a.ignored !== undefined) - Number(b.ignored !== undefined);
  if (byIgnored !== 0) return byIgnored;
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
    variantWords(gem),
    needsWords(gem.requires),
    gem.ignored === undefined ? `${MARKS[gem.verdict]} ${VERDICT_WORDS[gem.verdict]}` : IGNORED,
    remedyWords(gem),
  ]);
  return renderTable(COLUMNS, rows, width, (cell, row, column) => {
    if (row === 'head') return paint.dim(cell);
    const verdict = gems[row]?.verdict;
    if (gems[row]?.ignored !== undefined) return paint.dim(cell);
    return column === VERDICT_COLUMN && verdict !== undefined ? paintVerdict(verdict, cell, paint) : cell;
  });
}

function closing(report: AuditReport, paint: Ansis): string {
  const { incompatible, unknown } = report.summary;
  const verdict: Verdict = incompatible > 0 ? 'incompatible' : unknown > 0 ? 'unknown' : 'compatible';
  return paintVerdict(verdict, summaryWords(report.summary, report.all, report.gems), paint);
}
