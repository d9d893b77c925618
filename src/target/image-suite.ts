import { findNamed, findRelease } from './catalog.js';
import type { ImageTable } from './images.js';
import { imageTable } from './images.js';
import type { NamedTarget, ResolvedTarget } from './types.js';

/** Distributions whose code names stand in the tags of other images. */
const SUITES = ['debian', 'ubuntu'] as const;

/** A target that images.json names. @throws Error where there is none of that name: the two files do not belong together */
export function required(name: string): NamedTarget {
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
export function words(tag: string): string[] {
  return tag.toLowerCase().split(/[-_]/);
}

/** A release behind its distribution's name: `debian-12`, `ubuntu22.04`, `alpine3.20`, `ubi9`. */
export const NUMBERED_SUITE = /(?<=^|-)(debian|ubuntu|alpine|ubi)-?(\d+(?:\.\d+)?)(?=-|$)/;

/** The system that a tag of any image names: `bookworm`, `jammy`, `debian-12`, `alpine3.20`, `alpine`. */
export function suiteOf(tag: string, table: ImageTable): ResolvedTarget | undefined {
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

/** The warning of an answer that is not certain. @param why what the image's name leaves open */
export function guess(why: string, target: NamedTarget): string {
  return `${why}: ${target.name} is a guess as of ${imageTable().asOf}. Name the suite or the target to be sure.`;
}

/** The target of this name, as a guess. @param why as for `guess` */
export function guessed(why: string, name: string): ResolvedTarget {
  const target = required(name);
  return { target, warnings: [guess(why, target)] };
}
