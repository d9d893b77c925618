import type { AuditReport, MultiTargetReport } from '../audit/types.js';

/** The report as JSON, as `audit-report.schema.json` describes it; ends with a newline. */
export function renderJson(report: AuditReport | MultiTargetReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
