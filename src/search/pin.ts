import { compareGemVersions } from '../version/gem-version.js';

export interface Bounds {
  readonly locked: string;
  readonly answer: string;
  /** Versions that Bundler could pick from, in any order, the answer among them. */
  readonly eligible: readonly string[];
  /** Every eligible version from here up to the answer fits too; the answer itself where that is not known. */
  readonly fitsFrom: string;
  /** Nothing below the answer will do, although Bundler would rather take it: it keeps what else is locked. */
  readonly exact?: boolean;
}

/**
 * The least that makes Bundler move from `locked` to `answer`, as requirements: an upper bound at the next version
 * above the answer, a lower bound where it has to move up, both where the newest does not fit either.
 */
export function boundsFor({ locked, answer, eligible, fitsFrom, exact = false }: Bounds): string[] {
  // The locked version counts even where Bundler could no longer pick it: it has to be moved off it.
  const above = [...eligible, locked]
    .filter((version) => compareGemVersions(version, answer) > 0)
    .sort(compareGemVersions);
  const upper = above[0] === undefined ? [] : [`< ${above[0]}`];
  // Bundler keeps a locked version that still satisfies the Gemfile, so an upper bound alone would not move it up.
  return exact || compareGemVersions(answer, locked) > 0 ? [`>= ${fitsFrom}`, ...upper] : upper;
}

export interface Pin {
  readonly name: string;
  readonly requirement: readonly string[];
  readonly forceRuby?: boolean;
}

/** A `gem` line for a Gemfile: `gem 'nokogiri', '~> 1.16', '< 1.18.0'`. */
export function pinLine({ name, requirement, forceRuby = false }: Pin): string {
  const stated = requirement.filter((part) => part !== '>= 0');
  return [
    `gem '${name}'`,
    ...stated.map((part) => `'${part}'`),
    ...(forceRuby ? ['force_ruby_platform: true'] : []),
  ].join(', ');
}
