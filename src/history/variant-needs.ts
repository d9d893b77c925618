import { GemInside } from '../compat/inside.js';
import { libcOf } from '../compat/libc-of.js';
import { requiresOf } from '../compat/requires.js';
import { rubyBuilds, selectBinaries } from '../compat/select.js';
import type { Requires } from '../compat/types.js';
import type { GemContents } from '../gem/types.js';
import { libcLibraries } from '../target/libc-libraries.js';
import type { Track } from './releases.js';
import type { LibcFile, VariantFinding, VersionAsk } from './types.js';

/** What one variant needs, with the files that need it. */
export interface VariantNeeds {
  /** Absent where the gem has no file that would be loaded on the CPU. */
  readonly requires?: Requires;
  readonly rubies: readonly string[];
  readonly libraries: readonly string[];
  /** What could not be read of it, and what is odd in it for any target. */
  readonly findings: readonly VariantFinding[];
  /** Something in it could not be read, so `requires` is the least that it needs. */
  readonly partly: boolean;
  /** Several files lie in it of which it picks one at run time; all of them are counted. */
  readonly picks: boolean;
  readonly asks: readonly VersionAsk[];
  readonly linked: readonly LibcFile[];
  /** Needed library → the files that need it. */
  readonly neededBy: ReadonlyMap<string, readonly string[]>;
}

/** Names recur from version to version and each reading brings its own copy of them: one is kept of each. */
export class Names {
  readonly #names = new Map<string, string>();

  of(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, name);
    return name;
  }
}

/**
 * What a gem needs of a machine of one CPU and C library: of the files that would be loaded there, and of every one of
 * those that it picks from at run time. Weak version needs do not count.
 *
 * @param rubyAbi `X.Y`: of a fat gem's builds only that Ruby's count
 */
export function needsOf(
  contents: GemContents,
  { cpu, libc }: Track,
  names: Names,
  rubyAbi?: string,
): VariantNeeds {
  const inside = new GemInside(contents);
  const ours = contents.binaries.filter(({ elf }) => elf.loadable && elf.cpu === cpu);
  const selection = selectBinaries(contents.binaries, {
    cpu,
    libc,
    systems: [],
    ...(rubyAbi === undefined ? {} : { rubyAbi }),
  });
  const loaded = [...selection.binaries, ...selection.alternatives.flat()];

  const asks: VersionAsk[] = [];
  const linked: LibcFile[] = [];
  const neededBy = new Map<string, string[]>();
  const outside = new Set<string>();
  for (const binary of loaded) {
    const file = names.of(binary.path);
    const built = libcOf(binary.elf);
    if (built !== undefined) {
      linked.push({ file, libc: built.libc, evidence: names.of(built.evidence) });
    }
    for (const library of binary.elf.needed) {
      if (inside.resolve(binary, library) !== undefined) continue;
      neededBy.set(names.of(library), [...(neededBy.get(library) ?? []), file]);
      if (!libcLibraries(built?.libc ?? libc, cpu).includes(library)) outside.add(library);
    }
    for (const { library, versions } of binary.elf.verneed) {
      if (inside.resolve(binary, library) !== undefined) continue;
      for (const { name, weak, symbols } of versions) {
        if (weak) continue;
        asks.push({
          file,
          library: names.of(library),
          symbolVersion: names.of(name),
          symbols: symbols.map((symbol) => names.of(symbol)),
        });
      }
    }
  }

  const requires = requiresOf(loaded, (from, library) => inside.resolve(from, library) !== undefined);
  const unread: VariantFinding[] = [
    ...contents.unreadable.map(
      ({ path, code, reason }) => ({ kind: 'unreadable', file: path, code, reason }) as const,
    ),
    // As in a verdict: in a gem without a platform archives are data.
    ...(contents.metadata.platform === 'ruby' ? [] : contents.nestedArchives).map(
      (file) => ({ kind: 'nested-archive', file }) as const,
    ),
  ];
  return {
    ...(loaded.length === 0 ? {} : { requires }),
    rubies: rubyBuilds(ours),
    libraries: [...outside].sort(),
    findings: [
      // Of no system in particular, nothing is wanting.
      ...selection.findings.filter((finding) => finding.kind !== 'no-build-for-system'),
      ...unread,
      ...contents.staticArchives.map((file) => ({ kind: 'static-archive', file }) as const),
    ],
    partly: unread.length > 0,
    picks: selection.alternatives.length > 0,
    asks,
    linked,
    neededBy,
  };
}
