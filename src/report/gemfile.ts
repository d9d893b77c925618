import type { AuditReport, MultiTargetReport } from '../audit/types.js';

/** The pins alone, a line each, ready for a Gemfile; empty where there are none. */
export function renderGemfile({ pins }: AuditReport | MultiTargetReport): string {
  return pins.map((pin) => `${pin}\n`).join('');
}
