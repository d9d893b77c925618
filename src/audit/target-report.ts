import type { Verdict } from '../compat/types.js';
import { mergeRequires } from '../compat/requires.js';
import type { PlanAnswer } from '../search/plan-bundle.js';
import type { Deployment, PlannedPin } from '../search/types.js';
import { platformsOn } from './bundle-refusals.js';
import { notInstalledOn } from './installed-gems.js';
import type { AuditRequest, Row } from './ports.js';
import { rubyMayDiffer, rubyRefusal } from './ruby-refusal.js';
import type {
  AuditReport,
  AuditWarning,
  PlatformRefusal,
  GemReport,
  MultiTargetReport,
  NotInstalledGem,
  Summary,
} from './types.js';
import { targetSummary } from '../target/summary.js';
import type { Target } from '../target/types.js';

/**
 * The rows of one target with one Ruby as their report; the answer is the one for all of them, told where something of it concerns
 * this.
 */
export function reportFor(
  system: Pick<Deployment, 'target' | 'ruby'>,
  allRows: readonly Row[],
  request: AuditRequest,
  answer?: Pick<PlanAnswer, 'plan' | 'pins'> & {
    readonly failing: ReadonlySet<string>;
    readonly tooYoung?: readonly string[];
  },
): AuditReport {
  const { target, ruby } = system;
  const deployments = request.deployments.filter((deployment) => isOn(system, deployment));
  const cpus = deployments.map(({ cpu }) => cpu);
  const { rubyFrom, rubygems, groups } = deployments[0] ?? {};
  const notInstalled = notInstalledOnAll(deployments, request);
  const passedOver = request.passedOver?.get(target);
  const { refused: byPlatform, warnings } = platformsOn(deployments, request.lockfile);
  const refused = [...rubyRefusal(deployments[0] ?? {}, request.requiredRuby), ...byPlatform];
  const gems = allRows
    .filter(({ deployment }) => isOn(system, deployment))
    .map(({ report }) => withoutRefused(report, byPlatform));
  const single = deployments.length === request.deployments.length;
  const concerned =
    answer !== undefined &&
    (single ||
      answer.failing.size === 0 ||
      gems.some(({ name, verdict }) => verdict === 'incompatible' && answer.failing.has(name)));
  return {
    schemaVersion: 1,
    lockfile: request.path,
    target: targetSummary(target, cpus),
    arches: cpus,
    ...(passedOver === undefined ? {} : { passedOver }),
    ...(ruby === undefined ? {} : { ruby }),
    ...(rubyFrom === undefined ? {} : { rubyFrom }),
    ...(rubygems === undefined ? {} : { rubygems }),
    all: request.all,
    gems,
    ...(refused.length === 0 ? {} : { refused }),
    ...(groups === undefined ? {} : { groups }),
    ...(notInstalled.length === 0 ? {} : { notInstalled }),
    pins: concerned ? answer.pins : [],
    ...(concerned ? { plan: answer.plan } : {}),
    floor: mergeRequires(gems.flatMap(({ requires }) => requires ?? [])),
    summary: countVerdicts(gems),
    warnings: [
      ...(deployments[0] === undefined ? [] : rubyMayDiffer(deployments[0], request.requiredRuby)),
      ...warnings,
      ...unseenWarning(target, gems),
      ...(concerned ? tooYoungWarning(answer.tooYoung ?? []) : []),
    ],
  };
}

/** What Bundler refuses of the whole bundle is not said of each gem again. */
function withoutRefused(gem: GemReport, refused: readonly PlatformRefusal[]): GemReport {
  if (gem.notes === undefined || !refused.some(({ arch }) => arch === gem.arch)) return gem;
  const { notes: all, ...rest } = gem;
  const notes = all.filter((note) => note.kind !== 'not-in-lockfile' || note.update !== undefined);
  return notes.length === 0 ? rest : { ...rest, notes };
}

/** What is installed on none of the CPUs of a target. */
function notInstalledOnAll(
  deployments: readonly Deployment[],
  request: AuditRequest,
): readonly NotInstalledGem[] {
  const [first = [], ...others] = deployments.map((each) => notInstalledOn(each, request));
  return first.filter((gem) =>
    others.every((list) => list.some(({ name, version }) => name === gem.name && version === gem.version)),
  );
}

/** Is it one of the CPUs of that target with that Ruby? */
export function isOn(system: Pick<Deployment, 'target' | 'ruby'>, { target, ruby }: Deployment): boolean {
  return target === system.target && ruby === system.ruby;
}

/** The pins of a report as values: what `gemcompat fix` writes. */
export function plannedPins({ plan }: AuditReport | MultiTargetReport): readonly PlannedPin[] {
  return plan?.pins ?? [];
}

/** From the verdict that outweighs the others to the one that says least. */
const BY_WEIGHT: readonly Verdict[] = ['incompatible', 'unknown', 'compatible', 'source'];

/** Counts gems, not rows: one that is judged for several CPUs counts once, by its worst verdict. */
function countVerdicts(gems: readonly GemReport[]): Summary {
  const worst = new Map<string, Verdict>();
  for (const { name, version, verdict } of gems) {
    const key = `${name} ${version}`;
    const known = worst.get(key);
    if (known === undefined || BY_WEIGHT.indexOf(verdict) < BY_WEIGHT.indexOf(known)) worst.set(key, verdict);
  }
  const summary = { compatible: 0, incompatible: 0, source: 0, unknown: 0 };
  for (const verdict of worst.values()) summary[verdict] += 1;
  return summary;
}

/** What could not be seen of an image matters if a library is missing. */
function unseenWarning({ unseen = [] }: Target, gems: readonly GemReport[]): AuditWarning[] {
  const missing = gems.flatMap(({ findings }) =>
    findings.flatMap((each) =>
      each.kind === 'missing-library' || (each.kind === 'unchecked-library' && !each.carried)
        ? each.library
        : [],
    ),
  );
  const [library] = missing;
  if (unseen.length === 0 || library === undefined) return [];
  const others = new Set(missing).size - 1;
  const what = others === 0 ? library : `${library} and ${others} more`;
  const places = unseen.length > 3 ? `${unseen.slice(0, 3).join(', ')}, …` : unseen.join(', ');
  const message = `${places}: what is installed there does not show in the Dockerfile, and may bring ${what}; the image itself says it: --target docker-archive:FILE`;
  return [{ code: 'PACKAGES_UNSEEN', message }];
}

function tooYoungWarning(versions: readonly string[]): AuditWarning[] {
  const [first, ...others] = versions;
  if (first === undefined) return [];
  const told = others.length === 0 ? `${first} is` : `${first} and ${others.length} more versions are`;
  return [
    { code: 'COOLDOWN', message: `${told} younger than the project's cooldown allows, and not proposed` },
  ];
}
