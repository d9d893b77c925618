import { dirname } from 'node:path/posix';
import type { Cpu } from '../elf/types.js';
import { TargetError } from '../errors.js';
import { DirectoryTree } from './directory-tree.js';
import { readHostPageSize } from './host-page-size.js';
import { readIsaLevel } from './isa-level.js';
import { runLoader } from './run-loader.js';
import { readSystem } from './system-reader.js';
import type { OpenTreeFile, SystemTree, TreeEntry } from './system-tree.js';
import type { ResolvedTarget } from './types.js';

/** The machine that is asked, for tests of others than this one. */
export interface HostMachine {
  /** `process.platform` */
  readonly platform: string;
  /** Directory that is `/` on it. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What its program interpreter at a path says to `--help`; undefined where it does not run. */
  readonly askLoader: (path: string) => Promise<string | undefined>;
}

/**
 * What this machine provides: its C library, and every library that its loader finds in /etc/ld.so.conf's directories, as
 * far as /etc/ld.so.cache has them, and in its own. LD_LIBRARY_PATH belongs to one process and not to the machine: it is left
 * out, with a warning. Nothing is executed but that loader, which is asked for the level of the CPU.
 * @param cpu the only CPU to read; by default every one that there is a C library for
 * @throws TargetError `HOST_NOT_LINUX`, and as `readSystem`: `TARGET_NO_LIBC`, `TARGET_NOT_FOR_CPU`, `TARGET_UNREADABLE`,
 *   `TARGET_LIMIT`
 */
export async function readHost(
  cpu?: Cpu,
  machine: HostMachine = { platform: process.platform, root: '/', env: process.env, askLoader: runLoader },
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
  const isa = target.cpus?.includes('x86_64') === true ? await readIsaLevel(machine) : undefined;
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
