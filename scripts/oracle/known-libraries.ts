/**
 * Holds what is said of a system by its name against the system itself: the libraries of glibc that it has, the versions that they
 * define and GLIBC_PRIVATE among them, by libc6 of Debian 11, 12 and 13; and this machine, read as `host`, against what its
 * loader and ldconfig say.
 *
 *     npx jiti scripts/oracle/index.ts 'known libraries'
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { providesLibrary, providesVersion } from '../../src/compat/provides.js';
import type { Cpu } from '../../src/elf/types.js';
import { findNamed } from '../../src/target/catalog.js';
import { forCpu } from '../../src/target/for-cpu.js';
import { definesPrivate, GLIBC_PRIVATE } from '../../src/target/glibc-private.js';
import { readHost } from '../../src/target/host.js';
import { readRootfs } from '../../src/target/rootfs.js';
import type { Target } from '../../src/target/types.js';
import { debianPackages } from './debian.js';
import type { Comparison } from './lockfiles.js';

const SYSTEMS: readonly (readonly [name: string, suite: string, arch: string, cpu: Cpu])[] = [
  ['debian-11', 'bullseye', 'amd64', 'x86_64'],
  ['debian-11', 'bullseye', 'arm64', 'aarch64'],
  ['debian-11', 'bullseye', 'i386', 'x86'],
  ['debian-12', 'bookworm', 'amd64', 'x86_64'],
  ['debian-12', 'bookworm', 'arm64', 'aarch64'],
  ['debian-12', 'bookworm', 'i386', 'x86'],
  ['debian-12', 'bookworm', 's390x', 's390x'],
  ['debian-12', 'bookworm', 'ppc64el', 'ppc64le'],
  ['debian-13', 'trixie', 'amd64', 'x86_64'],
  ['debian-13', 'trixie', 'arm64', 'aarch64'],
  ['debian-13', 'trixie', 'armhf', 'arm'],
  ['debian-13', 'trixie', 'riscv64', 'riscv64'],
];

export async function compareKnownLibraries(): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  const ask = (what: string, ours: unknown, theirs: unknown): void => {
    result.asked += 1;
    if (JSON.stringify(ours) === JSON.stringify(theirs)) {
      result.agreed += 1;
      return;
    }
    result.differed += 1;
    result.differences.push(`${what}: ${JSON.stringify(ours)}, not ${JSON.stringify(theirs)}`);
  };
  for (const [name, suite, arch, cpu] of SYSTEMS) {
    const into = join(tmpdir(), 'gemcompat-oracle', 'libc6', `${suite}-${arch}`);
    const { root } = await debianPackages({ suite, arch, names: ['libc6'], into });
    compareSystem(`${name} ${cpu}`, named(name, cpu), await readRootfs(root, cpu), ask);
  }
  await compareHost(ask, result.notes);
  return result;
}

type Ask = (what: string, ours: unknown, theirs: unknown) => void;

function named(name: string, cpu: Cpu): Target {
  const target = findNamed(name);
  if (target === undefined) throw new Error(`${name} is not in the table`);
  return forCpu(target, cpu);
}

function compareSystem(system: string, ours: Target, theirs: Target, ask: Ask): void {
  // The file names of before 2.34 (libc-2.31.so) stand among them; nothing needs a library by those.
  const libraries = theirs.libraries.filter((name) =>
    /^(?:lib|ld)[^-]*(?:-linux[-\w]*)?\.so(?:\.\d+)?$/.test(name),
  );
  for (const library of libraries) {
    ask(`${system}: ${library}`, providesLibrary(ours, library), 'provided');
    const defined = theirs.versions?.[library] ?? [];
    const versions = defined.filter((version) => version !== library && version !== GLIBC_PRIVATE);
    for (const version of versions)
      ask(`${system}: ${version} of ${library}`, providesVersion(ours, library, version), 'provided');
    // Without a definition it has every version, that one too.
    if (defined.length === 0) continue;
    const has = defined.includes(GLIBC_PRIVATE);
    ask(
      `${system}: ${GLIBC_PRIVATE} of ${library}`,
      [providesVersion(ours, library, GLIBC_PRIVATE), definesPrivate(library, ours.libcVersion)],
      [has ? 'provided' : 'missing', has],
    );
  }
}

const LOADER = '/lib64/ld-linux-x86-64.so.2';

async function compareHost(ask: Ask, notes: string[]): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64' || !existsSync(LOADER)) {
    notes.push('this machine has no glibc for x86_64');
    return;
  }
  const { target } = await readHost('x86_64');
  const banner = execFileSync(LOADER, ['--version'], { encoding: 'utf8' });
  ask('host: glibc', target.libcVersion, /release version (\d+\.\d+)/.exec(banner)?.[1]);
  const help = execFileSync(LOADER, ['--help'], { encoding: 'utf8' });
  if (help.includes('glibc-hwcaps'))
    ask('host: level', target.isa, /(x86-64-v\d) \(supported/.exec(help)?.[1] ?? 'x86-64-baseline');
  const printed = execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  const has = new Set(forCpu(target, 'x86_64').libraries);
  for (const [, library = ''] of printed.matchAll(/^\t(\S+) \(libc6,x86-64\)/gm))
    ask(`host: ${library}`, has.has(library), true);
}
