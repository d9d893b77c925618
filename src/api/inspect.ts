import type { Readable } from 'node:stream';
import pLimit from 'p-limit';
import type { GemReader } from '../audit/gem-reader.js';
import type { Cpu } from '../elf/types.js';
import { RegistryError, UsageError } from '../errors.js';
import { fullName } from '../gem/name-tuple.js';
import { linuxTarget, parsePlatform } from '../gem/platform.js';
import { judgeSubject } from '../inspect/judge-subject.js';
import type { InspectTarget, JudgeOptions } from '../inspect/judge-subject.js';
import { isTakenForFunction, lambdaPlacement } from '../inspect/lambda.js';
import { INSPECT_LIMITS } from '../inspect/limits.js';
import type { InspectLimits } from '../inspect/limits.js';
import type { ReadPorts, ReadSubject, SubjectToRead } from '../inspect/read-subject.js';
import { findSubject, readSubject, unreadSubject } from '../inspect/read-subject.js';
import { explanationsOf } from '../inspect/explanations.js';
import { summaryOf, unreadableOf } from '../inspect/report.js';
import { TreeCollector } from '../inspect/tree.js';
import type {
  InspectReport,
  InspectWarning,
  InspectedFile,
  InspectedSubject,
  SubjectKind,
} from '../inspect/types.js';
import type { CpuReading } from '../target/merge-cpus.js';
import { PAGE_SIZE_UNUSED, checkPageSize } from '../target/page-size.js';
import { readForCpus } from '../target/read-for-cpus.js';
import { targetSummary } from '../target/summary.js';
import { compareGemVersions } from '../version/gem-version.js';
import { checkRuby } from './check-ruby.js';
import { bundlerSettings } from '../registry/bundler-settings.js';
import { openSession } from './session.js';
import { systemsThatRun } from './systems-that-run.js';
import { targetPorts } from './target-ports.js';

/** What has been looked at so far. */
export interface InspectProgress {
  readonly files: number;
  /** Path of the file at hand, in its subject. */
  readonly current: string;
}

export interface InspectOptions {
  /** Files, directories, `-` for standard input, `NAME@VERSION` for a gem of a registry. Never empty. */
  readonly paths: readonly string[];
  /** What they have to load on, as `audit` takes it. Without one the report has needs and no verdicts. */
  readonly target?: string | readonly string[];
  /** The CPUs to judge; by default those that there are files for. */
  readonly arches?: readonly Cpu[];
  /** The Ruby that runs on the target. By default the one that an installed gem is installed for. */
  readonly ruby?: string;
  /** Pages of the kernel that runs on the targets, in bytes; see `PlanOptions`. */
  readonly pageSize?: number;
  /** Have every needed version with its symbols in the report. */
  readonly symbols?: boolean;
  /** Have the dependency trees in the report. */
  readonly tree?: boolean;
  /** URLs and directories to get gems of a registry from; by default `vendor/cache` and rubygems.org. */
  readonly sources?: readonly string[];
  readonly offline?: boolean;
  /** Archives that are read at the same time; 4 by default. */
  readonly jobs?: number;
  /** Where relative paths are taken from; the process's directory by default. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What `-` stands for; the process's standard input by default. */
  readonly input?: Readable & { readonly fd?: number; readonly isTTY?: boolean };
  /** What one archive may cost; the defaults are far beyond what real ones do. */
  readonly limits?: Partial<InspectLimits>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: InspectProgress) => void;
}

const DEFAULT_SOURCE = 'https://rubygems.org/';

/** Targets of which one CPU's part is read, so that it is to be known which. */
const FOR_ONE_CPU = /^\s*(?:image|docker-archive|oci|dockerfile):/i;

/**
 * Inspects files, packed and installed gems, directories and archives: what each needs, which known systems have that, and with
 * a target whether it would load there. What is wrong with one part is a finding of that part.
 *
 * @throws GemcompatError for a path that is not there, a single argument of which nothing can be read, a target that is none, a gem
 *   that no source has
 */
export async function inspect(options: InspectOptions): Promise<InspectReport> {
  const cwd = options.cwd ?? process.cwd();
  const env = options.env ?? process.env;
  const { arches, ruby, signal } = options;
  check(options);
  const warnings: InspectWarning[] = [];
  const subjects = distinct(await Promise.all(options.paths.map((path) => findSubject(path, cwd))));
  const names = options.target === undefined ? [] : [options.target].flat();
  const resolve = (name: string, cpus: readonly Cpu[]): Promise<CpuReading[]> =>
    readForCpus(name, {
      ...targetPorts({ cwd, env, offline: options.offline }, (message) =>
        warnings.push({ code: 'CACHE', message }),
      ),
      cpus,
      chosen: arches !== undefined,
      ...(options.pageSize === undefined ? {} : { pageSize: options.pageSize }),
    });
  const early = new Map(
    await Promise.all(
      names
        .filter((name) => !FOR_ONE_CPU.test(name))
        .map(async (name) => [name, await resolve(name, arches ?? ['x86_64'])] as const),
    ),
  );

  const read = await readAll(subjects, options, cwd, env, warnings);
  const cpus = arches ?? cpusOf(read);
  const resolved = (
    await Promise.all(names.map(async (name) => early.get(name) ?? (await resolve(name, cpus))))
  ).flat();
  const targets = targetsOf(resolved);
  warnings.push(
    ...resolved.flatMap((each) => each.warnings.map((message) => ({ code: 'TARGET', message }))),
    ...cpuWarnings(targets, arches),
  );
  if (options.pageSize !== undefined && names.length === 0) {
    warnings.push({ code: 'OPTION_UNUSED', message: PAGE_SIZE_UNUSED });
  }
  signal?.throwIfAborted();
  const judgeOptions: JudgeOptions = {
    targets,
    ...(arches === undefined ? {} : { arches }),
    ...(ruby === undefined ? {} : { ruby }),
    symbols: options.symbols ?? false,
    tree: options.tree ?? false,
    today: today(),
    systemsFor: (requires, arch, fits) => systemsThatRun(requires, arch, today(), fits),
  };
  for (const { path, tree } of read) {
    const paths = tree.binaries.map((binary) => binary.path);
    for (const { target } of targets.filter((to) => isTakenForFunction(to.target, paths))) {
      warnings.push({
        code: 'LAMBDA_FUNCTION',
        message: `${path === '-' ? 'standard input' : path}: has a bootstrap at its top, so it is judged on ${target.name} as a Lambda function, whose LD_LIBRARY_PATH leads to its lib/`,
      });
    }
  }
  const judged = read.map(({ path, kind, name, tree }) =>
    judgeSubject({ path, kind }, name, tree, judgeOptions),
  );
  for (const [index, subject] of judged.entries()) {
    const told = read[index]?.warnings ?? [];
    const own = subjectWarnings(subject, targets);
    // What is there for other systems only is neither pure Ruby nor compiled.
    const without = told.some(({ code }) => code === 'NO_LINUX_VARIANT') ? 'NO_ELF' : '';
    warnings.push(...own.filter(({ code }) => code !== without));
  }
  return {
    schemaVersion: 1,
    ...(targets.length === 0 ? {} : { targets: targets.map(({ target }) => targetSummary(target, cpus)) }),
    ...(arches === undefined ? {} : { arches }),
    ...(ruby === undefined ? {} : { ruby }),
    subjects: judged,
    ...(options.symbols === true ? { explanations: explanationsOf(judged) } : {}),
    unreadable: unreadableOf(judged),
    summary: summaryOf(judged),
    warnings: [...read.flatMap((each) => each.warnings), ...warnings],
  };
}

/** What is no finding of one file: nothing to judge, or files that are not judged. */
function subjectWarnings(
  { path, kind, groups, gemsWithoutBinaries }: InspectedSubject,
  targets: readonly InspectTarget[],
): InspectWarning[] {
  const shown = path === '-' ? 'standard input' : path;
  const warnings: InspectWarning[] = [];
  const files = groups.flatMap((group) => group.files);
  const others = groups.flatMap(({ kind: of, files: own, results = [] }) => {
    const told = new Set(results.flatMap(({ findings }) => findings.map(({ file }) => file)));
    return of === 'files'
      ? own.filter((file) => results.every(({ arch }) => arch !== file.arch) && !told.has(file.path))
      : [];
  });
  if (targets.length > 0 && others.length > 0 && others.length < files.length) {
    const called = ({ arch, system, machine }: InspectedFile): string =>
      arch ?? system ?? `machine ${machine}`;
    const named = [...new Set(others.map(called))].sort().join(', ');
    warnings.push({
      code: 'OTHER_CPU',
      message: `${shown}: ${others.length} of its files ${others.length === 1 ? 'is' : 'are'} for ${named}, and not judged`,
    });
  }
  for (const { target } of targets) {
    const left = groups.filter(
      ({ kind: of, results = [] }) =>
        of === 'gem' && !results.some((result) => result.target === target.name),
    );
    if (left.length > 0) {
      const its = target.libc === 'gnu' ? ['glibc', 'musl'] : ['musl', 'glibc'];
      const counted = left.length === 1 ? '1 gem is' : `${left.length} gems are`;
      warnings.push({
        code: 'OTHER_LIBC',
        message: `${shown}: ${counted} for ${its[1] ?? ''}, and not judged on ${target.name}: Bundler takes the variant for ${its[0] ?? ''} beside it`,
      });
    }
  }
  const built = [...new Set(groups.flatMap(({ systems = [] }) => systems))].sort();
  if (targets.length === 0 && built.length > 0) {
    warnings.push({
      code: 'OTHER_SYSTEM',
      message: `${shown}: has what is built for ${built.join(', ')}, and nothing for Linux in its place`,
    });
  }
  if (groups.length === 0)
    warnings.push({ code: 'NO_ELF', message: `${shown}: ${nothingWords(kind, gemsWithoutBinaries)}` });
  return warnings;
}

function nothingWords(kind: SubjectKind, gems: number): string {
  if (kind === 'gem') return 'pure Ruby, or compiled where it is installed: nothing in it is loaded as it is';
  if (kind === 'release')
    return 'no variant for Linux brings an executable or a library: pure Ruby, or compiled where it is installed';
  if (gems > 0)
    return `${gems === 1 ? 'the gem in it brings' : `the ${gems.toLocaleString('en')} gems in it bring`} no executable and no library, so there is nothing to check`;
  const nothing = 'nothing in it is an executable or a library, so there is nothing to check';
  return kind === 'deb' || kind === 'rpm' ? nothing : `${nothing}; see that it is the path that is meant`;
}

function check({ paths, ruby, pageSize }: InspectOptions): void {
  checkPageSize(pageSize);
  if (paths.filter((path) => path === '-').length > 1) {
    throw new UsageError('standard input can be read once only', {
      code: 'INSPECT_STDIN_TWICE',
      suggestions: ['name "-" once'],
    });
  }
  checkRuby(ruby);
}

/** A path that is given twice, in whatever words, counts once. */
function distinct(subjects: readonly SubjectToRead[]): SubjectToRead[] {
  const known = new Set<string>();
  return subjects.filter((subject) => {
    const key = 'file' in subject ? subject.file : subject.kind === 'input' ? '-' : subject.path;
    return !known.has(key) && known.add(key);
  });
}

/** A target that is named twice counts once. */
function targetsOf(resolved: readonly CpuReading[]): InspectTarget[] {
  const targets = new Map<string, InspectTarget>();
  for (const { target, ruby, cpus } of resolved) {
    const placement = lambdaPlacement(target);
    targets.set(`${target.name} ${cpus?.join() ?? ''}`, {
      target,
      ...(cpus === undefined ? {} : { cpus }),
      ...(ruby === undefined ? {} : { ruby }),
      ...(placement === undefined ? {} : { placement }),
    });
  }
  return [...targets.values()];
}

function cpuWarnings(
  targets: readonly InspectTarget[],
  arches: readonly Cpu[] | undefined,
): InspectWarning[] {
  return targets.flatMap(({ target }) =>
    (arches ?? [])
      .filter((arch) => target.cpus?.includes(arch) === false)
      .map((arch) => ({ code: 'TARGET_CPU', message: `${target.title} is not made for ${arch}` })),
  );
}

/** The CPUs that there are files for, never none. */
function cpusOf(read: readonly ReadSubject[]): readonly Cpu[] {
  const trees = read.map(({ tree }) => tree);
  const binaries = trees.flatMap(({ binaries: own, gems }) => [
    ...own,
    ...gems.flatMap(({ contents }) => contents.binaries),
  ]);
  const cpus = new Set(binaries.flatMap(({ elf }) => elf.cpu ?? []));
  return cpus.size === 0 ? ['x86_64'] : [...cpus].sort();
}

async function readAll(
  subjects: readonly SubjectToRead[],
  options: InspectOptions,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  warnings: InspectWarning[],
): Promise<ReadSubject[]> {
  let files = 0;
  const { onProgress, signal } = options;
  const ports: ReadPorts = {
    limits: { ...INSPECT_LIMITS, ...options.limits },
    input: options.input ?? process.stdin,
    limit: pLimit(options.jobs ?? 4),
    ...(onProgress === undefined
      ? {}
      : {
          seen: (current: string) => {
            files += 1;
            onProgress({ files, current });
          },
        }),
    ...(signal === undefined ? {} : { signal }),
  };
  const releases = subjects.some(({ kind }) => kind === 'release');
  const session = releases
    ? await openSession({
        cwd,
        env,
        settings: await bundlerSettings({ cwd, env }),
        sources: options.sources,
        offline: options.offline,
        warn: (warning) => warnings.push(warning),
      })
    : undefined;
  // Of a path that stands alone, what is wrong with it is all there is to say.
  const oneOfSeveral = (subject: SubjectToRead, error: unknown): ReadSubject => {
    const unread = unreadSubject(subject.kind === 'input' ? '-' : subject.path, error);
    if (subjects.length === 1 || unread === undefined) throw error;
    return unread;
  };
  try {
    const origin = await session?.originOf([DEFAULT_SOURCE]);
    const reader = session?.reader(options.jobs);
    const read: ReadSubject[] = [];
    // One after the other: a directory is read as fast as one thread can.
    for (const subject of subjects) {
      if (subject.kind !== 'release') {
        read.push(await readSubject(subject, ports).catch((error: unknown) => oneOfSeveral(subject, error)));
      } else if (origin !== undefined && reader !== undefined)
        read.push(await readRelease(subject, origin, reader));
    }
    return read;
  } finally {
    session?.close();
  }
}

/** All variants of one version of a gem that are for Linux. */
async function readRelease(
  { path, name, version }: Extract<SubjectToRead, { kind: 'release' }>,
  origin: Parameters<GemReader['read']>[0],
  reader: GemReader,
): Promise<ReadSubject> {
  const releases = await origin.releases(name);
  const ofVersion = releases.filter((release) => compareGemVersions(release.version, version) === 0);
  if (ofVersion.length === 0) {
    const known =
      releases.length === 0
        ? `there is no gem ${name} at ${origin.name}`
        : `there is no ${name} ${version} at ${origin.name}`;
    const newest = [...new Set(releases.map((release) => release.version))].slice(-5).reverse();
    throw new RegistryError(known, {
      code: 'INSPECT_NO_RELEASE',
      suggestions: [
        newest.length === 0
          ? 'check the name, or name another --source'
          : `its newest versions are ${newest.join(', ')}`,
      ],
    });
  }
  const linux = ofVersion.filter(
    ({ platform }) => platform === 'ruby' || linuxTarget(parsePlatform(platform)) !== undefined,
  );
  const tree = new TreeCollector();
  const results = await Promise.all(
    linux.map(async (release) => ({ gem: fullName(release), result: await reader.read(origin, release) })),
  );
  for (const { gem, result } of results) {
    if ('failed' in result) {
      tree.report(gem, { kind: 'unreadable', code: result.failed.code, reason: result.failed.reason });
    } else tree.report(gem, { kind: 'gem', contents: result.contents });
  }
  const others = [...new Set(ofVersion.map(({ platform }) => platform))].sort().join(', ');
  const warnings =
    linux.length > 0
      ? []
      : [{ code: 'NO_LINUX_VARIANT', message: `${path}: is there for ${others} only, and not for Linux` }];
  return { path, kind: 'release', name, tree: tree.finish(), warnings };
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
