import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from './types.js';

type IsaLevel = NonNullable<Target['isa']>;

/** The program interpreter of the x86-64 psABI. */
const LOADER = '/lib64/ld-linux-x86-64.so.2';

/**
 * CPU flags, as Linux writes them in /proc/cpuinfo (arch/x86/include/asm/cpufeatures.h), that make up each level of the
 * x86-64 psABI (section 3.1.1, "Processor Architecture"): `pni` is SSE3, `abm` is LZCNT, and OSXSAVE is `xsave`.
 */
const ISA_FLAGS: readonly (readonly [IsaLevel, readonly string[]])[] = [
  ['x86-64-v2', ['cx16', 'lahf_lm', 'popcnt', 'pni', 'sse4_1', 'sse4_2', 'ssse3']],
  ['x86-64-v3', ['avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'abm', 'movbe', 'xsave']],
  ['x86-64-v4', ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl']],
];

/**
 * The level of the x86-64 psABI that a machine has, by the flags that all of its processors have.
 * @param cpuinfo text of /proc/cpuinfo
 * @returns undefined where it is no x86-64 machine's
 */
export function isaLevelOf(cpuinfo: string): IsaLevel | undefined {
  const processors = [...cpuinfo.matchAll(/^flags[ \t]*:(.*)$/gm)].map(
    ([, flags = '']) => new Set(flags.trim().split(/\s+/)),
  );
  if (processors.length === 0 || !processors.every((flags) => flags.has('lm'))) return undefined;
  let level: IsaLevel = 'x86-64-baseline';
  for (const [next, wanted] of ISA_FLAGS) {
    if (!wanted.every((flag) => processors.every((flags) => flags.has(flag)))) break;
    level = next;
  }
  return level;
}

/**
 * The level that glibc's loader finds with CPUID (from 2.33 on): `--help` lists the directories of glibc-hwcaps, which are named
 * for the levels, and whether they are supported (elf/dl-usage.c, print_hwcaps_subdirectories).
 * @returns undefined where it lists none: an older glibc, musl, another CPU
 */
export function isaLevelInHelp(help: string): IsaLevel | undefined {
  const listed = [...help.matchAll(/^ +(x86-64-v[234])\b(.*)$/gm)];
  if (listed.length === 0) return undefined;
  const supported = new Set(
    listed.filter(([, , state]) => state?.includes('(supported')).map(([, name]) => name),
  );
  return ISA_FLAGS.findLast(([level]) => supported.has(level))?.[0] ?? 'x86-64-baseline';
}

/**
 * The level of a running machine: what its loader says, which decides by it what it loads; else what the kernel lists, where a
 * hypervisor may hide a flag that the CPU has.
 * @returns undefined where it is no x86-64 machine, or neither says
 */
export async function readIsaLevel({
  root,
  askLoader,
}: {
  readonly root: string;
  readonly askLoader: (path: string) => Promise<string | undefined>;
}): Promise<IsaLevel | undefined> {
  const cpuinfo = await readFile(join(root, 'proc/cpuinfo'), 'utf8').catch(() => undefined);
  const listed = cpuinfo === undefined ? undefined : isaLevelOf(cpuinfo);
  // The kernel's list is of another CPU: the libraries for this one are run by an emulator, if at all.
  if (cpuinfo !== undefined && listed === undefined) return undefined;
  const help = await askLoader(join(root, LOADER));
  return (help === undefined ? undefined : isaLevelInHelp(help)) ?? listed;
}
