import type { AuditReport, MultiTargetReport } from '../audit/types.js';
import { renderGemfile } from './gemfile.js';
import { renderJson } from './json.js';
import type { TextOptions } from './text.js';
import { renderText } from './text.js';

type Renderer = (report: AuditReport | MultiTargetReport, options: TextOptions) => string;

const RENDERERS = {
  text: renderText,
  json: renderJson,
  gemfile: renderGemfile,
} satisfies Record<string, Renderer>;

export type ReportFormat = keyof typeof RENDERERS;

/** The report in a format; every format ends with a newline, or is empty where it has nothing to say. */
export function render(
  report: AuditReport | MultiTargetReport,
  format: ReportFormat,
  options: TextOptions,
): string {
  return RENDERERS[format](report, options);
}
