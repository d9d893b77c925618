import type { Requires } from '../compat/types.js';
import type {
  Floor,
  Highest,
  HistoryReport,
  HistoryVariant,
  HistoryVersion,
  Move,
  SourceVariant,
} from '../history/types.js';
import { printable } from './printable.js';
import { listWords, targetWords } from './words.js';

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
export function variantNeeds({ state, requires, libraries }: HistoryVariant): string {
  if (state === 'unread') return 'could not be read';
  const least = state === 'partly' ? ' at least' : '';
  if (requires === undefined) return `nothing is loaded${least === '' ? '' : ', as far as it was read'}`;
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

/** What moved, without the files: `glibc 2.17 → 2.29`. */
export function moveWords(move: Move): string {
  switch (move.kind) {
    case 'floor': {
      const name = FLOOR_NAMES[move.floor];
      if (move.from === undefined) return `${name} ${move.to ?? ''}, none before`;
      return move.to === undefined
        ? `no ${name} version any more (${move.from})`
        : `${name} ${move.from} → ${move.to}`;
    }
    case 'libc':
      return `${LIBC_WORDS[move.from]} → ${LIBC_WORDS[move.to]}`;
    case 'marker':
      return `${printable(move.symbolVersion)} ${move.direction === 'up' ? 'needed' : 'no longer needed'}`;
    case 'library':
      return `${printable(move.library)} ${move.direction === 'up' ? 'needed' : 'no longer needed'}`;
  }
}

/** Which way a move goes; a change of the C library goes up where one is asked for that was not before. */
export function directionOf(move: Move): 'up' | 'down' {
  if (move.kind === 'libc') return move.to === 'static' ? 'down' : 'up';
  return move.direction;
}

/** `1.18.1`; `no version; 0.19.5 is compiled there, or pure Ruby`. */
export function highestWords({ version, compiled, unchecked }: Highest): string {
  const parts = [version === undefined ? 'none' : printable(version)];
  if (compiled !== undefined) parts.push(`${printable(compiled)} is compiled there, or pure Ruby`);
  if (unchecked.length > 0) parts.push(`${listWords(unchecked, 3)} not known`);
  return parts.join('; ');
}

/** What the history is of: the line at its top. */
export function historyHeading({ gem, targets, arches, ruby, source, lockfile }: HistoryReport): string {
  const on = targets.length === 0 ? '' : ` on ${targets.map(targetWords).join(' and ')}`;
  const forRuby = ruby === undefined ? '' : `, Ruby ${printable(ruby)}`;
  const locked =
    lockfile?.version === undefined ? '' : `; ${printable(lockfile.path)} has ${printable(lockfile.version)}`;
  return `${printable(gem)}${on}, ${arches.join(' and ')}${forRuby}, from ${printable(source)}${locked}`;
}

function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

/** How much was told and read, and how to have the rest: the lines at the end. */
export function historyClosing({ versions, omitted, targets, together, highest }: HistoryReport): string[] {
  const lines: string[] = [];
  if (together !== undefined) lines.push(answerWords(together, targets.length * archesOf(highest)));
  const variants = versions.flatMap((version) => version.variants);
  const whole = variants.filter(({ state }) => state === 'read').length;
  const rest = variants.length - whole;
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

function archesOf(highest: HistoryReport['highest']): number {
  return new Set(highest.map(({ arch }) => arch)).size;
}

function answerWords({ version, compiled, unchecked }: Highest, systems: number): string {
  const everywhere = systems > 1 ? ' everywhere' : '';
  const parts = [
    version === undefined
      ? `No version with precompiled binaries fits${everywhere}.`
      : `The highest version that fits${everywhere}: ${printable(version)}.`,
  ];
  if (compiled !== undefined) {
    parts.push(
      `${printable(compiled)} runs nothing prebuilt${everywhere === '' ? ' there' : ' on some'}: it is compiled there, or pure Ruby.`,
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
