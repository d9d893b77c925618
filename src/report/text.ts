import { Ansis } from 'ansis';
import type { AuditReport, GemReport, MultiTargetReport } from '../audit/types.js';
import { notInstalledWords, passedOverWords } from './bundle-words.js';
import { closingLine } from './closing-line.js';
import { gemSections, isUnaskedOffline } from './gem-section.js';
import { pinsSection } from './pins-section.js';
import { printable } from './printable.js';
import { renderMatrix } from './ruby-matrix.js';
import { refusalSection } from './refusal-section.js';
import { shownGems } from './shown-gems.js';
import { renderTable } from './table.js';
import { MARKS, paintVerdict } from './verdict-mark.js';
import {
  VERDICT_WORDS,
  needsWords,
  remedyWords,
  rubyWords,
  rubygemsWords,
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

/** The report for people: the table, why a gem does not fit, the pins, one closing line. Ends with a newline. */
export function renderText(report: AuditReport | MultiTargetReport, options: TextOptions): string {
  const paint = new Ansis(options.color ? 3 : 0);
  if (!('targets' in report)) return renderOne(report, options, paint, true);
  const parts = bySystem(report.targets).map(([first, ...others]) =>
    others.length === 0
      ? renderOne(first, options, paint, false)
      : renderMatrix([first, ...others], options.width, paint),
  );
  const pins = pinsSection(report.targets, report.pins, options.width, paint);
  return [...parts, ...(pins === '' ? [] : [`${pins}\n`])].join('\n');
}

/** The reports of one target on the same CPUs, which differ in the Ruby, together. */
function bySystem(reports: readonly AuditReport[]): [AuditReport, ...AuditReport[]][] {
  const systems = new Map<string, [AuditReport, ...AuditReport[]]>();
  for (const report of reports) {
    const key = JSON.stringify([report.target, report.arches]);
    const known = systems.get(key);
    if (known === undefined) systems.set(key, [report]);
    else known.push(report);
  }
  return [...systems.values()];
}

function renderOne(report: AuditReport, { width }: TextOptions, paint: Ansis, withPins: boolean): string {
  const ruby = `${rubyWords(report.ruby, report.rubyFrom)}${rubygemsWords(report.rubygems)}`;
  const heading = `${printable(report.lockfile)} on ${targetWords(report.target)}, ${report.arches.join(' and ')}${ruby}`;
  const shown = shownGems(report.gems);
  const rows = shown.filter((gem) => !isUnaskedOffline(gem));
  const sections = [
    wrapped(paint.bold(heading), width),
    wrapped(refusalSection(report, paint), width),
    rows.length === 0 ? '' : tableSection(rows, width, paint),
    ...gemSections(shown, report, paint).map((section) => wrapped(section, width)),
    withPins ? pinsSection([report], report.pins, width, paint) : '',
    wrapped(notInstalledWords(report), width),
    wrapped(passedOverWords(report), width),
    wrapped(closingLine(report, paint), width),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
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
