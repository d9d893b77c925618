import { GemcompatError } from '../errors.js';
import { trimRubySpace } from './ruby-text.js';

/**
 * `Gem::Version` (lib/rubygems/version.rb of RubyGems 3.6 and 4.0, which order alike). Own code: the published port
 * keeps numbers as doubles, so that it takes `1.9007199254740993` for `1.9007199254740992`, and compares letters by the
 * locale, so that `1.B` and `1.a` change places.
 */

/** A run of digits without leading zeros (`''` is zero), or a run of letters. Digits stay text: they have no bound. */
export type VersionSegment =
  { readonly kind: 'number'; readonly digits: string } | { readonly kind: 'letters'; readonly text: string };

/** A version that RubyGems accepts, taken apart. */
export interface GemVersion {
  /** `Gem::Version#to_s`: trimmed, `-` written as `.pre.`, `0` where nothing is written. */
  readonly text: string;
  /** `Gem::Version#segments`. */
  readonly segments: readonly VersionSegment[];
  /** What counts in a comparison. */
  readonly canonicalSegments: readonly VersionSegment[];
  /** `Gem::Version#prerelease?`: a letter is in it. */
  readonly prerelease: boolean;
}

/** A text that is no gem version. */
export class GemVersionError extends GemcompatError {
  readonly version: string;

  constructor(version: string) {
    super(`malformed gem version ${JSON.stringify(excerpt(version))}`, {
      code: 'GEM_VERSION_MALFORMED',
      suggestions: ['a version is numbers and letters between dots: 1.2.3, 2.0.0.rc1'],
    });
    this.version = version;
  }
}

/** A value for a message: whole where it is short. */
export function excerpt(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

const zero = 0x30;
const nine = 0x39;
const dot = 0x2e;
const dash = 0x2d;

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/**
 * `Gem::Version::VERSION_PATTERN`, anchored: `[0-9]+(\.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?`. One look at
 * each character, where a regular expression would need a stack as deep as the text is long.
 */
function matchesPattern(text: string): boolean {
  let dashed = false;
  let partStart = 0;
  for (let i = 0; i <= text.length; i += 1) {
    const code = i < text.length ? text.charCodeAt(i) : dot;
    if (code === dot) {
      if (i === partStart) return false;
      partStart = i + 1;
    } else if (code === dash) {
      if (!dashed && i === partStart) return false;
      if (!dashed) partStart = i + 1;
      dashed = true;
    } else if (!isDigit(code)) {
      const inFirstPart = !dashed && partStart === 0;
      if (inFirstPart || !isLetter(code)) return false;
    }
  }
  return true;
}

/** `Gem::Version.correct?`: RubyGems accepts the text as a version. The empty text is one: zero. */
export function isGemVersion(text: string): boolean {
  const trimmed = trimRubySpace(text);
  return trimmed === '' || matchesPattern(trimmed);
}

/** A version of a Ruby or RubyGems that runs somewhere, to the minor version at least: `3.3`, `4.1.0.beta1`. */
export function isInstalledVersion(text: string): boolean {
  return isGemVersion(text) && /^\d+\.\d+/.test(text);
}

function segmentsOf(text: string): VersionSegment[] {
  const segments: VersionSegment[] = [];
  let i = 0;
  while (i < text.length) {
    const start = i;
    const code = text.charCodeAt(i);
    if (isDigit(code)) {
      while (i < text.length && text.charCodeAt(i) === zero) i += 1;
      const significant = i;
      while (i < text.length && isDigit(text.charCodeAt(i))) i += 1;
      segments.push({ kind: 'number', digits: text.slice(significant, i) });
    } else if (isLetter(code)) {
      while (i < text.length && isLetter(text.charCodeAt(i))) i += 1;
      segments.push({ kind: 'letters', text: text.slice(start, i) });
    } else {
      i += 1;
    }
  }
  return segments;
}

/** `Gem::Version.new(text).to_s`, without taking the version apart. Throws `GemVersionError` where RubyGems raises. */
export function canonicalGemVersion(text: string): string {
  const trimmed = trimRubySpace(text);
  if (trimmed !== '' && !matchesPattern(trimmed)) throw new GemVersionError(text);
  return trimmed === '' ? '0' : trimmed.replaceAll('-', '.pre.');
}

/** `Gem::Version.new`. Throws `GemVersionError` where RubyGems raises. */
export function parseGemVersion(text: string): GemVersion {
  const canonical = canonicalGemVersion(text);
  const segments = segmentsOf(canonical);
  const prerelease = segments.some((segment) => segment.kind === 'letters');
  return {
    text: canonical,
    segments,
    canonicalSegments: canonicalSegments(canonical, prerelease),
    prerelease,
  };
}

function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length < b.length ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

const nought: VersionSegment = { kind: 'number', digits: '' };

function isZeroOrDot(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code === zero || code === dot;
}

/** Where the zeros of the run from `start` to `end` begin to say nothing: after a dot, a letter or nothing at all. */
function silentFrom(text: string, start: number, end: number, afterLetters: boolean): number {
  if (start === 0 && !afterLetters) return start;
  if (start > 0 && afterLetters && isLetter(text.charCodeAt(start - 1))) return start;
  const firstDot = text.indexOf('.', start);
  return firstDot < 0 || firstDot >= end ? end : firstDot + 1;
}

/**
 * `Gem::Version#canonical_segments`: zeros at the end say nothing, nor does the first run of zeros that stands before
 * letters, so that `1.0` equals `1` and `1.0.0.rc` equals `1.rc`. Upstream's expressions are
 * `/(?<=[a-zA-Z.])[.0]+\z/` and `/(?<=\.|\A)[0.]+(?=[a-zA-Z])/`, each applied once.
 */
function canonicalSegments(text: string, prerelease: boolean): readonly VersionSegment[] {
  let tail = text.length;
  while (tail > 0 && isZeroOrDot(text, tail - 1)) tail -= 1;
  const short = text.slice(0, silentFrom(text, tail, text.length, true));
  if (!prerelease) return segmentsOf(short);
  for (let i = 0; i < short.length; i += 1) {
    if (!isZeroOrDot(short, i)) continue;
    const start = i;
    while (i < short.length && isZeroOrDot(short, i)) i += 1;
    const from = silentFrom(short, start, i, false);
    if (from < i && i < short.length && isLetter(short.charCodeAt(i))) {
      return segmentsOf(short.slice(0, from) + short.slice(i));
    }
  }
  return segmentsOf(short);
}

/** `Gem::Version#<=>` on versions that are already taken apart: negative, zero or positive. */
export function compareParsedVersions(a: GemVersion, b: GemVersion): number {
  if (a.text === b.text) return 0;
  const left = a.canonicalSegments;
  const right = b.canonicalSegments;
  const length = Math.max(left.length, right.length);
  for (let i = 0; i < length; i += 1) {
    const x = left[i] ?? nought;
    const y = right[i] ?? nought;
    if (x.kind === 'number') {
      if (y.kind === 'letters') return 1;
      const order = compareDigits(x.digits, y.digits);
      if (order !== 0) return order;
    } else {
      if (y.kind === 'number') return -1;
      const order = compareText(x.text, y.text);
      if (order !== 0) return order;
    }
  }
  return 0;
}

/**
 * `Gem::Version#<=>`: negative where `a` is the lower, zero where RubyGems takes them for equal (`1` and `1.0.0`),
 * positive where `a` is the higher. Throws `GemVersionError`.
 */
export function compareGemVersions(a: string, b: string): number {
  return compareParsedVersions(parseGemVersion(a), parseGemVersion(b));
}

/** `Gem::Version#prerelease?`. Throws `GemVersionError`. */
export function isPrerelease(text: string): boolean {
  return parseGemVersion(text).prerelease;
}

/** A new list, lowest first; equal versions keep their order. Throws `GemVersionError`. */
export function sortGemVersions(versions: readonly string[]): string[] {
  return versions
    .map((text) => ({ text, parsed: parseGemVersion(text) }))
    .sort((a, b) => compareParsedVersions(a.parsed, b.parsed))
    .map(({ text }) => text);
}

/** The numbers before the first letters, one at least. */
function leadingNumbers(version: GemVersion): string[] {
  const numbers: string[] = [];
  for (const segment of version.segments) {
    if (segment.kind === 'letters') break;
    numbers.push(segment.digits === '' ? '0' : segment.digits);
  }
  return numbers;
}

/** `Gem::Version#release`: the version without the part from its first letters on. */
export function releaseOf(version: GemVersion): GemVersion {
  return version.prerelease ? parseGemVersion(leadingNumbers(version).join('.')) : version;
}

/** `Gem::Version#bump`: the bound of `~>`. The next to last number, one higher: `5.3.1` → `5.4`, `5` → `6`. */
export function bumpOf(version: GemVersion): GemVersion {
  const numbers = leadingNumbers(version);
  if (numbers.length > 1) numbers.pop();
  const last = numbers.pop() ?? '0';
  return parseGemVersion([...numbers, increment(last)].join('.'));
}

/** One more, on digits: the number may be longer than any integer type. */
function increment(digits: string): string {
  let i = digits.length;
  while (i > 0 && digits.charCodeAt(i - 1) === nine) i -= 1;
  const zeros = '0'.repeat(digits.length - i);
  if (i === 0) return `1${zeros}`;
  return `${digits.slice(0, i - 1)}${String(digits.charCodeAt(i - 1) - zero + 1)}${zeros}`;
}
