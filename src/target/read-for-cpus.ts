import type { Cpu } from '../elf/types.js';
import { TargetError } from '../errors.js';
import type { DockerfileTarget } from './dockerfile/types.js';
import type { CpuReading } from './merge-cpus.js';
import { mergeCpus } from './merge-cpus.js';
import { withPageSize } from './page-size.js';
import type { ReadTargetOptions } from './read-target.js';
import { readDockerfileTarget, readTarget } from './read-target.js';
import { TARGET_SOURCES, targetSourceOf } from './sources.js';
import type { ResolvedTarget } from './types.js';

export interface ReadForCpusOptions extends Omit<ReadTargetOptions, 'cpu'> {
  /** Never empty. */
  readonly cpus: readonly Cpu[];
  /** The user has named the CPUs: a system that is not there for one of them is an error. */
  readonly chosen: boolean;
  /** Pages of the kernel that it runs on, in bytes: one of `PAGE_SIZES`; by default the target's own. */
  readonly pageSize?: number;
}

/**
 * What a text stands for on each of some CPUs. An image is read for each, and so is a Dockerfile whose base depends on the
 * CPU; where that makes different systems of them, each comes back with its CPUs. A system that lacks a CPU which nobody
 * named is read for the others.
 * @throws TargetError as `readTarget`, `TARGET_NOT_FOR_CPU` where it is there for none of them, or not for one that is named
 */
export async function readForCpus(text: string, options: ReadForCpusOptions): Promise<CpuReading[]> {
  const { pageSize } = options;
  const readings = await readFor(text, options);
  if (pageSize === undefined) return readings;
  return readings.map((reading) => ({ ...reading, target: withPageSize(reading.target, pageSize) }));
}

async function readFor(text: string, options: ReadForCpusOptions): Promise<CpuReading[]> {
  const { source, place } = targetSourceOf(text);
  switch (source && TARGET_SOURCES[source].cpus) {
    case 'each': {
      const { found } = await readEach(options, (cpu) => readTarget(text, { ...options, cpu }));
      return mergeCpus(found.map(({ cpu, read }) => ({ ...read, cpu })));
    }
    case 'asks':
      return readDockerfileFor(place, options);
    default: {
      const [cpu] = options.cpus;
      const reading = await readTarget(text, cpu === undefined ? options : { ...options, cpu });
      if (source !== undefined) checkCpus(reading, options);
      return [reading];
    }
  }
}

/** What is wrong on one CPU and may be right on another. */
const OF_ONE_CPU: ReadonlySet<string> = new Set([
  'TARGET_NOT_FOR_CPU',
  'TARGET_IMAGE_NOT_FOUND',
  'DOCKERFILE_BASE_UNKNOWN',
]);

interface Found<T> {
  readonly cpu: Cpu;
  readonly read: T;
}

/** @param enough whether what was read for one CPU is the answer for all */
async function readEach<T>(
  { cpus, chosen }: ReadForCpusOptions,
  read: (cpu: Cpu) => Promise<T>,
  enough: (read: T) => boolean = () => false,
): Promise<{ readonly found: readonly Found<T>[]; readonly warnings: readonly string[] }> {
  const found: Found<T>[] = [];
  const failures: { readonly cpu: Cpu; readonly error: TargetError }[] = [];
  for (const cpu of cpus) {
    try {
      const one = await read(cpu);
      found.push({ cpu, read: one });
      if (enough(one)) break;
    } catch (error) {
      if (chosen || !(error instanceof TargetError) || !OF_ONE_CPU.has(error.code)) throw error;
      failures.push({ cpu, error });
    }
  }
  const [failure] = failures;
  if (found.length === 0 && failure !== undefined) throw failure.error;
  // That an image is not made for all CPUs of the lockfile is usual, and says where it is not deployed.
  const warnings = failures
    .filter(({ error }) => error.code !== 'TARGET_NOT_FOR_CPU')
    .map(({ cpu, error }) => `${cpu} is left out: ${error.message}`);
  return { found, warnings };
}

/** Systems that were read say for certain which CPUs they are for. */
function checkCpus({ target }: ResolvedTarget, { cpus, chosen }: ReadForCpusOptions): void {
  const lacking = cpus.find((cpu) => target.cpus?.includes(cpu) === false);
  if (!chosen || lacking === undefined) return;
  const have = (target.cpus ?? []).join(', ');
  throw new TargetError(`${target.name} is a system for ${have}, not for ${lacking}.`, {
    code: 'TARGET_NOT_FOR_CPU',
    suggestions: [`Ask for ${have} with --arch, or name a system for ${lacking}.`],
  });
}

async function readDockerfileFor(place: string, options: ReadForCpusOptions): Promise<CpuReading[]> {
  const pull = options.pull === true;
  const { found, warnings } = await readEach(
    options,
    (cpu) => readDockerfileTarget(place, { ...options, cpu }),
    ({ platform, perCpu }) => platform !== undefined || (!perCpu && !pull),
  );
  const [first] = found;
  const told = (reading: CpuReading): CpuReading => ({
    ...reading,
    warnings: [...new Set([...reading.warnings, ...warnings])],
  });
  if (first !== undefined && found.length === 1) {
    const { cpu, read } = first;
    const { platform } = read;
    if (platform?.cpu !== undefined) return [told(onFixedPlatform(read, platform.cpu, place, options))];
    return [told(pull || read.perCpu ? { ...answer(read), cpus: [cpu] } : answer(read))];
  }
  return mergeCpus(found.map(({ cpu, read }) => ({ ...answer(read), cpu }))).map(told);
}

/** A FROM that names its platform: the image is for that CPU wherever it is built. */
function onFixedPlatform(
  read: DockerfileTarget,
  fixed: Cpu,
  place: string,
  options: ReadForCpusOptions,
): CpuReading {
  const others = options.chosen ? options.cpus.filter((cpu) => cpu !== fixed) : [];
  if (others.length === 0) return { ...answer(read), cpus: [fixed], fixedCpu: true };
  if (options.pull === true) checkCpus(read, options);
  const warning = `${place}:${read.line}: the image is for ${fixed} on every machine, and is judged for ${others.join(', ')} as was asked.`;
  return { ...answer(read), warnings: [...read.warnings, warning] };
}

function answer({ target, warnings, ruby, rubygemsUpdate, bundle }: ResolvedTarget): ResolvedTarget {
  return {
    target,
    warnings,
    ...(ruby === undefined ? {} : { ruby }),
    ...(rubygemsUpdate === undefined ? {} : { rubygemsUpdate }),
    ...(bundle === undefined ? {} : { bundle }),
  };
}
