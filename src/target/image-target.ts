import { findNamed, findRelease } from './catalog.js';
import type { ImageReference } from './image-reference.js';
import { parseImageReference } from './image-reference.js';
import type { ImageRepository, ImageTable } from './images.js';
import { imageTable } from './images.js';
import { unknownTarget } from './nearest.js';
import type { NamedTarget, ResolvedTarget } from './types.js';

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
  return tag.toLowerCase().split('-');
}

/** Ruby's version at the head of a tag: `3.3`, `3.3.5`, `3.4.0-preview1`; undefined for `3`, `latest`, `slim`. */
function rubyOf(tag: string): string | undefined {
  const [, version, prerelease] = /^(\d+\.\d+(?:\.\d+)?)(?:-((?:preview|rc)\d+))?(?=-|$)/.exec(tag) ?? [];
  return version === undefined || prerelease === undefined ? version : `${version}.${prerelease}`;
}

/** The system that a tag of any image names: `bookworm`, `jammy`, `alpine3.20`, `alpine`. */
function suiteOf(tag: string, table: ImageTable): ResolvedTarget | undefined {
  for (const word of words(tag)) {
    const alpine = /^alpine(\d+\.\d+)?$/.exec(word);
    if (alpine !== null) {
      const target = alpine[1] === undefined ? required(table.alpine) : findRelease('alpine', alpine[1]);
      if (target === undefined) continue;
      return {
        target,
        warnings: alpine[1] === undefined ? [guess(`"${tag}" does not say which Alpine`, target)] : [],
      };
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

/** A tag of the official `ruby` image: the suite that it names, or the one that such a tag was last built on. */
function rubyImage(tag: string, table: ImageTable): ResolvedTarget {
  const ruby = rubyOf(tag);
  const version = ruby === undefined ? {} : { ruby };
  const suite = suiteOf(tag, table);
  if (suite !== undefined) return { ...suite, ...version };
  const minor = /^\d+\.\d+/.exec(tag)?.[0];
  const name =
    minor === undefined ? table.ruby.latest : (table.ruby.defaultSuites[minor] ?? table.ruby.latest);
  const target = required(name);
  return {
    target,
    warnings: [guess(`ruby:${tag} does not say which suite it is built on`, target)],
    ...version,
  };
}

/** The value of the longest head of a tag that is a key: `3.3.2024.05.01-x86_64` is looked up down to `3.3`. */
function ofTag(names: Readonly<Record<string, string>>, tag: string): string | undefined {
  for (let head = tag; head !== ''; head = /^(.*)[.-][^.-]*$/.exec(head)?.[1] ?? '') {
    if (Object.hasOwn(names, head)) return names[head];
  }
  return undefined;
}

function ofRepository(entry: ImageRepository, tag: string, shown: string): ResolvedTarget | undefined {
  const named = entry.target ?? ofTag(entry.tags ?? {}, tag);
  if (named !== undefined) {
    const target = required(named);
    const ruby = entry.ruby ?? target.ruby;
    return { target, warnings: [], ...(ruby === undefined ? {} : { ruby }) };
  }
  const { distribution } = entry;
  if (distribution !== undefined) {
    for (const word of words(tag)) {
      const target: NamedTarget | undefined = findPointRelease(distribution, word) ?? findNamed(word);
      if (target?.distribution === distribution) return { target, warnings: [] };
    }
  }
  const moving = ofTag(entry.moving ?? {}, tag);
  if (moving === undefined) return undefined;
  const target = required(moving);
  return { target, warnings: [guess(`${shown} moves with each release`, target)] };
}

function lookUp(reference: ImageReference, shown: string): ResolvedTarget | undefined {
  const table = imageTable();
  const { repository, tag } = reference;
  const entry = table.repositories.find(({ names }) => names.includes(repository));
  if (entry !== undefined) return ofRepository(entry, (tag ?? 'latest').toLowerCase(), shown);
  if (table.ruby.names.includes(repository)) return rubyImage(tag ?? 'latest', table);
  if (tag === undefined) return undefined;
  const suite = suiteOf(tag, table);
  if (suite === undefined || table.suiteTagged.includes(repository)) return suite;
  return {
    target: suite.target,
    warnings: [
      ...suite.warnings,
      `${shown} is not an image that is known here: ${suite.target.name} is taken from its tag.`,
    ],
  };
}

/**
 * The target that an image is built on, by its name alone; nothing is pulled. A tag that does not say it for certain is
 * answered with what it most likely is and a warning. Undefined where the text is not an image's name or not a known one.
 * @throws TargetError `TARGET_UNKNOWN` for a known repository with a tag that is not known, or a digest without a tag
 */
export function resolveImage(text: string): ResolvedTarget | undefined {
  const reference = parseImageReference(text);
  if (reference === undefined) return undefined;
  const { registry, repository, tag, digest } = reference;
  const table = imageTable();
  const known =
    table.ruby.names.includes(repository) ||
    table.repositories.some(({ names }) => names.includes(repository));
  if (tag === undefined && digest !== undefined && known) {
    throw unknownTarget(text, 'a digest does not say which release the image is; write the tag before it');
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
  if (registry === 'docker.io' || table.registries.includes(registry)) return found;
  return {
    ...found,
    warnings: [
      ...found.warnings,
      `${registry} is taken for a mirror: its ${repository} is not known to be the original.`,
    ],
  };
}
