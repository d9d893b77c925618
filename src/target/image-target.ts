import type { Cpu } from '../elf/types.js';
import { compareDotted } from '../version/symbol-version.js';
import { findNamed } from './catalog.js';
import type { ImageReference } from './image-reference.js';
import { parseImageReference } from './image-reference.js';
import { findPointRelease, guess, guessed, required, suiteOf, words } from './image-suite.js';
import type { ImageRepository } from './images.js';
import { imageTable } from './images.js';
import { unknownTarget } from './nearest.js';
import { inContainer } from './page-size.js';
import { rubyImage, withRubyLibrary, rubyWord } from './ruby-image.js';
import type { CpuFacts, NamedTarget, ResolvedTarget, Target } from './types.js';

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
    const images = { suites, alpines, latest };
    const found = rubyImage((tag ?? 'latest').toLowerCase(), `ruby:${tag ?? 'latest'}`, images);
    return found !== undefined && table.ruby.shared ? withRubyLibrary(found) : found;
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
  const inside = { ...found, target: inContainer(found.target) };
  if (cpu !== undefined) return { ...inside, target: { ...inside.target, cpus: [cpu] } };
  if (registry === 'docker.io' || table.registries.includes(registry)) return inside;
  return {
    ...inside,
    warnings: [
      ...found.warnings,
      `${registry} is taken for a mirror: its ${repository} is not known to be the original.`,
    ],
  };
}
