import { dependencyTrees } from '../compat/dependency-tree.js';
import type { Deployment } from '../compat/dependency-tree.js';
import { GemInside } from '../compat/inside.js';
import type { Placement } from '../compat/inside.js';
import type { FilesToJudge } from '../compat/judge.js';
import { namesCpu } from '../compat/select.js';
import { filesOfGem, judgeFiles, rubyAbiOf, unreadFindings } from '../compat/judge.js';
import { otherSystemFindings, systemOfPlatform } from '../compat/other-systems.js';
import { requiresOf } from '../compat/requires.js';
import type { Finding, Verdict } from '../compat/types.js';
import { rubyLibrariesOf } from '../compat/shared-ruby.js';
import { effectOf, verdictOf } from '../compat/verdict.js';
import type { Cpu } from '../elf/types.js';
import { remediesFor } from '../explain/remedies.js';
import type { RemedyQuestion } from '../explain/remedies.js';
import { toolchainOf } from '../explain/toolchain.js';
import { addressMismatch, claimedAddress, rubyAbiFor } from '../gem/content-address.js';
import { linuxTarget, parsePlatform } from '../gem/platform.js';
import type { GemBinary, GemContents } from '../gem/types.js';
import { forCpu } from '../target/for-cpu.js';
import type { Target } from '../target/types.js';
import type { FileGroup } from './groups.js';
import { groupsOf } from './groups.js';
import type { Placed, SystemsFor } from './runs-on.js';
import { RunsOn } from './runs-on.js';
import type { Tree } from './tree.js';
import type {
  CpuNeeds,
  FileRemedies,
  GroupResult,
  InspectedFile,
  InspectedGroup,
  InspectedSubject,
  SubjectTree,
} from './types.js';

/** A target, and the Ruby that runs there as far as it is known. */
export interface InspectTarget {
  readonly target: Target;
  /** `3.3`, `3.3.6` */
  readonly ruby?: string;
  /** The CPUs that the target was read for; absent where it is known for all that it is made for. */
  readonly cpus?: readonly Cpu[];
  /** How the subject comes to lie on it. */
  readonly placement?: (paths: readonly string[]) => Placement;
}

export interface JudgeOptions {
  readonly targets: readonly InspectTarget[];
  /** The CPUs that were asked for. */
  readonly arches?: readonly Cpu[];
  readonly ruby?: string;
  /** Have the symbols of every needed version. */
  readonly symbols: boolean;
  /** Have the dependency trees. */
  readonly tree: boolean;
  /** ISO date, by which systems out of support are offered last. */
  readonly today: string;
  /** Known systems, in the order of `CpuNeeds.runsOn`. */
  readonly systemsFor: SystemsFor;
}

/** Something that is judged as one, and what the loader may take besides. */
interface Judged
  extends
    Pick<InspectedGroup, 'kind' | 'name' | 'version' | 'platform' | 'address' | 'rubyAbi'>,
    Omit<Placed, 'inside'> {
  /** What goes before the paths of its files in the report. */
  readonly prefix: string;
  /** What it lies in. */
  readonly tree: Pick<GemContents, 'binaries' | 'links'>;
  /** The same, as it lies on a target or by itself. */
  readonly inside: (on?: Pick<InspectTarget, 'target' | 'placement'>) => GemInside;
}

/** The same for each target, so that a large tree is not gone through for each gem in it. */
function insideOf(tree: Pick<GemContents, 'binaries' | 'links'>, paths: readonly string[]): Judged['inside'] {
  const known = new Map<string, GemInside>();
  return (on) => {
    const placement = on?.placement?.(paths) ?? {};
    const libc = on === undefined ? {} : { libc: on.target.libc };
    // Where it comes to lie nowhere in particular, nothing of the target counts but its C library.
    const lies = Object.keys(placement).length === 0 ? '' : (on?.target.name ?? '');
    const key = `${libc.libc ?? ''} ${lies}`;
    const [elsewhere] = known.values();
    const inside = known.get(key) ?? new GemInside(tree, { ...placement, ...libc }, elsewhere);
    known.set(key, inside);
    return inside;
  };
}

type SubjectFacts = Pick<InspectedSubject, 'path' | 'kind'>;

/** Judges everything that was found of one subject. @param name what files that belong to no gem are called */
export function judgeSubject(
  facts: SubjectFacts,
  name: string,
  tree: Tree,
  options: JudgeOptions,
): InspectedSubject {
  const { groups, gemsWithoutBinaries } = groupsOf(tree, name);
  const paths = [...tree.binaries.map(({ path }) => path), ...Object.keys(tree.links)];
  const inside = insideOf(tree, paths);
  const loose = groups.map((group) => fromGroup(group, tree, inside));
  const packed = tree.gems.map(({ path, contents }) =>
    fromGem(path, contents, tree.gems.length === 1 && facts.kind === 'gem'),
  );
  const all = [...loose, ...packed];
  const native = all.filter(({ files }) => bringsSomething(files));
  const found = cpusOf(native.flatMap(({ files }) => files.binaries));
  // What a precompiled gem is linked to says nothing of the Ruby that runs here, and its other users may not have it.
  const compiledHere = loose.filter(({ platform = 'ruby' }) => platform === 'ruby');
  const rubyLibraries = rubyLibrariesOf(
    compiledHere.flatMap(({ files }) => files.binaries.map(({ elf }) => elf)),
  );
  const together: Together = {
    cpus: found,
    packed,
    rubyLibraries,
    runsOn: new RunsOn(options.ruby, rubyLibraries),
  };
  const judged = native.map((each) => judgeGroup(each, together, options));
  return {
    ...facts,
    groups: judged,
    needs:
      native.length === 1 && judged[0] !== undefined ? judged[0].needs : needsOf(native, together, options),
    filesSeen: tree.filesSeen,
    gemsWithoutBinaries: gemsWithoutBinaries + all.length - native.length,
    specialFiles: tree.specialFiles,
    ...(options.tree ? { trees: treesOf(native, options) } : {}),
  };
}

/** What is known of everything that is judged together. */
interface Together {
  /** The CPUs that there are files for. */
  readonly cpus: readonly Cpu[];
  /** Ruby's shared library, as far as what was compiled is linked to it. */
  readonly rubyLibraries: readonly string[];
  /** Gems that lie packed. */
  readonly packed: readonly Judged[];
  readonly runsOn: RunsOn;
}

/**
 * Whether a packed gem is for another C library than the target's, and its variant for that lies beside it: then that is the one
 * that Bundler installs there. A platform that names no C library is glibc's.
 */
function hasCounterpart(judged: Judged, { libc }: Target, packed: readonly Judged[]): boolean {
  if (!packed.includes(judged)) return false;
  const own = madeForOf(judged);
  if (own === undefined || own.libc === libc) return false;
  return packed.some((other) => {
    const its = madeForOf(other);
    return (
      other.name === judged.name &&
      other.version === judged.version &&
      its?.cpu === own.cpu &&
      its.libc === libc &&
      // Bundler 4.1 takes a content-addressed gem for its Ruby before any other.
      (judged.address === undefined
        ? other.address === undefined
        : other.address !== undefined && other.rubyAbi === judged.rubyAbi)
    );
  });
}

function madeForOf({ platform }: Judged): ReturnType<typeof linuxTarget> {
  return platform === undefined ? undefined : linuxTarget(parsePlatform(platform));
}

function bringsSomething(files: FilesToJudge): boolean {
  const { binaries, unreadable, nestedArchives, staticArchives, ofOtherSystems = [] } = files;
  const parts = [binaries, unreadable, nestedArchives, staticArchives, ofOtherSystems];
  return parts.some((part) => part.length > 0);
}

function fromGroup(group: FileGroup, tree: Tree, inside: Judged['inside']): Judged {
  const { kind, name, version, platform, address, rubyAbi, binaries, unreadable, nameOf } = group;
  const loose = kind === 'files';
  const forJRuby = systemOfPlatform(platform)?.system === 'JRuby';
  const files = {
    ...{ binaries, unreadable, staticArchives: [], nameOf, loose },
    nestedArchives: forJRuby ? [] : group.nestedArchives,
    ofOtherSystems: otherSystemFindings({ ...group, loose, installed: true, at: group.directory }),
  };
  return {
    kind,
    name,
    ...(version === undefined ? {} : { version }),
    ...(platform === undefined ? {} : { platform }),
    ...(address === undefined ? {} : { address }),
    ...(rubyAbi === undefined ? {} : { rubyAbi }),
    files,
    prefix: '',
    tree,
    inside,
  };
}

function fromGem(path: string, contents: GemContents, alone: boolean): Judged {
  const { name, version, platform, requiredRuby } = contents.metadata;
  const files = filesOfGem(contents);
  const address = claimedAddress(path.replace(/^.*\//, '').replace(/\.gem$/, ''), contents.metadata);
  const abi = address === undefined ? undefined : rubyAbiFor(requiredRuby);
  return {
    kind: 'gem',
    name,
    version,
    platform,
    ...(address === undefined ? {} : { address }),
    ...(abi === undefined ? {} : { rubyAbi: `${abi}.0` }),
    files: { ...files, unreadable: [...files.unreadable, ...mismatch(path, contents, address)] },
    prefix: alone ? '' : `${path}!/`,
    tree: contents,
    inside: insideOf(contents, []),
  };
}

/** A gem whose bytes are not those that its name claims: what is in it is not what was published so. */
function mismatch(
  path: string,
  { sha256 }: GemContents,
  address: string | undefined,
): FilesToJudge['unreadable'] {
  const reason = addressMismatch(sha256, address);
  return reason === undefined ? [] : [{ path, code: 'GEM_CHECKSUM_MISMATCH', reason }];
}

function judgeGroup(judged: Judged, together: Together, options: JudgeOptions): InspectedGroup {
  const { kind, name, version, platform, address, rubyAbi, files, prefix } = judged;
  const inside = judged.inside();
  const arches = options.arches ?? archesFor(cpusOf(files.binaries), together.cpus);
  const results = options.targets.flatMap((to) => {
    if (hasCounterpart(judged, to.target, together.packed)) return [];
    const read = arches.filter((arch) => to.cpus?.includes(arch) !== false);
    const on = read.length > 0 ? read : arches;
    const judgedFor = options.arches === undefined ? madeFor(on, to.target, judged) : on;
    return judgedFor.map((arch, index) => {
      const result = judgeOn(judged, to, arch, together, options);
      // What is for no CPU by name belongs to none of them, and is told once.
      return index === 0 || files.loose !== true ? result : withoutOthers(result);
    });
  });
  const systems = systemsIn(files.ofOtherSystems ?? []);
  return {
    kind,
    name,
    ...(version === undefined ? {} : { version }),
    ...(platform === undefined ? {} : { platform }),
    ...(address === undefined ? {} : { address }),
    ...(rubyAbi === undefined ? {} : { rubyAbi }),
    files: files.binaries.map((binary) => inspectedFile(binary, prefix, inside, options.symbols)),
    needs: needsOf([judged], together, options),
    findings: unreadFindings(files).map((finding) => prefixed(finding, prefix)),
    ...(systems.length === 0 ? {} : { systems }),
    ...(results.length === 0 ? {} : { verdict: worst(results), results }),
  };
}

/** `macOS (arm64)`, of what is built for other systems. */
function systemsIn(findings: readonly Finding[]): string[] {
  const systems = findings.flatMap((finding) =>
    finding.kind === 'wrong-system' || finding.kind === 'other-system'
      ? [finding.cpus.length === 0 ? finding.system : `${finding.system} (${finding.cpus.join(', ')})`]
      : [],
  );
  return [...new Set(systems)].sort();
}

function withoutOthers(result: GroupResult): GroupResult {
  const findings = result.findings.filter(({ kind }) => kind !== 'other-machine');
  return { ...result, verdict: verdictOf(findings), findings };
}

/** Files for no CPU that is judged are judged for what the others are for, so that they are told to be for another. */
function archesFor(own: readonly Cpu[], found: readonly Cpu[]): readonly Cpu[] {
  if (own.length > 0) return own;
  return found.length > 0 ? found : ['x86_64'];
}

/**
 * A gem for several CPUs is loaded on those that the target is made for, and so is what lies in directories that are named
 * for their CPU (`prebuilds/linux-ia32`); where there is nothing for such a CPU, each is judged.
 */
function madeFor(
  arches: readonly Cpu[],
  { cpus }: Target,
  { kind, files }: Pick<Judged, 'kind' | 'files'>,
): readonly Cpu[] {
  const both = arches.filter((arch) => cpus?.includes(arch) !== false);
  if (both.length === 0) return arches;
  return arches.filter(
    (arch) =>
      both.includes(arch) ||
      (kind !== 'gem' && files.binaries.some(({ elf, path }) => elf.cpu === arch && !namesCpu(path))),
  );
}

function judgeOn(
  { files, kind, prefix, rubyAbi, inside }: Judged,
  on: InspectTarget,
  arch: Cpu,
  { rubyLibraries, runsOn }: Together,
  { ruby: askedRuby, today, systemsFor }: JudgeOptions,
): GroupResult {
  const { target, ruby: targetRuby } = on;
  const foreign = foreignTo(files, arch, target);
  if (foreign.length > 0) {
    const findings = [...foreign, ...unreadFindings(files)];
    return {
      target: target.name,
      arch,
      verdict: verdictOf(findings),
      findings: findings.map((finding) => prefixed(finding, prefix)),
    };
  }
  // An installed gem is loaded by the Ruby that it is installed for.
  const ruby = rubyAbi ?? askedRuby ?? targetRuby;
  const judgement = judgeFiles(files, inside(on), {
    target: forCpu(target, arch),
    cpu: arch,
    ...(ruby === undefined ? {} : { ruby }),
    rubyLibraries,
  });
  const findings: Finding[] = judgement.findings.map((finding) => prefixed(finding, prefix));
  let { verdict } = judgement;
  const running = rubyAbiOf(askedRuby ?? targetRuby);
  const installedFor = rubyAbiOf(rubyAbi);
  const otherRuby = running !== undefined && installedFor !== undefined && running !== installedFor;
  if (otherRuby) {
    const [first] = files.binaries;
    findings.push({
      kind: 'missing-ruby-abi',
      file: `${prefix}${first?.path ?? ''}`,
      ruby: running,
      available: [installedFor],
      installed: true,
    });
    verdict = 'incompatible';
  }
  const systemsOf = (binary: GemBinary): readonly string[] => {
    const alone = { unreadable: [], nestedArchives: [], staticArchives: [], loose: true };
    const placed = { files: { ...alone, binaries: [binary] }, inside };
    const requires = requiresOf([binary], (from, library) => inside().resolve(from, library) !== undefined);
    return systemsFor(requires, arch, (system) => runsOn.fits(placed, system, arch));
  };
  const remedies = remediesOf(
    files,
    judgement.findings,
    { target: forCpu(target, arch), cpu: arch, today, systemsOf },
    kind,
    prefix,
  );
  return {
    target: target.name,
    arch,
    verdict,
    ...(judgement.requires === undefined ? {} : { requires: judgement.requires }),
    findings,
    // The Ruby that would have it is not the one that runs.
    ...(judgement.given === undefined || otherRuby ? {} : { given: judgement.given }),
    ...(judgement.passedOver === undefined
      ? {}
      : { passedOver: judgement.passedOver.map((path) => `${prefix}${path}`) }),
    ...(remedies.length === 0 ? {} : { remedies }),
  };
}

/** CPUs whose kernels run executables of another one that ask for nothing (CONFIG_IA32_EMULATION, CONFIG_COMPAT). */
const RUNS_TOO: Readonly<Partial<Record<Cpu, Cpu>>> = { x86_64: 'x86', aarch64: 'arm' };

/** The files for a CPU that the target is not made for: no version that it has says anything of them. */
function foreignTo({ binaries }: FilesToJudge, arch: Cpu, { cpus = [] }: Target): Finding[] {
  const [wanted] = cpus;
  if (wanted === undefined || cpus.includes(arch)) return [];
  const runs = cpus.some((cpu) => RUNS_TOO[cpu] === arch);
  return binaries
    .filter(({ elf }) => elf.cpu === arch && (elf.dynamic || !runs))
    .map(({ path }) => ({ kind: 'wrong-machine', file: path, machine: arch, wanted }));
}

/** What whoever builds a file can do where it does not fit. */
function remediesOf(
  { binaries }: FilesToJudge,
  findings: readonly Finding[],
  {
    systemsOf,
    ...on
  }: Pick<RemedyQuestion, 'target' | 'cpu' | 'today'> & {
    readonly systemsOf: (binary: GemBinary) => readonly string[];
  },
  kind: InspectedGroup['kind'],
  prefix: string,
): FileRemedies[] {
  const byFile = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (effectOf(finding) === 'incompatible')
      byFile.set(finding.file, [...(byFile.get(finding.file) ?? []), finding]);
  }
  return binaries.flatMap((binary) => {
    const { path, elf } = binary;
    const own = byFile.get(path);
    if (own === undefined) return [];
    const toolchain = toolchainOf(elf);
    const runsOn = (): readonly string[] => systemsOf(binary);
    const remedies = remediesFor({ elf, findings: own, inGem: kind === 'gem', runsOn, ...on }, toolchain);
    if (remedies.length === 0 && toolchain === undefined) return [];
    return [{ file: `${prefix}${path}`, ...(toolchain === undefined ? {} : { toolchain }), remedies }];
  });
}

/** The trees of everything that lies together: of the subject's own files, and of each packed gem. */
function treesOf(judged: readonly Judged[], { targets, arches }: JudgeOptions): SubjectTree[] {
  const together = new Map<Judged['tree'], Judged>();
  for (const each of judged) together.set(each.tree, each);
  const on: readonly (InspectTarget | undefined)[] = targets.length === 0 ? [undefined] : targets;
  return [...together.values()].flatMap(({ tree, prefix }) =>
    cpusOf(tree.binaries)
      .filter((cpu) => arches === undefined || arches.includes(cpu))
      .flatMap((arch) =>
        on.flatMap((one) => {
          const deployment: Deployment = {
            files: tree.binaries.filter(({ elf }) => elf.cpu === arch),
            links: tree.links,
            ...one?.placement?.([...tree.binaries.map(({ path }) => path), ...Object.keys(tree.links)]),
            ...(one === undefined ? {} : { target: forCpu(one.target, arch) }),
          };
          return [...dependencyTrees(deployment)].map((found) => ({
            arch,
            ...(one === undefined ? {} : { target: one.target.name }),
            root: `${prefix}${found.root}`,
            nodes:
              prefix === ''
                ? found.nodes
                : found.nodes.map((node) => ({ ...node, path: `${prefix}${node.path}` })),
          }));
        }),
      ),
  );
}

function prefixed<F extends Finding>(finding: F, prefix: string): F {
  if (prefix === '') return finding;
  return { ...finding, file: `${prefix}${finding.file}` };
}

function worst(results: readonly GroupResult[]): Exclude<Verdict, 'source'> {
  if (results.some(({ verdict }) => verdict === 'incompatible')) return 'incompatible';
  return results.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'compatible';
}

function inspectedFile(
  binary: GemBinary,
  prefix: string,
  inside: GemInside,
  symbols: boolean,
): InspectedFile {
  const { path, elf } = binary;
  const { cpu, machine, system, verneed } = elf;
  const program =
    elf.type === 'exec' || elf.pie || (elf.interpreter !== undefined && elf.soname === undefined);
  return {
    path: `${prefix}${path}`,
    ...(cpu === undefined ? {} : { arch: cpu }),
    machine,
    ...(system === undefined ? {} : { system }),
    kind: program ? 'executable' : 'library',
    requires: requiresOf([binary], (from, library) => inside.resolve(from, library) !== undefined),
    ...(symbols ? { verneed } : {}),
  };
}

/** CPUs in the order in which the files name them first. */
function cpusOf(binaries: readonly GemBinary[]): Cpu[] {
  return [...new Set(binaries.flatMap(({ elf }) => elf.cpu ?? []))].sort();
}

function needsOf(
  parts: readonly Judged[],
  { runsOn }: Together,
  { arches, systemsFor }: JudgeOptions,
): CpuNeeds[] {
  const insides = new Map(
    parts.flatMap(({ files, inside }) => files.binaries.map((binary) => [binary, inside()] as const)),
  );
  const all = [...insides.keys()];
  return cpusOf(all)
    .filter((cpu) => arches === undefined || arches.includes(cpu))
    .map((arch) => {
      const binaries = all.filter(({ elf }) => elf.cpu === arch);
      const requires = requiresOf(
        binaries,
        (from, library) => insides.get(from)?.resolve(from, library) !== undefined,
      );
      if (requires.libc !== 'gnu' && requires.libc !== 'musl') return { arch, requires };
      const own = parts.filter(({ files }) => files.binaries.some(({ elf }) => elf.cpu === arch));
      const systems = systemsFor(requires, arch, (target) =>
        own.every((part) => runsOn.fits(part, target, arch)),
      );
      return { arch, requires, runsOn: systems };
    });
}
