import { compareGemVersions } from '../version/gem-version.js';

/** In what Bundler's versions differ when they choose a variant. */
export interface BundlerRules {
  /**
   * `Definition#current_platform_locked?` asks whether the machine's platform takes in a locked one (`local_platform === locked`), and
   * no longer whether the locked one takes in the machine's.
   */
  readonly asksOfMachine: boolean;
  /** `Definition#validate_platforms!` is content with `ruby` in PLATFORMS, whatever the machine. */
  readonly rubyHasAll: boolean;
  /** Where a locked variant does not accept the Ruby, a frozen Bundler looks for another before it gives up. */
  readonly looksFurther: boolean;
  /** What is resolved anew is resolved without those of PLATFORMS that the lockfile has no variant for. */
  readonly dropsPlatforms: boolean;
  /** Unfrozen: a gem that is to be compiled, and of which only precompiled variants are locked, is not found. */
  readonly losesForced: boolean;
  /** Unfrozen: a locked variant that the source lacks does not stop what is resolved for a platform that is added. */
  readonly forgetsGone: boolean;
}

/** The versions for which a rule holds. */
interface Held {
  readonly since: string;
  /** The first for which it does no longer. */
  readonly until?: string;
}

/**
 * `npm run oracle -- install` ran 2.4.22, 2.5.23, 2.6.2, 2.6.4, 2.6.5, 2.6.7, 2.6.9, 2.7.2 (tags bundler-v… of rubygems/rubygems:
 * bundler/lib/bundler/definition.rb, lazy_specification.rb, spec_set.rb) and 4.0.3 (Ruby 4.0 in WebAssembly). A rule holds from the first
 * of these that has it: `2.5` was seen in 2.5.23, and 2.6.3 and 2.6.6 were not run. Before 2.5 what an unfrozen Bundler resolves for a
 * platform that PLATFORMS lack is not always known; versions before 2.4 were not held against it.
 */
const HELD: Readonly<Record<keyof BundlerRules, Held>> = {
  dropsPlatforms: { since: '2.5' },
  losesForced: { since: '2.5', until: '2.6.4' },
  asksOfMachine: { since: '2.6.5' },
  rubyHasAll: { since: '2.6.5' },
  forgetsGone: { since: '2.6.7' },
  looksFurther: { since: '4.0' },
};

/** What holds for a version; one that is not known is taken for 2.6.2. */
export function bundlerRules(version = '2.6.2'): BundlerRules {
  const holds = ({ since, until }: Held): boolean =>
    compareGemVersions(version, since) >= 0 &&
    (until === undefined || compareGemVersions(version, until) < 0);
  return {
    dropsPlatforms: holds(HELD.dropsPlatforms),
    losesForced: holds(HELD.losesForced),
    asksOfMachine: holds(HELD.asksOfMachine),
    rubyHasAll: holds(HELD.rubyHasAll),
    forgetsGone: holds(HELD.forgetsGone),
    looksFurther: holds(HELD.looksFurther),
  };
}
