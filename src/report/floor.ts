import { Ansis } from 'ansis';
import type { FloorNeed, FloorReport, GemReport, SystemFloor } from '../audit/types.js';
import type { TargetSummary } from '../target/summary.js';
import type { Verdict } from '../compat/types.js';
import { compareDotted } from '../version/symbol-version.js';
import { notInstalledWords, passedOverWords } from './bundle-words.js';
import { gemSections } from './gem-section.js';
import { printable } from './printable.js';
import { renderTable } from './table.js';
import type { TextOptions } from './text.js';
import { wrapped } from './wrapped.js';
import { paintVerdict } from './verdict-mark.js';
import { listWords } from './lists.js';
import {
  FLOOR_CLOSING,
  floorHeading,
  floorSummaryWords,
  floorWords,
  needsWords,
  readWords,
  systemsWords,
  variantWords,
} from './words.js';

const MOST_GEMS = 4;

/**
 * What the process ends with where no target is named: 0 where all was read, 1 where a gem runs on no system, 3 where
 * something could not be read, and 2 where nothing could, so that there is nothing to say.
 */
export function floorExitCode({ floors }: FloorReport): 0 | 1 | 2 | 3 {
  const sum = (key: 'compatible' | 'incompatible' | 'unknown'): number =>
    floors.reduce((total, { summary }) => total + summary[key], 0);
  if (sum('incompatible') > 0) return 1;
  if (sum('unknown') === 0) return 0;
  return sum('compatible') === 0 ? 2 : 3;
}

/** The floor of a bundle as text. */
export function renderFloorText(report: FloorReport, options: TextOptions): string {
  const { color, width } = options;
  const paint = new Ansis(color ? 3 : 0);
  const sections = [
    paint.bold(floorHeading(report)),
    ...report.floors.flatMap((floor) => floorSections(floor, report, options, paint)),
    passedOverWords(report),
    FLOOR_CLOSING,
  ];
  return `${sections
    .filter((section) => section !== '')
    .map((section) => (section.includes('\n') ? section : wrapped(section, width)))
    .join('\n\n')}\n`;
}

function floorSections(
  floor: SystemFloor,
  { all }: FloorReport,
  { width }: TextOptions,
  paint: Ansis,
): string[] {
  const { libc, gems, needs, summary } = floor;
  const read = gems.filter(({ verdict }) => verdict !== 'source').sort(inOrder);
  const name = 'every such system';
  const target: TargetSummary = { name, title: name, libc, source: '' };
  const worst: Verdict =
    summary.incompatible > 0 ? 'incompatible' : summary.unknown > 0 ? 'unknown' : 'compatible';
  return [
    paint.bold(floorWords(floor)),
    needs.length === 0 ? '' : needsTable(needs, width, paint),
    read.length === 0 ? '' : gemTable(read, width, paint),
    ...gemSections(read.map(withoutLevels), { target }, paint).map((section) => wrapped(section, width)),
    ...systemsWords(floor),
    notInstalledWords(floor),
    paintVerdict(worst, floorSummaryWords(summary, all, gems), paint),
  ];
}

function needsTable(needs: readonly FloorNeed[], width: number | undefined, paint: Ansis): string {
  return renderTable(
    [{ title: 'NEEDS' }, { title: 'BECAUSE OF', narrowest: 20 }],
    needs.map(({ need, gems }) => [printable(need), listWords(gems, MOST_GEMS)]),
    width,
    (cell, row) => (row === 'head' ? paint.dim(cell) : cell),
  );
}

function gemTable(gems: readonly GemReport[], width: number | undefined, paint: Ansis): string {
  return renderTable(
    [
      { title: 'GEM' },
      { title: 'VERSION' },
      { title: 'PLATFORM' },
      { title: 'NEEDS', narrowest: 12 },
      { title: 'READ', narrowest: 10 },
    ],
    gems.map((gem) => [
      printable(gem.name),
      printable(gem.version),
      variantWords(gem),
      needsWords(gem.requires),
      readWords(gem),
    ]),
    width,
    (cell, row, column) => {
      const gem = row === 'head' ? undefined : gems[row];
      if (gem === undefined) return paint.dim(cell);
      return column === 4 ? paintVerdict(gem.verdict, cell, paint) : cell;
    },
  );
}

/** A level of the CPU stands among the needs already. */
function withoutLevels(gem: GemReport): GemReport {
  return { ...gem, findings: gem.findings.filter(({ kind }) => kind !== 'isa-level') };
}

const ORDER: readonly Verdict[] = ['incompatible', 'unknown', 'compatible', 'source'];

/** What stands in the way first, then who asks for most. */
function inOrder(a: GemReport, b: GemReport): number {
  return (
    ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) ||
    compareDotted(b.requires?.glibc ?? '0', a.requires?.glibc ?? '0') ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  );
}
