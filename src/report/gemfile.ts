import type { AuditReport, MultiTargetReport } from '../audit/types.js';
import type { Change } from '../fix/types.js';

/** The pins alone, a line each, as they read where there is no Gemfile to put them into; empty where there are none. */
export function renderGemfile({ pins }: AuditReport | MultiTargetReport): string {
  return pins.map((pin) => `${pin}\n`).join('');
}

/** The lines that a fix writes into the Gemfile, comments and all, exactly as it writes them; empty where there are none. */
export function renderFixedLines(changes: readonly Change[]): string {
  return changes
    .flatMap(({ kind, lines }) =>
      kind === 'kept' || kind === 'lifted' || lines === undefined ? [] : [lines],
    )
    .filter((lines, at, all) => all.indexOf(lines) === at)
    .map((lines) => `${lines}\n`)
    .join('');
}
