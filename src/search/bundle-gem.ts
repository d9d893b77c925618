import type { Release } from '../registry/types.js';
import type { Choice } from './types.js';

export type Dependency = Release['dependencies'][number];

/** A gem of the bundle as it is locked. */
export interface BundleGem {
  readonly name: string;
  /** The version that is judged; of several, by platform, the one that does not fit. */
  readonly version: string;
  /** All versions that the lockfile lists: one, but where platforms are locked at different ones. */
  readonly versions: readonly string[];
  /** The platforms that the lockfile lists it for. */
  readonly platforms: readonly string[];
  /** What the lockfile says that it asks for, on any platform. */
  readonly dependencies: readonly Dependency[];
  /** The Gemfile names it. */
  readonly direct: boolean;
  /** The Gemfile's requirement; empty where there is none. */
  readonly gemfile: readonly string[];
  /** It comes from a gem server. What comes from git, a path or a plugin never moves. */
  readonly movable: boolean;
  /** It does not fit a deployment as it is. */
  readonly fails: boolean;
}

/** The bundle, and what is asked of it. */
export interface BundleRequest {
  readonly gems: readonly BundleGem[];
  /** What the Gemfile asks for, in its order: also of gems that the lockfile lacks. */
  readonly gemfile: ReadonlyMap<string, readonly string[]>;
}

/** What the search asks of the outside, and only as often as it must. */
export interface BundlePorts {
  /** All releases of a gem, asked for by a gem of the bundle. Throws where they cannot be had. */
  releases(name: string, by: string): Promise<readonly Release[]>;
  /** Reads a precompiled gem: does it fit? `unknown` where it could not be checked. */
  fits(choice: Choice): Promise<'compatible' | 'incompatible' | 'unknown'>;
  /** Reads a `ruby` gem: does it have extensions to compile? Without any, nothing would stand in for the binaries. */
  compiles(release: Release): Promise<boolean>;
  /** The glibc that a precompiled gem needs, where it does not fit because of that. */
  glibcBeyond?(choice: Choice): Promise<string | undefined>;
}
