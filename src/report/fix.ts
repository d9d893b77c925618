import { Ansis } from 'ansis';
import type { AuditReport, MultiTargetReport } from '../audit/types.js';
import type { FixOutcome } from '../fix/outcome.js';
import type { BundlerAnswer, ByHand, Change, ReasonedPin } from '../fix/types.js';
import { CHANGE_WORDS, byHandWords, placeWords } from './fix-words.js';
import { printable } from './printable.js';
import { bundleCommand } from './shell-command.js';
import type { TextOptions } from './text.js';
import { listWords } from './lists.js';
import { clashWords } from './words.js';
import { wrapped } from './wrapped.js';

/** What the report of a fix is made of. */
export interface FixFacts {
  readonly gemfile: string;
  readonly changes: readonly Change[];
  readonly byHand: readonly ByHand[];
  readonly pins: readonly ReasonedPin[];
  readonly bundler?: BundlerAnswer;
  readonly written: boolean;
  readonly lockfileWritten: boolean;
  readonly files: readonly { readonly shown: string }[];
  readonly outcome: FixOutcome;
  readonly report?: AuditReport | MultiTargetReport;
  /** The audit of what Bundler made of it, where it was asked. */
  readonly after?: AuditReport | MultiTargetReport;
  /** The audit of the same project, as it is typed. */
  readonly auditCommand?: string;
}

const MOST_GEMS = 8;
const MOST_REASONS = 3;

/** What was done, what is left, and what to run next; ends with a newline. */
export function renderFix(facts: FixFacts, { color, width }: TextOptions): string {
  const paint = new Ansis(color ? 3 : 0);
  const sections = [
    headline(facts, paint),
    changeLines(facts, paint).join('\n'),
    byHandLines(facts, paint).join('\n'),
    bundlerLines(facts, paint).join('\n'),
    leftLines(facts, paint).join('\n'),
    nextLines(facts, paint).join('\n'),
  ].filter((section) => section !== '');
  return `${sections.map((section) => wrapped(section, width, PASTED)).join('\n\n')}\n`;
}

function headline(
  { files, written, lockfileWritten, gemfile, bundler, outcome }: FixFacts,
  paint: Ansis,
): string {
  const names = [...files.map(({ shown }) => printable(shown)), ...(lockfileWritten ? ['the lockfile'] : [])];
  if (bundler?.kind === 'failed') {
    const what =
      files.length === 0
        ? `cannot lock ${printable(gemfile)} as it is`
        : `refuses the new ${printable(gemfile)}`;
    return paint.red(`Bundler ${what}: nothing was written`);
  }
  if (names.length === 0) {
    const left = outcome.remaining.length + outcome.unknown.length + outcome.addPlatforms.length;
    return left === 0 && !outcome.relock
      ? paint.green(`Nothing to do: ${printable(gemfile)} stays as it is`)
      : `${printable(gemfile)} stays as it is`;
  }
  return paint.bold(written ? `Wrote ${listed(names)}` : `Would write ${listed(names)}`);
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

function changeLines({ changes, pins }: FixFacts, paint: Ansis): string[] {
  const planned = new Map(pins.map((pin) => [pin.name, pin]));
  const rows = changes.map((change) => ({
    change,
    place: placeWords(change),
    word: CHANGE_WORDS[change.kind],
  }));
  const widest = (of: (row: (typeof rows)[number]) => string): number =>
    Math.max(0, ...rows.map((row) => of(row).length));
  const placeWidth = widest(({ place }) => place);
  const wordWidth = widest(({ word }) => word);
  return rows.flatMap(({ change, place, word }) => {
    const text = printable(change.text.replace(/\s+/g, ' '));
    const line = `  ${word.padEnd(wordWidth)}  ${place.padEnd(placeWidth)}  ${text === '' ? printable(change.name) : text}`;
    const reason =
      change.kind === 'lifted'
        ? 'no longer needed'
        : change.kind === 'kept'
          ? undefined
          : planned.get(change.name)?.reason;
    const givenUp = change.kind === 'kept' ? undefined : planned.get(change.name)?.givenUp;
    return [
      change.kind === 'kept' ? paint.dim(line) : line,
      ...(reason === undefined ? [] : [paint.dim(`      ${printable(reason)}`)]),
      ...(givenUp === undefined
        ? []
        : [
            paint.yellow(
              `      nothing within ${printable(givenUp.join(', '))} fits, so the line gives it up`,
            ),
          ]),
    ];
  });
}

function byHandLines({ byHand }: FixFacts, paint: Ansis): string[] {
  if (byHand.length === 0) return [];
  return [
    paint.yellow('To be written by hand'),
    ...byHand.flatMap((each) => [
      `  ${printable(each.name)}: ${byHandWords(each)}`,
      `    write: ${printable(each.pin)}`,
    ]),
  ];
}

function bundlerLines({ bundler, pins, byHand }: FixFacts, paint: Ansis): string[] {
  if (bundler === undefined) return [];
  if (bundler.kind === 'failed') {
    return bundler.message.split('\n').map((line) => `  ${paint.dim('|')} ${printable(line)}`);
  }
  const failed = new Set(byHand.map(({ name }) => name));
  const resolved = pins
    .filter(({ name }) => !failed.has(name) && !bundler.differs.some((each) => each.name === name))
    .map(({ name, version }) => `${name} ${version}`);
  const bundle = `Bundler${bundler.version === '' ? '' : ` ${printable(bundler.version)}`}`;
  return [
    `${bundle} resolves it${resolved.length === 0 ? '' : `: ${listWords(resolved, MOST_GEMS)}`}`,
    ...bundler.differs.map(({ name, planned, resolved: got }) =>
      paint.yellow(
        `  ${printable(name)}: planned was ${printable(planned)}, Bundler takes ${got === '' ? 'none' : printable(got)}`,
      ),
    ),
  ];
}

function leftLines(facts: FixFacts, paint: Ansis): string[] {
  const { outcome, auditCommand = 'gemcompat audit' } = facts;
  const { remaining, unknown, addPlatforms } = outcome;
  return [
    ...(remaining.length === 0 ? [] : [paint.red(`Does not fit still: ${listWords(remaining, MOST_GEMS)}`)]),
    ...reasonLines(facts),
    ...(unknown.length === 0 ? [] : [paint.yellow(`Could not be checked: ${listWords(unknown, MOST_GEMS)}`)]),
    ...(addPlatforms.length === 0
      ? []
      : [paint.yellow(`The lockfile has to list ${listWords(addPlatforms, MOST_GEMS)} as well`)]),
    ...(remaining.length + unknown.length === 0 ? [] : [`  → why: ${printable(auditCommand)}`]),
  ];
}

/** In short, why no other version will do. */
function reasonLines({ report, after }: FixFacts): string[] {
  const unanswered = (after ?? report)?.plan?.unanswered ?? [];
  return unanswered.slice(0, MOST_GEMS).flatMap(({ name, because }) => {
    const left = because.length - MOST_REASONS;
    const words = because.slice(0, MOST_REASONS).map(clashWords).join('; ');
    return because.length === 0
      ? []
      : [`  ${printable(name)}: ${words}${left > 0 ? `; and ${left} more reasons` : ''}`];
  });
}

function nextLines(
  { gemfile, files, written, lockfileWritten, outcome, bundler }: FixFacts,
  paint: Ansis,
): string[] {
  if (!written || bundler?.kind === 'failed') return [];
  const next = (command: string): string[] => [
    `Next: ${paint.bold(printable(bundleCommand(command, gemfile)))}`,
  ];
  if (lockfileWritten) return next('bundle install');
  const added = outcome.addPlatforms.map((name) => ` --add-platform ${name}`).join('');
  if (files.length === 0 && added === '' && !outcome.relock) return [];
  return next(`bundle lock${added}`);
}

/** What is typed or written as it stands stays on one line, however long: a break would be pasted too. */
const PASTED = /^ *(?:→ why|Next|write): /;

/** A unified diff, coloured as git does. */
export function renderDiff(diff: string, { color }: Pick<TextOptions, 'color'>): string {
  if (!color) return diff;
  const paint = new Ansis(3);
  return diff
    .split('\n')
    .map((line) => {
      if (line.startsWith('---') || line.startsWith('+++')) return paint.bold(line);
      if (line.startsWith('@@')) return paint.cyan(line);
      if (line.startsWith('+')) return paint.green(line);
      return line.startsWith('-') ? paint.red(line) : line;
    })
    .join('\n');
}
