import {
  parsePlatform,
  platformMatches,
  platformMatchesName,
  platformToString,
  samePlatform,
} from '../../src/gem/platform.js';
import { isValidNameTuple, parseGemFileName } from '../../src/gem/name-tuple.js';
import {
  GemVersionError,
  bumpOf,
  canonicalGemVersion,
  compareGemVersions,
  isGemVersion,
  parseGemVersion,
  releaseOf,
} from '../../src/version/gem-version.js';
import {
  RequirementError,
  canonicalRequirementList,
  parseRequirement,
  satisfies,
  splitRequirementList,
} from '../../src/version/requirement.js';
import { compareDotted, parseSymbolVersion } from '../../src/version/symbol-version.js';
import type { Subject } from './subject.js';
import { BrokenPromise } from './subject.js';
import { decoded, longTexts, mutatedText } from './text.js';

const seeds = [
  '1.2.3',
  '0.1.7.alpha.2',
  '1.0-rc1',
  '13',
  '2.0.0.pre.1',
  '~> 1.4, != 1.4.5',
  '>= 3.1, < 3.5.dev',
  '= 1',
  'x86_64-linux-gnu',
  'aarch64-linux-musl',
  'arm-linux-gnueabihf',
  'universal-darwin-23',
  'java',
  'x64-mingw-ucrt',
  'x86_64-linux-manylinux_2_28',
  'GLIBC_2.34',
  'GLIBCXX_3.4.28',
  'GLIBC_ABI_DT_RELR',
  'GCC_12.0.0',
  'nokogiri-1.18.0-x86_64-linux-gnu.gem',
  'sass-embedded-1.2-3.gem',
];
const words = [
  ...'.-_~<>=!, \t\n\0\r\v\u00a0\u0130é'.split(''),
  ...seeds,
  '0',
  '00',
  '1',
  '99999999999999999999999',
  'a',
  'A',
  'pre',
  'linux',
  'gnu',
  'musl',
  'eabi',
  '.gem',
];

/**
 * A text is tried as everything that is written on one line: a version, a requirement list, a platform, a symbol
 * version, a gem's file name. Only GemVersionError and RequirementError escape, each from its own parser; comparisons
 * are reflexive and antisymmetric.
 */
function check(bytes: Uint8Array): string {
  const text = decoded(bytes);
  const outcomes = [tryVersion(text), tryRequirement(text)];
  const platform = parsePlatform(text);
  for (const dialect of ['3.6', '4.0'] as const) {
    const one = parsePlatform(text, dialect);
    platformToString(one, dialect);
    if (!samePlatform(one, parsePlatform(text, dialect)))
      throw new BrokenPromise('a platform that is not itself');
    if (one === 'ruby' || platform === 'ruby') continue;
    // A machine that is named without a CPU or a libc takes its own name's gems too.
    platformMatches(one, platform);
    platformMatchesName(one, text, dialect);
  }
  const { number } = parseSymbolVersion(text);
  if (number !== undefined) {
    if (compareDotted(number, number) !== 0) throw new BrokenPromise(`${number} is not itself`);
    const [up, down] = [compareDotted(number, '2.31'), compareDotted('2.31', number)];
    if (Math.sign(up) !== -Math.sign(down)) throw new BrokenPromise(`${number} and 2.31 have no order`);
    outcomes.push('symbol version');
  }
  for (const tuple of parseGemFileName(text)) {
    if (!isValidNameTuple(tuple)) throw new BrokenPromise(`${JSON.stringify(tuple)} from a file name`);
    outcomes.push('file name');
  }
  return outcomes.filter((outcome) => outcome !== '').join(' + ') || 'refused';
}

function tryVersion(text: string): string {
  try {
    const version = parseGemVersion(text);
    if (!isGemVersion(text)) throw new BrokenPromise('parsed, but it is no version');
    // RubyGems writes each dash as `.pre.`, and refuses what it has then written of `1--a`: `1.pre..pre.a`.
    const again = /\.\.|\.$/.test(version.text) ? version.text : canonicalGemVersion(version.text);
    if (again !== version.text) throw new BrokenPromise('not canonical');
    releaseOf(version);
    bumpOf(version);
    if (compareGemVersions(text, text) !== 0) throw new BrokenPromise('a version that is not itself');
    for (const other of ['1.2.3', '1.0.a', '0']) {
      const [up, down] = [compareGemVersions(text, other), compareGemVersions(other, text)];
      if (Math.sign(up) !== -Math.sign(down)) throw new BrokenPromise(`no order with ${other}`);
    }
    return 'version';
  } catch (error) {
    if (!(error instanceof GemVersionError)) throw error;
    if (isGemVersion(text)) throw new BrokenPromise('a version that is refused');
    return '';
  }
}

function tryRequirement(text: string): string {
  try {
    const list = splitRequirementList(text);
    const canonical = canonicalRequirementList(list);
    const requirement = parseRequirement(list);
    if (satisfies('1.2.3', requirement) !== satisfies('1.2.3', canonical)) {
      throw new BrokenPromise('its canonical form means something else');
    }
    return 'requirement';
  } catch (error) {
    if (!(error instanceof RequirementError)) throw error;
    return '';
  }
}

export const versionSubject: Subject = {
  name: 'version',
  // Each text is taken apart some thirty times.
  fixed: longTexts('1', ', ', 100_000),
  make: (random) => mutatedText(seeds, words, random),
  check,
};
