import type { AuditReport, FloorReport, MultiTargetReport } from '../audit/types.js';
import { renderFloorText } from './floor.js';
import { renderGemfile } from './gemfile.js';
import { renderJson } from './json.js';
import type { TextOptions } from './text.js';
import { renderText } from './text.js';

/** One format of an audit. Every one ends with a newline, or is empty where it has nothing to say. */
interface AuditFormat {
  readonly render: (report: AuditReport | MultiTargetReport, options: TextOptions) => string;
  /** The floor of a bundle, where no target is named; absent where the format says what does not fit, which needs a target. */
  readonly floor?: (report: FloorReport, options: TextOptions) => string;
  /** What it prints are the lines that `fix` would write, where there is a Gemfile that it could. */
  readonly printsEdits?: true;
}

/** The formats of an audit: a new one is a row. */
export const AUDIT_FORMATS = {
  text: { render: renderText, floor: renderFloorText },
  json: { render: renderJson, floor: renderJson },
  gemfile: { render: renderGemfile, printsEdits: true },
} as const satisfies Record<string, AuditFormat>;

export type ReportFormat = keyof typeof AUDIT_FORMATS;

export function auditFormat(name: ReportFormat): AuditFormat {
  return AUDIT_FORMATS[name];
}

/** The report in a format; every format ends with a newline, or is empty where it has nothing to say. */
export function render(
  report: AuditReport | MultiTargetReport,
  format: ReportFormat,
  options: TextOptions,
): string {
  return AUDIT_FORMATS[format].render(report, options);
}

/** The floor of a bundle in a format; as text where the format has none. Ends with a newline. */
export function renderFloor(report: FloorReport, format: ReportFormat, options: TextOptions): string {
  return (auditFormat(format).floor ?? renderFloorText)(report, options);
}
