import type { PlanAnswer } from '../search/plan-bundle.js';
import { planBundle } from '../search/plan-bundle.js';
import type { LockedGem } from './bundle.js';
import { gemsOf } from './bundle.js';
import { GemAudit } from './gem-audit.js';
import { installedOn } from './installed-gems.js';
import { planRequest } from './plan-request.js';
import { SearchPorts } from './search-ports.js';
import type { AuditPorts, AuditRequest, Row } from './ports.js';
import { sharedOrigins } from './shared-origins.js';
import { isOn, reportFor } from './target-report.js';
import { withOverrides } from './with-overrides.js';
import type { AuditReport, GemNote, GemReport } from './types.js';

/**
 * Audits a lockfile against targets: which variant Bundler would install on each, whether its binaries would load, and
 * one answer for all gems that do not fit: the versions that do, on every target and CPU. One bad gem is that gem's
 * finding; it never stops the audit. A report for each target and Ruby, in the order of the deployments.
 */
export async function auditLockfile(request: AuditRequest, outside: AuditPorts): Promise<AuditReport[]> {
  const { overrides } = request;
  const ports = {
    ...outside,
    originOf: sharedOrigins(async (locked) => withOverrides(await outside.originOf(locked), overrides)),
  };
  const gems = gemsOf(request.lockfile);
  const placesOf = installedOn(request);
  const pending = new Set(gems.map(({ name }) => name));
  const tell = (): void => {
    const [current = ''] = pending;
    ports.progress?.({ done: gems.length - pending.size, total: gems.length, current });
  };
  const audited = await Promise.all(
    gems.map(async (gem) => {
      const rows = await new GemAudit(gem, request, ports).run(placesOf(gem.name));
      pending.delete(gem.name);
      tell();
      return rows;
    }),
  );
  const judged = audited.flat();
  const answer = await answerFor(gems, judged, request, ports);
  const rows = judged.map((row) => withAnswer(row, answer, request));
  const { deployments } = request;
  return deployments
    .filter((each, at) => deployments.findIndex((other) => isOn(each, other)) === at)
    .map((system) => reportFor(system, rows, request, answer));
}

interface Answer extends PlanAnswer {
  /** Gems that had to be moved, by name. */
  readonly failing: ReadonlySet<string>;
  readonly failuresOf: (gem: string) => readonly string[];
  /** Versions that were passed over for the project's cooldown. */
  readonly tooYoung: readonly string[];
}

/** The gems that do not fit, and that nobody has accepted as they are. */
function failingIn(rows: readonly Row[], request: AuditRequest): Map<string, Row> {
  const failing = rows.filter(
    ({ report }) => report.verdict === 'incompatible' && request.accepts?.(report) !== true,
  );
  return new Map(failing.reverse().map((row) => [row.report.name, row]));
}

async function answerFor(
  gems: readonly LockedGem[],
  rows: readonly Row[],
  request: AuditRequest,
  ports: AuditPorts,
): Promise<Answer | undefined> {
  const failing = failingIn(rows, request);
  const held = [...(request.pinned ?? [])].some((name) => gems.some((gem) => gem.name === name));
  if (failing.size === 0 && !held) return undefined;
  const search = new SearchPorts(gems, ports, request.cooldown);
  const answer = await planBundle(planRequest(gems, failing, request), search);
  return {
    ...answer,
    failing: new Set(failing.keys()),
    failuresOf: (gem) => search.failuresOf(gem),
    tooYoung: search.tooYoung,
  };
}

/** Nothing but a change of the Gemfile's own line helps: it has a gem compiled that has nothing to compile. */
function isUndoneByHand({ findings }: GemReport): boolean {
  return findings.some((finding) => finding.kind === 'shim-alone' && finding.forced !== undefined);
}

function withAnswer(row: Row, answer: Answer | undefined, request: AuditRequest): Row {
  const { report, systems: runsOn } = row;
  if (report.verdict !== 'incompatible') return row;
  const accepted = request.accepts?.(report) === true;
  const suggestion = accepted || isUndoneByHand(report) ? undefined : answer?.suggestions.get(report.name);
  const [failure] = accepted ? [] : (answer?.failuresOf(report.name) ?? []);
  const notes: GemNote[] = [
    ...(report.notes ?? []),
    ...(failure === undefined ? [] : [{ kind: 'search-incomplete', reason: failure } as const]),
  ];
  const answered: GemReport = {
    ...report,
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(runsOn === undefined ? {} : { runsOn }),
    ...(notes.length === 0 ? {} : { notes }),
  };
  return { ...row, report: answered };
}
