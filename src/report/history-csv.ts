import { stringify } from 'csv-stringify/sync';
import type { HistoryReport } from '../history/types.js';
import type { HistoryRow } from './history-rows.js';
import { rowsOf, targetColumns } from './history-rows.js';
import { directionOf, isEcho, moveWords } from './history-words.js';
import { printable } from './printable.js';

const COLUMNS = [
  'gem',
  'version',
  'prerelease',
  'platform',
  'arch',
  'state',
  'libc',
  'glibc',
  'glibcxx',
  'cxxabi',
  'gcc',
  'other versions',
  'libraries',
  'rubies',
  'required ruby',
  'required rubygems',
  'since',
  'moved',
  'why not read',
  'address',
] as const;

/**
 * The history as CSV (RFC 4180, but with `\n`): a line for each variant of each version, and one for a version without any; a
 * column of verdicts for each target that was asked for. Lists are separated by spaces, requirements and moves by `; `.
 * What a spreadsheet would take for a formula has an apostrophe before it.
 */
export function renderHistoryCsv(report: HistoryReport): string {
  const targets = targetColumns(report);
  const rows = report.versions
    .flatMap((version) => rowsOf(version, targets))
    .map((row) => [...cells(row, report), ...row.verdicts.map((verdict) => verdict ?? '')]);
  return stringify([[...COLUMNS, ...targets.map(({ name }) => name)], ...rows], {
    escape_formulas: true,
    record_delimiter: 'unix',
  });
}

function cells({ version, variant, arch }: HistoryRow, { gem }: HistoryReport): string[] {
  const whole = [gem, version.version, version.prerelease ? 'yes' : 'no'];
  if (variant === undefined) {
    const platform = version.source === undefined ? '' : 'ruby';
    const state = version.source ?? 'nothing to install';
    return padded([...whole, platform, arch ?? '', state]);
  }
  const { requires, findings, moves } = variant;
  return padded(
    [
      ...whole,
      variant.platform,
      variant.arch,
      variant.state,
      requires?.libc ?? '',
      requires?.glibc ?? '',
      requires?.glibcxx ?? '',
      requires?.cxxabi ?? '',
      requires?.gcc ?? '',
      (requires?.markers ?? []).join(' '),
      variant.libraries.join(' '),
      variant.rubies.join(' '),
      variant.requiredRuby.join('; '),
      variant.requiredRubygems.join('; '),
      variant.since ?? '',
      moves
        .filter((move) => !moves.some((other) => isEcho(move, other)))
        .map((move) => `${directionOf(move)}: ${moveWords(move, moves)}`)
        .join('; '),
      findings
        .map((finding) => ('reason' in finding ? finding.reason : `${finding.kind} ${finding.file}`))
        .join('; '),
      variant.address ?? '',
    ].map(printable),
  );
}

function padded(row: readonly string[]): string[] {
  return [...row, ...Array.from({ length: COLUMNS.length - row.length }, () => '')];
}
