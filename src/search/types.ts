import type { Cpu } from '../elf/types.js';
import type { Release } from '../registry/types.js';
import type { Target } from '../target/types.js';

/** A system and CPU that the bundle is deployed to. */
export interface Deployment {
  readonly target: Target;
  readonly cpu: Cpu;
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

/** The way out for one gem. */
export interface Suggestion {
  readonly version: string;
  readonly direction: 'upgrade' | 'downgrade' | 'same';
  /** What the pin adds, as Gem::Requirement writes it: `< 0.1.9`; empty for `force_ruby_platform`. */
  readonly requirement: string;
  /** The whole line for the Gemfile: `gem 'thruster', '< 0.1.9'`. */
  readonly pin: string;
  /**
   * `precompiled`: this version's own binaries fit. `force-ruby`: the locked version, compiled on the target.
   * `compile`: a version that has no precompiled variant there, so Bundler compiles it.
   */
  readonly method: 'precompiled' | 'force-ruby' | 'compile';
  readonly needsCompiler: boolean;
  /** Empty where the pin resolves as the lockfile stands. */
  readonly conflicts: readonly Conflict[];
}
