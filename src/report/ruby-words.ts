import type { AuditReport, GemNote } from '../audit/types.js';
import type { MatrixCell, MatrixRow } from './matrix-rows.js';
import { isCompiledHere, isPrecompiled } from './matrix-rows.js';
import { printable } from './printable.js';
import { MARKS } from './verdict-mark.js';
import {
  VERDICT_WORDS,
  needsWords,
  nextVerdictWords,
  remedyWords,
  rubygemsWords,
  targetWords,
  variantWords,
} from './words.js';

/** The sign of what is compiled with one Ruby and precompiled with another. */
const COMPILED_MARK = '!';

export const CHANGES_HEADING = 'Precompiled with one Ruby, compiled with another';

/** @param checked everything could be: of what could not nothing is known */
export function noChangesWords(checked: boolean): string {
  const which = checked ? 'No gem' : 'No gem that could be checked';
  return `${which} is precompiled with one of these Rubies and compiled with another.`;
}

/** A column's name: `Ruby 3.3`. */
export function labelOf({ ruby }: Pick<AuditReport, 'ruby'>): string {
  return ruby === undefined ? 'any Ruby' : `Ruby ${printable(ruby)}`;
}

/** `Gemfile.lock on Debian 12 (glibc 2.36), x86_64, Ruby 3.3 and Ruby 4.0 (--ruby)` */
export function matrixHeading(reports: readonly [AuditReport, ...AuditReport[]]): string {
  const [{ lockfile, target, arches, rubyFrom, rubygems }] = reports;
  const from = rubyFrom === undefined ? '' : ` (${printable(rubyFrom.place)})`;
  const isSame = reports.every((report) => report.rubygems === rubygems);
  const rubies = reports.map((report) =>
    isSame ? labelOf(report) : `${labelOf(report)}${besideWords(report.rubygems)}`,
  );
  return `${printable(lockfile)} on ${targetWords(target)}, ${arches.join(' and ')}, ${andWords(rubies)}${from}${isSame ? rubygemsWords(rubygems) : ''}`;
}

function besideWords(rubygems: string | undefined): string {
  return rubygems === undefined ? '' : ` with RubyGems ${printable(rubygems)}`;
}

/** Which file a Ruby gets and what that needs, in one cell. */
export function cellWords(cell: MatrixCell | undefined, row: MatrixRow): string {
  if (cell === undefined) return '–';
  const { verdict, ignored, findings, notes = [] } = cell;
  if (ignored !== undefined) return '– ignored';
  const mark = MARKS[verdict];
  const file = [variantWords(cell), ...(cell.requires === undefined ? [] : [needsWords(cell.requires)])];
  switch (verdict) {
    case 'source':
      if (notes.some(({ kind }) => kind === 'not-installed-here')) return `${mark} not installed`;
      return `${isCompiledHere(cell, row) ? COMPILED_MARK : mark} compiled`;
    case 'compatible':
      return `${mark} ${file.join(', ')}`;
    case 'unknown':
      return `${mark} ${VERDICT_WORDS[verdict]}`;
    case 'incompatible':
      if (findings.some(({ kind }) => kind === 'no-variant'))
        return `${mark} ${VERDICT_WORDS[verdict]}: nothing to install`;
      if (findings.some(({ kind }) => kind === 'missing-ruby-abi'))
        return `${mark} ${VERDICT_WORDS[verdict]}: ${variantWords(cell)}, no build for it`;
      return `${mark} ${VERDICT_WORDS[verdict]}: ${file.join(', ')}`;
  }
}

/** What to do about a gem; with which Ruby, where that makes a difference. @param labels of the Rubies, in their order */
export function matrixRemedy({ cells }: MatrixRow, labels: readonly string[]): string {
  const remedies = new Map<string, string[]>();
  for (const [at, cell] of cells.entries()) {
    const remedy = cell === undefined ? '' : remedyWords(cell);
    if (remedy !== '') remedies.set(remedy, [...(remedies.get(remedy) ?? []), labels[at] ?? '']);
  }
  if (remedies.size < 2) return [...remedies.keys()].join('');
  return [...remedies].map(([remedy, of]) => `${remedy} (${of.join(', ')})`).join('; ');
}

/**
 * What a change of the Ruby has compiled: a sentence for the Rubies of which the same is to be said; none where all get it precompiled.
 * @param severalCpus the CPU is told too
 */
export function changeWords(row: MatrixRow, reports: readonly AuditReport[], severalCpus: boolean): string[] {
  const precompiled = row.cells.flatMap((cell, at) => {
    const report = reports[at];
    return cell === undefined || report === undefined || !isPrecompiled(cell) ? [] : [{ cell, report }];
  });
  const files = new Set(precompiled.map(({ cell }) => variantWords(cell)));
  const rubies = andWords(precompiled.map(({ report }) => labelOf(report)));
  const gem = `${printable(row.name)} ${printable(row.version)}${severalCpus ? ` on ${row.arch}` : ''}`;
  const compiled = new Map<string, string[]>();
  for (const [at, cell] of row.cells.entries()) {
    const report = reports[at];
    if (cell === undefined || report === undefined || !isCompiledHere(cell, row)) continue;
    const next = nextWords(cell.notes);
    compiled.set(next, [...(compiled.get(next) ?? []), labelOf(report)]);
  }
  return [...compiled].map(
    ([next, of]) =>
      `${COMPILED_MARK} ${gem}: precompiled with ${rubies} (${[...files].join(', ')}), compiled on the target with ${andWords(of)}${next}`,
  );
}

function nextWords(notes: readonly GemNote[] = []): string {
  const refused = notes.find((note) => note.kind === 'not-for-ruby');
  if (refused === undefined) return '';
  return refused.next === undefined
    ? '; no later version has a variant for it'
    : `; ${printable(refused.next.version)} is the first later version that has a variant for it${nextVerdictWords(refused.next.verdict)}`;
}

/** `a, b and c` */
function andWords(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}
