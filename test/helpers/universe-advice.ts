import type { AuditReport, MultiTargetReport } from '../../src/index.js';
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

interface Move {
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
}

/** What the program says is to be done, and what it says will come of it. */
export interface Advice {
  readonly pins: readonly Pin[];
  readonly addPlatforms: readonly string[];
  /** What becomes of the gems that do not fit and of those that are pinned. */
  readonly promised: ReadonlyMap<string, { readonly version: string; readonly compiled?: boolean }>;
  /** Gems that do not fit, of which it says that there is no answer. */
  readonly unanswered: ReadonlySet<string>;
  /** Every gem that moves, comes or goes; absent where the program does not say. */
  readonly moves?: readonly Move[];
}

interface Plan {
  readonly pins: readonly (Pin & { readonly version: string })[];
  readonly moves: readonly Move[];
  readonly commands: readonly string[];
  readonly unanswered: readonly { readonly name: string }[];
}

/** The advice of a report: its plan, or where it has none what it suggests for each gem. */
export function adviceOf(report: AuditReport | MultiTargetReport): Advice {
  const { plan } = report as { readonly plan?: Plan };
  const rows = 'targets' in report ? report.targets.flatMap(({ gems }) => gems) : report.gems;
  const suggestions = new Map(
    rows.flatMap(({ name, suggestion }) =>
      suggestion === undefined || suggestion.conflicts.some(({ kind }) => kind === 'gem')
        ? []
        : [[name, suggestion] as const],
    ),
  );
  const pins =
    plan?.pins ??
    [...suggestions].flatMap(([name, { pin, version, requirement, conflicts, method }]) =>
      pin === undefined
        ? []
        : [
            {
              name,
              version,
              bounds: requirement === '' ? [] : requirement.split(', '),
              replaces: conflicts.some(({ kind }) => kind === 'gemfile'),
              forceRuby: method === 'force-ruby',
            },
          ],
    );
  const promised = new Map<string, { version: string; compiled?: boolean }>(
    pins.map(({ name, version }) => [name, { version }]),
  );
  for (const [name, { version, needsCompiler }] of suggestions)
    promised.set(name, { version, compiled: needsCompiler });
  for (const { name, to } of plan?.moves ?? [])
    if (to !== undefined) promised.set(name, { ...promised.get(name), version: to });
  const commands = plan?.commands ?? [...suggestions.values()].flatMap(({ command }) => command ?? []);
  const failing = rows.flatMap(({ name, verdict }) => (verdict === 'incompatible' ? [name] : []));
  const leaving = plan?.moves.filter(({ to }) => to === undefined).map(({ name }) => name) ?? [];
  return {
    pins,
    addPlatforms: commands.flatMap(
      (command) => /^bundle lock --add-platform (.+)$/.exec(command)?.[1]?.split(' ') ?? [],
    ),
    promised,
    unanswered: new Set(
      plan?.unanswered.map(({ name }) => name) ??
        failing.filter((name) => !promised.has(name) && !leaving.includes(name)),
    ),
    ...(plan === undefined ? {} : { moves: plan.moves }),
  };
}

/** The line of a gem with its pin: with what the Gemfile says of it already, or as a new line. */
export function pinnedLine(lines: readonly GemfileLine[], pin: Pin): string {
  const { name, bounds, replaces, forceRuby } = pin;
  const own = lines.find((line) => line.name === name)?.requirement ?? [];
  const line = lineOf({ name, requirement: [...(replaces ? [] : own), ...bounds] });
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
