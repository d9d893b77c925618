/** One dependency of a spec: `nokogiri (>= 1.5.9)`. */
export interface LockedDependency {
  readonly name: string;
  /** As Bundler's `Gem::Requirement#as_list`, e.g. `[">= 1.5.9", "< 2"]`; `[">= 0"]` where none is written. */
  readonly requirement: readonly string[];
}

/** One spec of a source section. */
export interface LockedSpec {
  readonly name: string;
  readonly version: string;
  /** The gem platform as Bundler reads it: `ruby`, `x86_64-linux`, `x86_64-linux-gnu`, … */
  readonly platform: string;
  readonly dependencies: readonly LockedDependency[];
  /** Index into `Lockfile.sources`. */
  readonly source: number;
  /** 1-based line of the spec. */
  readonly line: number;
}

export type LockedSourceType = 'gem' | 'git' | 'path' | 'plugin';

/** One source section: GEM, GIT, PATH or PLUGIN SOURCE. */
export interface LockedSource {
  readonly type: LockedSourceType;
  /** In file order. A GEM section may name several; as written, credentials and trailing slash included. */
  readonly remotes: readonly string[];
  /** The section's other options as written: `revision`, `branch`, `tag`, `ref`, `glob`, `submodules`, `type`, … */
  readonly options: Readonly<Record<string, string>>;
  /** 1-based line of the section's heading. */
  readonly line: number;
}

/** One line of DEPENDENCIES. */
export interface DirectDependency {
  readonly name: string;
  readonly requirement: readonly string[];
  /** The line is marked `!` and a source above has the gem: it comes from that source and no other. */
  readonly pinned: boolean;
  readonly line: number;
}

/** One line of CHECKSUMS. */
export interface LockedChecksum {
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  /** Algorithm → digest: `{ sha256: "…" }`; empty where the line carries none. */
  readonly digests: Readonly<Record<string, string>>;
  readonly line: number;
}

/** What a Gemfile.lock says. */
export interface Lockfile {
  readonly sources: readonly LockedSource[];
  readonly specs: readonly LockedSpec[];
  readonly platforms: readonly string[];
  readonly dependencies: readonly DirectDependency[];
  /** RUBY VERSION as written: `ruby 3.3.0p0`. */
  readonly rubyVersion?: string;
  /** BUNDLED WITH. */
  readonly bundlerVersion?: string;
  /** Absent where the file has no CHECKSUMS section. */
  readonly checksums?: readonly LockedChecksum[];
  /** What Bundler would warn of or pass over, with the line. */
  readonly warnings: readonly { readonly message: string; readonly line: number }[];
}
