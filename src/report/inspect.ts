import type { InspectReport } from '../inspect/types.js';
import { renderInspectText } from './inspect-text.js';
import { renderJson } from './json.js';
import type { TextOptions } from './text.js';

/** The formats of the command: a new one is a row. */
export const INSPECT_FORMATS = {
  text: renderInspectText,
  json: (report: InspectReport) => renderJson(report),
} satisfies Record<string, (report: InspectReport, options: TextOptions) => string>;

export type InspectFormat = keyof typeof INSPECT_FORMATS;

/** The report in a format; ends with a newline. */
export function renderInspect(report: InspectReport, format: InspectFormat, options: TextOptions): string {
  return INSPECT_FORMATS[format](report, options);
}
