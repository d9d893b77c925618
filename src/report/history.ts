import type { HistoryReport } from '../history/types.js';
import { renderHistoryCsv } from './history-csv.js';
import { renderHistorySvg } from './history-svg.js';
import { renderHistoryText } from './history-text.js';
import { renderJson } from './json.js';
import type { TextOptions } from './text.js';

type Renderer = (report: HistoryReport, options: TextOptions) => string;

/** The formats of the command: a new one is a row. */
export const HISTORY_FORMATS = {
  text: renderHistoryText,
  json: renderJson,
  csv: renderHistoryCsv,
  svg: renderHistorySvg,
} satisfies Record<string, Renderer>;

export type HistoryFormat = keyof typeof HISTORY_FORMATS;

/** A gem's history in a format; every format ends with a newline. */
export function renderHistory(report: HistoryReport, format: HistoryFormat, options: TextOptions): string {
  return HISTORY_FORMATS[format](report, options);
}
