import type { Cpu } from '../../elf/types.js';
import type { BundleInstall } from '../bundle-settings.js';
import type { InstalledPackages } from './installed-packages.js';
import type { ResolvedTarget } from '../types.js';
import type { RubygemsUpdate } from './rubygems-update.js';

/** One instruction, its continuation lines joined. */
export interface DockerfileInstruction {
  /** In upper case: `FROM`. */
  readonly keyword: string;
  /** Words before the arguments that begin with `--`, quotes and escapes taken away: `--from=build`. */
  readonly flags: readonly string[];
  /** What follows the flags, as written. */
  readonly rest: string;
  /** The text of each here-document that it opens. */
  readonly heredocs: readonly string[];
  /** 1-based, of its first line. */
  readonly line: number;
  /** 1-based, of its last line, that of a here-document's end included. */
  readonly endLine: number;
}

export interface Dockerfile {
  /** As the user would write it, for messages. */
  readonly path: string;
  /** The character that continues a line and takes a special character's meaning away. */
  readonly escape: EscapeCharacter;
  /** The frontend that the `syntax` directive asks for: `docker/dockerfile:1`. */
  readonly syntax?: string;
  /** Never empty. */
  readonly instructions: readonly DockerfileInstruction[];
}

export type EscapeCharacter = '\\' | '`';

/** A platform as images name it, in Go's words (`GOOS/GOARCH/variant`). */
export interface ImagePlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  /** RubyGems' name of the CPU; absent where gems have none. */
  readonly cpu?: Cpu;
}

/** One `FROM` and what follows it. */
export interface StageReading {
  readonly index: number;
  /** From `AS`, in lower case. */
  readonly name?: string;
  /** 1-based line of its FROM. */
  readonly line: number;
  /** What FROM names, as written: `ruby:$RUBY_VERSION-slim`. */
  readonly from: string;
  /** The earlier stage that it continues. */
  readonly parent?: number;
  /** The image at the end of the chain of stages, or `scratch`; absent where an argument has no value. */
  readonly base?: string;
}

/** Where the installed gems come from, when that is not the stage that runs. */
export interface BundleOrigin {
  /** 1-based line of the COPY. */
  readonly line: number;
  /** What `--from` names. */
  readonly from: string;
  /** The image that the stage is built on, or that is copied from; absent where an argument has no value. */
  readonly base?: string;
  readonly platform?: ImagePlatform;
}

export interface DockerfileReading {
  /** The image that the stage that runs is built on, or `scratch`. */
  readonly base: string;
  /** 1-based line of the FROM that names it. */
  readonly line: number;
  readonly stages: readonly StageReading[];
  /** Index of the stage that runs. */
  readonly stage: number;
  /** From `--platform`, where it says the same on every machine. */
  readonly platform?: ImagePlatform;
  /** The base or its platform is computed from TARGETARCH, TARGETPLATFORM and the like: ask again for each CPU. */
  readonly perCpu: boolean;
  /** The stage's own RUBY_VERSION. */
  readonly ruby?: string;
  /** Images whose `/usr/local` is copied into the stage that runs, in their order: Ruby comes from there if one has it. */
  readonly rubyImages: readonly string[];
  /** The stage that installs the gems has another RubyGems than the one that came with its Ruby. */
  readonly rubygemsUpdate?: RubygemsUpdate;
  /** The stage, or one that it continues, installs gcompat or libc6-compat. */
  readonly glibcLayer?: true;
  readonly bundleFrom?: BundleOrigin;
  /** How the stage that installs the gems does it; never empty. */
  readonly installs: readonly BundleInstall[];
  /** What the stage that runs installs, with those that it continues. */
  readonly packages: InstalledPackages;
  /** One sentence each, with path and line. */
  readonly warnings: readonly string[];
}

export interface DockerfileTarget extends ResolvedTarget {
  /** The image that the stage that runs is built on. */
  readonly base: string;
  /** 1-based line of the FROM that names it. */
  readonly line: number;
  /** The platform that the Dockerfile fixes. */
  readonly platform?: ImagePlatform;
  /** The answer holds for the CPU that was asked for alone. */
  readonly perCpu: boolean;
}
