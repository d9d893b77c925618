import type { AuditReport, MultiTargetReport } from '../audit/types.js';

/**
 * What the process ends with: 0 where all that was checked fits, 1 where a gem does not fit or Bundler refuses the bundle, 3 where nothing is known not
 * to fit, but something could not be checked.
 */
export function exitCodeOf(result: AuditReport | MultiTargetReport): 0 | 1 | 3 {
  const reports = 'targets' in result ? result.targets : [result];
  if (reports.some(({ summary, refused = [] }) => summary.incompatible + refused.length > 0)) return 1;
  return reports.some(({ summary }) => summary.unknown > 0) ? 3 : 0;
}
