import type { Verdict } from '../compat/types.js';
import type { Cpu } from '../elf/types.js';
import type { HistoryReport, HistoryVariant, HistoryVersion, VersionVerdict } from '../history/types.js';
import type { Libc } from '../target/types.js';

/** A target that was asked for: it has a column of verdicts. */
export interface TargetColumn {
  readonly name: string;
  readonly libc: Libc;
}

/** A line of the table: one variant, or what a version is without one. */
export interface HistoryRow {
  readonly version: HistoryVersion;
  /** Absent for a version without a precompiled variant, and for what a target takes beside those. */
  readonly variant?: HistoryVariant;
  /** Of the variant; of a line without one where it does not hold for every CPU. */
  readonly arch?: Cpu;
  /** In the order of the columns; absent where the row is not what that target would install. */
  readonly verdicts: readonly (Verdict | undefined)[];
}

export function targetColumns({ targets }: HistoryReport): TargetColumn[] {
  return targets.map(({ name, libc }) => ({ name, libc }));
}

/** The lines of one version: one for each variant, and one, or one for each CPU, for those who would install none of them. */
export function rowsOf(version: HistoryVersion, columns: readonly TargetColumn[]): HistoryRow[] {
  const told = new Set<VersionVerdict>();
  const rows = version.variants.map((variant): HistoryRow => {
    const verdicts = columns.map((column) => {
      const found = version.verdicts.find(
        (verdict) => verdict.target === column.name && variantOf(version, verdict, column) === variant,
      );
      if (found !== undefined) told.add(found);
      return found?.verdict;
    });
    return { version, variant, arch: variant.arch, verdicts };
  });
  const others = version.verdicts.filter((verdict) => !told.has(verdict));
  if (others.length === 0)
    return rows.length > 0 ? rows : [{ version, verdicts: columns.map(() => undefined) }];

  const byArch = [...new Set(others.map(({ arch }) => arch))].map((arch): HistoryRow => {
    const own = others.filter((verdict) => verdict.arch === arch);
    const verdicts = columns.map(({ name }) => own.find(({ target }) => target === name)?.verdict);
    return { version, arch, verdicts };
  });
  const [first] = byArch;
  const same = byArch.every(({ verdicts }) => String(verdicts) === String(first?.verdicts));
  return rows.length === 0 && same && first !== undefined
    ? [{ version, verdicts: first.verdicts }]
    : [...rows, ...byArch];
}

/** The variant that a verdict is on; a gem without a platform is told for each C library. */
function variantOf(
  { variants }: HistoryVersion,
  { platform, address, arch }: VersionVerdict,
  { libc }: TargetColumn,
): HistoryVariant | undefined {
  const own = variants.filter(
    (variant) => variant.platform === platform && variant.address === address && variant.arch === arch,
  );
  return own.find((variant) => variant.libc === libc) ?? own[0];
}
