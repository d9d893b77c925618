import type { Finding, Verdict } from '../compat/types.js';
import { satisfies, splitRequirementList } from '../version/requirement.js';
import type { IgnoreRule } from './config-file.js';
import { hasExpired } from './config-file.js';
import type { AuditReport, GemReport, Summary } from './types.js';

/**
 * Marks the rows of a report whose findings the project has accepted. A row is marked when an ignore that has not expired
 * covers each of its findings: one that is left over counts, and so does its row. The verdict stays what it is, so that
 * nothing becomes compatible; a marked row is counted as `ignored` in the summary, which decides on the exit code.
 * @param today ISO date
 */
export function applyIgnores(report: AuditReport, rules: readonly IgnoreRule[], today: string): AuditReport {
  const valid = rules.filter((rule) => !hasExpired(rule, today));
  if (valid.length === 0) return report;
  const gems = report.gems.map((row) => marked(row, valid));
  if (gems.every((row) => row.ignored === undefined)) return report;
  return {
    ...report,
    gems,
    summary: count(gems),
  };
}

/** Whether the project has accepted every finding of a row, so that nothing is proposed to mend it. */
export function isAccepted(row: GemReport, rules: readonly IgnoreRule[], today: string): boolean {
  const valid = rules.filter((rule) => !hasExpired(rule, today));
  return marked(row, valid).ignored !== undefined;
}

/** The ignores that cover no finding in any of the reports of one audit: they can be taken out of the file. */
export function unusedIgnores(reports: readonly AuditReport[], rules: readonly IgnoreRule[]): IgnoreRule[] {
  const rows = reports.flatMap(({ gems }) => gems);
  // What another install would find of it is not known.
  const left = new Set(reports.flatMap(({ notInstalled = [] }) => notInstalled.map(({ name }) => name)));
  return rules.filter(
    (rule) =>
      !left.has(rule.gem) &&
      !rows.some((row) => concerns(rule, row) && row.findings.some((finding) => covers(rule, finding))),
  );
}

function marked(row: GemReport, rules: readonly IgnoreRule[]): GemReport {
  if (row.verdict !== 'incompatible' && row.verdict !== 'unknown') return row;
  const own = rules.filter((rule) => concerns(rule, row));
  const used = new Set<IgnoreRule>();
  for (const finding of row.findings) {
    const rule = own.find((each) => covers(each, finding));
    if (rule === undefined) return row;
    used.add(rule);
  }
  // The one that ends first says how long the row is ignored.
  const [first] = [...used].sort((a, b) => ((a.until ?? '9999') < (b.until ?? '9999') ? -1 : 1));
  if (first === undefined) return row;
  const reasons = [...new Set([...used].map(({ reason }) => reason))];
  return {
    ...row,
    ignored: { reason: reasons.join('; '), ...(first.until === undefined ? {} : { until: first.until }) },
  };
}

function concerns({ gem, version }: IgnoreRule, row: GemReport): boolean {
  if (gem !== row.name) return false;
  return version === undefined || satisfies(row.version, splitRequirementList(version));
}

function covers(rule: IgnoreRule, finding: Finding): boolean {
  return rule.finding === undefined || rule.finding === finding.kind;
}

/** From what outweighs the others to what says least: a gem that is ignored on one CPU may still fail on another. */
const BY_WEIGHT: readonly (Verdict | 'ignored')[] = [
  'incompatible',
  'unknown',
  'ignored',
  'compatible',
  'source',
];

function count(gems: readonly GemReport[]): Summary {
  const worst = new Map<string, Verdict | 'ignored'>();
  for (const { name, version, verdict, ignored } of gems) {
    const key = `${name} ${version}`;
    const here = ignored === undefined ? verdict : 'ignored';
    const known = worst.get(key);
    if (known === undefined || BY_WEIGHT.indexOf(here) < BY_WEIGHT.indexOf(known)) worst.set(key, here);
  }
  const summary = { compatible: 0, incompatible: 0, source: 0, unknown: 0, ignored: 0 };
  for (const verdict of worst.values()) summary[verdict] += 1;
  return summary;
}
