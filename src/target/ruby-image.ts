import { compareDotted } from '../version/symbol-version.js';
import { guessed, NUMBERED_SUITE, required, suiteOf, words } from './image-suite.js';
import type { ImageRepository } from './images.js';
import { imageTable } from './images.js';
import type { CpuFacts, ResolvedTarget, Target } from './types.js';

/** Ruby's version at the head of a tag: `3.3`, `3.3.5`, `3.4.0-preview1`; undefined for `3`, `latest`, `slim`. */
function rubyOf(tag: string): string | undefined {
  const [, version, prerelease] = /^(\d+\.\d+(?:\.\d+)?)(?:-((?:preview|rc)\d+))?(?=-|$)/.exec(tag) ?? [];
  return version === undefined || prerelease === undefined ? version : `${version}.${prerelease}`;
}

/** What unqualified tags were last built on, by Ruby's minor version, and by the first patch version where that changed. */
type BuiltOn = Readonly<Record<string, string | readonly (readonly [string, string])[]>>;

interface RubyImages {
  readonly suites: BuiltOn;
  /** Of tags that say `alpine` without a number; none where they are not known. */
  readonly alpines?: BuiltOn;
  /** First version of the images themselves on each target. */
  readonly releases?: NonNullable<ImageRepository['releases']>;
  readonly latest: string;
}

/** The version of the image itself before that of its Ruby: `2.3.2-3.4.7`, `1-3.3`. */
const IMAGE_VERSION = /^(\d+(?:\.\d+){0,2})-(\d+\.\d+(?:\.\d+)?)(?=-|$)/;

/**
 * A tag of images with Ruby: the suite that it names, or the one that such a tag was last built on, which is a guess. Undefined
 * for one that is older than every suite that is known, or names one that is no target.
 * @param shown the image as the user would write it
 */
export function rubyImage(tag: string, shown: string, images: RubyImages): ResolvedTarget | undefined {
  const table = imageTable();
  const [, imageVersion, rubyBehind] = IMAGE_VERSION.exec(tag) ?? [];
  const ruby = rubyBehind ?? rubyOf(tag) ?? rubyWord(tag);
  const version = ruby === undefined ? {} : { ruby };
  const { suites, alpines, releases, latest } = images;
  if (alpines !== undefined && words(tag).includes('alpine')) {
    const name = lastBuiltOn(alpines, table.alpine, tag, ruby);
    if (name === undefined) return undefined;
    return { ...guessed(`${shown} does not say which Alpine it is built on`, name), ...version };
  }
  const suite = suiteOf(tag, table);
  if (suite !== undefined) return { ...suite, ...version };
  // An Alpine or a Debian that is not known is no reason to take the default suite.
  if (NUMBERED_SUITE.test(tag) || words(tag).some((word) => table.otherSuites.includes(word)))
    return undefined;
  if (releases !== undefined && imageVersion !== undefined) {
    const release = releases.findLast(([first]) => compareDotted(first, imageVersion) <= 0)?.[1];
    if (release !== undefined && release !== null)
      return { target: required(release), warnings: [], ...version };
  }
  const name = lastBuiltOn(suites, latest, tag, ruby);
  if (name === undefined) return undefined;
  return { ...guessed(`${shown} does not say which suite it is built on`, name), ...version };
}

/**
 * What a tag of this version of Ruby was last built on; `latest` for one that is newer than those of the table, and
 * undefined for one that is older: such an image is older than every suite that could be guessed.
 */
function lastBuiltOn(
  builtOn: BuiltOn,
  latest: string,
  tag: string,
  ruby: string | undefined,
): string | undefined {
  const minors = Object.keys(builtOn).sort(compareDotted);
  const minor = /^\d+\.\d+/.exec(ruby ?? '')?.[0];
  const major = /^\d+(?=-|$)/.exec(tag)?.[0];
  const branch = minor ?? minors.findLast((known) => known.split('.')[0] === major) ?? major;
  if (branch === undefined) return latest;
  const suites = builtOn[branch];
  if (suites !== undefined) return suiteAt(suites, ruby);
  const [oldest] = minors;
  return oldest !== undefined && compareDotted(branch, oldest) < 0 ? undefined : latest;
}

/** The suite that a tag of this version was last built on; the newest where the tag names no patch version, so that it moves. */
function suiteAt(suites: BuiltOn[string], ruby = ''): string | undefined {
  if (typeof suites === 'string') return suites;
  const patch = /^\d+\.\d+\.\d+/.exec(ruby)?.[0];
  if (patch === undefined) return suites.at(-1)?.[1];
  return suites.findLast(([first]) => compareDotted(first, patch) <= 0)?.[1];
}

/** Ruby's version anywhere in a tag, the last of several: `1.1.3-3.3.6` of a development container is of 3.3.6. */
export function rubyWord(tag: string): string | undefined {
  return words(tag).findLast((word) => /^[2-9]\.\d+(?:\.\d+)?$/.test(word));
}

/**
 * The soname of Ruby's shared library (`LIBRUBY_SONAME` of Ruby's configure.ac) in images that are built with `--enable-shared`;
 * undefined where the tag does not say the version.
 */
function sharedLibrary(ruby: string | undefined): string | undefined {
  const abi = /^\d+\.\d+/.exec(ruby ?? '')?.[0];
  return abi === undefined ? undefined : `libruby.so.${abi}`;
}

/** One target for each, so that an image that is named twice is one target. */
const withRuby = new Map<string, Target>();

/** An image's system with the shared library of its Ruby. */
export function withRubyLibrary(found: ResolvedTarget): ResolvedTarget {
  const library = sharedLibrary(found.ruby);
  if (library === undefined) return found;
  const key = `${found.target.name} ${library}`;
  const target = withRuby.get(key) ?? withLibrary(found.target, library);
  withRuby.set(key, target);
  return { ...found, target };
}

function withLibrary(target: Target, library: string): Target {
  const more = <T extends Pick<CpuFacts, 'libraries'>>(facts: T): T => ({
    ...facts,
    libraries: [...facts.libraries, library],
  });
  const byCpu = Object.entries(target.byCpu ?? {}).map(([cpu, facts]) => [cpu, more(facts)] as const);
  return { ...more(target), ...(byCpu.length === 0 ? {} : { byCpu: Object.fromEntries(byCpu) }) };
}
