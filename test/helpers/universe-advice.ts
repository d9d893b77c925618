import type { AuditReport, MultiTargetReport, PlannedMove } from '../../src/index.js';
import type { GemfileLine } from './universe-generator.js';
import { lineOf } from './universe-generator.js';

/** A pin as a value. */
export interface Pin {
  readonly name: string;
  readonly bounds: readonly string[];
  /** The bounds stand in place of the Gemfile's own requirement. */
  readonly replaces: boolean;
  readonly forceRuby: boolean;
}

/** What the program says is to be done, and what it says will come of it. */
export interface Advice {
  readonly pins: readonly Pin[];
  readonly addPlatforms: readonly string[];
  /** What becomes of the gems that do not fit and of those that are pinned. */
  readonly promised: ReadonlyMap<string, { readonly version: string; readonly compiled?: boolean }>;
  /** Gems that do not fit, of which it says that there is no answer. */
  readonly unanswered: ReadonlySet<string>;
  /** Gems that drop out of the bundle. */
  readonly leaving: ReadonlySet<string>;
  /** Every gem that moves, comes or goes. */
  readonly moves: readonly PlannedMove[];
}

/** The advice of a report. */
export function adviceOf(report: AuditReport | MultiTargetReport): Advice {
  const { plan } = report;
  const rows = 'targets' in report ? report.targets.flatMap(({ gems }) => gems) : report.gems;
  const promised = new Map<string, { version: string; compiled?: boolean }>();
  for (const { name, suggestion } of rows) {
    if (suggestion !== undefined)
      promised.set(name, { version: suggestion.version, compiled: suggestion.needsCompiler });
  }
  for (const { name, version } of plan?.pins ?? []) promised.set(name, { ...promised.get(name), version });
  return {
    pins: plan?.pins ?? [],
    addPlatforms: (plan?.commands ?? []).flatMap(
      (command) => /^bundle lock --add-platform (.+)$/.exec(command)?.[1]?.split(' ') ?? [],
    ),
    promised,
    leaving: new Set(plan?.moves.flatMap(({ name, to }) => (to === undefined ? [name] : []))),
    unanswered: new Set(plan?.unanswered.map(({ name }) => name)),
    moves: plan?.moves ?? [],
  };
}

/** The line of a gem with its pin: with what the Gemfile says of it already, or as a new line. */
export function pinnedLine(lines: readonly GemfileLine[], pin: Pin): string {
  const { name, bounds, replaces, forceRuby } = pin;
  const own = lines.find((line) => line.name === name);
  const line = lineOf({
    name,
    ...own,
    requirement: [...(replaces ? [] : (own?.requirement ?? [])), ...bounds],
  });
  return forceRuby ? `${line}, force_ruby_platform: true` : line;
}

/** The Gemfile with the pins: each in place of the gem's own line, or as a line of its own. */
export function pinnedGemfile(
  head: readonly string[],
  lines: readonly GemfileLine[],
  pins: readonly Pin[],
): string {
  const kept = lines.map((line) => {
    const pin = pins.find(({ name }) => name === line.name);
    return pin === undefined ? lineOf(line) : pinnedLine(lines, pin);
  });
  const added = pins.filter(({ name }) => !lines.some((line) => line.name === name));
  return [...head, ...kept, ...added.map((pin) => pinnedLine(lines, pin)), ''].join('\n');
}
