import type { Cpu } from '../elf/types.js';
import type { GemBinary } from '../gem/types.js';
import type { Libc } from '../target/types.js';
import { libcOf } from './libc-of.js';
import type { MissingRubyAbiFinding, WrongMachineFinding } from './types.js';

/** The files of a gem that would be loaded on a system, and what is wrong with the choice itself. */
export interface Selection {
  /** Judged each for itself: every one has to fit. */
  readonly binaries: readonly GemBinary[];
  /** Files of which the gem picks one at run time, by the system it finds itself on. */
  readonly alternatives: readonly (readonly GemBinary[])[];
  readonly findings: readonly (WrongMachineFinding | MissingRubyAbiFinding)[];
}

export interface SelectFor {
  readonly cpu: Cpu;
  readonly libc: Libc;
  /** Names of the system by which a gem may pick a file: `ubuntu-20.04`. */
  readonly system: string;
  /** The project's Ruby as `X.Y`; without it every Ruby's directory is judged. */
  readonly rubyAbi?: string;
}

/** Selects the files of a gem that would be loaded on a system: for its CPU, its C library, and the project's Ruby. */
export function selectBinaries(all: readonly GemBinary[], wanted: SelectFor): Selection {
  // Object files and separate debug files lie in gems too; nothing loads them.
  const loadable = all.filter(({ elf }) => elf.loadable);
  const ours = loadable.filter(({ elf }) => elf.cpu === wanted.cpu);
  const first = loadable[0];
  if (ours.length === 0) {
    if (first === undefined) return { binaries: [], alternatives: [], findings: [] };
    const machine = first.elf.cpu ?? String(first.elf.machine);
    return {
      binaries: [],
      alternatives: [],
      findings: [{ kind: 'wrong-machine', file: first.path, machine, wanted: wanted.cpu }],
    };
  }
  const forRuby = selectRuby(selectLibc(ours, wanted.libc), wanted.rubyAbi);
  return { ...selectSystem(forRuby.binaries, wanted.system), findings: forRuby.findings };
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
const LIBC_IN_NAME = /[-_.](?:gnu|glibc|musl)(?:eabihf|eabi)?(?=[-_./]|$)/gi;

/**
 * Where a gem brings the same file for both C libraries under names that say so, the other library's is not loaded.
 * Only a file with such a twin is dropped: a lone musl file in a `-gnu` gem is what would be loaded.
 */
function selectLibc(binaries: readonly GemBinary[], libc: Libc): GemBinary[] {
  const groups = groupBy(binaries, ({ path }) => path.replace(LIBC_IN_NAME, ''));
  return [...groups.values()].flatMap((group) => {
    const fitting = group.filter(({ elf }) => (libcOf(elf)?.libc ?? libc) === libc);
    return fitting.length > 0 ? fitting : group;
  });
}

/** A directory named for a Ruby: `3.3`, `3.3.0`. */
const RUBY_DIRECTORY = /(?<=^|\/)(\d+\.\d+)(?:\.\d+)?(?=\/)/;

/** A shared object that calls into Ruby's C API, so one that `require` loads. */
function isRubyExtension({ elf }: GemBinary): boolean {
  return elf.type === 'dyn' && elf.unversionedImports.some((name) => /^(?:rb|ruby)_/.test(name));
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
    if (!isRubyExtension(binary) || !RUBY_DIRECTORY.test(binary.path)) {
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

/** A file named for a distribution, as wkhtmltopdf-binary's `wkhtmltopdf_ubuntu_20.04_amd64.gz`. */
const SYSTEM_IN_NAME =
  /(?<=[-_])(ubuntu|debian|centos|rhel|rocky|almalinux|amazonlinux|amzn|fedora|opensuse|alpine|archlinux)[-_]?(\d+(?:\.\d+)?)?(?=[-_.][^/]*$)/i;

/** How a target's name begins, where it is not the distribution's own: rebuilds of RHEL, and Amazon's short names. */
const NAME_PREFIX: Readonly<Record<string, string>> = {
  centos: 'rhel-',
  rocky: 'rhel-',
  almalinux: 'rhel-',
  amazonlinux: 'al',
  amzn: 'al',
};

function selectSystem(
  binaries: readonly GemBinary[],
  system: string,
): Pick<Selection, 'binaries' | 'alternatives'> {
  const kept: GemBinary[] = [];
  const alternatives: GemBinary[][] = [];
  for (const group of groupBy(binaries, ({ path }) => path.replace(SYSTEM_IN_NAME, '*')).values()) {
    const exact = group.filter(({ path }) => {
      const [, name = '', version = ''] = SYSTEM_IN_NAME.exec(path) ?? [];
      const distribution = name.toLowerCase();
      return name !== '' && system === `${NAME_PREFIX[distribution] ?? `${distribution}-`}${version}`;
    });
    if (group.length === 1 || exact.length > 0) kept.push(...(exact.length > 0 ? exact : group));
    else alternatives.push(group);
  }
  return { binaries: kept, alternatives };
}
