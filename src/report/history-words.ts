import type { Requires } from '../compat/types.js';
import type {
  Highest,
  HistoryReport,
  HistoryVariant,
  HistoryVersion,
  Move,
  SourceVariant,
} from '../history/types.js';
import type { Floor } from '../compat/requires.js';
import { printable } from './printable.js';
import { listWords } from './lists.js';
import { rubyWords as forRubyWords, targetWords } from './words.js';

/** How each floor is called: the C library by its name, the others by the prefix of their version names. */
const FLOOR_NAMES = {
  glibc: 'glibc',
  glibcxx: 'GLIBCXX',
  cxxabi: 'CXXABI',
  gcc: 'GCC',
} satisfies Record<Floor, string>;

const LIBC_WORDS = {
  gnu: 'glibc',
  musl: 'musl',
  both: 'glibc and musl',
  static: 'no libc',
} satisfies Record<Requires['libc'], string>;

export const DIRECTION_MARKS = { up: '▲', down: '▼' } as const;

export const SOURCE_WORDS = {
  unopened: 'compiled there, or pure Ruby',
  compiled: 'compiled there',
  pure: 'pure Ruby',
} satisfies Record<SourceVariant, string>;

/** Libraries that a version number in the same cell speaks of already. */
const COUNTED = /^lib(?:stdc\+\+|gcc_s)\.so\./;

/** Everything that a variant needs, in one cell: `glibc 2.29, GLIBCXX 3.4.21, libz.so.1`. */
export function variantNeeds({ state, requires, libraries, picksAtRunTime }: HistoryVariant): string {
  if (state === 'unread') return 'could not be read';
  const least =
    state === 'partly' ? ' at least' : picksAtRunTime ? ' at most: it picks a file at run time' : '';
  if (requires === undefined)
    return `nothing is loaded${state === 'partly' ? ', as far as it was read' : ''}`;
  const parts = [libcNeeds(requires)];
  for (const floor of ['glibcxx', 'cxxabi', 'gcc'] as const) {
    const number = requires[floor];
    if (number !== undefined) parts.push(`${FLOOR_NAMES[floor]} ${number}`);
  }
  parts.push(...(requires.markers ?? []).map(printable));
  parts.push(...libraries.filter((library) => !COUNTED.test(library)).map(printable));
  return `${parts.join(', ')}${least}`;
}

function libcNeeds({ libc, glibc }: Requires): string {
  if (glibc === undefined) return LIBC_WORDS[libc];
  return libc === 'both' ? `glibc ${glibc}, musl` : `glibc ${glibc}`;
}

/** Which Rubies a variant is for: a fat gem's builds, else what its specification asks for. */
export function rubyWords({ rubies, requiredRuby }: HistoryVariant): string {
  if (rubies.length > 0) return rubyRanges(rubies);
  const stated = requiredRuby.filter((part) => part !== '>= 0').map(printable);
  return stated.length === 0 ? 'any' : stated.join(', ');
}

/** `3.1`, `3.2`, `3.3` → `3.1–3.3`. Rubies that do not follow each other stand apart. */
function rubyRanges(rubies: readonly string[]): string {
  const ranges: [first: string, last: string][] = [];
  for (const ruby of rubies) {
    const range = ranges.at(-1);
    if (range !== undefined && follows(range[1], ruby)) range[1] = ruby;
    else ranges.push([ruby, ruby]);
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}–${last}`)).join(', ');
}

/** Releases of Ruby after which the major number rose. */
const LAST_OF_MAJOR: Readonly<Record<string, string>> = { '1.9': '2.0', '2.7': '3.0', '3.4': '4.0' };

function follows(one: string, other: string): boolean {
  const [major = '', minor = ''] = one.split('.');
  return LAST_OF_MAJOR[one] === other || `${major}.${Number(minor) + 1}` === other;
}

/** What moved, without the files: `glibc 2.17 → 2.29`. `beside` are the other moves of the same variant. */
export function moveWords(move: Move, beside: readonly Move[] = []): string {
  switch (move.kind) {
    case 'floor': {
      const name = FLOOR_NAMES[move.floor];
      if (move.from === undefined) return `${name} ${move.to ?? ''}, none before`;
      return move.to === undefined
        ? `no ${name} version any more (${move.from})`
        : `${name} ${move.from} → ${move.to}`;
    }
    case 'libc':
      return [libcOfMove('from', move, beside), libcOfMove('to', move, beside)].join(' → ');
    case 'marker':
      return `${printable(move.symbolVersion)} ${move.direction === 'up' ? 'needed' : 'no longer needed'}`;
    case 'library':
      return `${printable(move.library)} ${move.direction === 'up' ? 'needed' : 'no longer needed'}`;
  }
}

function libcOfMove(end: 'from' | 'to', move: Move & { kind: 'libc' }, beside: readonly Move[]): string {
  const number = beside.find((other) => isEcho(other, move));
  const words = LIBC_WORDS[move[end]];
  return number?.kind === 'floor' && number[end] !== undefined && move[end] === 'gnu'
    ? `${words} ${number[end]}`
    : words;
}

/** Where the C library itself came or went, that its version came or went with it is no news. */
export function isEcho(other: Move, move: Move): boolean {
  return (
    move.kind === 'libc' &&
    other.kind === 'floor' &&
    other.floor === 'glibc' &&
    (other.from === undefined || other.to === undefined)
  );
}

/** Which way a move goes; a change of the C library goes up where one is asked for that was not before. */
export function directionOf(move: Move): 'up' | 'down' {
  if (move.kind === 'libc') return move.to === 'static' ? 'down' : 'up';
  return move.direction;
}

/** `1.18.1`; `no version; 0.19.5 is compiled there, or pure Ruby`. */
export function highestWords({ version, compiled, unchecked }: Highest, { versions }: HistoryReport): string {
  const parts = [version === undefined ? 'none' : printable(version)];
  if (compiled !== undefined) parts.push(`${printable(compiled)} is ${sourceOf(compiled, versions)}`);
  if (unchecked.length > 0) parts.push(`${listWords(unchecked, 3)} not known`);
  return parts.join('; ');
}

function sourceOf(version: string, versions: readonly HistoryVersion[]): string {
  return SOURCE_WORDS[versions.find((one) => one.version === version)?.source ?? 'unopened'];
}

/** What the history is of: the line at its top. */
export function historyHeading({
  gem,
  targets,
  arches,
  ruby,
  rubyFrom,
  source,
  lockfile,
}: HistoryReport): string {
  const on = targets.length === 0 ? '' : ` on ${targets.map(targetWords).join(' and ')}`;
  const forRuby = forRubyWords(ruby, rubyFrom);
  const locked =
    lockfile?.version === undefined ? '' : `; ${printable(lockfile.path)} has ${printable(lockfile.version)}`;
  return `${printable(gem)}${on}, ${arches.join(' and ')}${forRuby}, from ${printable(source)}${locked}`;
}

function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

/** How much was told and read, and how to have the rest: the lines at the end. */
export function historyClosing(report: HistoryReport): string[] {
  const { versions, omitted, together } = report;
  const lines: string[] = [];
  if (together !== undefined) lines.push(answerWords(together, report));
  const variants = versions.flatMap((version) => version.variants);
  const whole = variants.filter(({ state }) => state === 'read').length;
  const rest = variants.length - whole;
  if (variants.length === 0)
    lines.push(`None of them has a precompiled variant for ${report.arches.join(' or ')}.`);
  lines.push(
    [
      count(versions.length, 'version'),
      `${count(whole, 'precompiled gem')} read`,
      ...(rest > 0 ? [`${rest} not, or not all of it`] : []),
    ].join(', ') + '.',
  );
  if (omitted.older > 0) {
    const precompiled =
      omitted.olderPrecompiled === 0 ? 'none of them precompiled' : `${omitted.olderPrecompiled} precompiled`;
    lines.push(
      `${count(omitted.older, 'older version')} (${precompiled}) not shown: --limit N, --since VERSION or --all-versions`,
    );
  }
  if (omitted.prereleases > 0) lines.push(`${count(omitted.prereleases, 'prerelease')} not shown: --pre`);
  return lines;
}

function answerWords(
  { version, compiled, unchecked }: Highest,
  { highest, versions }: HistoryReport,
): string {
  const several = highest.length > 1;
  const parts = [
    version === undefined
      ? `No version's precompiled binaries fit${several ? ' everywhere' : ''}.`
      : `The highest version that fits${several ? ' everywhere' : ''}: ${printable(version)}.`,
  ];
  if (compiled !== undefined) {
    const words = sourceOf(compiled, versions);
    parts.push(
      several
        ? `${printable(compiled)} runs nothing that does not fit: where it has no precompiled variant it is ${words}.`
        : `Nothing prebuilt is run of ${printable(compiled)}: it is ${words}.`,
    );
  }
  if (unchecked.length > 0) {
    parts.push(
      `It is not known whether ${listWords(unchecked, 4)} ${unchecked.length === 1 ? 'fits' : 'fit'}.`,
    );
  }
  return parts.join(' ');
}

/** What a version without a precompiled variant comes to. */
export function withoutVariant({ source, platforms }: Pick<HistoryVersion, 'source' | 'platforms'>): string {
  if (source !== undefined) return `no precompiled variant: ${SOURCE_WORDS[source]}`;
  return platforms.length === 0
    ? 'nothing to install'
    : `nothing to install here: only for ${listWords(platforms, 3)}`;
}
