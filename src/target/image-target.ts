import type { Cpu } from '../elf/types.js';
import { compareDotted } from '../version/symbol-version.js';
import { findNamed, findRelease } from './catalog.js';
import type { ImageReference } from './image-reference.js';
import { parseImageReference } from './image-reference.js';
import type { ImageRepository, ImageTable } from './images.js';
import { imageTable } from './images.js';
import { unknownTarget } from './nearest.js';
import type { CpuFacts, NamedTarget, ResolvedTarget, Target } from './types.js';

/** Distributions whose code names stand in the tags of other images. */
const SUITES = ['debian', 'ubuntu'] as const;

function required(name: string): NamedTarget {
  const target = findNamed(name);
  if (target === undefined)
    throw new Error(`images.json names ${name}, which is not in the table of targets`);
  return target;
}

/** `12.5` is a point release of 12, `3.20.3` of 3.20: the last numbers are dropped until a release is known. */
export function findPointRelease(distribution: string, text: string): NamedTarget | undefined {
  for (let number = text; number !== ''; number = /^(.*)\.[^.]+$/.exec(number)?.[1] ?? '') {
    const target = findRelease(distribution, number);
    if (target !== undefined) return target;
  }
  return undefined;
}

/** Words of a tag: `3.3-slim-bookworm` has three. */
function words(tag: string): string[] {
  return tag.toLowerCase().split(/[-_]/);
}

/** Ruby's version at the head of a tag: `3.3`, `3.3.5`, `3.4.0-preview1`; undefined for `3`, `latest`, `slim`. */
function rubyOf(tag: string): string | undefined {
  const [, version, prerelease] = /^(\d+\.\d+(?:\.\d+)?)(?:-((?:preview|rc)\d+))?(?=-|$)/.exec(tag) ?? [];
  return version === undefined || prerelease === undefined ? version : `${version}.${prerelease}`;
}

/** A release behind its distribution's name: `debian-12`, `ubuntu22.04`, `alpine3.20`, `ubi9`. */
const NUMBERED_SUITE = /(?<=^|-)(debian|ubuntu|alpine|ubi)-?(\d+(?:\.\d+)?)(?=-|$)/;

/** The system that a tag of any image names: `bookworm`, `jammy`, `debian-12`, `alpine3.20`, `alpine`. */
function suiteOf(tag: string, table: ImageTable): ResolvedTarget | undefined {
  const [, name, release = ''] = NUMBERED_SUITE.exec(tag) ?? [];
  if (name !== undefined) {
    const target = findRelease(name === 'ubi' ? 'rhel' : name, release);
    if (target !== undefined) return { target, warnings: [] };
  }
  for (const word of words(tag)) {
    if (word === 'alpine') {
      const target = required(table.alpine);
      return { target, warnings: [guess(`"${tag}" does not say which Alpine`, target)] };
    }
    if (!/^[a-z]+$/.test(word)) continue;
    for (const distribution of SUITES) {
      const target = findRelease(distribution, word);
      if (target !== undefined) return { target, warnings: [] };
    }
  }
  return undefined;
}

function guess(why: string, target: NamedTarget): string {
  return `${why}: ${target.name} is a guess as of ${imageTable().asOf}. Name the suite or the target to be sure.`;
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

/** A tag of images with Ruby: the suite that it names, or the one that such a tag was last built on. */
function rubyImage(tag: string, shown: string, images: RubyImages): ResolvedTarget | undefined {
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

function guessed(why: string, name: string): ResolvedTarget {
  const target = required(name);
  return { target, warnings: [guess(why, target)] };
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
function rubyWord(tag: string): string | undefined {
  return words(tag).findLast((word) => /^[2-9]\.\d+(?:\.\d+)?$/.test(word));
}

/** The value of the longest head of a tag that is a key: `3.3.2024.05.01-x86_64` is looked up down to `3.3`. */
function ofTag(names: Readonly<Record<string, string>>, tag: string): string | undefined {
  for (let head = tag; head !== ''; head = /^(.*)[.-][^.-]*$/.exec(head)?.[1] ?? '') {
    if (Object.hasOwn(names, head)) return names[head];
  }
  return undefined;
}

function ofRepository(entry: ImageRepository, tag: string, shown: string): ResolvedTarget | undefined {
  const found = systemOf(entry, tag, shown);
  const ruby = entry.ruby ?? found?.ruby;
  if (found === undefined) return undefined;
  const { lacks = [] } = entry;
  return {
    ...found,
    ...(ruby === undefined ? {} : { ruby }),
    ...(lacks.length === 0 ? {} : { target: withoutLibraries(found.target, lacks, entry.names[0] ?? shown) }),
  };
}

function systemOf(entry: ImageRepository, tag: string, shown: string): ResolvedTarget | undefined {
  const named = entry.target ?? ofTag(entry.tags ?? {}, tag);
  if (named !== undefined) {
    const target = required(named);
    return {
      target,
      warnings: entry.moves === true ? [guess(`${shown} moves with each release`, target)] : [],
      ...(target.ruby === undefined ? {} : { ruby: target.ruby }),
    };
  }
  const { distribution, latest } = entry;
  if (distribution !== undefined) {
    for (const word of words(tag)) {
      const target: NamedTarget | undefined = findPointRelease(distribution, word) ?? findNamed(word);
      if (target?.distribution === distribution) return { target, warnings: [] };
    }
  }
  if (entry.rubyTag === true && latest !== undefined) {
    const { suites = {}, releases } = entry;
    return rubyImage(tag, shown, { suites, latest, ...(releases === undefined ? {} : { releases }) });
  }
  if (entry.releases !== undefined && latest !== undefined)
    return ofRelease(entry.releases, latest, tag, shown);
  const moving = movingTag(entry.moving ?? {}, tag);
  return moving === undefined ? undefined : guessed(`${shown} moves with each release`, moving);
}

/**
 * The value of a tag that moves, or of a variant of it: `stable-slim` is `stable`. Neither `3.5` is `3`, nor
 * `stable-20230109` what `stable` is today.
 */
function movingTag(moving: Readonly<Record<string, string>>, tag: string): string | undefined {
  const [, head = tag] = /^([^-]*)-(?!\d)/.exec(tag) ?? [];
  return Object.hasOwn(moving, head) ? moving[head] : undefined;
}

/** A repository whose tags are releases of its own: the target of the last one at or before it. */
function ofRelease(
  releases: NonNullable<ImageRepository['releases']>,
  latest: string,
  tag: string,
  shown: string,
): ResolvedTarget | undefined {
  const number = /^\d+(?:\.\d+)*/.exec(tag)?.[0];
  const name =
    number === undefined ? null : releases.findLast(([first]) => compareDotted(first, number) <= 0)?.[1];
  // Before the first release that is known.
  if (name === undefined) return undefined;
  if (name !== null) return { target: required(name), warnings: [] };
  return guessed(`${shown} moves with each release`, latest);
}

/** A system less libraries that an image of it leaves out: whether they were put in again is not known. */
function withoutLibraries(target: Target, lacks: readonly string[], image: string): Target {
  const lacking = new Set(lacks);
  const kept = <T extends Pick<CpuFacts, 'libraries' | 'versions'>>(facts: T): T => ({
    ...facts,
    libraries: facts.libraries.filter((name) => !lacking.has(name)),
    ...(facts.versions === undefined
      ? {}
      : {
          versions: Object.fromEntries(Object.entries(facts.versions).filter(([name]) => !lacking.has(name))),
        }),
  });
  const byCpu = Object.entries(target.byCpu ?? {}).map(([cpu, facts]) => [cpu, kept(facts)] as const);
  return {
    ...kept(target),
    name: image,
    title: `${target.title}, ${image}`,
    base: target.name,
    ...(target.byCpu === undefined ? {} : { byCpu: Object.fromEntries(byCpu) }),
  };
}

/** The repositories of images whose last part says that they bring Ruby. */
const WITH_RUBY = /(?:^|[/-])ruby$/;

function lookUp(reference: ImageReference, shown: string): ResolvedTarget | undefined {
  const table = imageTable();
  const { repository, tag } = reference;
  const entry = table.repositories.find(({ names }) => names.includes(repository));
  if (entry !== undefined) return ofRepository(entry, (tag ?? 'latest').toLowerCase(), shown);
  if (table.ruby.names.includes(repository)) {
    const { defaultSuites: suites, defaultAlpines: alpines, latest } = table.ruby;
    return rubyImage((tag ?? 'latest').toLowerCase(), `ruby:${tag ?? 'latest'}`, { suites, alpines, latest });
  }
  if (tag === undefined) return undefined;
  const suite = suiteOf(tag.toLowerCase(), table);
  if (suite === undefined) return undefined;
  const ruby = WITH_RUBY.test(repository) ? rubyWord(tag) : undefined;
  const found = ruby === undefined ? suite : { ...suite, ruby };
  if (table.suiteTagged.includes(repository)) return found;
  return {
    ...found,
    warnings: [
      ...suite.warnings,
      `${shown} is not an image that is known here: ${suite.target.name} is taken from its tag.`,
    ],
  };
}

/**
 * Namespaces of Docker Hub in which the official images are for one CPU alone (docker-library/official-images,
 * "Architectures other than amd64?"), less those of CPUs that no target is known for.
 */
const OF_ONE_CPU: Readonly<Record<string, Cpu>> = {
  amd64: 'x86_64',
  arm32v6: 'arm',
  arm32v7: 'arm',
  arm64v8: 'aarch64',
  i386: 'x86',
  ppc64le: 'ppc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
};

/** `arm64v8/ruby` is the official image of that name, for its CPU alone. */
function officialOfCpu(reference: ImageReference): { reference: ImageReference; cpu?: Cpu } {
  const [namespace = '', name, ...more] = reference.repository.split('/');
  const cpu = Object.hasOwn(OF_ONE_CPU, namespace) ? OF_ONE_CPU[namespace] : undefined;
  if (cpu === undefined || name === undefined || more.length > 0 || reference.registry !== 'docker.io')
    return { reference };
  return { reference: { ...reference, repository: name }, cpu };
}

/**
 * The target that an image is built on, by its name alone; nothing is pulled. A tag that does not say it for certain is
 * answered with what it most likely is and a warning. Undefined where the text is not an image's name or not a known one.
 * @throws TargetError `TARGET_UNKNOWN` for a known repository with a tag that is not known, or a digest without a tag
 */
export function resolveImage(text: string): ResolvedTarget | undefined {
  const parsed = parseImageReference(text);
  if (parsed === undefined) return undefined;
  const { reference, cpu } = officialOfCpu(parsed);
  const { registry, repository, tag, digest } = reference;
  const table = imageTable();
  const known =
    table.ruby.names.includes(repository) ||
    table.repositories.some(({ names }) => names.includes(repository));
  if (tag === undefined && digest !== undefined && known) {
    throw unknownTarget(text, 'a digest does not say which release the image is; write the tag before it');
  }
  if (table.repositories.some(({ names, noLibc }) => noLibc === true && names.includes(repository))) {
    throw unknownTarget(text, 'the image has no C library, so it runs static executables only, and no Ruby');
  }
  const found = lookUp(reference, `${repository}${tag === undefined ? '' : `:${tag}`}`);
  if (found === undefined) {
    if (known)
      throw unknownTarget(
        text,
        tag === undefined ? 'the image needs a tag' : `the tag "${tag}" is not known`,
      );
    return undefined;
  }
  if (cpu !== undefined) return { ...found, target: { ...found.target, cpus: [cpu] } };
  if (registry === 'docker.io' || table.registries.includes(registry)) return found;
  return {
    ...found,
    warnings: [
      ...found.warnings,
      `${registry} is taken for a mirror: its ${repository} is not known to be the original.`,
    ],
  };
}
