/**
 * Settings of Bundler that say what is installed, and how (`bundle help config`). Two decide nothing here: `path` says where gems
 * go, and `specific_platform` was for Bundler before 2.2, which has installed the machine's own variants ever since.
 */
export const BUNDLER_SETTINGS = [
  'without',
  'with',
  'only',
  'gemfile',
  'frozen',
  'deployment',
  'path',
  'force_ruby_platform',
  'specific_platform',
] as const;

export type BundlerSetting = (typeof BUNDLER_SETTINGS)[number];

export interface StatedSetting {
  /** As it is written; absent if it shows only when the image is built. */
  readonly value?: string;
  /** 1-based line that says it. */
  readonly line: number;
}

/** One `bundle install`, and Bundler's settings when it runs. */
export interface BundleInstall {
  /** 1-based first line of the RUN; absent if none is seen: the settings are then those at the end of the stage. */
  readonly line?: number;
  readonly settings: Readonly<Partial<Record<BundlerSetting, StatedSetting>>>;
  /** Nothing else can set any: a `.bundle/config` may be copied there otherwise. */
  readonly complete: boolean;
}

/** How a Dockerfile has the gems installed. */
export interface BundleReading {
  /** Of the Dockerfile, as the user would write it. */
  readonly path: string;
  /** In the order in which they run; never empty. */
  readonly installs: readonly BundleInstall[];
}

/** `Bundler::Settings#to_bool`. */
export function isTrueSetting(value: string): boolean {
  return !/^(?:false|f|no|n|0|)$/i.test(value);
}

/** `Bundler::Settings#to_array`: groups are separated by spaces or colons. */
export function groupsInSetting(value: string): string[] {
  return value.split(/[ :]/).filter((name) => name !== '');
}
