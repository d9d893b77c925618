import type { Cpu, ElfFile, VersionNeed, X86IsaLevel } from '../elf/types.js';
import type { GemBinary, GemContents } from '../gem/types.js';
import type { Target } from '../target/types.js';
import { GemInside } from './inside.js';
import { libcOf } from './libc-of.js';
import { loadersOf } from './loaders.js';
import type { Provision } from './provides.js';
import { ceilingFor, providesLibrary, providesVersion } from './provides.js';
import { requiresOf } from './requires.js';
import type { Selection } from './select.js';
import { selectBinaries } from './select.js';
import { isRubyExtension, rubyLibraryOf, rubyOfLibrary } from './shared-ruby.js';
import type { Finding, Judgement, SymbolVersionFinding, UncheckedVersionFinding } from './types.js';
import { verdictOf } from './verdict.js';

export interface JudgeFor {
  readonly target: Target;
  readonly cpu: Cpu;
  /** The project's Ruby, `3.3.5` or `3.3`. */
  readonly ruby?: string;
  /**
   * Sonames of Ruby's shared library that the Ruby there is taken to have, where nothing of the target says: that which compiled
   * the files had it.
   */
  readonly rubyLibraries?: readonly string[];
}

/** `X.Y` of a Ruby version: the part that decides which builds of an extension can be loaded. */
export function rubyAbiOf(ruby: string | undefined): string | undefined {
  return ruby === undefined ? undefined : /^\d+\.\d+/.exec(ruby)?.[0];
}

/** Files that are judged together: those of a gem, or of a part of a tree. */
export interface FilesToJudge extends Pick<
  GemContents,
  'binaries' | 'unreadable' | 'staticArchives' | 'nestedArchives'
> {
  /** What a path is called within the gem, where that lies in a larger tree: by it a gem picks among its files. */
  readonly nameOf?: (path: string) => string;
  /** They are no gem: files for other CPUs beside those for the target's are not loaded in their place. */
  readonly loose?: boolean;
}

/**
 * Judges what a gem holds against what a target provides: the same questions that the target's loader asks of the same
 * files, and no others. A gem without a file for any machine fits everywhere.
 */
export function judgeGem(contents: GemContents, judgeFor: JudgeFor): Judgement {
  // In a gem without a platform, archives are data; a precompiled one may unpack its executables from them.
  const nestedArchives = contents.metadata.platform === 'ruby' ? [] : contents.nestedArchives;
  return judgeFiles({ ...contents, nestedArchives }, new GemInside(contents), judgeFor);
}

/** Judges files as `judgeGem` does. @param inside what the whole tree brings in which they lie */
export function judgeFiles(
  files: FilesToJudge,
  inside: GemInside,
  { target, cpu, ruby, rubyLibraries = [] }: JudgeFor,
): Judgement {
  const abi = rubyAbiOf(ruby);
  const taken = rubyLibraryOf(rubyLibraries, abi);
  const on: JudgedOn = { inside, target, cpu, abi, rubyLibrary: taken, given: new Set() };
  const selection = selectBinaries(files.binaries, {
    cpu,
    libc: target.libc,
    systems: [target.name, ...(target.base === undefined ? [] : [target.base])],
    // Directories that are named for a Ruby make a fat gem, and nothing of files that are none.
    ...(abi === undefined || files.loose === true ? {} : { rubyAbi: abi }),
    ...(files.nameOf === undefined ? {} : { nameOf: files.nameOf }),
    ...(files.loose === undefined ? {} : { loose: files.loose }),
  });

  const findings: Finding[] = [...selection.findings];
  const judged: GemBinary[] = [...selection.binaries];
  for (const binary of selection.binaries) findings.push(...judgeBinary(binary, on));

  for (const group of selection.alternatives) {
    const failing = group.filter((binary) => judgeBinary(binary, on).length > 0);
    const fitting = group.filter((binary) => !failing.includes(binary));
    if (failing.length === 0 || fitting.length === 0) {
      for (const binary of group) findings.push(...judgeBinary(binary, on));
      judged.push(...group);
    } else {
      findings.push({
        kind: 'chosen-at-run-time',
        file: group[0]?.path ?? '',
        fitting: fitting.map(({ path }) => path),
        failing: failing.map(({ path }) => path),
      });
    }
  }

  findings.push(...unreadFindings(files));
  const verdict = verdictOf(findings);
  const passedOver = files.loose === true ? passedOverBy(selection, files, cpu) : [];
  const given = {
    ...(on.given.size === 0 ? {} : { given: [...on.given].sort() }),
    ...(passedOver.length === 0 ? {} : { passedOver }),
  };
  if (judged.length === 0) return { verdict, findings, ...given };
  const requires = requiresOf(judged, (from, library) => inside.resolve(from, library) !== undefined);
  return { verdict, requires, findings, ...given };
}

function passedOverBy({ binaries, alternatives }: Selection, files: FilesToJudge, cpu: Cpu): string[] {
  const loaded = new Set([...binaries, ...alternatives.flat()].map(({ path }) => path));
  return files.binaries
    .filter(({ path, elf }) => elf.loadable && elf.cpu === cpu && !loaded.has(path))
    .map(({ path }) => path);
}

/** What was not read of files, whatever the target. */
export function unreadFindings({
  unreadable,
  nestedArchives,
  staticArchives,
}: Pick<FilesToJudge, 'unreadable' | 'staticArchives' | 'nestedArchives'>): Finding[] {
  return [
    ...unreadable.map(
      ({ path, code, reason }) => ({ kind: 'unreadable', file: path, code, reason }) as const,
    ),
    ...nestedArchives.map((path) => ({ kind: 'nested-archive', file: path }) as const),
    ...staticArchives.map((path) => ({ kind: 'static-archive', file: path }) as const),
  ];
}

/** What the loader has to find: DT_NEEDED, and a DT_FILTER's library, which it looks for in the same way. */
function neededBy({ needed, filter }: ElfFile): readonly string[] {
  return filter === undefined || needed.includes(filter) ? needed : [...needed, filter];
}

/** glibc's libc and program interpreters, by the names in its shlib-versions. */
const ALWAYS_LOADED = /^(?:libc\.so\.6(?:\.1)?|ld-linux[-.].*|ld64\.so\.[12]|ld\.so\.1)$/;

const ISA_LEVELS: readonly X86IsaLevel[] = ['x86-64-baseline', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4'];

interface JudgedOn extends Required<Pick<JudgeFor, 'target' | 'cpu'>> {
  readonly inside: GemInside;
  /** The project's Ruby as `X.Y`. */
  readonly abi: string | undefined;
  /** The soname of Ruby's shared library that is taken for given. */
  readonly rubyLibrary: string | undefined;
  /** Grows with what is taken for given. */
  readonly given: Set<string>;
}

function judgeBinary(binary: GemBinary, on: JudgedOn): Finding[] {
  const { inside, target, cpu, abi } = on;
  const { path: file, elf } = binary;
  const built = libcOf(elf);
  // Everything else that such a file asks for follows from its being built for the other library.
  if (built !== undefined && built.libc !== target.libc) {
    return [{ kind: 'wrong-libc', file, builtFor: built.libc, evidence: built.evidence }];
  }

  const findings: Finding[] = [];
  if (elf.interpreter !== undefined && !loadersOf(target.libc, cpu).includes(elf.interpreter)) {
    findings.push({ kind: 'missing-interpreter', file, interpreter: elf.interpreter });
  }

  const needed = neededBy(elf);
  const unresolved = new Set<string>();
  for (const library of needed) {
    const ruby = isRubyExtension(elf) ? rubyOfLibrary(library) : undefined;
    if (ruby !== undefined && abi !== undefined && ruby !== abi) {
      unresolved.add(library);
      findings.push({ kind: 'missing-ruby-abi', file, ruby: abi, available: [ruby], library });
      continue;
    }
    if (inside.resolve(binary, library) !== undefined) continue;
    const provision = providesLibrary(target, library);
    if (provision === 'provided') {
      if (looksElsewhere(elf, library, target)) {
        findings.push({
          kind: 'unchecked-library',
          file,
          library,
          carried: inside.carries(library),
          noDefaultLibraries: true,
        });
      }
      continue;
    }
    if (ruby !== undefined && provision === 'unknown' && library === on.rubyLibrary) {
      on.given.add(library);
      continue;
    }
    unresolved.add(library);
    if (inside.carries(library)) findings.push({ kind: 'unchecked-library', file, library, carried: true });
    else if (provision === 'missing') findings.push({ kind: 'missing-library', file, library });
    else findings.push({ kind: 'unchecked-library', file, library, carried: false });
  }

  for (const { library, versions } of elf.verneed) {
    // A library that is not there, or of which nothing is known, is a finding already.
    if (unresolved.has(library)) continue;
    // The loader aborts where nothing has loaded the library by then (elf/dl-version.c: assert (needed != NULL)). The C
    // library and the loader itself are always there, under the names that the target has for them.
    if (
      !needed.includes(library) &&
      !(ALWAYS_LOADED.test(library) && providesLibrary(target, library) === 'provided')
    ) {
      findings.push({ kind: 'unchecked-library', file, library, carried: inside.carries(library) });
      continue;
    }
    const own = inside.resolve(binary, library);
    for (const need of versions) {
      const provision =
        own === undefined ? providesVersion(target, library, need.name) : definesVersion(own, need.name);
      const finding = versionFinding(binary, library, need, provision);
      if (finding === undefined) continue;
      const provided = own === undefined ? ceilingFor(target, need.name) : undefined;
      const known = finding.kind === 'symbol-version' && provided !== undefined ? { provided } : {};
      findings.push({ ...finding, ...known });
    }
  }

  const level = elf.isaNeeded.at(-1);
  const provided = target.isa ?? 'x86-64-baseline';
  if (level !== undefined && ISA_LEVELS.indexOf(level) > ISA_LEVELS.indexOf(provided)) {
    findings.push({ kind: 'isa-level', file, level, provided });
  }
  return findings;
}

/**
 * Whether DF_1_NODEFLIB keeps glibc's loader (elf/dl-load.c; musl's does not know it) from finding what the target has. What
 * loads a library has loaded the C library before.
 */
function looksElsewhere(elf: ElfFile, library: string, { libc }: Target): boolean {
  if (elf.noDefaultLibraries !== true || libc !== 'gnu') return false;
  return !ALWAYS_LOADED.test(library) || (elf.interpreter !== undefined && library.startsWith('libc.so.'));
}

function versionFinding(
  { path: file, elf }: GemBinary,
  library: string,
  { name, weak, symbols }: VersionNeed,
  provision: Provision,
): SymbolVersionFinding | UncheckedVersionFinding | undefined {
  if (provision === 'provided') return undefined;
  const facts = { file, library, symbolVersion: name, symbols };
  if (!weak)
    return { kind: provision === 'missing' ? 'symbol-version' : 'unchecked-symbol-version', ...facts };
  // A weak need does not keep the file from being loaded (elf/dl-version.c, match_symbol: "If it was a weak reference it
  // is not fatal"), but a symbol of it that is not weak itself fails when it is looked up.
  const strong = symbols.filter((symbol) => !elf.weakImports.includes(symbol));
  return strong.length === 0 ? undefined : { kind: 'unchecked-symbol-version', ...facts, symbols: strong };
}

/** A library without any version definitions satisfies every version need (elf/dl-version.c, match_symbol). */
function definesVersion(library: GemBinary, name: string): 'provided' | 'missing' {
  const { verdef } = library.elf;
  return verdef.length === 0 || verdef.some((definition) => definition.name === name)
    ? 'provided'
    : 'missing';
}
