import { gemsOf } from './bundle.js';
import { GemAudit } from './gem-audit.js';
import type { AuditPorts, AuditRequest } from './ports.js';
import { reportFor } from './target-report.js';
import type { AuditReport } from './types.js';

/**
 * Audits a lockfile against targets: which variant Bundler would install on each, whether its binaries would load, and
 * for each gem that does not fit the highest version that fits every target and CPU. One bad gem is that gem's finding;
 * it never stops the audit. A report for each target, in the order of the deployments.
 */
export async function auditLockfile(request: AuditRequest, ports: AuditPorts): Promise<AuditReport[]> {
  const { ruby } = request;
  const gems = gemsOf(request.lockfile);
  const pending = new Set(gems.map(({ name, version }) => `${name} ${version}`));
  const tell = (): void => {
    const [current = ''] = pending;
    ports.progress?.({ done: gems.length - pending.size, total: gems.length, current });
  };
  const audited = await Promise.all(
    gems.map(async (gem) => {
      const rows = await new GemAudit(gem, request, ruby, ports).run();
      pending.delete(`${gem.name} ${gem.version}`);
      tell();
      return rows;
    }),
  );
  const targets = new Set(request.deployments.map(({ target }) => target));
  return [...targets].map((target) => reportFor(target, audited.flat(), request, ruby));
}
