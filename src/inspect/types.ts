import type { TargetSummary } from '../target/summary.js';
import type { DependencyTree } from '../compat/dependency-tree.js';
import type { Finding, Requires, UnreadableFinding, Verdict } from '../compat/types.js';
import type { Cpu, LibraryNeed } from '../elf/types.js';
import type { Remedy } from '../explain/remedies.js';
import type { Toolchain } from '../explain/toolchain.js';
import type { Explanation } from '../explain/types.js';

/**
 * What a subject turned out to be, by its first bytes and by what lies in it, never by its name. `release` is a gem's
 * version in a registry; `bundle` a directory in which gems are installed; `compressed` a single file that is compressed.
 */
export type SubjectKind =
  | 'elf'
  | 'gem'
  | 'release'
  | 'directory'
  | 'bundle'
  | 'zip'
  | 'tar'
  | 'cpio'
  | 'deb'
  | 'rpm'
  | 'compressed'
  /** Nothing of it could be read: a finding says why. */
  | 'unread';

/** One ELF file that a loader or the kernel could load. */
export interface InspectedFile {
  /** Path inside the subject; within an archive that lies in it, `outer.zip!/lib/inner.so`. */
  readonly path: string;
  /** Absent for a machine that Linux gems do not name. */
  readonly arch?: Cpu;
  /** `e_machine`. */
  readonly machine: number;
  /** The system other than Linux that it is for: `FreeBSD`. */
  readonly system?: string;
  readonly kind: 'executable' | 'library';
  /** What this file alone needs of a system. */
  readonly requires: Requires;
  /** Every version that it needs with the symbols that are bound to it; only where symbols were asked for. */
  readonly verneed?: readonly LibraryNeed[];
}

/** What files for one CPU need together, and the known systems that have it. */
export interface CpuNeeds {
  readonly arch: Cpu;
  readonly requires: Requires;
  /**
   * Known systems on which judging finds nothing, those in support first, the lowest first. Absent where no known system can be
   * named: for static files, which need none, and for files of two C libraries together.
   */
  readonly runsOn?: readonly string[];
}

/** The judgement of one group on one CPU of one target. */
export interface GroupResult {
  /** Name of the target. */
  readonly target: string;
  readonly arch: Cpu;
  readonly verdict: Exclude<Verdict, 'source'>;
  /** What that CPU's files need; absent where the group has no file that would be loaded there. */
  readonly requires?: Requires;
  readonly findings: readonly Finding[];
  /** Libraries of the Ruby that the files are for, which are taken to be there with it: `libruby.so.3.3`. */
  readonly given?: readonly string[];
  /** Files that are not loaded there, since the same file lies beside them for the target's C library. */
  readonly passedOver?: readonly string[];
  /** What whoever builds the failing files can do. */
  readonly remedies?: readonly FileRemedies[];
}

/** Who built a file, and what would mend it. */
export interface FileRemedies {
  readonly file: string;
  readonly toolchain?: Toolchain;
  /** Best first. */
  readonly remedies: readonly Remedy[];
}

/** What one file loads; only where trees were asked for. */
export interface SubjectTree extends DependencyTree {
  readonly arch: Cpu;
  /** Name of the target that was asked for the libraries; absent where there is none. */
  readonly target?: string;
}

/** An installed or packed gem, or the files of a subject that belong to none. */
export interface InspectedGroup {
  readonly kind: 'gem' | 'files';
  /** Name of the gem; the subject's own name for `files`. */
  readonly name: string;
  /** Of a gem: its version, or the revision of one that Bundler took from git. */
  readonly version?: string;
  /** Of a gem: `ruby` where it has none. */
  readonly platform?: string;
  /** Of a content-addressed gem: what stands for the platform in its name. */
  readonly address?: string;
  /** The Ruby ABI that the gem is installed for, as RubyGems names it: `3.3.0`, `3.3.0-static`. */
  readonly rubyAbi?: string;
  /** In the order of their paths. */
  readonly files: readonly InspectedFile[];
  /** For each CPU that there are files for. */
  readonly needs: readonly CpuNeeds[];
  /** What could not be read, whatever the target: they count in every result too. */
  readonly findings: readonly Finding[];
  /** Other systems that it is built for, or files in it, where nothing for Linux takes their place: `macOS (arm64)`. */
  readonly systems?: readonly string[];
  /** The worst of `results`; absent where there are none. */
  readonly verdict?: Verdict;
  /**
   * For each target and CPU; absent where there is no target. A packed gem has none on a target of another C library, where its
   * variant for that lies beside it.
   */
  readonly results?: readonly GroupResult[];
}

/** One argument of the command. */
export interface InspectedSubject {
  /** As the user wrote it; `-` for standard input. */
  readonly path: string;
  readonly kind: SubjectKind;
  readonly groups: readonly InspectedGroup[];
  /** What the whole subject needs, for each CPU that there are files for. */
  readonly needs: readonly CpuNeeds[];
  /** Files that were looked at, ELF or not. */
  readonly filesSeen: number;
  /** Gems in which nothing native lies. */
  readonly gemsWithoutBinaries: number;
  /** Sockets, devices and FIFOs, which are never opened. */
  readonly specialFiles: number;
  /** For each target and CPU, of each program and of each library that nothing else loads; only where trees were asked for. */
  readonly trees?: readonly SubjectTree[];
}

/** A part of a subject that could not be read. */
export interface UnreadableInSubject extends Omit<UnreadableFinding, 'kind'> {
  /** `path` of the subject. */
  readonly subject: string;
}

export interface InspectSummary {
  /** ELF files that could be loaded. */
  readonly files: number;
  /** Groups by their verdict; all are 0 where there is no target. */
  readonly compatible: number;
  readonly incompatible: number;
  readonly unknown: number;
  /** Gems in which nothing native lies. */
  readonly source: number;
  /** Parts that could not be read or were not looked into, whatever the target. */
  readonly unreadable: number;
}

/** Something worth knowing that is no finding of one file. */
export interface InspectWarning {
  /** Stable: `NO_ELF`, `OTHER_CPU`, … */
  readonly code: string;
  readonly message: string;
}

/** The answer of `gemcompat inspect`. `schemaVersion` rises when a key changes its meaning. */
export interface InspectReport {
  readonly schemaVersion: 1;
  /** Absent where none was given: then there are needs, but no verdicts. */
  readonly targets?: readonly TargetSummary[];
  /** The CPUs that were asked for; absent where every CPU is judged that there are files for. */
  readonly arches?: readonly Cpu[];
  /** The Ruby that was asked for. */
  readonly ruby?: string;
  readonly subjects: readonly InspectedSubject[];
  /**
   * What symbols are that a target does not have or, without a target, those of the highest version that is needed; only where
   * symbols were asked for.
   */
  readonly explanations?: readonly Explanation[];
  readonly unreadable: readonly UnreadableInSubject[];
  readonly summary: InspectSummary;
  readonly warnings: readonly InspectWarning[];
}
