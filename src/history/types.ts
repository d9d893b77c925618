import type { AuditWarning } from '../audit/types.js';
import type { TargetSummary } from '../target/summary.js';
import type { Floor } from '../compat/requires.js';
import type { Finding, Requires, SymbolVersionFinding, Verdict } from '../compat/types.js';
import type { Cpu } from '../elf/types.js';
import type { RubyFrom } from '../search/types.js';
import type { Libc } from '../target/types.js';

/** Undefined symbols of one file that are bound to one version of a library outside the gem. */
export type VersionAsk = Pick<SymbolVersionFinding, 'file' | 'library' | 'symbolVersion' | 'symbols'>;

/** `up`: more is needed than before. */
export type Direction = 'up' | 'down';

/**
 * Something that a variant needs and the one before it did not, or the other way about.
 *
 * What `asks` and `files` name are those of the variant that needs more: the newer one where it went `up`, the older
 * one where it went `down`.
 */
export type Move =
  | {
      readonly kind: 'floor';
      readonly floor: Floor;
      readonly direction: Direction;
      /** Absent where nothing of the kind was needed. */
      readonly from?: string;
      readonly to?: string;
      /** All that is asked above the lower of the two, the highest version first. */
      readonly asks: readonly VersionAsk[];
    }
  | {
      readonly kind: 'libc';
      readonly from: Requires['libc'];
      readonly to: Requires['libc'];
      readonly files: readonly LibcFile[];
    }
  /** A version name without a number: `GLIBC_ABI_DT_RELR`. */
  | {
      readonly kind: 'marker';
      readonly symbolVersion: string;
      readonly direction: Direction;
      readonly asks: readonly VersionAsk[];
    }
  /** A library that neither the gem nor the C library brings. */
  | {
      readonly kind: 'library';
      readonly library: string;
      readonly direction: Direction;
      readonly files: readonly string[];
    };

/** A file that is linked to a C library, and what says so. */
export interface LibcFile {
  readonly file: string;
  readonly libc: Libc;
  readonly evidence: string;
}

/** What can be said against a variant whatever it is run on. */
export type VariantFinding = Extract<
  Finding,
  {
    readonly kind:
      | 'unavailable'
      | 'unreadable'
      | 'nested-archive'
      | 'static-archive'
      | 'wrong-machine'
      | 'other-machine'
      | 'missing-ruby-abi';
  }
>;

/** One precompiled variant of one version. */
export interface HistoryVariant {
  /** As the source writes it: `x86_64-linux-gnu`. */
  readonly platform: string;
  /** Of a content-addressed gem, which is for one Ruby: what stands for the platform in the name of its file. */
  readonly address?: string;
  readonly arch: Cpu;
  /** The C library that the platform stands for; what the files are linked to is in `requires`. */
  readonly libc: Libc;
  /** SHA-256 of the `.gem`, lower-case hex; absent where nothing could be read. */
  readonly sha256?: string;
  /** Its bytes are those that the source publishes the digest of; false where it publishes none. */
  readonly verified: boolean;
  /** `required_ruby_version`; empty where there is none. */
  readonly requiredRuby: readonly string[];
  /** `required_rubygems_version`; empty where there is none. */
  readonly requiredRubygems: readonly string[];
  /**
   * Rubies that a fat gem has builds for, `X.Y`, and the one of a content-addressed gem; empty for a gem with one build for all.
   */
  readonly rubies: readonly string[];
  /**
   * `read`: all of it. `partly`: some of it, so that `requires` is the least that it needs. `unread`: nothing; then
   * there is no `requires`. `findings` says why.
   */
  readonly state: 'read' | 'partly' | 'unread';
  /** It picks one of several files by the system that it runs on: `requires` is over all of them, so the most that it needs. */
  readonly picksAtRunTime: boolean;
  /** Absent where nothing was read, and where the gem has no file that would be loaded on the CPU. */
  readonly requires?: Requires;
  /** Those of `requires.libraries` that the C library's own package does not bring. */
  readonly libraries: readonly string[];
  /** What could not be read, and what is odd in the gem for any target: files for other machines, static archives. */
  readonly findings: readonly VariantFinding[];
  /** The next older version that has a variant for the same CPU and C library and could be read; absent for the oldest told. */
  readonly since?: string;
  /** Versions between it and `since` whose variant could not be read, newest first: what moved may have moved there. */
  readonly across?: readonly string[];
  /** What is needed otherwise than in `since`. */
  readonly moves: readonly Move[];
}

/** What one version comes to on one system and CPU. */
export interface VersionVerdict {
  readonly target: string;
  readonly arch: Cpu;
  /** Of the variant that Bundler would install there; `ruby` too where there is none. */
  readonly platform: string;
  /** Where that is a content-addressed gem. */
  readonly address?: string;
  readonly verdict: Verdict;
  /** Empty for the known systems: they are told by name alone. */
  readonly findings: readonly Finding[];
}

/**
 * What the variant without a platform is: `unopened` (compiled there or pure Ruby: it was not looked into), `compiled` (it
 * has extensions), `pure` (it has none).
 */
export type SourceVariant = 'unopened' | 'compiled' | 'pure';

export interface HistoryVersion {
  readonly version: string;
  readonly prerelease: boolean;
  /** Every platform that the source has it for, sorted. */
  readonly platforms: readonly string[];
  /** Those for the CPUs and C libraries that were asked for; empty where the version has none. */
  readonly variants: readonly HistoryVariant[];
  /** Absent where the version has no variant without a platform. */
  readonly source?: SourceVariant;
  /** One for each target that was asked for, on each CPU; empty where none was. */
  readonly verdicts: readonly VersionVerdict[];
  /** Names of the known systems whose precompiled variant fits, by CPU; only where no target was asked for. */
  readonly runsOn?: Readonly<Partial<Record<Cpu, readonly string[]>>>;
}

/** The highest version for one system, or for all that were asked for together. */
export interface Highest {
  /** The highest version whose precompiled variant fits. */
  readonly version?: string;
  /** The highest version of which nothing prebuilt is run, where that is above `version` or there is none that fits. */
  readonly compiled?: string;
  /** Versions above `version` (or any) that could not be checked, newest first: one of them may fit. */
  readonly unchecked: readonly string[];
}

export interface TargetHighest extends Highest {
  readonly target: string;
  readonly title: string;
  readonly libc: Libc;
  readonly libcVersion: string;
  readonly arch: Cpu;
}

/** A gem's history. `schemaVersion` rises when a key changes its meaning. */
export interface HistoryReport {
  readonly schemaVersion: 1;
  readonly gem: string;
  /** Where its versions come from, without credentials. */
  readonly source: string;
  /** The project's lockfile, where there is one, and the version of the gem that it has. */
  readonly lockfile?: { readonly path: string; readonly version?: string };
  readonly arches: readonly Cpu[];
  /** The Ruby whose builds were looked at; absent where every Ruby's were. */
  readonly ruby?: string;
  /** Where it is said; absent where `ruby` is. */
  readonly rubyFrom?: RubyFrom;
  /** Variants without a platform were opened too, where a version has no other. */
  readonly all: boolean;
  /** The targets that were asked for; empty where none was. */
  readonly targets: readonly TargetSummary[];
  /** Newest first. Yanked versions are not there. */
  readonly versions: readonly HistoryVersion[];
  /** What the source has and this does not tell of. */
  readonly omitted: {
    /** Older versions than the last that is told, prereleases not counted unless they are told too. */
    readonly older: number;
    /** Of those, the ones with a precompiled variant that was asked for. */
    readonly olderPrecompiled: number;
    readonly prereleases: number;
  };
  /** For each target that was asked for, else for each known system in support, on each CPU. */
  readonly highest: readonly TargetHighest[];
  /** For all targets that were asked for together; absent where none was. */
  readonly together?: Highest;
  readonly warnings: readonly AuditWarning[];
}
