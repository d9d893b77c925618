import type { Ansis } from 'ansis';
import { effectOf } from '../compat/verdict.js';
import type { HistoryReport } from '../history/types.js';
import { groupFindings } from './grouped-findings.js';
import { printable } from './printable.js';
import { findingWords } from './finding-words.js';
import { listWords } from './lists.js';

/** Reasons that are shown; the JSON has them all. */
const MOST_REASONS = 8;
const MOST_VERSIONS = 4;
const MOST_FILES = 2;

interface Reason {
  readonly fails: boolean;
  readonly words: string;
  readonly versions: string[];
  readonly files: Set<string>;
}

/** Why versions do not fit the targets that were asked for, or could not be checked; those with one reason stand together. */
export function failingSection({ versions, targets }: HistoryReport, paint: Ansis): string {
  const reasons = new Map<string, Reason>();
  for (const { version, variants, verdicts } of versions) {
    for (const { target: name, findings } of verdicts) {
      const target = targets.find((one) => one.name === name);
      if (target === undefined) continue;
      for (const { finding, files } of groupFindings(findings)) {
        // What is odd in a gem on any target is told of the gem.
        if (variants.some((variant) => variant.findings.some(({ kind }) => kind === finding.kind))) continue;
        const fails = effectOf(finding) === 'incompatible';
        const words = findingWords(finding, target);
        const key = JSON.stringify([fails, words]);
        const reason = reasons.get(key) ?? { fails, words, versions: [], files: new Set() };
        reasons.set(key, reason);
        if (!reason.versions.includes(version)) reason.versions.push(version);
        if (finding.kind !== 'no-variant') for (const file of files) reason.files.add(file);
      }
    }
  }
  if (reasons.size === 0) return '';
  const entries = [...reasons.values()]
    .slice(0, MOST_REASONS)
    .map(({ fails, words, versions: own, files }) => {
      const mark = fails ? paint.red('✗') : paint.yellow('?');
      const lines = [`${mark} ${listWords(own, MOST_VERSIONS)}`];
      if (files.size > 0) lines.push(`    ${listWords([...files], MOST_FILES)}`);
      return [...lines, `    ${words}`].join('\n');
    });
  const rest = reasons.size - entries.length;
  const heading = `Why it does not fit${targets.length === 1 ? ` ${printable(targets[0]?.name ?? '')}` : ''}`;
  return [
    paint.bold(heading),
    '',
    ...entries,
    ...(rest > 0 ? [`and ${rest} more; --format json lists them all`] : []),
  ].join('\n');
}
