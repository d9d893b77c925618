import { isDeepStrictEqual } from 'node:util';
import type { Cpu } from '../elf/types.js';
import { compareDotted } from '../version/symbol-version.js';
import { acrossCpus } from './provisions.js';
import type { CpuFacts, ResolvedTarget, Target } from './types.js';

/** What a text stands for, and on which CPUs. */
export interface CpuReading extends ResolvedTarget {
  /** The CPUs that the answer was read for; absent where it holds for any. */
  readonly cpus?: readonly Cpu[];
  /** It is for these CPUs alone, whatever the lockfile provides for. */
  readonly fixedCpu?: true;
}

/** What was read for one CPU. */
export interface OneCpuReading extends ResolvedTarget {
  readonly cpu: Cpu;
}

/**
 * Answers for one CPU each, put together where they are of the same system: an image of which each CPU's variant was read
 * is one target with facts by CPU. Where the base itself depends on the CPU, each system is a target of its own.
 */
export function mergeCpus(readings: readonly OneCpuReading[]): CpuReading[] {
  const groups = new Map<string, OneCpuReading[]>();
  for (const reading of readings) {
    const { name, title, libc, libcVersion } = reading.target;
    const key = JSON.stringify([
      name,
      title,
      libc,
      libcVersion,
      reading.ruby,
      reading.rubygemsUpdate,
      reading.bundle,
    ]);
    groups.set(key, [...(groups.get(key) ?? []), reading]);
  }
  return [...groups.values()].map(merged);
}

function merged(group: readonly OneCpuReading[]): CpuReading {
  const [first] = group;
  if (first === undefined) throw new Error('a group has a reading');
  const { ruby, rubygemsUpdate, bundle } = first;
  const same = group.every(({ target }) => isDeepStrictEqual(target, first.target));
  return {
    target: same ? first.target : withFacts(group),
    cpus: group.map(({ cpu }) => cpu),
    warnings: [...new Set(group.flatMap(({ warnings }) => warnings))],
    ...(ruby === undefined ? {} : { ruby }),
    ...(rubygemsUpdate === undefined ? {} : { rubygemsUpdate }),
    ...(bundle === undefined ? {} : { bundle }),
  };
}

/** Only systems that were read have a target for each CPU; what is known by name is one object. */
function withFacts(group: readonly OneCpuReading[]): Target {
  const byCpu: Partial<Record<Cpu, CpuFacts>> = {};
  const ceilings: Record<string, string> = {};
  for (const { cpu, target } of group) {
    byCpu[cpu] = target.byCpu?.[cpu] ?? {
      ceilings: target.ceilings,
      libraries: target.libraries,
      ...(target.markers === undefined ? {} : { markers: target.markers }),
      ...(target.versions === undefined ? {} : { versions: target.versions }),
      ...(target.exports === undefined ? {} : { exports: target.exports }),
      ...(target.glibcLayer === undefined ? {} : { glibcLayer: target.glibcLayer }),
    };
    for (const [prefix, number] of Object.entries(target.ceilings)) {
      const before = ceilings[prefix];
      if (before === undefined || compareDotted(number, before) > 0) ceilings[prefix] = number;
    }
  }
  const targets = group.map(({ target }) => target);
  const [first] = targets;
  if (first === undefined) throw new Error('a group has a reading');
  return {
    name: first.name,
    title: first.title,
    ...(first.base === undefined ? {} : { base: first.base }),
    libc: first.libc,
    libcVersion: first.libcVersion,
    cpus: group.map(({ cpu }) => cpu),
    ceilings,
    ...acrossCpus(byCpu),
    byCpu,
    ...(first.unseen === undefined ? {} : { unseen: first.unseen }),
    librariesComplete: targets.every(({ librariesComplete }) => librariesComplete),
    source: [...new Set(targets.map(({ source }) => source))].join('; '),
  };
}
