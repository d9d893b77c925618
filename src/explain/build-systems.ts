import type { Cpu } from '../elf/types.js';
import { findNamed, namedTargets } from '../target/catalog.js';
import { imageTable } from '../target/images.js';
import type { NamedTarget, Target } from '../target/types.js';
import { compareDotted } from '../version/symbol-version.js';

/** A system on which a build gets no newer version of the C library than a target has. */
export interface BuildSystem {
  /** Canonical name of the target to build on: `debian-11`. */
  readonly system: string;
  readonly title: string;
  readonly libcVersion: string;
  /** Image to build in: `debian:11`. */
  readonly image?: string;
  /** Label of GitHub's hosted runner: `ubuntu-22.04`. */
  readonly runner?: string;
  /** Past its standard support on the day of the question. */
  readonly ended: boolean;
}

/**
 * GitHub's hosted runners, by the targets that they are: actions/runner-images, README.md, "Available Images", and its
 * release notes of 2026-08-10, by which the Ubuntu 22.04 ones go on 2027-04-17.
 */
const RUNNERS: Readonly<Record<string, Readonly<Partial<Record<Cpu, string>>>>> = {
  'ubuntu-22.04': { x86_64: 'ubuntu-22.04', aarch64: 'ubuntu-22.04-arm' },
  'ubuntu-24.04': { x86_64: 'ubuntu-24.04', aarch64: 'ubuntu-24.04-arm' },
  'ubuntu-26.04': { x86_64: 'ubuntu-26.04', aarch64: 'ubuntu-26.04-arm' },
};

/** Distributions in whose images one builds for others: with compilers, long support, and no subscription. */
const BUILDERS: ReadonlySet<string> = new Set(['ubuntu', 'debian', 'alma', 'alpine']);

/** An image of a system, by the table of images; undefined for one without. */
export function imageOf({ name, distribution, release }: NamedTarget): string | undefined {
  for (const { names, tags = {}, ...repository } of imageTable().repositories) {
    const [image] = names;
    if (image === undefined) continue;
    const tag = Object.entries(tags).find(([, target]) => target === name)?.[0];
    if (tag !== undefined) return `${image}:${tag}`;
    if (repository.distribution === distribution) return `${image}:${release}`;
    if (repository.target === name) return image;
  }
  return undefined;
}

function systemOf(target: NamedTarget, cpu: Cpu, today: string): BuildSystem {
  const image = imageOf(target);
  const runner = RUNNERS[target.name]?.[cpu];
  return {
    system: target.name,
    title: target.title,
    libcVersion: target.libcVersion,
    ...(image === undefined ? {} : { image }),
    ...(runner === undefined ? {} : { runner }),
    ended: target.endOfLife !== undefined && target.endOfLife < today,
  };
}

/** The named system that a target is, or is built on; undefined for a directory, a host, or a bare number. */
export function baseSystem(target: Target): NamedTarget | undefined {
  return findNamed(target.base ?? target.name);
}

/** The system that the target itself is, to build on. */
export function sameSystem(target: Target, cpu: Cpu, today: string): BuildSystem | undefined {
  const base = baseSystem(target);
  return base === undefined || base.policy ? undefined : systemOf(base, cpu, today);
}

function libcNumber({ libcVersion }: Pick<Target, 'libcVersion'>): string {
  return libcVersion.replace(/_git\d+$/, '');
}

/** No later than the target's in every library that GCC and glibc bring. */
function isNoNewer(target: Target, candidate: NamedTarget): boolean {
  if (compareDotted(libcNumber(candidate), libcNumber(target)) > 0) return false;
  return ['GLIBCXX', 'CXXABI', 'GCC'].every((prefix) => {
    const [has, would] = [target.ceilings[prefix], candidate.ceilings[prefix]];
    return has === undefined || would === undefined || compareDotted(would, has) <= 0;
  });
}

/**
 * The other systems with an image on which a build for the target can be made, best first: those in support, among them the
 * newest. Its C library, libstdc++ and libgcc are none newer than the target's.
 * @param runnersOnly those that GitHub hosts a runner of
 */
export function olderSystems(
  target: Target,
  cpu: Cpu,
  today: string,
  runnersOnly = false,
): readonly BuildSystem[] {
  const own = baseSystem(target)?.name;
  return namedTargets()
    .filter((candidate) => candidate.name !== own && candidate.base === undefined)
    .filter(({ distribution }) => BUILDERS.has(distribution))
    .filter(
      (candidate) => candidate.libc === target.libc && candidate.cpus.includes(cpu) && !candidate.policy,
    )
    .filter((candidate) => !runnersOnly || RUNNERS[candidate.name]?.[cpu] !== undefined)
    .filter((candidate) => isNoNewer(target, candidate))
    .map((candidate) => systemOf(candidate, cpu, today))
    .filter(({ image }) => image !== undefined)
    .sort((a, b) => Number(a.ended) - Number(b.ended) || compareDotted(libcNumber(b), libcNumber(a)));
}
