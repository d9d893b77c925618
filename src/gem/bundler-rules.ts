import { compareGemVersions } from '../version/gem-version.js';

/** In what Bundler's versions differ when they choose a variant. */
export interface BundlerRules {
  /** The first version of which this holds. */
  readonly since: string;
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

/**
 * By version, the oldest first. `npm run oracle -- install` ran 2.4.22, 2.5.23, 2.6.2, 2.6.4, 2.6.5, 2.6.7, 2.6.9, 2.7.2 (tags bundler-v…
 * of rubygems/rubygems: bundler/lib/bundler/definition.rb, lazy_specification.rb, spec_set.rb) and 4.0.3 (Ruby 4.0 in WebAssembly). A row
 * holds from the first of these that differs: `2.5` was seen in 2.5.23, and 2.6.3 and 2.6.6 were not run. Before 2.5 what an unfrozen
 * Bundler resolves for a platform that PLATFORMS lack is not always known; versions before 2.4 were not held against it.
 */
const TABLE: readonly BundlerRules[] = [
  {
    since: '0',
    ...{ asksOfMachine: false, rubyHasAll: false, looksFurther: false },
    ...{ dropsPlatforms: false, losesForced: false, forgetsGone: false },
  },
  {
    since: '2.5',
    ...{ asksOfMachine: false, rubyHasAll: false, looksFurther: false },
    ...{ dropsPlatforms: true, losesForced: true, forgetsGone: false },
  },
  {
    since: '2.6.4',
    ...{ asksOfMachine: false, rubyHasAll: false, looksFurther: false },
    ...{ dropsPlatforms: true, losesForced: false, forgetsGone: false },
  },
  {
    since: '2.6.5',
    ...{ asksOfMachine: true, rubyHasAll: true, looksFurther: false },
    ...{ dropsPlatforms: true, losesForced: false, forgetsGone: false },
  },
  {
    since: '2.6.7',
    ...{ asksOfMachine: true, rubyHasAll: true, looksFurther: false },
    ...{ dropsPlatforms: true, losesForced: false, forgetsGone: true },
  },
  {
    since: '4.0',
    ...{ asksOfMachine: true, rubyHasAll: true, looksFurther: true },
    ...{ dropsPlatforms: true, losesForced: false, forgetsGone: true },
  },
];

/** What holds for a version; one that is not known is taken for 2.6.2. */
export function bundlerRules(version = '2.6.2'): BundlerRules {
  const found = TABLE.findLast(({ since }) => compareGemVersions(version, since) >= 0) ?? TABLE[0];
  if (found === undefined) throw new Error('no rules for any Bundler');
  return found;
}
