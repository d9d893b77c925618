import type { ForeignBinary } from '../elf/foreign-format.js';
import type { ElfFile } from '../elf/types.js';

/** Name, version and platform of one gem: what RubyGems calls a name tuple. */
export interface NameTuple {
  readonly name: string;
  readonly version: string;
  /** `ruby` for a gem without a platform. */
  readonly platform: string;
  /** Of a content-addressed gem: the start of its file's SHA-256, which stands for the platform in its name. */
  readonly address?: string;
}

/** What the gem's own `metadata.gz` says, as far as a verdict or a remedy rests on it. */
export interface GemMetadata {
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  /** `required_ruby_version`, e.g. `[">= 3.0", "< 3.5.dev"]`. */
  readonly requiredRuby: readonly string[];
  readonly requiredRubygems: readonly string[];
  /** Runtime dependencies only. */
  readonly dependencies: readonly { readonly name: string; readonly requirement: readonly string[] }[];
  /** `extensions`: scripts that build native code on installation. */
  readonly extensions: readonly string[];
  readonly executables: readonly string[];
}

/** One ELF file inside a gem. */
export interface GemBinary {
  /** Path inside `data.tar.gz`, e.g. `exe/x86_64-linux/thrust`. */
  readonly path: string;
  /** The file was gzip-compressed inside the gem. */
  readonly gzipped: boolean;
  readonly elf: ElfFile;
}

/** An executable or a library of another system. */
export interface ForeignFile extends ForeignBinary {
  readonly path: string;
}

/** A part of a gem that could not be read; it makes the gem's verdict `unknown`. */
export interface UnreadablePart {
  readonly path: string;
  /** Error code, e.g. `ELF_TRUNCATED`. */
  readonly code: string;
  readonly reason: string;
}

/** What one `.gem` holds, as far as loading it is concerned. Plain data: it is cached as JSON by the gem's SHA-256. */
export interface GemContents {
  /** Lower-case hex SHA-256 of the whole `.gem`. */
  readonly sha256: string;
  /** Size of the `.gem` in bytes. */
  readonly size: number;
  readonly metadata: GemMetadata;
  readonly binaries: readonly GemBinary[];
  readonly unreadable: readonly UnreadablePart[];
  /** Paths of `ar` archives (`.a`), which are linked on the user's machine. */
  readonly staticArchives: readonly string[];
  /**
   * Paths of archives within the gem, found by magic, that are not looked into, so that an ELF file in one is not among
   * `binaries`: zip (a `.jar` or `.xlsx` too), tar, 7z, cpio, `.deb`, `.rpm`, …; files compressed with xz, bzip2 or zstd; gzip
   * with any of these in it; scripts with binary data behind their text (self-extracting ones).
   */
  readonly nestedArchives: readonly string[];
  /** Executables and libraries of other systems; absent where there are none. */
  readonly foreign?: readonly ForeignFile[];
  /** Symbolic links that are there once the gem is installed, path → link text, so that a soname link can be followed. */
  readonly links: Readonly<Record<string, string>>;
}
