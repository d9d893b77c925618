import type { Requires } from '../compat/types.js';
import type { Cpu } from '../elf/types.js';
import type { GemContents } from '../gem/types.js';
import type { Lockfile } from '../lockfile/types.js';
import type { Deployment } from '../search/types.js';
import type { Overrides } from '../search/overrides.js';
import type { Target } from '../target/types.js';
import type { LockedVersion } from './bundle.js';
import type { CooldownRules } from './cooldown.js';
import type { GemOrigin, GemReader } from './gem-reader.js';
import type { GemfileGroups } from './installed-gems.js';
import type { RequiredRuby } from './ruby-refusal.js';
import type { ForcedBy } from './variant-request.js';
import type { GemReport } from './types.js';

export interface AuditRequest {
  readonly lockfile: Lockfile;
  /** The lockfile's path as the user would write it. */
  readonly path: string;
  /** Each target on each CPU; the targets in the order of the reports. */
  readonly deployments: readonly Deployment[];
  /** The CPUs of PLATFORMS that a target is not judged for, by target; none by default. */
  readonly passedOver?: ReadonlyMap<Target, readonly Cpu[]>;
  /** Open `ruby`-platform gems too. */
  readonly all: boolean;
  /** The Gemfile's requirement by name, in place of DEPENDENCIES: what it says without gemcompat's own pins. */
  readonly gemfile?: ReadonlyMap<string, readonly string[]>;
  /** Gems that the Gemfile has compiled, or may have, with the line that says so. */
  readonly forced?: ReadonlyMap<string, ForcedBy>;
  /** The groups of the Gemfile's gems; by default nothing is known of them, so that every gem counts as installed. */
  readonly groups?: GemfileGroups;
  /** What the Gemfile's `ruby` line asks for; by default nothing is known of it. */
  readonly requiredRuby?: RequiredRuby;
  /** What the Gemfile makes of gems' requirements; nothing by default. */
  readonly overrides?: Overrides;
  /** How young a version may not be that is proposed; no rule by default. */
  readonly cooldown?: CooldownRules;
  /** Gems that a pin of gemcompat's own holds: they are planned anew, or named as `liftable`. */
  readonly pinned?: ReadonlySet<string>;
  /** Look for known systems that run a gem as it is for every gem that is read, not only for those that do not fit. */
  readonly systemsForAll?: boolean;
  /** The project accepts what was found of a gem, so that nothing is to be done about it. */
  accepts?(row: GemReport): boolean;
}

export interface AuditProgress {
  readonly done: number;
  readonly total: number;
  /** What is still being worked on, the first of it: `thruster`; empty at the end. */
  readonly current: string;
}

/** What an audit asks of the outside. */
export interface AuditPorts {
  readonly reader: GemReader;
  /** Where a locked gem comes from. Throws `RegistryError`. */
  originOf(locked: LockedVersion): Promise<GemOrigin>;
  /**
   * Names of known systems that would run a gem with these needs as it is, the lowest first.
   * @param deployment whose CPU counts, and whose Ruby where a system brings none
   */
  systemsFor(contents: GemContents, requires: Requires, deployment: Deployment): readonly string[];
  progress?(progress: AuditProgress): void;
}

/** One gem on one deployment. */
export interface Row {
  readonly deployment: Deployment;
  readonly locked: LockedVersion;
  readonly report: GemReport;
  /** Known systems that would run the gem as it is; absent where they were not looked for. */
  readonly systems?: readonly string[];
}
