import type { GemNote, GemReport, Summary, TargetSummary } from '../audit/types.js';
import type { Finding, Requires, Verdict } from '../compat/types.js';
import type { Suggestion } from '../search/types.js';
import { printable } from './printable.js';

/**
 * Every sentence of a report is made here, from values. The renderers decide where a sentence stands and in which
 * colour, never how it reads.
 */

const MOST_SYMBOLS = 4;

export function listWords(items: readonly string[], most = MOST_SYMBOLS): string {
  const shown = items.slice(0, most).map(printable).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

export const VERDICT_WORDS = {
  compatible: 'fits',
  incompatible: 'fails',
  unknown: 'unknown',
  source: 'source',
} satisfies Record<Verdict, string>;

/** `glibc 2.34`, `musl`, `static`: the needs of a gem in one cell. */
export function needsWords(requires: Requires | undefined): string {
  if (requires === undefined) return '–';
  const parts: string[] = [];
  if (requires.glibc !== undefined) parts.push(`glibc ${requires.glibc}`);
  else if (requires.libc === 'gnu') parts.push('glibc');
  if (requires.libc === 'musl' || requires.libc === 'both') parts.push('musl');
  if (requires.libc === 'static') parts.push('no libc');
  if (requires.glibcxx !== undefined) parts.push(`GLIBCXX ${requires.glibcxx}`);
  return parts.join(', ');
}

export function targetWords(target: TargetSummary): string {
  const libc = target.libc === 'gnu' ? `glibc ${target.glibc ?? '?'}` : `musl ${target.musl ?? '?'}`;
  return target.title === libc ? libc : `${target.title} (${libc})`;
}

const LIBC_NAMES = { gnu: 'glibc', musl: 'musl' } as const;

/** What is wrong, as one sentence without the file's name. @param whole what the file lies in: `the gem`, `the zip` */
export function findingWords(finding: Finding, target: TargetSummary, whole = 'the gem'): string {
  switch (finding.kind) {
    case 'symbol-version': {
      const needs = `needs ${printable(finding.symbolVersion)} of ${printable(finding.library)}${symbolWords(finding.symbols)}`;
      return finding.provided === undefined
        ? `${needs}, which is not there`
        : `${needs}; ${target.name} has ${printable(finding.provided)}`;
    }
    case 'wrong-libc':
      return `is built for ${LIBC_NAMES[finding.builtFor]} (${printable(finding.evidence)}); ${target.name} has ${LIBC_NAMES[target.libc]}`;
    case 'wrong-machine':
      return `is built for ${printable(finding.machine)}; nothing in ${whole} is built for ${finding.wanted}`;
    case 'other-machine':
      return `is built for ${printable(finding.machine)}, and nothing in its path says that it is meant for that alone`;
    case 'missing-interpreter':
      return `asks for the loader ${printable(finding.interpreter)}, which ${target.name} does not have`;
    case 'missing-library':
      return `needs ${printable(finding.library)}, which is neither in ${whole} nor on ${target.name}`;
    case 'missing-ruby-abi':
      return `${whole} has no build for Ruby ${finding.ruby}; it has ${listWords(finding.available, 8)}`;
    case 'isa-level':
      return `needs a CPU of level ${finding.level}; ${target.name} runs on ${finding.provided} too`;
    case 'unchecked-library':
      return finding.carried
        ? `needs ${printable(finding.library)}, which ${whole} carries, but not where the loader looks`
        : `needs ${printable(finding.library)}, and it is not known whether ${target.name} has it`;
    case 'unchecked-symbol-version':
      return `needs ${printable(finding.symbolVersion)} of ${printable(finding.library)}${symbolWords(finding.symbols)}, and it is not known whether ${target.name} has it`;
    case 'static-archive':
      return 'is an archive that is linked on your machine, so it cannot be judged here';
    case 'nested-archive':
      return `is an archive inside ${whole}, and what is in it was not read`;
    case 'chosen-at-run-time':
      return `is one of several that ${whole} picks from at run time: ${listWords(finding.fitting, 3)} would run here, ${listWords(finding.failing, 3)} would not`;
    case 'unreadable':
      return `could not be read: ${printable(finding.reason)} [${finding.code}]`;
    case 'no-variant':
      return finding.reason === 'ruby-mismatch'
        ? `Bundler has nothing to install on ${printable(finding.wanted)}: every variant wants another Ruby`
        : `Bundler has nothing to install on ${printable(finding.wanted)}: no variant is for it, and there is none to compile`;
    case 'unavailable':
      return `${printable(finding.reason)} [${finding.code}]`;
  }
}

function symbolWords(symbols: readonly string[]): string {
  return symbols.length === 0 ? '' : ` (${listWords([...symbols].sort())})`;
}

/** What to do about a finding beyond the gem's pin; empty where the pin says it all. */
export function findingRemedies(finding: Finding): string[] {
  switch (finding.kind) {
    case 'unchecked-library':
      return finding.carried ? [] : [`make sure that the target has ${printable(finding.library)}`];
    case 'unavailable':
      return finding.suggestions.map(printable);
    case 'missing-interpreter':
      return [
        'it was built on a system with a loader path of its own; patchelf --set-interpreter mends that',
      ];
    default:
      return [];
  }
}

/** What to do, in one cell of the table. */
export function remedyWords(gem: GemReport): string {
  const { suggestion, ignored } = gem;
  if (ignored !== undefined) {
    const until = ignored.until === undefined ? '' : ` (until ${ignored.until})`;
    return `${printable(ignored.reason)}${until}`;
  }
  if (gem.verdict === 'compatible' || gem.verdict === 'source') return '';
  if (gem.verdict === 'unknown') return 'see below';
  if (suggestion !== undefined) return suggestionWords(suggestion);
  if (gem.notes?.some(({ kind }) => kind === 'search-incomplete') === true)
    return 'could not search: see below';
  return gem.runsOn === undefined || gem.runsOn.length === 0
    ? 'no version fits'
    : `no version fits; runs on ${gem.runsOn[0] ?? ''}`;
}

function suggestionWords({ method, direction, version, conflicts }: Suggestion): string {
  const safe = printable(version);
  if (method === 'force-ruby') return 'compile it on the target';
  if (method === 'add-platform') return 'lock its other variant';
  if (conflicts.some(({ kind }) => kind === 'gem')) return `${safe} fits, but see below`;
  const verb = { upgrade: 'upgrade to', downgrade: 'downgrade to', same: 'stay at' }[direction];
  return method === 'compile' ? `${verb} ${safe}, compiled` : `${verb} ${safe}`;
}

/** What goes behind a pin as a comment, or beside it in a sentence. */
export function pinReason(gem: GemReport): string {
  const { suggestion } = gem;
  if (suggestion === undefined) return '';
  const parts: string[] = [];
  if (suggestion.method === 'force-ruby') parts.push(`compiles ${printable(gem.version)} on the target`);
  else parts.push(`${printable(gem.version)} → ${printable(suggestion.version)}`);
  if (suggestion.method === 'compile') parts.push('has no precompiled variant here, so it is compiled');
  if (suggestion.needsCompiler) parts.push('needs a compiler');
  if (!suggestion.direct) parts.push('a new line: another gem brings it in');
  if (suggestion.unchecked !== undefined) parts.push(`needs ${listWords(suggestion.unchecked)}`);
  for (const { by, kind, requirement } of suggestion.conflicts) {
    const stated = requirement.map((part) => `'${printable(part)}'`).join(', ');
    parts.push(
      kind === 'gemfile' ? `replaces the Gemfile's ${stated}` : `${printable(by)} asks for ${stated}`,
    );
  }
  return parts.join('; ');
}

/** What a suggestion comes to where it is no pin: a command to run, or another gem of the bundle that forbids it. */
export function suggestionCaveats({ suggestion }: GemReport): string[] {
  if (suggestion === undefined) return [];
  if (suggestion.command !== undefined && suggestion.pin !== undefined) {
    return [`after the pin, run: ${printable(suggestion.command)}`];
  }
  if (suggestion.command !== undefined) {
    return [
      `a variant of ${printable(suggestion.version)} fits that the lockfile does not list; run: ${printable(suggestion.command)}`,
    ];
  }
  return suggestion.conflicts
    .filter(({ kind }) => kind === 'gem')
    .map(({ by, requirement }) => {
      const stated = requirement.map((part) => `'${printable(part)}'`).join(', ');
      return `${printable(suggestion.version)} fits, but ${printable(by)} asks for ${stated}: ${printable(by)} has to move too`;
    });
}

export function noteWords(note: GemNote): string {
  switch (note.kind) {
    case 'not-in-lockfile':
      return `the lockfile does not list this platform, so a frozen bundle install refuses it; run: bundle lock --add-platform ${printable(note.platform)}`;
    case 'not-installed-here':
      return `the lockfile lists it for other systems only, so it is not installed on ${printable(note.platform)}`;
    case 'yanked':
      return 'its source no longer has a variant that the lockfile lists';
    case 'variant-skipped':
      return 'a nearer variant wants another Ruby or RubyGems; a frozen bundle install may stop at it';
    case 'unverified':
      return 'neither the index nor the lockfile gives a SHA-256 to hold it against';
    case 'search-incomplete':
      return `other versions could not all be looked at: ${printable(note.reason)}`;
  }
}

/** The closing line of a report. */
export function summaryWords(summary: Summary, all: boolean): string {
  const { ignored = 0 } = summary;
  const checked = summary.compatible + summary.incompatible + summary.unknown + ignored;
  const parts = [
    checked === 0
      ? 'no precompiled gems'
      : `${count(checked, 'precompiled gem')}: ${summary.compatible} ${summary.compatible === 1 ? 'fits' : 'fit'}`,
    ...(summary.incompatible > 0
      ? [`${summary.incompatible} ${summary.incompatible === 1 ? 'does' : 'do'} not fit`]
      : []),
    ...(summary.unknown > 0 ? [`${summary.unknown} could not be checked`] : []),
    ...(ignored > 0 ? [`${ignored} ignored`] : []),
  ];
  const source =
    summary.source === 0
      ? ''
      : all
        ? `; ${count(summary.source, 'gem')} with nothing prebuilt for Linux (those from git or a path are not opened)`
        : `; ${count(summary.source, 'gem')} compiled there or pure Ruby (not opened; --all opens them)`;
  return `${parts.join(', ')}${source}.`;
}
