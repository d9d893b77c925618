import { parsePlatform } from '../gem/platform.js';
import type { ForeignFile, GemBinary } from '../gem/types.js';
import type { OtherSystemFinding, WrongSystemFinding } from './types.js';

/** What is built for other systems than Linux, and what lies beside it. */
export interface OtherSystemsQuestion {
  readonly foreign: readonly ForeignFile[];
  readonly binaries: readonly GemBinary[];
  /** They belong to no gem. */
  readonly loose?: boolean;
  /** Of a gem; `ruby` where it has none. */
  readonly platform?: string;
  /** It is installed, and not packed. */
  readonly installed?: boolean;
  /** Platforms of the machines that compiled its extensions, by the directories that these lie in. */
  readonly builtOn?: readonly string[];
  /** Its specification names extensions, which are compiled when it is installed. */
  readonly hasExtensions?: boolean;
  /** The gem itself, for what is told of no file in it. */
  readonly at: string;
}

interface PlatformSystem {
  readonly system: string;
  readonly cpus: readonly string[];
}

/** Systems by the `os` of a gem platform. */
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/^darwin$/, 'macOS'],
  [/^(?:mingw|mswin|cygwin)/, 'Windows'],
  [/^(?:java|dalvik)$/, 'JRuby'],
  [/^freebsd$/, 'FreeBSD'],
  [/^netbsd/, 'NetBSD'],
  [/^openbsd$/, 'OpenBSD'],
  [/^solaris$/, 'Solaris'],
  [/^aix$/, 'AIX'],
  [/^wasi$/, 'WASI'],
  [/^dotnet$/, '.NET'],
];

/** The system other than Linux that a gem platform is for; undefined for Linux, `ruby`, and a name that says nothing. */
export function systemOfPlatform(platform: string | undefined): PlatformSystem | undefined {
  const parsed = platform === undefined ? 'ruby' : parsePlatform(platform);
  if (parsed === 'ruby') return undefined;
  const system = SYSTEMS.find(([os]) => os.test(parsed.os))?.[1];
  return system === undefined ? undefined : { system, cpus: parsed.cpu === null ? [] : [parsed.cpu] };
}

/**
 * Finds what would have to be loaded and is built for another system. Files for macOS or Windows beside those for Linux are of no
 * concern: gems and packages bring them for each system, and pick by themselves.
 */
export function otherSystemFindings(
  question: OtherSystemsQuestion,
): (WrongSystemFinding | OtherSystemFinding)[] {
  return question.loose === true ? looseFindings(question) : gemFindings(question);
}

function gemFindings(question: OtherSystemsQuestion): (WrongSystemFinding | OtherSystemFinding)[] {
  const { foreign, binaries, platform, builtOn = [], at } = question;
  const own = systemOfPlatform(platform);
  if (own?.system === 'JRuby') return [{ kind: 'other-system', file: at, ...own }];
  if (own !== undefined) return [wrong(foreign[0]?.path ?? at, own)];

  const compiledOn = builtOn.map((each) => systemOfPlatform(each));
  const [elsewhere] = compiledOn;
  if (compiledOn.includes(undefined)) return [];
  if (elsewhere !== undefined) {
    // JRuby compiles nothing that MRI could load either.
    if (elsewhere.system === 'JRuby') return [{ kind: 'other-system', file: at, ...elsewhere }];
    const built = foreign.filter(isExtension);
    return built.length === 0 ? [wrong(at, elsewhere)] : built.map((file) => wrong(file.path, file));
  }

  const forLinux = binaries.some(({ elf }) => elf.loadable);
  const precompiled = platform !== undefined && platform !== 'ruby';
  if (precompiled) return forLinux ? [] : foreign.map((file) => wrong(file.path, file));
  // What a packed gem brings beside its sources is built again when it is installed.
  if (question.installed !== true || question.hasExtensions !== true) return [];
  const stems = new Set(binaries.map(({ path }) => stemOf(path)));
  return foreign
    .filter((file) => isExtension(file) && !stems.has(stemOf(file.path)))
    .map((file) => wrong(file.path, file));
}

/** A file that `require` takes for an extension: DLEXT is `bundle` on macOS, `so` on Windows. */
function isExtension({ path }: ForeignFile): boolean {
  return /\.(?:bundle|so)$/.test(path);
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.(?:bundle|so)$/, '');
}

/** A part of a path, or an ending, that says for which system a file is. */
const NAMES_SYSTEM =
  /(?<=^|[-_./@])(?:darwin|mac|mac-?os(?:x|-x)?|osx|apple|ios|win|win(?:dows)?-?(?:32|64|arm64|x64)?|mingw\w*|msvc|cygwin|universal2?)(?:[-_]?\w+)?(?=[-_./]|$)|\.(?:app|framework|dSYM|xcframework)\/|\.(?:exe|dll|dylib|sys|ocx|cpl|drv|tlb|pyd)$/i;

/** Files that belong to no gem: one whose path names its system is there for it, beside those for Linux. */
function looseFindings({
  foreign,
  binaries,
}: OtherSystemsQuestion): (WrongSystemFinding | OtherSystemFinding)[] {
  const forLinux = binaries.some(({ elf }) => elf.loadable);
  return foreign.flatMap(({ path, system, cpus }): (WrongSystemFinding | OtherSystemFinding)[] => {
    if (!NAMES_SYSTEM.test(path)) return [wrong(path, { system, cpus })];
    return forLinux ? [] : [{ kind: 'other-system', file: path, system, cpus }];
  });
}

function wrong(file: string, { system, cpus }: PlatformSystem): WrongSystemFinding {
  return { kind: 'wrong-system', file, system, cpus };
}
