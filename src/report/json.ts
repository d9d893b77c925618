import type { AuditReport, FloorReport, MultiTargetReport } from '../audit/types.js';

/** DEL, the C1 controls and the bidirectional marks: JSON may have them in a string as they are. */
const UNSAFE_ON_A_TERMINAL = /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * The report as JSON, as `audit-report.schema.json` describes it; ends with a newline. What came out of a gem keeps its
 * value, but no control character is written: those that JSON leaves alone are escaped too.
 */
export function renderJson(report: AuditReport | MultiTargetReport | FloorReport): string {
  return safeJson(report);
}

/** Data as indented JSON that no terminal takes a command from; ends with a newline. */
export function safeJson(data: unknown): string {
  const json = JSON.stringify(data, null, 2);
  const safe = json.replace(
    UNSAFE_ON_A_TERMINAL,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${safe}\n`;
}
