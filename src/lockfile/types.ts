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
  /**
   * `override:` lines of a GEM section, in file order and as written: servers with other builds of gems that a remote has
   * (ruby/rubygems#9515). Absent where there are none.
   */
  readonly overrides?: readonly string[];
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

/**
 * One row of CONTENT ADDRESSES, which Bundler 4.1 writes: of the files that a gem has for a version and platform, one for
 * each Ruby, the one that was resolved. CHECKSUMS has the digest of the ordinary platform gem beside it.
 */
export interface LockedAddress {
  readonly name: string;
  readonly version: string;
  /** Never `ruby`. */
  readonly platform: string;
  /** 8 to 64 lower-case hexadecimal digits, with which the file's SHA-256 begins; the file is `name-version-address.gem`. */
  readonly address: string;
  /** Algorithm → digest of that file; empty where the lockfile is without checksums. */
  readonly digests: Readonly<Record<string, string>>;
  /** 1-based line of the row. */
  readonly line: number;
}

/**
 * One row of OVERRIDES, in which Bundler 4.1 records an `override` of the Gemfile. It is kept as text: what is overridden
 * the Gemfile says.
 */
export interface LockedOverride {
  /** Without the two spaces that every row begins with, and without spaces at its end. */
  readonly text: string;
  /** 1-based line of the row. */
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
  /** The rows of CHECKSUMS for Bundler itself, which no source lists (since 4.0.11). Absent where there are none. */
  readonly bundlerChecksums?: readonly LockedChecksum[];
  /** Absent where the file has no CONTENT ADDRESSES section. */
  readonly contentAddresses?: readonly LockedAddress[];
  /** Absent where the file has no OVERRIDES section. */
  readonly overrides?: readonly LockedOverride[];
  /** What Bundler would warn of or pass over, with the line. */
  readonly warnings: readonly { readonly message: string; readonly line: number }[];
}
