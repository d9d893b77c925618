import type { Cpu } from '../elf/types.js';
import type { Release } from '../registry/types.js';
import type { Target } from '../target/types.js';

/** Who says which Ruby runs, the one that counts most first. */
export type RubySource =
  'option' | 'config' | 'target' | 'lockfile' | 'gemfile' | 'ruby-version' | 'tool-versions' | 'mise';

/** Where it is said which Ruby runs. */
export interface RubyFrom {
  readonly source: RubySource;
  /** For people: `--ruby`, `Gemfile:3`, `.ruby-version`, the title of the target. */
  readonly place: string;
}

/** Groups that a setting of Bundler names, and where it is said. */
export interface StatedGroups {
  readonly names: readonly string[];
  /** For people: `--without`, `.gemcompat.yml`, `Dockerfile:12`, `BUNDLE_WITHOUT`, `.bundle/config`. */
  readonly place: string;
}

/** Which groups of the Gemfile are installed, by Bundler's settings of these names. */
export interface GroupSettings {
  readonly without?: StatedGroups;
  readonly with?: StatedGroups;
  readonly only?: StatedGroups;
}

/** A system and CPU that the bundle is deployed to, and the Ruby that runs there. */
export interface Deployment {
  readonly target: Target;
  readonly cpu: Cpu;
  /** `3.3.6`, or `3.3` where only that is known; absent where nothing is, and then what depends on it is not checked. */
  readonly ruby?: string;
  /** Where `ruby` is said; absent where `ruby` is. */
  readonly rubyFrom?: RubyFrom;
  /**
   * The Ruby that the target itself brings, unless the user names another: `3.3` if only the branch is known, where `ruby` may be the
   * release that the project means.
   */
  readonly targetRuby?: string;
  /** The RubyGems that runs there; absent where it is not known. */
  readonly rubygems?: string;
  /** The Bundler that installs there: `4.1.1`; absent where it is not known. */
  readonly bundler?: string;
  /** `bundle install` runs there with `frozen` or `deployment` set, or is known to run without; absent where it is not known. */
  readonly frozen?: boolean;
  /** Where `frozen` is said; absent where it is not said, but known. */
  readonly frozenFrom?: string;
  /** Where it is said that Bundler there compiles every gem (`force_ruby_platform`); absent if it does not, or is not known to. */
  readonly forceRubyFrom?: string;
  /**
   * The groups that are installed there. Several if several commands install: a gem is there if one of them installs it. Absent if
   * nothing is said, so that all groups are but the optional ones.
   */
  readonly groups?: readonly GroupSettings[];
}

/** What Bundler would install of one version on one deployment. */
export interface Choice {
  readonly deployment: Deployment;
  /** `precompiled` runs what the gem brings; `ruby` is compiled there, or pure Ruby. */
  readonly kind: 'precompiled' | 'ruby';
  readonly release: Release;
}

/** A version that Bundler could install on every deployment. */
export interface Candidate {
  readonly version: string;
  readonly choices: readonly Choice[];
}

/** A requirement that the suggestion had to leave unmet. */
export interface Conflict {
  /** `Gemfile`, or the name of the gem whose requirement it is. */
  readonly by: string;
  /** The `Gemfile`'s line can be changed with the pin; a gem's own requirement cannot. */
  readonly kind: 'gemfile' | 'gem';
  readonly requirement: readonly string[];
}

/**
 * How a suggestion makes a gem fit.
 * - `precompiled`: the version's own binaries fit.
 * - `add-platform`: the locked version has a variant that fits, and the lockfile does not list it.
 * - `force-ruby`: the locked version, compiled on the target.
 * - `compile`: a version that has no precompiled variant there, so Bundler compiles it.
 */
export type SuggestionMethod = 'precompiled' | 'add-platform' | 'force-ruby' | 'compile';

/** The way out for one gem. */
export interface Suggestion {
  readonly version: string;
  readonly direction: 'upgrade' | 'downgrade' | 'same';
  readonly method: SuggestionMethod;
  /** What the pin adds, as Gem::Requirement writes it: `< 0.1.9`; empty where it need not bind the version. */
  readonly requirement: string;
  /** The whole line for the Gemfile: `gem 'thruster', '< 0.1.9'`. Absent for `add-platform`. */
  readonly pin?: string;
  /** What to run, in place of a pin or after it: `bundle lock --add-platform x86_64-linux-musl`. */
  readonly command?: string;
  /** The Gemfile has a line for the gem already, which the pin replaces. */
  readonly direct: boolean;
  readonly needsCompiler: boolean;
  /** The version's own bounds that could not be checked, since the Ruby or RubyGems of the target is not known. */
  readonly unchecked?: readonly string[];
  /** Empty where the pin resolves as the lockfile stands. */
  readonly conflicts: readonly Conflict[];
}

/** A change to one gem's line in the Gemfile, or a new line, that makes Bundler resolve to a version that fits. */
export interface PlannedPin {
  readonly name: string;
  /** What Bundler resolves to with all pins of the plan in place. */
  readonly version: string;
  /** What is added to the Gemfile's requirement, each as Gem::Requirement writes it: `['< 1.18.0']`; may be empty. */
  readonly bounds: readonly string[];
  /** The Gemfile's own requirement rules the version out, so the bounds stand in its place and not beside it. */
  readonly replaces: boolean;
  readonly forceRuby: boolean;
  /** The Gemfile has a line for the gem; otherwise a new one is needed. */
  readonly direct: boolean;
  /** For whose sake it moves, where it fits as it is locked: the gems that do not. Absent for a gem that does not fit. */
  readonly along?: readonly string[];
  /** Of a gem that does not fit as it is locked: the other versions around that one of which the same is known. */
  readonly misfits?: Misfits;
}

/** Versions that were read and do not fit, without one between them that does or that was not read. */
export interface Misfits {
  /** The lowest of them; the locked version where there is none below. */
  readonly from: string;
  /** They reach to the newest that the Gemfile allows. */
  readonly onwards: boolean;
  /** The glibc that `from` needs, for each target that it does not fit because of it. */
  readonly needs: readonly { readonly target: string; readonly glibc: string }[];
}

/** A gem that moves, pinned or not: Bundler gets there by itself where there is no pin for it. */
export interface PlannedMove {
  readonly name: string;
  /** The locked version; absent for a gem that enters the bundle. */
  readonly from?: string;
  /** Absent for a gem that leaves the bundle. */
  readonly to?: string;
  /** For whose sake: the gems that do not fit. Empty where it is one itself. */
  readonly along: readonly string[];
}

/** Neighbouring versions, both ends among them; the same twice for one alone. */
export interface VersionSpan {
  readonly from: string;
  readonly to: string;
}

/**
 * One of the facts that leave a gem without an answer.
 * - `needs`: these versions ask for another gem.
 * - `does-not-fit`, `not-installable`, `nothing-to-compile`: why these versions themselves will not do.
 * - `gemfile`: what the Gemfile asks for. `fixed`: the gem comes from git or a path.
 * - `index-unavailable`: its versions could not be looked up.
 */
export type ClashReason =
  | {
      readonly kind: 'needs';
      readonly gem: string;
      readonly versions: readonly VersionSpan[];
      readonly on: string;
      readonly requirement: readonly string[];
    }
  | {
      readonly kind: 'does-not-fit' | 'not-installable' | 'nothing-to-compile';
      readonly gem: string;
      readonly versions: readonly VersionSpan[];
    }
  | { readonly kind: 'gemfile'; readonly gem: string; readonly requirement: readonly string[] }
  | { readonly kind: 'fixed'; readonly gem: string; readonly version: string }
  | { readonly kind: 'index-unavailable'; readonly gem: string; readonly reason: string };

/** A gem that does not fit and has no place in the answer. */
export interface Unanswered {
  readonly name: string;
  readonly version: string;
  /** The requirements that clash. */
  readonly because: readonly ClashReason[];
}

/** How many gems were read to find an answer. */
export interface Inspections {
  /** Gems whose binaries were read, and versions that could have been. */
  readonly inspected: number;
  readonly candidates: number;
  /** What was read of each gem, newest first: `nokogiri` → `1.18.1`, `1.17.2`. */
  readonly byGem: Readonly<Record<string, readonly string[]>>;
}

/** What has to change so that everything fits: one answer for all gems that do not, together. */
export interface PinPlan {
  readonly pins: readonly PlannedPin[];
  readonly moves: readonly PlannedMove[];
  /** `bundle lock --add-platform …`, to be run after the pins are in place. */
  readonly commands: readonly string[];
  readonly unanswered: readonly Unanswered[];
  /** Gems with a pin of gemcompat's own that Bundler would get right without it. */
  readonly liftable: readonly string[];
  /** False where the work was capped: it holds together, but fewer gems might have to move, or higher versions be had. */
  readonly minimal: boolean;
  readonly inspections: Inspections;
}
