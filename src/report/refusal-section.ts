import type { Ansis } from 'ansis';
import type { AuditReport } from '../audit/types.js';
import { refusalRemedy, refusalWords } from './bundle-words.js';
import { MARKS, paintVerdict } from './verdict-mark.js';

/** Why Bundler installs nothing there, and what to do; empty where it does. */
export function refusalSection({ refused = [] }: Pick<AuditReport, 'refused'>, paint: Ansis): string {
  return refused
    .flatMap((each) => [
      paintVerdict('incompatible', `${MARKS.incompatible} ${refusalWords(each)}`, paint),
      `  → ${refusalRemedy(each)}`,
    ])
    .join('\n');
}
