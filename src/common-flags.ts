import { Flags } from '@oclif/core';
import type { Cpu } from './index.js';
import { CPUS, PAGE_SIZE_HINT, UsageError, parseCpu, parsePageSize } from './index.js';

/** Flags that mean the same on every command that has them. */
export const colorFlag = {
  color: Flags.boolean({
    allowNo: true,
    default: true,
    summary: 'Colour on a terminal; NO_COLOR and FORCE_COLOR are obeyed.',
  }),
};

/** The names of a table of formats, for a flag that takes one. */
export function formatNames<Name extends string>(formats: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(formats) as Name[];
}

export const offlineFlag = {
  offline: Flags.boolean({ summary: 'Use directories and the cache only; never the network.' }),
};

export const outputFlag = {
  output: Flags.string({
    char: 'o',
    summary: 'Write the result to a file instead of stdout.',
    helpValue: 'FILE',
  }),
};

export const pageSizeFlag = {
  'page-size': Flags.string({
    summary:
      "Pages of the kernel that runs there: 4k, 16k or 64k. [default: those of the target's own kernel, else the CPU's usual ones]",
    helpValue: 'SIZE',
  }),
};

/** The bytes that --page-size stands for. Throws UsageError `PAGE_SIZE_UNKNOWN`. */
export function pageSizeOption(given: string | undefined): { readonly pageSize?: number } {
  if (given === undefined) return {};
  const pageSize = parsePageSize(given);
  if (pageSize !== undefined) return { pageSize };
  throw new UsageError(`--page-size ${given} is not a page size`, {
    code: 'PAGE_SIZE_UNKNOWN',
    suggestions: [`write ${PAGE_SIZE_HINT}`],
  });
}

/** A target whose rest is a path or a reference, which may hold a comma. */
const OF_A_FILE = /^\s*(?:rootfs|image|docker-archive|oci|dockerfile):/i;

/** The targets that --target names, each once: given several times, or as a list with commas. */
export function targetsOf(given: readonly string[]): string[] {
  const names = given.flatMap((text) => {
    const parts = text.split(',');
    const rest = parts.findIndex((part) => OF_A_FILE.test(part));
    const listed = rest < 0 ? parts : [...parts.slice(0, rest), parts.slice(rest).join(',')];
    return parts.length === 1 ? parts : listed.map((name) => name.trim()).filter((name) => name !== '');
  });
  return [...new Set(names.length === 0 ? given : names)];
}

/** The Rubies that --ruby names, each once: given several times, or as a list with commas. */
export function rubiesIn(given: readonly string[]): string[] {
  return [...new Set(given.flatMap((text) => text.split(',').map((ruby) => ruby.trim())))];
}

/** The one Ruby that --ruby names, on a command that compares none. Throws UsageError `RUBY_SEVERAL`. */
export function oneRuby(given: readonly string[] | undefined): { readonly ruby?: string } {
  const [ruby, ...others] = given === undefined ? [] : rubiesIn(given);
  if (ruby === undefined) return {};
  if (others.length === 0) return { ruby };
  throw new UsageError(`--ruby names ${others.length + 1} Rubies, and this command takes one`, {
    code: 'RUBY_SEVERAL',
    suggestions: [
      `run it once for each: --ruby ${ruby}`,
      'compare them for the gems of a lockfile: gemcompat audit --ruby 3.3 --ruby 4.0',
    ],
  });
}

/** The CPUs that --arch names: given several times, or as a list with commas. Throws UsageError `ARCH_UNKNOWN`. */
export function cpusOf(given: readonly string[]): Cpu[] {
  const names = given.flatMap((text) => text.split(',').map((name) => name.trim()));
  const cpus = names.map((name) => {
    const cpu = parseCpu(name);
    if (cpu !== undefined) return cpu;
    throw new UsageError(`--arch ${name} is not a CPU that is known`, {
      code: 'ARCH_UNKNOWN',
      suggestions: [`known are: ${CPUS.join(', ')}`],
    });
  });
  return [...new Set(cpus)];
}
