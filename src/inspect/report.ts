import type { Finding, UnreadableFinding } from '../compat/types.js';
import type { InspectedSubject, InspectReport, InspectSummary, UnreadableInSubject } from './types.js';

export function summaryOf(subjects: readonly InspectedSubject[]): InspectSummary {
  const groups = subjects.flatMap((subject) => subject.groups);
  const count = (verdict: string): number => groups.filter((group) => group.verdict === verdict).length;
  return {
    files: groups.reduce((sum, { files }) => sum + files.length, 0),
    compatible: count('compatible'),
    incompatible: count('incompatible'),
    unknown: count('unknown'),
    source: subjects.reduce((sum, { gemsWithoutBinaries }) => sum + gemsWithoutBinaries, 0),
    unreadable: groups.reduce((sum, { findings }) => sum + findings.length, 0),
  };
}

/** Everything that could not be read, of all subjects. */
export function unreadableOf(subjects: readonly InspectedSubject[]): UnreadableInSubject[] {
  return subjects.flatMap(({ path: subject, groups }) =>
    groups
      .flatMap(({ findings }) => findings.filter(isUnreadable))
      .map(({ file, code, reason }) => ({ subject, file, code, reason })),
  );
}

function isUnreadable(finding: Finding): finding is UnreadableFinding {
  return finding.kind === 'unreadable';
}

/**
 * What the process ends with, as for an audit: 1 where a group does not fit, 3 where nothing is known not to fit, but something
 * could not be checked or, without a target, not be read.
 */
export function inspectExitCode({ summary }: InspectReport): 0 | 1 | 3 {
  if (summary.incompatible > 0) return 1;
  return summary.unknown > 0 || summary.unreadable > 0 ? 3 : 0;
}
