import { Args, Flags } from '@oclif/core';
import {
  colorFlag,
  cpusOf,
  offlineFlag,
  pageSizeFlag,
  pageSizeOption,
  rubiesIn,
  targetsOf,
} from './common-flags.js';
import type { AuditOptions } from './index.js';
import { CPUS, UsageError, shellWord } from './index.js';

/** The argument and flags of every command that audits a project. */
export const auditArgs = {
  path: Args.string({
    description:
      "Gemfile.lock (or gems.locked), or the directory that holds it; by default BUNDLE_GEMFILE's, else this directory's",
  }),
};

/** Given several times, or as Bundler takes it: `development:test`. */
const GROUPS_FLAG = { multiple: true, multipleNonGreedy: true, helpValue: 'GROUP' } as const;

export const auditFlags = {
  target: Flags.string({
    char: 't',
    multiple: true,
    multipleNonGreedy: true,
    summary: 'System that the gems have to load on: ubuntu-20.04, al2023, rhel-8, alpine-3.20, glibc-2.31, …',
    helpValue: 'NAME',
  }),
  dockerfile: Flags.string({
    summary: 'Dockerfile whose base image is the target.',
    helpValue: 'PATH',
    exclusive: ['target'],
  }),
  pull: Flags.boolean({
    summary: "Read the Dockerfile's base from the image itself, pulled from its registry.",
  }),
  destination: Flags.string({
    char: 'd',
    summary: "Kamal's destination: config/deploy.NAME.yml goes over config/deploy.yml.",
    helpValue: 'NAME',
  }),
  'build-arg': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    summary: 'Value for an ARG of the Dockerfile.',
    helpValue: 'NAME=VALUE',
  }),
  arch: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    summary: `CPU to check: ${CPUS.join(', ')}; all: every one of the lockfile's PLATFORMS. [default: those but arm and x86]`,
    helpValue: 'CPU',
  }),
  source: Flags.string({
    char: 's',
    multiple: true,
    multipleNonGreedy: true,
    summary:
      "Server, mirror directory or directory of .gem files to get gems from. [default: the lockfile's own, and vendor/cache]",
    helpValue: 'URL|DIR',
  }),
  ruby: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    summary:
      "Ruby that runs on the target; several are compared. [default: the target's own, else the lockfile's RUBY VERSION]",
    helpValue: 'X.Y.Z',
  }),
  rubygems: Flags.string({
    summary: 'RubyGems that runs on the target: from 4.1 on it installs content-addressed gems.',
    helpValue: 'X.Y.Z',
  }),
  without: Flags.string({
    ...GROUPS_FLAG,
    summary:
      'Group of the Gemfile that is not installed there. [default: as the Dockerfile or Bundler is set]',
  }),
  with: Flags.string({ ...GROUPS_FLAG, summary: 'Optional group of the Gemfile that is installed there.' }),
  only: Flags.string({ ...GROUPS_FLAG, summary: 'Group of the Gemfile that alone is installed there.' }),
  all: Flags.boolean({ summary: 'Open gems without a platform too: a few carry executables.' }),
  ...pageSizeFlag,
  ...offlineFlag,
  jobs: Flags.integer({
    char: 'j',
    min: 1,
    max: 64,
    default: 8,
    summary: 'Gems that are read at the same time.',
  }),
  verbose: Flags.boolean({
    char: 'v',
    summary: 'Tell on stderr which other versions were read to find an answer.',
  }),
  ...colorFlag,
};

/** The flags as they are parsed. */
export interface AuditFlags {
  readonly target: string[] | undefined;
  readonly dockerfile: string | undefined;
  readonly pull: boolean;
  readonly destination: string | undefined;
  readonly 'build-arg': string[] | undefined;
  readonly arch: string[] | undefined;
  readonly source: string[] | undefined;
  readonly ruby: string[] | undefined;
  readonly rubygems: string | undefined;
  readonly without: string[] | undefined;
  readonly with: string[] | undefined;
  readonly only: string[] | undefined;
  readonly all: boolean;
  readonly 'page-size': string | undefined;
  readonly offline: boolean;
  readonly jobs: number;
}

/** What the flags ask of the audit. Throws UsageError. */
export function auditOptions(path: string | undefined, flags: AuditFlags): AuditOptions {
  const targets = flags.target && targetsOf(flags.target);
  const rubies = flags.ruby && rubiesIn(flags.ruby);
  return {
    ...(path === undefined ? {} : { path }),
    ...(targets === undefined ? {} : { target: targets.length === 1 ? (targets[0] ?? '') : targets }),
    ...(flags.dockerfile === undefined ? {} : { dockerfile: flags.dockerfile }),
    ...(flags['build-arg'] === undefined
      ? {}
      : { buildArgs: Object.fromEntries(flags['build-arg'].map(pairOf)) }),
    ...(flags.arch === undefined ? {} : { arches: archesOf(flags.arch) }),
    ...(flags.source === undefined ? {} : { sources: flags.source }),
    ...(rubies === undefined ? {} : { ruby: rubies.length === 1 ? (rubies[0] ?? '') : rubies }),
    ...(flags.rubygems === undefined ? {} : { rubygems: flags.rubygems }),
    ...groupOptions(flags),
    ...(flags.all ? { all: true } : {}),
    ...pageSizeOption(flags['page-size']),
    ...(flags.pull ? { pull: true } : {}),
    ...(flags.destination === undefined ? {} : { destination: flags.destination }),
    offline: flags.offline,
    jobs: flags.jobs,
  };
}

/** How each flag got its value, by its name (oclif's `metadata.flags`). */
type FlagSources = Readonly<Record<string, { readonly setFromDefault?: boolean } | undefined>>;

/** The audit of the same project, as it is typed: the path and the flags that were given, each in its long form. */
export function auditCommand(path: string, flags: AuditFlags, sources: FlagSources): string {
  const values: Readonly<Record<string, unknown>> = { ...flags };
  const given = Object.keys(auditFlags).flatMap((name) => {
    const value = values[name];
    if (value === undefined || sources[name]?.setFromDefault === true || name === 'verbose') return [];
    if (typeof value === 'boolean') return name === 'color' ? [] : value ? [`--${name}`] : [];
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    return all.map((each) => `--${name} ${shellWord(String(each))}`);
  });
  return ['gemcompat audit', ...(path === '.' ? [] : [shellWord(path)]), ...given].join(' ');
}

/** `all` stands alone. Throws UsageError `ARCH_UNKNOWN`. */
function archesOf(given: readonly string[]): NonNullable<AuditOptions['arches']> {
  return given.length === 1 && given[0]?.trim().toLowerCase() === 'all' ? 'all' : cpusOf(given);
}

/** An empty text is no group at all: `--without ''` installs them all. */
function groupOptions(flags: AuditFlags): Pick<AuditOptions, 'without' | 'with' | 'only'> {
  return Object.fromEntries(
    (['without', 'with', 'only'] as const).flatMap((name) => {
      const given = flags[name];
      if (given === undefined) return [];
      return [
        [name, given.flatMap((text) => text.split(/[\s,:]+/)).filter((group) => group !== '')] as const,
      ];
    }),
  );
}

function pairOf(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new UsageError(`--build-arg ${text} has no value`, {
    code: 'BUILD_ARG_MALFORMED',
    suggestions: ['write NAME=VALUE: --build-arg RUBY_VERSION=3.3.6'],
  });
}
