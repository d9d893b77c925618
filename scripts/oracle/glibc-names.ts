/**
 * Holds `glibcNames` against the libraries of Debian's libc6: every name that they would give to an import without a
 * version, library by library.
 *
 *     npx jiti scripts/oracle/glibc-names.ts
 */
import { fileURLToPath } from 'node:url';
import { glibcNames, isGlibcPrivate } from '../../src/target/glibc-names.js';
import type { Export, UnpackedSystem } from './exports.js';
import { CPU_OF, SYSTEM_SUITES, exportsOf, filesNamed, visitSystems } from './exports.js';
import type { Comparison } from './lockfiles.js';

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
  const releases = new Set<string>();
  const failures = await visitSystems('names', SYSTEM_SUITES, async (system) => {
    const release = /\blibc6_(\d+\.\d+)/.exec(system.packages.join(' '))?.[1] ?? '';
    releases.add(release);
    await compareRoot(system, release, result);
  });
  result.skipped += failures.length;
  result.notes.unshift(`glibc ${[...releases].sort(byNumber).join(', ')}`);
  result.notes.push(...failures);
  return result;
}

async function compareRoot(
  { root, arch }: UnpackedSystem,
  release: string,
  result: Comparison,
): Promise<void> {
  const known = glibcNames(CPU_OF[arch], release);
  if (known === undefined) {
    result.skipped += 1;
    result.notes.push(`${arch}: glibc ${release} is not in the table`);
    return;
  }
  for (const [library, names] of known) {
    const [path] = await filesNamed(root, (name) => name === library);
    const { names: theirs, own } = found(path === undefined ? [] : await exportsOf(path));
    const wrong = [
      ...difference(names, theirs),
      ...[...own].filter((name) => !isGlibcPrivate(name)).map((name) => `+${name}@GLIBC_PRIVATE`),
    ];
    const asked = new Set([...names, ...theirs, ...own]).size;
    result.asked += asked;
    result.differed += wrong.length;
    result.agreed += asked - wrong.length;
    if (wrong.length > 0) {
      result.differences.push(`${arch}, glibc ${release}, ${library}: ${wrong.join(' ')}`.slice(0, 2000));
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await compareGlibcNames());
