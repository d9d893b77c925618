import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path/posix';
import type { Cpu } from '../elf/types.js';
import { TargetError } from '../errors.js';
import { DirectoryTree } from './directory-tree.js';
import { readHostPageSize } from './host-page-size.js';
import { readSystem } from './system-reader.js';
import type { OpenTreeFile, SystemTree, TreeEntry } from './system-tree.js';
import type { ResolvedTarget, Target } from './types.js';

/** The machine that is asked, for tests of others than this one. */
export interface HostMachine {
  /** `process.platform` */
  readonly platform: string;
  /** Directory that is `/` on it. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type IsaLevel = NonNullable<Target['isa']>;

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
 * What this machine provides: its C library, and every library that its loader finds in /etc/ld.so.conf's directories, as
 * far as /etc/ld.so.cache has them, and in its own. Nothing is executed. LD_LIBRARY_PATH belongs to one process and not to
 * the machine: it is left out, with a warning.
 * @param cpu the only CPU to read; by default every one that there is a C library for
 * @throws TargetError `HOST_NOT_LINUX`, and as `readSystem`: `TARGET_NO_LIBC`, `TARGET_NOT_FOR_CPU`, `TARGET_UNREADABLE`,
 *   `TARGET_LIMIT`
 */
export async function readHost(
  cpu?: Cpu,
  machine: HostMachine = { platform: process.platform, root: '/', env: process.env },
): Promise<ResolvedTarget> {
  const { platform, root, env } = machine;
  if (platform !== 'linux') {
    throw new TargetError(
      `This machine runs ${platform}, not Linux: it has no libraries to check gems against.`,
      {
        code: 'HOST_NOT_LINUX',
        suggestions: [
          'Name the system that you deploy to (--target debian-12) or its Dockerfile (--target dockerfile:Dockerfile).',
          'Or run gemcompat on that system, or in its container.',
        ],
      },
    );
  }
  const tree = new RunningTree(await DirectoryTree.open('host:', root));
  const { target, warnings } = await readSystem(tree, {
    name: 'host',
    source: 'the libraries of this machine',
    ...(cpu === undefined ? {} : { cpu }),
  });
  const isa = target.cpus?.includes('x86_64') === true ? await readIsaLevel(root) : undefined;
  const pageSize = await readHostPageSize(root);
  return {
    target: {
      ...target,
      ...(isa === undefined ? {} : { isa }),
      ...(pageSize === undefined ? {} : { pageSize }),
    },
    warnings: [
      ...warnings,
      ...((env['LD_LIBRARY_PATH'] ?? '') === ''
        ? []
        : ['LD_LIBRARY_PATH is set, and not taken into account: the application may run without it.']),
    ],
  };
}

async function readIsaLevel(root: string): Promise<IsaLevel | undefined> {
  try {
    return isaLevelOf(await readFile(`${root}/proc/cpuinfo`, 'utf8'));
  } catch {
    // A container without /proc: the level is not known.
    return undefined;
  }
}

/** The root of a running system has no outside: `..` in it is the root again, so that no link climbs out of it. */
class RunningTree implements SystemTree {
  readonly label: string;
  readonly #tree: SystemTree;

  constructor(tree: SystemTree) {
    this.label = tree.label;
    this.#tree = tree;
  }

  async lookup(path: string): Promise<TreeEntry | undefined> {
    const entry = await this.#tree.lookup(path);
    return entry?.kind === 'link' ? { kind: 'link', to: stoppedAtRoot(entry.to, dirname(path)) } : entry;
  }

  list(path: string): Promise<readonly string[]> {
    return this.#tree.list(path);
  }

  open(path: string): Promise<OpenTreeFile> {
    return this.#tree.open(path);
  }
}

/**
 * A link's text that does not climb past the root: each `..` that would is taken away.
 * @param directory in which the link lies, without links in it
 */
export function stoppedAtRoot(link: string, directory: string): string {
  const parts = link.split('/').filter((part) => part !== '' && part !== '.');
  const depth = link.startsWith('/') ? 0 : directory.split('/').filter((part) => part !== '').length;
  const climbs = parts.findIndex((part) => part !== '..');
  const leading = climbs < 0 ? parts.length : climbs;
  return leading <= depth ? link : `/${parts.slice(leading).join('/')}`;
}
