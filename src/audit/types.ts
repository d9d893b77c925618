import type { Finding, Requires, Verdict } from '../compat/types.js';
import type { Cpu } from '../elf/types.js';
import type { GroupSettings, PinPlan, RubyFrom, Suggestion } from '../search/types.js';
import type { TargetSummary } from '../target/summary.js';
import type { Libc } from '../target/types.js';

/** One gem of the bundle on one CPU of one target. */
export interface GemReport {
  readonly name: string;
  readonly version: string;
  /** Platform of the variant that Bundler would install there: `x86_64-linux`, `ruby`. */
  readonly platform: string;
  /** Of a content-addressed gem: the start of its SHA-256, which stands for the platform in the name of its file. */
  readonly address?: string;
  /** Which source of its section has it: a URL without credentials, or a directory; absent where that is not known. */
  readonly source?: string;
  /** Other sources of its section that have a gem of this name. */
  readonly alsoIn?: readonly string[];
  readonly arch: Cpu;
  readonly verdict: Verdict;
  /** What it needs; absent for `source`, and where nothing of it could be read. */
  readonly requires?: Requires;
  readonly findings: readonly Finding[];
  /** The way out, for a gem that does not fit. */
  readonly suggestion?: Suggestion;
  /** Known systems that would run the gem as it is, the oldest first: the way out where no version fits. */
  readonly runsOn?: readonly string[];
  /** Something about the gem that does not change its verdict. */
  readonly notes?: readonly GemNote[];
  /** The project has accepted every finding of this row. The verdict stays; the row does not count for the exit code. */
  readonly ignored?: IgnoredRow;
}

/** Why, and for how long, a project accepts what was found. */
export interface IgnoredRow {
  readonly reason: string;
  /** ISO date of the last day on which it holds. */
  readonly until?: string;
}

/**
 * A remark on one gem: a value, its words are in report/words.ts.
 * - `not-in-lockfile`: the lockfile does not provide for the platform; Bundler resolves anew, or refuses where frozen.
 * - `not-locked-for-ruby`: what the lockfile lists does not accept the Ruby; Bundler resolves anew, or refuses where frozen.
 * - `not-installed-here`: the lockfile lists it for other systems only (`platforms:` in the Gemfile).
 * - `carries-executables`: it has no platform, and is known to carry executables for systems by name; it was not opened.
 * - `yanked`: the source no longer has a variant that the lockfile lists.
 * - `variant-skipped`: a nearer variant is passed over, because it wants another Ruby or RubyGems.
 * - `not-for-ruby`: its variant for `platform` would be installed, and does not accept the Ruby. `next` is the first later version of
 *   which a variant is installed there, and whether that fits; absent where the index has none.
 * - `nearer-variant`: the source has one for this very platform, and Bundler installs another: a content-addressed one goes before
 *   any other that is not, or the lockfile lists no nearer one. Told where the gem does not fit.
 * - `needs-new-rubygems`: it is content-addressed, a RubyGems before 4.1 finds nothing to install, and it is not known which runs.
 * - `unverified`: neither the index nor the lockfile gives a SHA-256 to hold it against.
 * - `forced-ruby`: the Gemfile's line has it compiled, though the lockfile lists a variant that is precompiled.
 * - `force-ruby-unclear`: the line may have it compiled, and only Ruby can tell; the precompiled variant was judged.
 * - `search-incomplete`: another version could not be looked at.
 */
export type GemNote =
  | {
      readonly kind: 'not-in-lockfile';
      readonly platform: string;
      /** The gem, where PLATFORMS has the platform already: it alone has to be locked anew. */
      readonly update?: string;
    }
  | { readonly kind: 'not-locked-for-ruby'; readonly ruby: string }
  | { readonly kind: 'not-installed-here'; readonly platform: string }
  | { readonly kind: 'carries-executables' }
  | { readonly kind: 'yanked' }
  | { readonly kind: 'needs-new-rubygems' }
  | { readonly kind: 'variant-skipped' }
  | {
      readonly kind: 'not-for-ruby';
      readonly platform: string;
      readonly ruby: string;
      readonly next?: { readonly version: string; readonly verdict: Verdict };
    }
  | { readonly kind: 'nearer-variant'; readonly platform: string; readonly because: 'address' | 'lockfile' }
  | { readonly kind: 'unverified' }
  | { readonly kind: 'forced-ruby' | 'force-ruby-unclear'; readonly file: string; readonly line: number }
  | { readonly kind: 'search-incomplete'; readonly reason: string };

/** What the whole bundle needs: a system that has all of it runs every gem that could be read. */
export type BundleFloor = Omit<Requires, 'libc' | 'libraries'>;

/**
 * Why Bundler stops on a target before it installs any gem.
 * - `platform-not-locked`: it installs frozen, and PLATFORMS do not have the machine.
 * - `ruby-not-accepted`: the Gemfile's `ruby` does not accept the Ruby that the target brings.
 */
export type BundleRefusal = PlatformRefusal | RubyRefusal;

export interface RubyRefusal {
  readonly kind: 'ruby-not-accepted';
  /** What the target brings: `3.4.7`; `3.4` where only that is known. */
  readonly ruby: string;
  /** What the Gemfile asks for, as Bundler writes it: `3.4.9`, `~> 3.3`. */
  readonly requirement: readonly string[];
  /** The Gemfile's line: `Gemfile:3`. */
  readonly place: string;
}

export interface PlatformRefusal {
  readonly kind: 'platform-not-locked';
  readonly arch: Cpu;
  /** What Bundler looks for: `aarch64-linux`; `ruby` where it is set to compile every gem. */
  readonly platform: string;
  /** The lockfile's PLATFORMS. */
  readonly locked: readonly string[];
  /** Where it is said that Bundler installs frozen. */
  readonly frozenFrom?: string;
  /** Where Bundler is set to compile every gem. */
  readonly forceRubyFrom?: string;
}

/** A gem of the lockfile that is not installed on a target: no group that is installed there has it, and no other gem needs it. */
export interface NotInstalledGem {
  readonly name: string;
  readonly version: string;
  /** Groups of the Gemfile that it is in, or that gems are in that ask for it. */
  readonly groups: readonly string[];
}

export interface Summary {
  readonly compatible: number;
  readonly incompatible: number;
  readonly source: number;
  readonly unknown: number;
  /** Gems whose findings are all accepted; they are in none of the other numbers. Absent where there is none. */
  readonly ignored?: number;
}

/** Something worth knowing that is no finding of one gem. */
export interface AuditWarning {
  /** Stable: `PLATFORM_NOT_LOCKED`, `RUBY_DIFFERS`, … */
  readonly code: string;
  readonly message: string;
}

/** The audit of one lockfile against one target with one Ruby. `schemaVersion` rises when a key changes its meaning. */
export interface AuditReport {
  readonly schemaVersion: 1;
  /** Path of the lockfile as the user would write it. */
  readonly lockfile: string;
  readonly target: TargetSummary;
  readonly arches: readonly Cpu[];
  /** CPUs of the lockfile's PLATFORMS that were not checked, since nothing names them and servers rarely have them; never empty. */
  readonly passedOver?: readonly Cpu[];
  /** The Ruby that runs there, where it is known. */
  readonly ruby?: string;
  /** Where it is said; absent where `ruby` is. */
  readonly rubyFrom?: RubyFrom;
  /** The RubyGems that runs there, where it is known. */
  readonly rubygems?: string;
  /** `ruby`-platform gems were opened too. */
  readonly all: boolean;
  readonly gems: readonly GemReport[];
  /** Why Bundler installs nothing there; absent where it does. */
  readonly refused?: readonly BundleRefusal[];
  /** Bundler's settings of which groups are installed there; absent where nothing says any. */
  readonly groups?: readonly GroupSettings[];
  /** Gems that are not installed there, and so are in nothing else of the report; absent where there are none. */
  readonly notInstalled?: readonly NotInstalledGem[];
  /** Lines for the Gemfile, one for each gem that has a version that fits. */
  readonly pins: readonly string[];
  /** How everything is made to fit; absent where nothing has to be. With several targets it is the one for them all. */
  readonly plan?: PinPlan;
  readonly floor: BundleFloor;
  /** How many gems have each verdict; one that is judged for several CPUs counts once, by its worst. */
  readonly summary: Summary;
  readonly warnings: readonly AuditWarning[];
}

/** The audit of one lockfile against more than one target, or with more than one Ruby: the pins fit them all. */
export interface MultiTargetReport {
  readonly schemaVersion: 1;
  readonly lockfile: string;
  /** One for each target and Ruby: the Rubies of a target follow each other, as they were asked for. */
  readonly targets: readonly AuditReport[];
  readonly pins: readonly string[];
  readonly plan?: PinPlan;
  readonly warnings: readonly AuditWarning[];
}

/** One thing that a bundle needs of a system, and who needs it. */
export interface FloorNeed {
  /** `GLIBC_2.34`, `GLIBC_ABI_DT_RELR`, `x86-64-v3`, or the soname of a library that is not the C library's: `libpq.so.5`. */
  readonly need: string;
  /** `thruster 0.1.9` */
  readonly gems: readonly string[];
}

/** A known system on which judging the gems of a bundle that were read finds nothing. */
export interface FittingSystem {
  readonly name: string;
  readonly title: string;
  /** ISO date. */
  readonly endOfLife?: string;
  /** Today is not past its end of life. */
  readonly supported: boolean;
}

/** What the bundle needs of any system with one C library on one CPU. */
export interface SystemFloor {
  readonly libc: Libc;
  readonly arch: Cpu;
  readonly floor: BundleFloor;
  readonly needs: readonly FloorNeed[];
  readonly gems: readonly GemReport[];
  /** Gems that are not installed; absent where there are none. */
  readonly notInstalled?: readonly NotInstalledGem[];
  /** Those in support first, each part lowest first. */
  readonly systems: readonly FittingSystem[];
  readonly summary: Summary;
}

/** What a bundle needs, whatever it runs on: the answer where no target is named. */
export interface FloorReport {
  readonly schemaVersion: 1;
  readonly lockfile: string;
  /** CPUs of the lockfile's PLATFORMS that are in none of `floors`, since servers rarely have them; never empty. */
  readonly passedOver?: readonly Cpu[];
  readonly ruby?: string;
  /** Where it is said; absent where `ruby` is. */
  readonly rubyFrom?: RubyFrom;
  readonly all: boolean;
  /** Over all of `floors`. */
  readonly floor: BundleFloor;
  readonly floors: readonly SystemFloor[];
  readonly warnings: readonly AuditWarning[];
}
