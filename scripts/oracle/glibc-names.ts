/**
 * Holds `glibcNames` against the libraries of Debian's libc6: every name that they would give to an import without a
 * version, library by library.
 *
 *     npx jiti scripts/oracle/glibc-names.ts
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cpu } from '../../src/elf/types.js';
import { glibcNames, isGlibcPrivate } from '../../src/target/glibc-names.js';
import { debianPackages } from './debian.js';
import { exportsOf, filesNamed, firstLine } from './exports.js';
import type { Export } from './exports.js';
import type { Comparison } from './lockfiles.js';

/** dpkg's names. */
const CPUS = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  armhf: 'arm',
  i386: 'x86',
  ppc64el: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
} as const satisfies Record<string, Cpu>;

export const ARCHES = Object.keys(CPUS) as (keyof typeof CPUS)[];

const SUITES = ['bullseye', 'bookworm', 'trixie', 'sid'] as const;

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** Names that glibc's loader finds for an import without a version, by `check_match` of its `elf/dl-lookup.c`. */
function found(exports: readonly Export[]): { readonly names: Set<string>; readonly own: Set<string> } {
  const isOwn = ({ version }: Export): boolean => version === 'GLIBC_PRIVATE';
  const base = exports.flatMap(({ version }) => version?.match(/^GLIBC_\d.*/)?.[0] ?? []).sort(byNumber)[0];
  const bound = exports.filter(
    (each) => !isOwn(each) && (each.isDefault || each.version === undefined || each.version === base),
  );
  return {
    names: new Set(bound.map(({ name }) => name).filter((name) => !name.endsWith('_version_placeholder'))),
    own: new Set(exports.filter(isOwn).map(({ name }) => name)),
  };
}

function difference(ours: ReadonlySet<string>, theirs: ReadonlySet<string>): string[] {
  return [
    ...[...theirs].filter((name) => !ours.has(name)).map((name) => `+${name}`),
    ...[...ours].filter((name) => !theirs.has(name)).map((name) => `-${name}`),
  ];
}

/**
 * Compares every library that the table has, for each suite and CPU that apt can get.
 * @throws if nm is not installed, or apt cannot get a single package.
 */
export async function compareGlibcNames(): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  let absence: unknown;
  const releases = new Set<string>();
  for (const arch of ARCHES) {
    for (const suite of SUITES) {
      const into = join(tmpdir(), 'gemcompat-oracle', 'names', `${suite}-${arch}`);
      try {
        const { root, packages } = await debianPackages({ suite, arch, names: ['libc6'], into });
        const release = /^libc6_(\d+\.\d+)/.exec(packages[0] ?? '')?.[1] ?? '';
        releases.add(release);
        await compareRoot(root, arch, release, result);
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ENOENT') throw error;
        absence = error;
        result.skipped += 1;
        result.notes.push(`${suite} ${arch}: ${firstLine(error)}`);
      }
    }
  }
  if (result.asked === 0) throw absence;
  result.notes.unshift(`glibc ${[...releases].sort(byNumber).join(', ')}`);
  return result;
}

async function compareRoot(
  root: string,
  arch: keyof typeof CPUS,
  release: string,
  result: Comparison,
): Promise<void> {
  const known = glibcNames(CPUS[arch], release);
  if (known === undefined) {
    result.skipped += 1;
    result.notes.push(`${arch}: glibc ${release} is newer than the table`);
    return;
  }
  for (const [library, names] of known) {
    const [path] = await filesNamed(root, (name) => name === library);
    const exports = path === undefined ? [] : await exportsOf(path);
    const { names: theirs, own } = found(exports);
    const wrong = [
      ...difference(names, theirs),
      ...[...own].filter((name) => !isGlibcPrivate(name)).map((name) => `+${name}@GLIBC_PRIVATE`),
    ];
    result.asked += new Set([...names, ...theirs, ...own]).size;
    result.differed += wrong.length;
    result.agreed += new Set([...names, ...theirs, ...own]).size - wrong.length;
    if (wrong.length > 0) {
      result.differences.push(`${arch}, glibc ${release}, ${library}: ${wrong.join(' ')}`.slice(0, 2000));
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await compareGlibcNames());
