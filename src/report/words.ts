import type { FloorReport, FittingSystem, GemNote, GemReport, Summary, SystemFloor } from '../audit/types.js';
import type { TargetSummary } from '../target/summary.js';
import type { Requires, Verdict } from '../compat/types.js';
import type {
  ClashReason,
  Inspections,
  PlannedMove,
  RubyFrom,
  Suggestion,
  VersionSpan,
} from '../search/types.js';
import { LIBC_NAMES, listWords } from './lists.js';
import { printable } from './printable.js';

/**
 * Every sentence of a report is made here, from values. The renderers decide where a sentence stands and in which
 * colour, never how it reads.
 */

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

/** What to do, in one cell of the table. */
export function remedyWords(gem: GemReport): string {
  const { suggestion, ignored } = gem;
  if (ignored !== undefined) {
    const until = ignored.until === undefined ? '' : ` (until ${ignored.until})`;
    return `${printable(ignored.reason)}${until}`;
  }
  if (gem.verdict === 'compatible') return '';
  if (gem.verdict === 'source') return laterWords(gem);
  if (gem.verdict === 'unknown') return 'see below';
  if (suggestion !== undefined) return suggestionWords(suggestion);
  if (gem.findings.some((finding) => finding.kind === 'shim-alone' && finding.forced !== undefined))
    return 'change the Gemfile';
  if (gem.notes?.some(({ kind }) => kind === 'search-incomplete') === true)
    return 'could not search: see below';
  return gem.runsOn === undefined || gem.runsOn.length === 0
    ? 'no version fits'
    : `no version fits; runs on ${gem.runsOn[0] ?? ''}`;
}

/** Of a gem that is compiled because of the Ruby: the version that is not. */
function laterWords({ notes = [] }: GemReport): string {
  const refused = notes.find((note) => note.kind === 'not-for-ruby');
  if (refused === undefined) return '';
  if (refused.next === undefined) return 'no later version has it';
  const { verdict } = refused.next;
  const version = printable(refused.next.version);
  if (verdict === 'compatible') return `upgrade to ${version}`;
  return verdict === 'incompatible' ? `${version} has it, and does not fit` : `see whether ${version} fits`;
}

/** What is known of the first later version with a variant for a Ruby, as the end of a sentence. */
export function nextVerdictWords(verdict: Verdict): string {
  if (verdict === 'compatible') return '';
  return verdict === 'incompatible'
    ? ', which does not fit this system'
    : ', of which it could not be checked whether it fits';
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

/** The reason of a pin for a gem that fits as it is locked, or that is new. */
export function companionReason({ name, from, to, along }: PlannedMove, direct: boolean): string {
  const change =
    from === undefined ? `enters at ${printable(to ?? '')}` : `${printable(from)} → ${printable(to ?? '')}`;
  const sake =
    along.length === 0 ? '' : `; ${from === undefined ? 'comes' : 'moves along'} with ${listWords(along)}`;
  return `${printable(name)} ${change}${sake}${direct ? '' : '; a new line: another gem brings it in'}`;
}

/** One of the facts that leave a gem without an answer: `grpc 1.72.0 needs google-protobuf >= 3.25`. */
export function clashWords(reason: ClashReason): string {
  const gem = printable(reason.gem);
  switch (reason.kind) {
    case 'needs': {
      const asked = reason.requirement.map(printable).join(', ');
      const on = asked === '>= 0' ? printable(reason.on) : `${printable(reason.on)} ${asked}`;
      return `${gem} ${spanWords(reason.versions)} ${isOne(reason.versions) ? 'needs' : 'need'} ${on}`;
    }
    case 'does-not-fit':
      return isOne(reason.versions)
        ? `${gem} ${spanWords(reason.versions)} does not fit`
        : `none of ${gem} ${spanWords(reason.versions)} fits`;
    case 'not-installable':
      return `Bundler has nothing to install of ${gem} ${spanWords(reason.versions)}, for want of a variant or because of its Ruby`;
    case 'nothing-to-compile':
      return `there is nothing to compile of ${gem} ${spanWords(reason.versions)}`;
    case 'gemfile':
      return `the Gemfile asks for ${gem} ${reason.requirement.map(printable).join(', ')}`;
    case 'fixed':
      return `${gem} ${printable(reason.version)} comes from git, a path or a plugin, and so stays`;
    case 'index-unavailable':
      return `the versions of ${gem} are not known: ${printable(reason.reason)}`;
  }
}

function isOne(versions: readonly VersionSpan[]): boolean {
  const [first] = versions;
  return versions.length === 1 && first !== undefined && first.from === first.to;
}

const MOST_SPANS = 4;

function spanWords(versions: readonly VersionSpan[]): string {
  const spans = versions.map(({ from, to }) => (from === to ? from : `${from} to ${to}`));
  return listWords(spans, MOST_SPANS);
}

export const NOT_MINIMAL =
  'The search was cut short: the pins hold together, but fewer gems might have to move, or higher versions be had.';

/** What `--verbose` tells of the search for an answer: a line for each gem that was read. */
export function inspectionWords({ inspected, candidates, byGem }: Inspections): string[] {
  if (candidates === 0) return ['no other version had to be read'];
  return [
    `read ${inspected} of ${count(candidates, 'gem')} that could be the answer`,
    ...Object.entries(byGem).map(([name, read]) => `${printable(name)}: ${listWords(read, 20)}`),
  ];
}

/** What a suggestion comes to where it is no pin: a command to run, or another gem of the bundle that forbids it. */
export function suggestionCaveats({ suggestion }: GemReport): string[] {
  if (suggestion === undefined) return [];
  if (suggestion.command !== undefined && suggestion.pin !== undefined) {
    return [`after the pin, run: ${printable(suggestion.command)}`];
  }
  if (suggestion.command !== undefined && suggestion.method !== 'add-platform') {
    return [`run: ${printable(suggestion.command)}`];
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

/** The variant of a gem: `x86_64-linux`, and `x86_64-linux 987027c9` of a content-addressed one. */
export function variantWords({ platform, address }: Pick<GemReport, 'platform' | 'address'>): string {
  return address === undefined ? printable(platform) : `${printable(platform)} ${printable(address)}`;
}

export function noteWords(note: GemNote): string {
  switch (note.kind) {
    case 'not-in-lockfile':
      if (note.update !== undefined)
        return `the lockfile has ${printable(note.platform)} in PLATFORMS, and no variant of this gem for it, so a frozen bundle install refuses it; run: bundle lock --update ${printable(note.update)}`;
      return `the lockfile does not list this platform, so a frozen bundle install refuses it; run: bundle lock --add-platform ${printable(note.platform)}`;
    case 'not-locked-for-ruby':
      return `what the lockfile lists does not accept Ruby ${printable(note.ruby)}, so a frozen bundle install refuses it; run bundle lock with that Ruby`;
    case 'not-installed-here':
      return `the lockfile lists it for other systems only, so it is not installed on ${printable(note.platform)}`;
    case 'carries-executables':
      return 'it is not compiled: it carries executables that are named for systems, which were not opened (--all)';
    case 'yanked':
      return 'its source no longer has a variant that the lockfile lists';
    case 'needs-new-rubygems':
      return 'a RubyGems before 4.1 finds nothing to install of it; see that gem --version says 4.1 there, or say which runs: --rubygems';
    case 'variant-skipped':
      return 'a nearer variant wants another Ruby or RubyGems; a frozen bundle install may stop at it';
    case 'not-for-ruby':
      return `no variant for ${printable(note.platform)} accepts Ruby ${printable(note.ruby)}; ${
        note.next === undefined
          ? 'no later version has one that does'
          : `${printable(note.next.version)} is the first later version that has one${nextVerdictWords(note.next.verdict)}`
      }`;
    case 'nearer-variant':
      return note.because === 'address'
        ? `there is one for ${printable(note.platform)}, and Bundler 4.1 does not install it: it takes a content-addressed gem for its Ruby before any other, whatever platform that is for; a Bundler before 4.1 takes it once it has locked the bundle anew (bundle update --bundler=4.0.22, then bundle lock --update and the gem), and force_ruby_platform: true compiles the gem`
        : `there is one for ${printable(note.platform)}, and the lockfile does not list it; run: bundle lock --add-platform ${printable(note.platform)}`;
    case 'unverified':
      return 'neither the index nor the lockfile gives a SHA-256 to hold it against';
    case 'forced-ruby':
      return `${printable(note.file)}:${note.line} has it compiled (force_ruby_platform: true), whatever variants the lockfile lists`;
    case 'force-ruby-unclear':
      return `${printable(note.file)}:${note.line} may have it compiled (force_ruby_platform), and only Ruby can tell; judged is what the lockfile lists`;
    case 'search-incomplete':
      return `other versions could not all be looked at: ${printable(note.reason)}`;
  }
}

/** The closing line of a report. */
export function summaryWords(summary: Summary, all: boolean, gems: readonly GemReport[] = []): string {
  return countWords({ summary, all, gems }, [
    `${summary.compatible} ${summary.compatible === 1 ? 'fits' : 'fit'}`,
    ...(summary.incompatible > 0
      ? [`${summary.incompatible} ${summary.incompatible === 1 ? 'does' : 'do'} not fit`]
      : []),
  ]);
}

interface Counted {
  readonly summary: Summary;
  readonly all: boolean;
  readonly gems: readonly GemReport[];
}

function countWords({ summary, all, gems }: Counted, judged: readonly string[]): string {
  const { ignored = 0 } = summary;
  const checked = summary.compatible + summary.incompatible + summary.unknown + ignored;
  const [first = '', ...others] = judged;
  const parts = [
    checked === 0 ? 'no precompiled gems' : `${count(checked, 'precompiled gem')}: ${first}`,
    ...others,
    ...(summary.unknown > 0 ? [`${summary.unknown} could not be checked`] : []),
    ...(ignored > 0 ? [`${ignored} ignored`] : []),
  ];
  const elsewhere = namesWith(gems, 'not-installed-here').length;
  const carrying = namesWith(gems, 'carries-executables');
  const source = summary.source - elsewhere;
  return `${[
    parts.join(', '),
    ...(source <= 0
      ? []
      : all
        ? [
            `${count(source, 'gem')} with nothing prebuilt for Linux (those from git or a path are not opened)`,
          ]
        : [`${count(source, 'gem')} compiled there or pure Ruby (not opened; --all opens them)`]),
    ...(elsewhere === 0 ? [] : [`${count(elsewhere, 'gem')} for other systems, not installed there`]),
    ...(carrying.length === 0
      ? []
      : [
          `${listWords(carrying)} ${carrying.length === 1 ? 'carries' : 'carry'} executables, which --all judges`,
        ]),
  ].join('; ')}.`;
}

/** Gems that no precompiled variant is used of and that have a note, each once: `sqlite3 2.6.0`. */
function namesWith(gems: readonly GemReport[], kind: GemNote['kind']): string[] {
  const noted = gems.filter(
    ({ verdict, notes = [] }) => verdict === 'source' && notes.some((note) => note.kind === kind),
  );
  return [...new Set(noted.map(({ name, version }) => `${name} ${version}`))];
}

/** The closing line of a floor. */
export function floorSummaryWords(summary: Summary, all: boolean, gems: readonly GemReport[] = []): string {
  return countWords({ summary, all, gems }, [
    `${summary.compatible} read`,
    ...(summary.incompatible > 0
      ? [`${summary.incompatible} ${summary.incompatible === 1 ? 'runs' : 'run'} on no such system`]
      : []),
  ]);
}

export function floorHeading({ lockfile, ruby, rubyFrom }: FloorReport): string {
  const on = rubyWords(ruby, rubyFrom);
  return `${printable(lockfile)}${on}: no target is named, so this is what the bundle needs at least`;
}

/** Which RubyGems runs there, as the end of a heading: `, RubyGems 4.1.1`; empty where it is not known. */
export function rubygemsWords(rubygems: string | undefined): string {
  return rubygems === undefined ? '' : `, RubyGems ${printable(rubygems)}`;
}

/** Which Ruby the verdicts are for and who says so, as the end of a heading: `, Ruby 3.3.6 (lockfile)`. */
export function rubyWords(ruby: string | undefined, from: RubyFrom | undefined): string {
  if (ruby === undefined) return '';
  if (from === undefined) return `, Ruby ${printable(ruby)}`;
  const { source, place } = from;
  return `, Ruby ${printable(ruby)} (${source === 'lockfile' || source === 'target' ? source : printable(place)})`;
}

export const FLOOR_CLOSING =
  'To check one system: gemcompat audit --target NAME, targets: in .gemcompat.yml, or a Dockerfile in the project.';

/** The floor in one line: `x86_64 with glibc: glibc 2.34, GLIBCXX_3.4.29`. */
export function floorWords({ libc, arch, floor, gems }: SystemFloor): string {
  const { glibc, glibcxx, cxxabi, gcc, markers = [] } = floor;
  const versions = [
    ...(glibc === undefined ? [] : [`glibc ${glibc}`]),
    ...(glibcxx === undefined ? [] : [`GLIBCXX_${glibcxx}`]),
    ...(cxxabi === undefined ? [] : [`CXXABI_${cxxabi}`]),
    ...(gcc === undefined ? [] : [`GCC_${gcc}`]),
    ...markers.map(printable),
  ];
  const none = gems.some(({ requires }) => requires !== undefined)
    ? libc === 'musl'
      ? 'no version, as musl has none'
      : 'no version'
    : 'nothing, as far as is known';
  return `${arch} with ${LIBC_NAMES[libc]}: ${versions.length === 0 ? none : versions.join(', ')}`;
}

/** What became of one gem, in one cell. */
export function readWords({ verdict, ignored }: GemReport): string {
  if (ignored !== undefined) return 'ignored';
  return {
    compatible: 'read',
    source: '',
    unknown: 'unknown: see below',
    incompatible: 'fits none: see below',
  }[verdict];
}

/** Libraries of the base system of every distribution with glibc, as the table of targets has them. */
const USUAL: ReadonlySet<string> = new Set(['libstdc++.so.6', 'libgcc_s.so.1', 'libz.so.1']);

const MOST_SUPPORTED = 24;
const MOST_ENDED = 6;

/** The systems that have a floor, those in support first. */
export function systemsWords({ libc, systems, needs, summary }: SystemFloor): string[] {
  // Where nothing was read, every system would do, and it would mean nothing.
  if (summary.compatible === 0 && summary.unknown + summary.incompatible > 0) return [];
  if (systems.length === 0) return [`No system with ${LIBC_NAMES[libc]} is known to have all of that.`];
  const names = (supported: boolean): string[] =>
    systems.filter((system: FittingSystem) => system.supported === supported).map(({ name }) => name);
  const [current, ended] = [names(true), names(false)];
  const libraries = needs.map(({ need }) => need).filter((need) => need.includes('.so') && !USUAL.has(need));
  const besides =
    libraries.length === 0
      ? ''
      : `, where ${listWords(libraries)} ${libraries.length === 1 ? 'is' : 'are'} installed`;
  const unread = summary.unknown === 0 ? '' : ', as far as it is known';
  const it = summary.incompatible === 0 ? 'it' : 'what the others need';
  return [
    current.length === 0
      ? 'No system in support is known to have all of that.'
      : `Systems in support that have ${it}${unread}${besides}: ${listWords(current, MOST_SUPPORTED)}.`,
    ...(ended.length === 0 ? [] : [`Past their end of life: ${listWords(ended, MOST_ENDED)}.`]),
  ];
}
