/**
 * Compares src/target/musl-names.json with the exported names of Debian's packages of musl: the same releases, built by
 * somebody else.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cpu } from '../../src/elf/types.js';
import { libcLibraries } from '../../src/target/libc-libraries.js';
import { muslExports } from '../../src/target/musl-names.js';
import { CPUS } from '../../src/target/symbol-versions.js';
import { DEBIAN_ARCHITECTURES } from '../targets/debian-packages.js';
import type { DebianPackages } from './debian.js';
import { debianPackages } from './debian.js';
import { exportsOf } from './exports.js';
import type { Comparison } from './lockfiles.js';

/** The suites of each CPU: all of them once, and the first and the last of each other CPU. */
const SUITES = {
  x86_64: ['bullseye', 'bookworm', 'trixie', 'sid'],
  aarch64: ['bookworm', 'sid'],
  arm: ['bookworm', 'sid'],
  x86: ['bookworm', 'sid'],
  ppc64le: ['bookworm', 'sid'],
  s390x: ['bookworm', 'sid'],
  riscv64: ['trixie', 'sid'],
} satisfies Record<Cpu, readonly string[]>;

/** What Debian's patches change in musl (debian/patches of its source package), by the suites that have them. */
const DEBIAN_CHANGES: readonly {
  readonly names: readonly string[];
  readonly change: 'adds' | 'removes';
  readonly suites: readonly string[];
}[] = [
  {
    names: ['fts_children', 'fts_close', 'fts_open', 'fts_read', 'fts_set'],
    change: 'adds',
    suites: ['bookworm', 'trixie', 'sid'],
  },
  // Backported from 1.2.6.
  { names: ['renameat2'], change: 'adds', suites: ['trixie'] },
  // Left to libxcrypt for one release.
  { names: ['crypt', 'crypt_r', 'encrypt', 'setkey'], change: 'removes', suites: ['bookworm'] },
];

/** @throws where apt-get, dpkg or nm is absent. */
export async function compareMuslNames(): Promise<Comparison> {
  const notes: string[] = [];
  const differences: string[] = [];
  const packages: string[] = [];
  let asked = 0;
  let skipped = 0;
  for (const cpu of CPUS) {
    for (const suite of SUITES[cpu]) {
      const musl = await debianMusl(cpu, suite);
      if (typeof musl === 'string') {
        notes.push(musl);
        skipped += 1;
        continue;
      }
      const label = `musl ${musl.version} of Debian ${suite}, ${cpu}`;
      const ours = muslExports(cpu, musl.version);
      if (ours === undefined) {
        notes.push(`${label}: not in the table`);
        skipped += 1;
        continue;
      }
      const theirs = new Set((await exportsOf(musl.path)).map(({ name }) => name));
      const { found, count } = compareSets(ours, theirs, suite);
      differences.push(...found.map((name) => `${label}: ${name}`));
      packages.push(`${suite} ${cpu}`);
      asked += count;
    }
  }
  if (packages.length > 0) notes.unshift(`packages: ${packages.join(', ')}`);
  const differed = differences.length;
  return { asked, agreed: asked - differed, differed, skipped, notes, differences };
}

/** Names that only one side has, after Debian's own changes; `count` is of all names of both. */
function compareSets(
  ours: ReadonlySet<string>,
  theirs: ReadonlySet<string>,
  suite: string,
): { readonly found: readonly string[]; readonly count: number } {
  const expected = new Set(ours);
  for (const { names, change, suites } of DEBIAN_CHANGES) {
    if (!suites.includes(suite)) continue;
    for (const name of names) {
      if (change === 'adds') expected.add(name);
      else expected.delete(name);
    }
  }
  const extra = [...theirs].filter((name) => !expected.has(name));
  const missing = [...expected].filter((name) => !theirs.has(name));
  return {
    found: [
      ...extra.map((name) => `${name} is exported and not in the table`),
      ...missing.map((name) => `${name} is in the table and not exported`),
    ],
    count: expected.size + extra.length,
  };
}

/** Debian's musl of a suite, unpacked: its library and release, or why it is skipped. */
async function debianMusl(
  cpu: Cpu,
  suite: string,
): Promise<{ readonly path: string; readonly version: string } | string> {
  const arch = DEBIAN_ARCHITECTURES[cpu];
  const into = join(tmpdir(), 'gemcompat-oracle', 'musl', `${suite}-${arch}`);
  let unpacked: DebianPackages;
  try {
    unpacked = await debianPackages({ suite, arch, names: ['musl'], into });
  } catch (error) {
    const { cmd } = error as { cmd?: unknown };
    if (typeof cmd !== 'string' || !cmd.startsWith('apt-get')) throw error;
    return `musl of Debian ${suite}, ${cpu}: apt-get cannot get it`;
  }
  const { root, packages } = unpacked;
  const version = /^musl_(\d+(?:\.\d+)*)/.exec(packages[0] ?? '')?.[1];
  const loader = libcLibraries('musl', cpu).find((name) => name.startsWith('ld-musl-'));
  const path = ['lib', 'usr/lib'].map((folder) => join(root, folder, loader ?? '')).find(existsSync);
  if (version === undefined || path === undefined)
    return `musl of Debian ${suite}, ${cpu}: no library in the package`;
  return { path, version };
}
