/** What the libraries of Debian's packages export, as binutils' nm says. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cpu } from '../../src/elf/types.js';
import { debianPackages } from './debian.js';

const run = promisify(execFile);

export interface Export {
  readonly name: string;
  /** `GLIBC_2.34`; absent if it has none. */
  readonly version?: string;
  /** Whether it is the version that a linker takes: `name@@version`. */
  readonly isDefault: boolean;
}

/**
 * The exported symbols of a file for any CPU, without the absolute ones that stand for versions.
 * @throws if nm is not installed, or cannot read the file.
 */
export async function exportsOf(path: string): Promise<Export[]> {
  const { stdout } = await run('nm', ['-D', '--defined-only', '--with-symbol-versions', path], {
    maxBuffer: 1 << 26,
  });
  return stdout.split('\n').flatMap((line): Export[] => {
    const [kind, text] = line.trim().split(/\s+/).slice(-2);
    const [, name, at, version] = /^(.+?)(?:(@@?)(.+))?$/.exec(text ?? '') ?? [];
    if (name === undefined || kind === undefined || kind === 'A') return [];
    return [{ name, isDefault: at !== '@', ...(version === undefined ? {} : { version }) }];
  });
}

/** The regular files and links below a root whose name `matches`, by path. */
export async function filesNamed(root: string, matches: (name: string) => boolean): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && matches(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** dpkg's names of the CPUs. */
export const CPU_OF = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  armhf: 'arm',
  i386: 'x86',
  ppc64el: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
} as const satisfies Record<string, Cpu>;

/** Suites with libraries of the system, which are unpacked together. */
export const SYSTEM_SUITES = (['bullseye', 'bookworm', 'trixie', 'sid'] as const).map(
  (suite) => [suite, ['libc6', 'zlib1g']] as const,
);

export interface UnpackedSystem {
  readonly suite: string;
  readonly arch: keyof typeof CPU_OF;
  readonly root: string;
  /** File names, with version and architecture. */
  readonly packages: readonly string[];
}

/** dpkg's names of the CPUs whose packages are asked: all, or those of GEMCOMPAT_ORACLE_ARCHES, separated by spaces. */
export function arches(): (keyof typeof CPU_OF)[] {
  const all = Object.keys(CPU_OF) as (keyof typeof CPU_OF)[];
  const wanted = process.env['GEMCOMPAT_ORACLE_ARCHES']?.split(' ');
  return all.filter((arch) => wanted?.includes(arch) ?? true);
}

/**
 * Unpacks packages of each suite for every CPU, below a folder of that name, and visits them. A suite that has no such
 * package for a CPU, or a mirror without it, is passed over.
 * @returns what was passed over, and why.
 * @throws if apt-get or what `visit` runs is not installed, or not a single package can be had.
 */
export async function visitSystems(
  folder: string,
  suites: readonly (readonly [suite: string, packages: readonly string[]])[],
  visit: (system: UnpackedSystem) => Promise<void>,
): Promise<string[]> {
  const failures: { readonly line: string; readonly error: unknown }[] = [];
  let visited = 0;
  for (const arch of arches()) {
    for (const [suite, names] of suites) {
      const into = join(tmpdir(), 'gemcompat-oracle', folder, `${suite}-${arch}`);
      let unpacked;
      try {
        unpacked = await debianPackages({ suite, arch, names, into });
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ENOENT') throw error;
        failures.push({ line: `${suite} ${arch}: ${firstLine(error)}`, error });
        continue;
      }
      await visit({ suite, arch, ...unpacked });
      visited += 1;
    }
  }
  const [first] = failures;
  if (visited === 0 && first !== undefined) throw first.error;
  return failures.map(({ line }) => line);
}

/** The message of a failed command, in one line. */
function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr === undefined || stderr === '' ? (message ?? '') : stderr).split('\n')[0] ?? '';
}
