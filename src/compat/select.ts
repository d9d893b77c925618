import type { Cpu, ElfFile } from '../elf/types.js';
import type { GemBinary } from '../gem/types.js';
import type { Libc } from '../target/types.js';
import { compareDotted } from '../version/symbol-version.js';
import { libcOf } from './libc-of.js';
import { selectNamedFor } from './named-systems.js';
import { isRubyExtension } from './shared-ruby.js';
import type {
  MissingRubyAbiFinding,
  NoBuildForSystemFinding,
  OtherMachineFinding,
  WrongMachineFinding,
} from './types.js';

/** The files of a gem that would be loaded on a system, and what is wrong with the choice itself. */
export interface Selection {
  /** Judged each for itself: every one has to fit. */
  readonly binaries: readonly GemBinary[];
  /** Files of which the gem picks one at run time, by the system it finds itself on. */
  readonly alternatives: readonly (readonly GemBinary[])[];
  readonly findings: readonly (
    WrongMachineFinding | OtherMachineFinding | MissingRubyAbiFinding | NoBuildForSystemFinding
  )[];
}

export interface SelectFor {
  readonly cpu: Cpu;
  readonly libc: Libc;
  /** Names of the system by which a gem may pick a file: `heroku-22`, and `ubuntu-22.04` that it is built on. */
  readonly systems: readonly string[];
  /** The project's Ruby as `X.Y`; without it every Ruby's directory is judged. */
  readonly rubyAbi?: string;
  /** What a path is called within the gem, where that lies in a larger tree. */
  readonly nameOf?: (path: string) => string;
  /** The files are no gem, so nothing is wrong with some of them being for another CPU that is judged too. */
  readonly loose?: boolean;
}

/** Selects the files of a gem that would be loaded on a system: for its CPU, its C library, and the project's Ruby. */
export function selectBinaries(all: readonly GemBinary[], wanted: SelectFor): Selection {
  const { nameOf } = wanted;
  if (nameOf === undefined) return selectNamed(all, wanted);
  const whole = new Map(all.map((binary) => [{ ...binary, path: nameOf(binary.path) }, binary]));
  const byName = new Map([...whole].map(([{ path }, binary]) => [path, binary.path]));
  const back = (binaries: readonly GemBinary[]): GemBinary[] =>
    binaries.map((binary) => whole.get(binary) ?? binary);
  const selection = selectNamed([...whole.keys()], wanted);
  return {
    binaries: back(selection.binaries),
    alternatives: selection.alternatives.map(back),
    findings: selection.findings.map((finding) => ({
      ...finding,
      file: byName.get(finding.file) ?? finding.file,
    })),
  };
}

function selectNamed(all: readonly GemBinary[], wanted: SelectFor): Selection {
  // Object files and separate debug files lie in gems too; nothing loads them.
  const loadable = all.filter(({ elf }) => elf.loadable);
  const ours = loadable.filter(({ elf }) => elf.cpu === wanted.cpu);
  const first = loadable[0];
  if (ours.length === 0) {
    if (first === undefined) return { binaries: [], alternatives: [], findings: [] };
    const finding = { kind: 'wrong-machine', file: first.path, machine: machineOf(first) } as const;
    return { binaries: [], alternatives: [], findings: [{ ...finding, wanted: wanted.cpu }] };
  }
  // A gem for several CPUs says so in its paths. A file for another one without such a word is loaded as it is.
  // What belongs to no gem is judged for its own CPU, which one for a machine without a name never is.
  const stray = loadable
    .filter(
      ({ path, elf }) =>
        (wanted.loose === true ? elf.cpu === undefined : elf.cpu !== wanted.cpu) &&
        !saysSo(path, elf, wanted.cpu),
    )
    .map((binary) => ({ kind: 'other-machine', file: binary.path, machine: machineOf(binary) }) as const);
  const forRuby = selectRuby(selectLibc(ours, wanted.libc), wanted.rubyAbi);
  const forSystem = selectNamedFor(forRuby.binaries, wanted.systems);
  return { ...forSystem, findings: [...forRuby.findings, ...forSystem.findings, ...stray] };
}

/** A CPU's part of a directory or file name, in the words of RubyGems, GNU, Go, Debian, Node and Apple. */
const CPU_IN_NAME =
  /(?<=^|[-_./])(?:x86[-_]64|x64|amd64|i[3-6]86|ia32|x86|(?:win|linux|darwin|osx|macos)[-_]?(?:32|64)|32[-_]?bit|64[-_]?bit|aarch64\w*|arm64\w*|arm|armv\d\w*|armhf|armel|ppc\w*|powerpc\w*|s390x?|riscv\d*\w*|mips\w*|loong\w*|sparc\w*|linux[-_]alpha|alpha(?=[-_]linux)|hppa|ia64|m68k|sh4\w*|universal)(?=[-_./]|$)/i;

/** Whether a part of the path is named for a CPU. */
export function namesCpu(path: string): boolean {
  return CPU_IN_NAME.test(path);
}

/** A system other than Linux by a part of the path: JNA's `sunos-x86-64`, SQLite JDBC's `FreeBSD/x86_64`. */
const SYSTEM_WORD =
  /(?<=^|[-_./])(?:(?:free|net|open|dragonfly|mid)?bsd|dragonfly|solaris|sunos|illumos|smartos|hp-?ux|aix|irix|android|haiku|hurd|kfreebsd|minix|qnx)\w*(?=[-_./]|$)/i;

/** The CPUs that gems are precompiled for, by a part of the path. */
const OWN_WORDS: Readonly<Partial<Record<Cpu, RegExp>>> = {
  x86_64: /(?<=^|[-_./])(?:x86[-_]64|x64|amd64)(?=[-_./]|$)/i,
  aarch64: /(?<=^|[-_./])(?:aarch64|arm64)(?=[-_./]|$)/i,
};

/** A path with `x86_64` in it, and no `aarch64`, does not lead to a file for aarch64 on purpose. */
function isMislaid(path: string, cpu: Cpu | undefined, wanted: Cpu): boolean {
  const own = cpu && OWN_WORDS[cpu];
  return own !== undefined && !own.test(path) && OWN_WORDS[wanted]?.test(path) === true;
}

/** Whether the path says that the file is meant for another CPU than the wanted one, or for another system, alone. */
function saysSo(path: string, { system, cpu }: Pick<ElfFile, 'system' | 'cpu'>, wanted: Cpu): boolean {
  if (system !== undefined) return SYSTEM_WORD.test(path);
  return namesCpu(path) && !isMislaid(path, cpu, wanted);
}

function machineOf({ elf }: GemBinary): string {
  return elf.system ?? elf.cpu ?? String(elf.machine);
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The C library's part of a directory or file name: `x86_64-linux-gnu`, `linux-musl`, `arm-linux-gnueabihf`. */
const LIBC_IN_NAME = /[-_.](gnu|glibc|musl)(?:eabihf|eabi)?(?=[-_./]|$)/gi;

/**
 * Where a gem brings the same file for both C libraries, the one whose own path names the other library is not loaded.
 * Nothing else is dropped: a lone musl file in a `-gnu` gem is what would be loaded, and so is one whose path does not
 * say that it is for musl.
 */
function selectLibc(binaries: readonly GemBinary[], libc: Libc): GemBinary[] {
  const other = libc === 'gnu' ? /^musl$/i : /^(?:gnu|glibc)$/i;
  const groups = groupBy(binaries, ({ path }) => path.replace(LIBC_IN_NAME, ''));
  return [...groups.values()].flatMap((group) => {
    const dropped = group.filter(({ path, elf }) => {
      const built = libcOf(elf)?.libc;
      const named = [...path.matchAll(LIBC_IN_NAME)].some(([, word = '']) => other.test(word));
      return named && built !== undefined && built !== libc;
    });
    const kept = group.filter((binary) => !dropped.includes(binary));
    return kept.length > 0 ? kept : group;
  });
}

/** The innermost directory that is named like a Ruby: `3.3`, `3.3.0`. */
const RUBY_DIRECTORY = /(?<=^|\/)(\d+\.\d+)(?:\.\d+)?(?=\/)(?!.*\/\d+\.\d+(?:\.\d+)?\/)/;

/** The Rubies that a fat gem has builds for, `X.Y` each, in order; empty where its extensions are for any or it has none. */
export function rubyBuilds(binaries: readonly GemBinary[]): string[] {
  const builds = binaries.flatMap((binary) => {
    const ruby = isRubyExtension(binary.elf) ? RUBY_DIRECTORY.exec(binary.path)?.[1] : undefined;
    return ruby ?? [];
  });
  return [...new Set(builds)].sort(compareDotted);
}

/** Of builds that stand beside each other for several Rubies the first: a process loads one of them. */
export function oneOfEachRuby(binaries: readonly GemBinary[]): GemBinary[] {
  const builds = groupBy(binaries, ({ path }) => path.replace(RUBY_DIRECTORY, '*'));
  return [...builds.values()].flatMap(([first]) => first ?? []);
}

/** Where the builds of a fat gem lie, with `*` in place of the Ruby; undefined for a gem that is not fat. */
export function buildsPath(binaries: readonly GemBinary[]): string | undefined {
  const build = binaries.find(({ path, elf }) => isRubyExtension(elf) && RUBY_DIRECTORY.test(path));
  return build?.path.replace(RUBY_DIRECTORY, '*');
}

function selectRuby(
  binaries: readonly GemBinary[],
  abi: string | undefined,
): { binaries: GemBinary[]; findings: MissingRubyAbiFinding[] } {
  if (abi === undefined) return { binaries: [...binaries], findings: [] };
  const paths = new Set(binaries.map(({ path }) => path));
  const kept: GemBinary[] = [];
  const fat = new Map<string, GemBinary[]>();
  for (const binary of binaries) {
    if (!isRubyExtension(binary.elf) || !RUBY_DIRECTORY.test(binary.path)) {
      kept.push(binary);
      continue;
    }
    const key = binary.path.replace(RUBY_DIRECTORY, '*');
    fat.set(key, [...(fat.get(key) ?? []), binary]);
  }
  const findings: MissingRubyAbiFinding[] = [];
  for (const [key, group] of fat) {
    const ours = group.filter(({ path }) => RUBY_DIRECTORY.exec(path)?.[1] === abi);
    kept.push(...ours);
    // Such gems fall back to a build beside the directories, where they have one.
    if (ours.length > 0 || paths.has(key.replace('*/', ''))) continue;
    const available = group.map(({ path }) => RUBY_DIRECTORY.exec(path)?.[1] ?? '');
    findings.push({ kind: 'missing-ruby-abi', file: key.replace('*', abi), ruby: abi, available });
  }
  return { binaries: kept, findings };
}
