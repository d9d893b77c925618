import type { Finding } from '../compat/types.js';
import type { Cpu, ElfFile } from '../elf/types.js';
import { findNamed } from '../target/catalog.js';
import type { Libc, Target } from '../target/types.js';
import { compareDotted, parseSymbolVersion } from '../version/symbol-version.js';
import type { BuildSystem } from './build-systems.js';
import { olderSystems, sameSystem } from './build-systems.js';
import type { Toolchain } from './toolchain.js';

export interface RemedyQuestion {
  readonly elf: ElfFile;
  /** What is wrong with this file on the target. */
  readonly findings: readonly Finding[];
  readonly target: Target;
  readonly cpu: Cpu;
  /** It lies in a gem, so that the gem's maintainer builds it. */
  readonly inGem: boolean;
  /** ISO date, by which systems out of support are offered last. */
  readonly today: string;
  /** Names of the known systems that run the file as it is, those in support first, the lowest first. */
  readonly runsOn: () => readonly string[];
}

/** Something that whoever builds the file can do, with the target's own numbers. */
export type Remedy =
  /** Cross-compile with the numbers of an older glibc: `cargo zigbuild --target x86_64-unknown-linux-gnu.2.34`. */
  | { readonly kind: 'cargo-zigbuild'; readonly triple: string; readonly glibc: string }
  /** `zig cc -target x86_64-linux-gnu.2.34`; `variable`: how the build is told, where that is not CC alone. */
  | { readonly kind: 'zig-cc'; readonly triple: string; readonly glibc: string; readonly cgo: boolean }
  /** Build in an image or on a runner; `same`: it is the target itself, or what the target is built on. */
  | ({ readonly kind: 'build-on'; readonly same: boolean } & BuildSystem)
  /** Rust: link the C library in. */
  | { readonly kind: 'rust-crt-static'; readonly triple: string }
  | { readonly kind: 'rust-musl'; readonly triple: string }
  /** Rust: the target's own C library, for a file that was built for the other. */
  | { readonly kind: 'rust-target'; readonly triple: string; readonly libc: Libc }
  /** Go without C code: static. `known`: the build says that cgo was on. */
  | { readonly kind: 'cgo-off'; readonly known: boolean }
  /** Go with C code, the C library linked in. */
  | { readonly kind: 'go-static' }
  | {
      readonly kind: 'rake-compiler-dock';
      readonly version: string;
      /** glibc of its images, above which nothing built in them asks. */
      readonly most: string;
      /** What extensions built in them ask for as a rule. */
      readonly usual: string;
      /** The target has what its images have at most, so that it helps for certain. */
      readonly certain: boolean;
    }
  /** GraalVM: `--static --libc=musl` links everything in; `--static-nolibc` all but the C library. */
  | { readonly kind: 'native-image'; readonly flag: '--static --libc=musl' | '--static-nolibc' }
  /** `bun build --compile --target=bun-linux-x64-musl` */
  | { readonly kind: 'bun-target'; readonly target: string; readonly libc: Libc }
  /** libstdc++ and libgcc linked in. */
  | { readonly kind: 'static-libstdcxx' }
  /** A link editor's flag that leaves a feature out. */
  | { readonly kind: 'linker-flag'; readonly flag: string; readonly leavesOut: string }
  /** The file is a runtime that others built: a system that has what it asks for. */
  | {
      readonly kind: 'run-on';
      readonly system: string;
      readonly title: string;
      readonly libcVersion: string;
    };

/** What the findings are about, as far as a build could change it. */
interface Wanted {
  /** A version of glibc with a number. */
  readonly glibc: boolean;
  /** A version of libstdc++ or libgcc_s. */
  readonly gcc: boolean;
  /** Versions of glibc without a number. */
  readonly markers: readonly string[];
  /** Built for the other C library, or for a loader that is not there. */
  readonly libc: boolean;
  /** Libraries that are not there, or not known to be. */
  readonly libraries: readonly string[];
}

/** GCC's own libraries, which a link can bring along. */
const GCC_LIBRARY = /^lib(?:stdc\+\+|gcc_s)\.so\./;

function wantedOf(findings: readonly Finding[]): Wanted {
  const versions = findings.flatMap((finding) =>
    finding.kind === 'symbol-version' || finding.kind === 'unchecked-symbol-version'
      ? [parseSymbolVersion(finding.symbolVersion)]
      : [],
  );
  return {
    glibc: versions.some(({ prefix, number }) => prefix === 'GLIBC' && number !== undefined),
    gcc: versions.some(({ prefix }) => ['GLIBCXX', 'CXXABI', 'GCC'].includes(prefix)),
    markers: versions.flatMap(({ name, number }) =>
      number === undefined && name.startsWith('GLIBC_') ? [name] : [],
    ),
    libc: findings.some(({ kind }) => kind === 'wrong-libc' || kind === 'missing-interpreter'),
    libraries: findings.flatMap((finding) =>
      finding.kind === 'missing-library' || (finding.kind === 'unchecked-library' && !finding.carried)
        ? [finding.library]
        : [],
    ),
  };
}

/** Rust's target triples: its "Platform Support". Those of musl that it ships a standard library for. */
const RUST = {
  x86_64: { gnu: 'x86_64-unknown-linux-gnu', musl: 'x86_64-unknown-linux-musl' },
  aarch64: { gnu: 'aarch64-unknown-linux-gnu', musl: 'aarch64-unknown-linux-musl' },
  arm: { gnu: 'armv7-unknown-linux-gnueabihf', musl: 'armv7-unknown-linux-musleabihf' },
  x86: { gnu: 'i686-unknown-linux-gnu', musl: 'i686-unknown-linux-musl' },
  ppc64le: { gnu: 'powerpc64le-unknown-linux-gnu', musl: 'powerpc64le-unknown-linux-musl' },
  s390x: { gnu: 's390x-unknown-linux-gnu', musl: undefined },
  riscv64: { gnu: 'riscv64gc-unknown-linux-gnu', musl: 'riscv64gc-unknown-linux-musl' },
} as const satisfies Record<Cpu, { gnu: string; musl: string | undefined }>;

/** Zig's: `zig targets`, glibc. */
const ZIG = {
  x86_64: 'x86_64-linux-gnu',
  aarch64: 'aarch64-linux-gnu',
  arm: 'arm-linux-gnueabihf',
  x86: 'x86-linux-gnu',
  ppc64le: 'powerpc64le-linux-gnu',
  s390x: 's390x-linux-gnu',
  riscv64: 'riscv64-linux-gnu',
} as const satisfies Record<Cpu, string>;

/** `bun build --compile --target`: Bun's "Single-file executable", cross-compilation. */
const BUN: Readonly<Partial<Record<Cpu, string>>> = { x86_64: 'bun-linux-x64', aarch64: 'bun-linux-arm64' };

/**
 * rake-compiler-dock's images for glibc are Ubuntu 20.04 (CHANGELOG of 1.6.0), which has 2.31. That extensions built in them
 * ask for 2.29 as a rule is seen in nokogiri 1.18, sqlite3 2.5 and pg 1.6.
 */
const RAKE_COMPILER_DOCK = {
  version: '1.12.0',
  most: '2.31',
  usual: '2.29',
  cpus: new Set<Cpu>(['x86_64', 'aarch64', 'arm', 'x86']),
};

/** What the link editor leaves out on request, by the version that it asks for otherwise. */
const LINKER_FLAGS: Readonly<Record<string, Omit<Extract<Remedy, { kind: 'linker-flag' }>, 'kind'>>> = {
  GLIBC_ABI_DT_RELR: { flag: '-Wl,-z,nopack-relative-relocs', leavesOut: 'DT_RELR' },
  GLIBC_ABI_DT_X86_64_PLT: { flag: '-Wl,-z,nomark-plt', leavesOut: 'DT_X86_64_PLT' },
};

/** glibc's number of a target, for tools that are told one: `2.34`. */
function glibcOf({ libc, libcVersion }: Target): string | undefined {
  return libc === 'gnu' ? /^\d+\.\d+/.exec(libcVersion)?.[0] : undefined;
}

/** A program that is started, and no library that another one loads. */
function isProgram({ type, pie, interpreter, dynamic }: ElfFile): boolean {
  return type === 'exec' || pie || interpreter !== undefined || !dynamic;
}

/**
 * The remedies that would mend findings at hand, best first; empty where none would. Each mends at least one of them: what
 * a newer C library is asked for, the other C library, or a library that is not there.
 */
export function remediesFor(question: RemedyQuestion, toolchain: Toolchain | undefined): readonly Remedy[] {
  const wanted = wantedOf(question.findings);
  const { glibc, gcc, markers, libc, libraries } = wanted;
  if (!glibc && !gcc && markers.length === 0 && !libc && libraries.length === 0) return [];
  const flags = markers.flatMap((marker): Remedy[] => {
    const flag = LINKER_FLAGS[marker];
    return flag === undefined ? [] : [{ kind: 'linker-flag', ...flag }];
  });
  const remedies = {
    rust: rustRemedies,
    go: goRemedies,
    graalvm: graalRemedies,
    bun: bunRemedies,
    dart: runtimeRemedies,
    zig: compiledRemedies,
    c: compiledRemedies,
  }[toolchain?.kind ?? 'c'](question, wanted, toolchain);
  return [...flags, ...remedies];
}

type Remedies = (question: RemedyQuestion, wanted: Wanted, toolchain: Toolchain | undefined) => Remedy[];

/** Whether a build on the target itself changes anything: versions and the C library do, a library that is not there does not. */
function isOfTheBuildSystem({ glibc, gcc, markers, libc }: Wanted): boolean {
  return glibc || gcc || markers.length > 0 || libc;
}

/** Building where the file runs, or on what is no newer. */
function buildSystems({ target, cpu, today }: RemedyQuestion, wanted: Wanted): Remedy[] {
  if (!isOfTheBuildSystem(wanted)) return [];
  const same = sameSystem(target, cpu, today);
  const [runner] = olderSystems(target, cpu, today, true);
  const [image] = olderSystems(target, cpu, today);
  const remedies: Remedy[] = [];
  if (same !== undefined) remedies.push({ kind: 'build-on', same: true, ...same });
  if (runner !== undefined && same?.runner === undefined)
    remedies.push({ kind: 'build-on', same: false, ...runner });
  // Another image says nothing new where there is the target's own, or a runner.
  if (image !== undefined && remedies.length === 0)
    remedies.push({ kind: 'build-on', same: false, ...image });
  return remedies;
}

const rustRemedies: Remedies = (question, wanted) => {
  const { elf, target, cpu } = question;
  const remedies: Remedy[] = [];
  const glibc = glibcOf(target);
  const triples = RUST[cpu];
  if (wanted.libc) {
    const triple = triples[target.libc];
    if (triple !== undefined) remedies.push({ kind: 'rust-target', triple, libc: target.libc });
  } else if (glibc !== undefined && (wanted.glibc || wanted.markers.length > 0)) {
    remedies.push({ kind: 'cargo-zigbuild', triple: `${triples.gnu}.${glibc}`, glibc });
  }
  if (!wanted.libc) remedies.push(...buildSystems(question, wanted));
  // A library is loaded by a program that has its C library already.
  if (
    isProgram(elf) &&
    (isOfTheBuildSystem(wanted) || wanted.libraries.some((name) => GCC_LIBRARY.test(name)))
  ) {
    if (triples.musl !== undefined && !(wanted.libc && target.libc === 'musl')) {
      remedies.push({ kind: 'rust-musl', triple: triples.musl });
    }
    remedies.push({ kind: 'rust-crt-static', triple: triples.gnu });
  }
  return remedies;
};

const goRemedies: Remedies = (question, wanted, toolchain) => {
  const { elf, target, cpu } = question;
  const remedies: Remedy[] = [];
  // A c-shared library is made of cgo, and without cgo there is nothing of C to leave out.
  if (isProgram(elf) && toolchain?.cgo !== false)
    remedies.push({ kind: 'cgo-off', known: toolchain?.cgo === true });
  remedies.push(...buildSystems(question, wanted));
  const glibc = glibcOf(target);
  if (glibc !== undefined && wanted.glibc && !wanted.libc) {
    remedies.push({ kind: 'zig-cc', triple: `${ZIG[cpu]}.${glibc}`, glibc, cgo: true });
  }
  if (isProgram(elf) && toolchain?.cgo !== false) remedies.push({ kind: 'go-static' });
  return remedies;
};

const graalRemedies: Remedies = (question, wanted) => {
  const { elf, cpu } = question;
  const remedies: Remedy[] = buildSystems(question, wanted);
  // Static native images are made on x86_64 alone; a shared library is none.
  if (isProgram(elf) && cpu === 'x86_64')
    remedies.push({ kind: 'native-image', flag: '--static --libc=musl' });
  if (isProgram(elf) && (wanted.gcc || wanted.libraries.length > 0) && !wanted.libc) {
    remedies.push({ kind: 'native-image', flag: '--static-nolibc' });
  }
  return remedies;
};

const bunRemedies: Remedies = (question, wanted, toolchain) => {
  const { target, cpu } = question;
  const name = BUN[cpu];
  if (wanted.libc && name !== undefined) {
    return [
      { kind: 'bun-target', target: target.libc === 'musl' ? `${name}-musl` : name, libc: target.libc },
    ];
  }
  return runtimeRemedies(question, wanted, toolchain);
};

/** A runtime that its project built: no option of the build changes what it asks for. */
const runtimeRemedies: Remedies = ({ findings, target, runsOn }) => {
  if (target.libc !== 'gnu' || findings.some(({ kind }) => kind === 'wrong-libc')) return [];
  const [name] = runsOn();
  const system = name === undefined ? undefined : findNamed(name);
  if (system === undefined) return [];
  return [{ kind: 'run-on', system: system.name, title: system.title, libcVersion: system.libcVersion }];
};

const compiledRemedies: Remedies = (question, wanted) => {
  const { target, cpu, inGem } = question;
  const remedies: Remedy[] = buildSystems(question, wanted);
  const glibc = glibcOf(target);
  if (inGem && glibc !== undefined && (wanted.glibc || wanted.libc) && RAKE_COMPILER_DOCK.cpus.has(cpu)) {
    const { version, most, usual } = RAKE_COMPILER_DOCK;
    if (compareDotted(usual, glibc) <= 0) {
      remedies.push({
        kind: 'rake-compiler-dock',
        version,
        most,
        usual,
        certain: compareDotted(most, glibc) <= 0,
      });
    }
  }
  if (glibc !== undefined && wanted.glibc && !wanted.libc) {
    remedies.push({ kind: 'zig-cc', triple: `${ZIG[cpu]}.${glibc}`, glibc, cgo: false });
  }
  if (wanted.gcc || wanted.libraries.some((name) => GCC_LIBRARY.test(name)))
    remedies.push({ kind: 'static-libstdcxx' });
  return remedies;
};
