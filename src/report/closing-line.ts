import type { Ansis } from 'ansis';
import type { AuditReport } from '../audit/types.js';
import type { Verdict } from '../compat/types.js';
import { paintVerdict } from './verdict-mark.js';
import { summaryWords } from './words.js';

/** How many gems have which verdict, in the colour of the worst. @param before what the line begins with: `Ruby 3.3: ` */
export function closingLine(report: AuditReport, paint: Ansis, before = ''): string {
  const { incompatible, unknown } = report.summary;
  const verdict: Verdict = incompatible > 0 ? 'incompatible' : unknown > 0 ? 'unknown' : 'compatible';
  return paintVerdict(verdict, `${before}${summaryWords(report.summary, report.all, report.gems)}`, paint);
}
