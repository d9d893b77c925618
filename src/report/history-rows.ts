import type { Verdict } from '../compat/types.js';
import type { Libc } from '../target/types.js';
import type { HistoryReport, HistoryVariant, HistoryVersion, VersionVerdict } from '../history/types.js';

/** One system on one CPU that has a column of verdicts. */
export interface SystemColumn {
  readonly target: string;
  readonly arch: string;
  readonly libc: Libc;
  readonly title: string;
}

/** A line of the table: one variant, or what a version is without one. */
export interface HistoryRow {
  readonly version: HistoryVersion;
  /** Absent for a version without a precompiled variant, and for what a system takes beside those. */
  readonly variant?: HistoryVariant;
  /** In the order of the columns; absent where the row is not what that system would install. */
  readonly verdicts: readonly (Verdict | undefined)[];
}

/** The targets that were asked for, on each CPU. */
export function systemColumns({ targets, highest, arches }: HistoryReport): SystemColumn[] {
  if (targets.length === 0) return [];
  return highest.map(({ target, arch, libc }) => ({
    target,
    arch,
    libc,
    title: arches.length > 1 ? `${target} ${arch}` : target,
  }));
}

/** The variant that a verdict is on; a gem without a platform is told for each C library. */
function rowFor(
  { variants }: HistoryVersion,
  { platform, arch }: VersionVerdict,
  { libc }: SystemColumn,
): HistoryVariant | undefined {
  const own = variants.filter((variant) => variant.platform === platform && variant.arch === arch);
  return own.find((variant) => variant.libc === libc) ?? own[0];
}

/** The lines of one version: one for each variant, and one for those who would install none of them. */
export function rowsOf(version: HistoryVersion, columns: readonly SystemColumn[]): HistoryRow[] {
  const verdictOn = ({ target, arch }: SystemColumn): VersionVerdict | undefined =>
    version.verdicts.find((verdict) => verdict.target === target && verdict.arch === arch);
  const told = new Set<SystemColumn>();
  const rows = version.variants.map((variant): HistoryRow => {
    const verdicts = columns.map((column) => {
      const found = verdictOn(column);
      if (found === undefined || rowFor(version, found, column) !== variant) return undefined;
      told.add(column);
      return found.verdict;
    });
    return { version, variant, verdicts };
  });
  const others = columns.filter((column) => !told.has(column));
  if (rows.length > 0 && others.length === 0) return rows;
  const verdicts = columns.map((column) => (told.has(column) ? undefined : verdictOn(column)?.verdict));
  return [...rows, { version, verdicts }];
}
