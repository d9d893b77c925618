import { Bundle, clashes } from './bundle-resolution.js';
import { gemsOf } from './bundle.js';
import { GemAudit } from './gem-audit.js';
import type { AuditPorts, AuditRequest, Row } from './ports.js';
import { reportFor } from './target-report.js';
import type { AuditReport } from './types.js';

/**
 * Audits a lockfile against targets: which variant Bundler would install on each, whether its binaries would load, and
 * for each gem that does not fit the highest version that fits every target and CPU. One bad gem is that gem's finding;
 * it never stops the audit. A report for each target, in the order of the deployments.
 */
export async function auditLockfile(request: AuditRequest, ports: AuditPorts): Promise<AuditReport[]> {
  const gems = gemsOf(request.lockfile);
  const bundle = new Bundle(gems);
  const pending = new Set(gems.map(({ name }) => name));
  const tell = (): void => {
    const [current = ''] = pending;
    ports.progress?.({ done: gems.length - pending.size, total: gems.length, current });
  };
  const audited = await Promise.all(
    gems.map(async (gem) => {
      const rows = await new GemAudit(gem, request, bundle, ports).run();
      pending.delete(gem.name);
      tell();
      return rows;
    }),
  );
  const targets = new Set(request.deployments.map(({ target }) => target));
  const rows = reconcile(audited.flat());
  return [...targets].map((target) => reportFor(target, rows, request));
}

/** Marks the suggestions that cannot hold beside the others, each having been found for itself. */
function reconcile(rows: readonly Row[]): Row[] {
  const moves = new Map(
    rows.flatMap(({ report: { name }, found }) =>
      found === undefined || found.suggestion.conflicts.some(({ kind }) => kind === 'gem')
        ? []
        : [[name, { name, version: found.suggestion.version, releases: found.releases }] as const],
    ),
  );
  const conflicts = clashes([...moves.values()]);
  return rows.map((row) => {
    const more = conflicts.get(row.report.name);
    const { suggestion } = row.report;
    if (more === undefined || suggestion === undefined) return row;
    const marked = { ...suggestion, conflicts: [...suggestion.conflicts, ...more] };
    return { ...row, report: { ...row.report, suggestion: marked } };
  });
}
