import type { Cpu } from '../elf/types.js';
import type { GemBinary, GemContents } from '../gem/types.js';
import type { Target } from '../target/types.js';
import { judgeForAnyRuby, undecidedRuby } from './any-ruby.js';
import { GemInside } from './inside.js';
import type { JudgedOn } from './judge-file.js';
import { isNamedForSystem } from './named-systems.js';
import { fileFindings, judgeFile } from './judge-file.js';
import { otherSystemFindings, systemOfPlatform } from './other-systems.js';
import { requiresOf } from './requires.js';
import { Roles } from './roles.js';
import type { Selection } from './select.js';
import { oneOfEachRuby, selectBinaries } from './select.js';
import { isRubyExtension, rubyLibraryOf } from './shared-ruby.js';
import { staticTlsFindings } from './static-tls.js';
import type { Finding, Judgement } from './types.js';
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
  /** What of them is built for other systems than Linux. */
  readonly ofOtherSystems?: readonly Finding[];
  /** `required_ruby_version` of the gem, as far as it is known. */
  readonly requiredRuby?: readonly string[];
  /** They are no gem: files for other CPUs beside those for the target's are not loaded in their place. */
  readonly loose?: boolean;
}

/**
 * Judges what a gem holds against what a target provides: the same questions that the target's loader asks of the same
 * files, and no others. A gem without a file for any machine fits everywhere.
 */
export function judgeGem(contents: GemContents, judgeFor: JudgeFor): Judgement {
  const inside = new GemInside(contents, { libc: judgeFor.target.libc });
  return judgeFiles(filesOfGem(contents), inside, judgeFor);
}

/** What of a gem is judged. */
export function filesOfGem(contents: GemContents): FilesToJudge {
  return { ...contents, ...packedFacts(contents) };
}

/** What a packed gem says of itself, as far as a judgement of its files rests on it. */
function packedFacts({
  metadata: { name, version, platform, requiredRuby },
  binaries,
  foreign = [],
  nestedArchives,
}: GemContents): Pick<FilesToJudge, 'nestedArchives' | 'requiredRuby' | 'ofOtherSystems'> {
  const forJRuby = systemOfPlatform(platform)?.system === 'JRuby';
  return {
    // In a gem without a platform, archives are data; a precompiled one may unpack its executables from them.
    nestedArchives: platform === 'ruby' || forJRuby ? [] : nestedArchives,
    requiredRuby,
    ofOtherSystems: otherSystemFindings({
      foreign,
      binaries,
      platform,
      at: platform === 'ruby' ? `${name}-${version}` : `${name}-${version}-${platform}`,
    }),
  };
}

/** Judges files as `judgeGem` does. @param inside what the whole tree brings in which they lie */
export function judgeFiles(files: FilesToJudge, inside: GemInside, judgeFor: JudgeFor): Judgement {
  return judgeForAnyRuby(buildsFor(files, judgeFor), files.requiredRuby ?? [], (ruby) =>
    judgeForRuby(files, inside, ruby === undefined ? judgeFor : { ...judgeFor, ruby }),
  );
}

/** The files among which a Ruby that nobody named decides, under their paths in the gem; none where it is known, or does not count. */
function buildsFor(files: FilesToJudge, { cpu, ruby }: JudgeFor): GemBinary[] {
  const { binaries, nameOf = (path: string): string => path } = files;
  if (ruby !== undefined || files.loose === true) return [];
  return binaries
    .filter(({ elf }) => elf.loadable && elf.cpu === cpu)
    .map((binary) => ({ ...binary, path: nameOf(binary.path) }));
}

function judgeForRuby(files: FilesToJudge, inside: GemInside, judgeFor: JudgeFor): Judgement {
  return judgeSelected(files, selectFor(files, inside, judgeFor), judgeFor);
}

/** Files that are judged for one system after the other: what holds for all of them is found out once. */
export class FilesOnSystems {
  readonly #files: FilesToJudge;
  /** Paths of files that other systems had something against: they are judged first. */
  readonly #suspects = new Set<string>();
  readonly #loaded = new WeakMap<GemInside, Map<string, Loaded>>();
  /** Some are run on systems of one name alone. */
  readonly #named: boolean;

  constructor(files: FilesToJudge) {
    const { binaries, nameOf = (path: string): string => path } = files;
    this.#files = files;
    this.#named = binaries.some(({ path }) => isNamedForSystem(nameOf(path)));
  }

  /** Whether judging the files finds nothing on a system, as `judgeFiles` says. */
  fit(inside: GemInside, judgeFor: JudgeFor): boolean {
    const files = this.#files;
    const loaded = this.#loadedOn(inside, judgeFor);
    const selected = { ...loaded, on: judgedOn(loaded, files, inside, judgeFor) };
    const isBad = (binary: GemBinary): boolean => fileFindings(binary, selected.on).next().done !== true;
    if (loaded.selection.binaries.some((each) => this.#suspects.has(each.path) && isBad(each))) return false;
    for (const { findings } of judgedParts(files, selected, judgeFor)) {
      for (const { file } of findings) {
        this.#suspects.add(file);
        return false;
      }
    }
    return (
      undecidedRuby(buildsFor(files, judgeFor), files.requiredRuby ?? [], (ruby) =>
        judgeForRuby(files, inside, { ...judgeFor, ruby }),
      ) === undefined
    );
  }

  #loadedOn(inside: GemInside, judgeFor: JudgeFor): Loaded {
    const { cpu, ruby, target } = judgeFor;
    const key = [cpu, target.libc, rubyAbiOf(ruby) ?? '', this.#named ? target.name : ''].join(' ');
    const known = this.#loaded.get(inside) ?? new Map<string, Loaded>();
    this.#loaded.set(inside, known);
    const loaded = known.get(key) ?? loadedOn(this.#files, inside, judgeFor);
    known.set(key, loaded);
    return loaded;
  }
}

/** The files that are loaded on a system. */
interface Loaded extends Pick<JudgedOn, 'roles' | 'extensions'> {
  readonly selection: Selection;
}

/** The same, and what they are judged by. */
interface Selected extends Loaded {
  readonly on: JudgedOn;
}

function selectFor(files: FilesToJudge, inside: GemInside, judgeFor: JudgeFor): Selected {
  const loaded = loadedOn(files, inside, judgeFor);
  return { ...loaded, on: judgedOn(loaded, files, inside, judgeFor) };
}

function loadedOn(files: FilesToJudge, inside: GemInside, { target, cpu, ruby }: JudgeFor): Loaded {
  const abi = rubyAbiOf(ruby);
  const selection = selectBinaries(files.binaries, {
    cpu,
    libc: target.libc,
    systems: [target.name, ...(target.base === undefined ? [] : [target.base])],
    // Directories that are named for a Ruby make a fat gem, and nothing of files that are none.
    ...(abi === undefined || files.loose === true ? {} : { rubyAbi: abi }),
    ...(files.nameOf === undefined ? {} : { nameOf: files.nameOf }),
    ...(files.loose === undefined ? {} : { loose: files.loose }),
  });
  const together = [...selection.binaries, ...selection.alternatives.flat()];
  return {
    selection,
    roles: new Roles(together, (from) => inside.loadedWith(from, target.libc)),
    extensions: together.filter(({ elf }) => isRubyExtension(elf)),
  };
}

function judgedOn(
  { roles, extensions }: Loaded,
  { loose }: FilesToJudge,
  inside: GemInside,
  { target, cpu, ruby, rubyLibraries = [] }: JudgeFor,
): JudgedOn {
  const abi = rubyAbiOf(ruby);
  return {
    ...{ inside, roles, extensions, target, cpu, abi },
    loose: loose === true,
    rubyLibrary: rubyLibraryOf(rubyLibraries, abi),
    given: new Set(),
  };
}

function judgeSelected(files: FilesToJudge, selected: Selected, judgeFor: JudgeFor): Judgement {
  const { selection, on } = selected;
  const { inside } = on;
  const findings: Finding[] = [];
  const judged: GemBinary[] = [];
  for (const part of judgedParts(files, selected, judgeFor)) {
    findings.push(...part.findings);
    judged.push(...(part.binaries ?? []));
  }
  const verdict = verdictOf(findings);
  const passedOver = files.loose === true ? passedOverBy(selection, files, judgeFor.cpu) : [];
  const given = {
    ...(on.given.size === 0 ? {} : { given: [...on.given].sort() }),
    ...(passedOver.length === 0 ? {} : { passedOver }),
  };
  if (judged.length === 0) return { verdict, findings, ...given };
  const requires = requiresOf(judged, (from, library) => inside.resolve(from, library) !== undefined);
  return { verdict, requires, findings, ...given };
}

/** What is found of a part of what is judged together, with the files whose needs count. */
interface JudgedPart {
  readonly findings: Iterable<Finding>;
  readonly binaries?: readonly GemBinary[];
}

/** Judges one part after the other: who asks whether there is anything need not have all of it. */
function* judgedParts(
  files: FilesToJudge,
  { selection, on }: Selected,
  { target }: JudgeFor,
): Generator<JudgedPart> {
  const { inside, roles } = on;
  yield { findings: selection.findings };
  for (const binary of selection.binaries) yield { binaries: [binary], findings: fileFindings(binary, on) };
  const opened = oneOfEachRuby(selection.binaries.filter((binary) => roles.of(binary) === 'opened'));
  // A process loads what a gem brings; of other files nothing says that one process loads them all.
  const processes = files.loose === true ? opened.map((binary) => [binary]) : [opened];
  for (const together of processes)
    yield { findings: staticTlsFindings(together, target, (from) => inside.loadedWith(from, target.libc)) };
  for (const group of selection.alternatives) yield judgeAlternatives(group, on);
  yield { findings: [...(files.ofOtherSystems ?? []), ...unreadFindings(files)] };
}

/** Files of which one is chosen at run time: where some would load and others would not, it depends on the choice. */
function judgeAlternatives(group: readonly GemBinary[], on: JudgedOn): JudgedPart {
  const judged = group.map((binary) => ({ path: binary.path, findings: judgeFile(binary, on) }));
  const failing = judged.filter(({ findings }) => findings.length > 0);
  const fitting = judged.filter(({ findings }) => findings.length === 0);
  if (failing.length === 0 || fitting.length === 0)
    return { binaries: group, findings: judged.flatMap(({ findings }) => findings) };
  const pathsOf = (some: typeof judged): string[] => some.map(({ path }) => path);
  const file = group[0]?.path ?? '';
  return {
    findings: [{ kind: 'chosen-at-run-time', file, fitting: pathsOf(fitting), failing: pathsOf(failing) }],
  };
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
