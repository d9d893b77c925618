import { Flags } from '@oclif/core';
import type { Cpu } from './index.js';
import { CPUS, UsageError, parseCpu } from './index.js';

/** Flags that mean the same on every command that has them. */
export const colorFlag = {
  color: Flags.boolean({
    allowNo: true,
    default: true,
    summary: 'Colour on a terminal; NO_COLOR and FORCE_COLOR are obeyed.',
  }),
};

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

/** The CPUs that --arch names. Throws UsageError `ARCH_UNKNOWN`. */
export function cpusOf(names: readonly string[]): Cpu[] {
  return names.map((name) => {
    const cpu = parseCpu(name);
    if (cpu !== undefined) return cpu;
    throw new UsageError(`--arch ${name} is not a CPU that is known`, {
      code: 'ARCH_UNKNOWN',
      suggestions: [`known are: ${CPUS.join(', ')}`],
    });
  });
}
