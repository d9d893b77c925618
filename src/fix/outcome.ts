import type { AuditReport, GemReport, MultiTargetReport } from '../audit/types.js';
import type { PlannedPin } from '../search/types.js';
import type { BundlerAnswer, ByHand } from './types.js';

type Report = AuditReport | MultiTargetReport;

/** How a project stands once the new Gemfile is locked. */
export interface FixOutcome {
  /** Gems that go on not to fit, `name version`. */
  readonly remaining: readonly string[];
  /** Gems that could not be checked, `name version`. */
  readonly unknown: readonly string[];
  /** Platforms that have to be added to the lockfile still. */
  readonly addPlatforms: readonly string[];
  /** The lockfile is older than the Gemfile's pins, so that `bundle lock` has to be run. */
  readonly relock: boolean;
  /** 0 all fits; 1 something remains; 2 Bundler refuses the new Gemfile; 3 something could not be checked. */
  readonly exitCode: 0 | 1 | 2 | 3;
}

export interface OutcomeFacts {
  readonly report: Report;
  readonly after: Report | undefined;
  readonly pins: readonly PlannedPin[];
  readonly byHand: readonly ByHand[];
  readonly bundler: BundlerAnswer | undefined;
  readonly addPlatforms: readonly string[];
  readonly lockfileWritten: boolean;
}

export function outcomeOf(facts: OutcomeFacts): FixOutcome {
  const { report, after, byHand, bundler, lockfileWritten } = facts;
  const addPlatforms = lockfileWritten ? [] : facts.addPlatforms;
  const failing = gemsOf(after ?? report).filter(({ verdict }) => verdict === 'incompatible');
  const mended = after === undefined ? mendedBy(facts) : new Set<string>();
  const unwritten = new Set(byHand.map(({ name }) => name));
  const written = facts.pins.filter(({ name }) => !unwritten.has(name));
  const left = named(failing.filter((gem) => !mended.has(gem.name) && !isCompiled(gem, written)));
  const remaining = [
    ...new Set([
      ...left,
      ...byHand.map(({ name }) => name).filter((name) => !left.some((each) => each.startsWith(`${name} `))),
    ]),
  ];
  // What fails on one system and cannot be checked on another is told once.
  const unknown = named(gemsOf(after ?? report).filter(({ verdict }) => verdict === 'unknown')).filter(
    (each) => !remaining.includes(each),
  );
  const exitCode =
    bundler?.kind === 'failed'
      ? 2
      : remaining.length > 0 || addPlatforms.length > 0
        ? 1
        : unknown.length > 0
          ? 3
          : 0;
  const relock =
    !lockfileWritten &&
    gemsOf(report).some(({ name, verdict }) => verdict === 'incompatible' && mendedBy(facts).has(name));
  return { remaining, unknown, addPlatforms, relock, exitCode };
}

/** What the Gemfile has compiled: no lockfile says so, and its precompiled variants may be listed all the same. */
function isCompiled({ name, version }: GemReport, pins: readonly PlannedPin[]): boolean {
  return pins.some((pin) => pin.forceRuby && pin.name === name && pin.version === version);
}

/** Gems that fit once Bundler has resolved the pins: those pinned, and those that move along with them. */
function mendedBy({ report, pins, byHand }: OutcomeFacts): Set<string> {
  const failed = new Set(byHand.map(({ name }) => name));
  const unanswered = new Set(report.plan?.unanswered.map(({ name }) => name));
  const moved = report.plan?.moves.map(({ name }) => name) ?? [];
  const names = [...pins.map(({ name }) => name), ...(failed.size === 0 ? moved : [])];
  return new Set(names.filter((name) => !failed.has(name) && !unanswered.has(name)));
}

/** The platforms that the lockfile lacks and a gem needs, from the audit's commands. */
export function addPlatformsOf(report: Report): string[] {
  const commands =
    report.plan?.commands ?? gemsOf(report).flatMap(({ suggestion }) => suggestion?.command ?? []);
  const names = commands.flatMap(
    (command) => /^bundle lock --add-platform (.+)$/.exec(command)?.[1]?.split(' ') ?? [],
  );
  const refused = reportsOf(report).flatMap((each) =>
    (each.refused ?? []).flatMap((one) => ('platform' in one ? one.platform : [])),
  );
  return [...new Set([...names, ...refused])].sort();
}

function reportsOf(report: Report): readonly AuditReport[] {
  return 'targets' in report ? report.targets : [report];
}

function gemsOf(report: Report): GemReport[] {
  return reportsOf(report).flatMap(({ gems }) => gems.filter(({ ignored }) => ignored === undefined));
}

function named(gems: readonly GemReport[]): string[] {
  return [...new Set(gems.map(({ name, version }) => `${name} ${version}`))].sort();
}
