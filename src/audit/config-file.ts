import { z } from 'zod';
import type { FindingKind } from '../compat/types.js';
import { FINDING_KINDS } from '../compat/verdict.js';
import type { Cpu } from '../elf/types.js';
import { CPUS, parseCpu } from '../gem/cpu-name.js';
import { groupsInSetting } from '../target/bundle-settings.js';
import { PAGE_SIZE_HINT, parsePageSize } from '../target/page-size.js';
import { isInstalledVersion } from '../version/gem-version.js';
import { RequirementError, parseRequirement, splitRequirementList } from '../version/requirement.js';
import { YamlFile } from './yaml-file.js';

/** Name of the file, at the root of a project. */
export const CONFIG_FILE = '.gemcompat.yml';

/** One accepted risk. */
export interface IgnoreRule {
  readonly gem: string;
  /** Only findings of this kind; absent for all. */
  readonly finding?: FindingKind;
  /** Only these versions, a requirement as in a Gemfile: `~> 1.2`; absent for all. */
  readonly version?: string;
  readonly reason: string;
  /** ISO date of the last day on which it holds. */
  readonly until?: string;
  /** 1-based line in the file. */
  readonly line: number;
}

/** A target as it is written in the file. */
export interface ConfiguredTarget {
  readonly name: string;
  /** 1-based line in the file. */
  readonly line: number;
}

/** What a project asks for of its own: see `gemcompat audit` for what each says. Absent is not asked for. */
export interface ProjectConfig {
  /** As the user would write it. */
  readonly path: string;
  readonly targets?: readonly ConfiguredTarget[];
  readonly arches?: readonly Cpu[] | 'all';
  readonly sources?: readonly string[];
  readonly ruby?: readonly string[];
  readonly rubygems?: string;
  /** Bundler's settings of which groups are installed; an empty list is none. */
  readonly without?: readonly string[];
  readonly with?: readonly string[];
  readonly only?: readonly string[];
  readonly all?: boolean;
  readonly pull?: boolean;
  /** In bytes. */
  readonly pageSize?: number;
  readonly ignore: readonly IgnoreRule[];
  /** One sentence each, with path and line. */
  readonly warnings: readonly string[];
}

export interface ParseConfigOptions {
  /** As the user would write it; `.gemcompat.yml` by default. */
  readonly path?: string;
  /** ISO date by which an ignore has expired; without it nothing is said of that. */
  readonly today?: string;
}

const text = z
  .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'has to be a text') })
  .trim()
  .min(1, 'is empty');

/** A list, or one thing alone. */
function listOf<T>(item: z.ZodType<T>): z.ZodType<T[]> {
  return z.preprocess(
    (value) => (typeof value === 'string' && value.trim() !== '' ? [value] : value),
    z.array(item, { error: 'has to be a list' }).min(1, 'is an empty list'),
  );
}

function failure(message: string, hint: string): { message: string; params: { hint: string } } {
  return { message, params: { hint } };
}

/** `all`: every CPU of the lockfile's PLATFORMS. */
const cpuOrAll = text.transform((name, context): Cpu | 'all' => {
  if (name === 'all') return name;
  const known = parseCpu(name);
  if (known !== undefined) return known;
  context.addIssue({
    code: 'custom',
    input: name,
    ...failure(`has ${shown(name)}, which is not a CPU that is known`, `Known are: ${CPUS.join(', ')}.`),
  });
  return z.NEVER;
});

const pageSize = text.transform((written, context): number => {
  const bytes = parsePageSize(written);
  if (bytes !== undefined) return bytes;
  context.addIssue({
    code: 'custom',
    input: written,
    ...failure(`is ${shown(written)}, which is not a page size`, `Write ${PAGE_SIZE_HINT}.`),
  });
  return z.NEVER;
});

/** A version of what is installed, as far as `3.3` at least. */
function versionOf(what: string, example: string): z.ZodType<string> {
  return text.superRefine((value, context) => {
    if (isInstalledVersion(value)) return;
    context.addIssue({
      code: 'custom',
      input: value,
      ...failure(`is ${shown(value)}, which is not a version of ${what}`, `Give all three parts: ${example}`),
    });
  });
}

const requirement = text.superRefine((value, context) => {
  try {
    parseRequirement(splitRequirementList(value));
  } catch (error) {
    if (!(error instanceof RequirementError)) throw error;
    context.addIssue({
      code: 'custom',
      input: value,
      ...failure(
        `is ${shown(value)}, which is no requirement on a version`,
        'Write it as in a Gemfile, in quotes: "1.2.3", "~> 1.2", ">= 1.2, < 2"',
      ),
    });
  }
});

const day = text.superRefine((value, context) => {
  if (/^\d{4}-\d\d-\d\d$/.test(value)) {
    const time = Date.parse(`${value}T00:00:00Z`);
    if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(value)) return;
  }
  context.addIssue({
    code: 'custom',
    input: value,
    ...failure(`is ${shown(value)}, which is not a day`, 'Write year, month and day: until: 2026-12-31'),
  });
});

const rule = z.strictObject(
  {
    gem: text,
    finding: z
      .enum(FINDING_KINDS, {
        error: ({ input }) =>
          `is ${shown(input)}, which is no kind of finding; the kinds are ${FINDING_KINDS.join(', ')}`,
      })
      .exactOptional(),
    version: requirement.exactOptional(),
    reason: text,
    until: day.exactOptional(),
  },
  { error: expected('a mapping of gem, reason and what else is known') },
);

const flag = z
  .enum(['true', 'false'], { error: ({ input }) => `is ${shown(input)}, and has to be true or false` })
  .transform((value) => value === 'true');

/** Groups, as a list or in one text as Bundler takes them: `development test`, `development:test`. */
const groups = z
  .union([text, z.array(text)], { error: 'has to be a list of groups' })
  .transform((value) => [value].flat().flatMap((each) => groupsInSetting(each)));

const shape = z.strictObject(
  {
    targets: listOf(text).exactOptional(),
    arches: listOf(cpuOrAll)
      .transform((cpus) => (cpus.includes('all') ? ('all' as const) : cpus.filter((each) => each !== 'all')))
      .exactOptional(),
    sources: listOf(text).exactOptional(),
    ruby: listOf(versionOf('Ruby', 'ruby: 3.3.6')).exactOptional(),
    rubygems: versionOf('RubyGems', 'rubygems: 4.1.1').exactOptional(),
    without: groups.exactOptional(),
    with: groups.exactOptional(),
    only: groups.exactOptional(),
    all: flag.exactOptional(),
    pull: flag.exactOptional(),
    pageSize: pageSize.exactOptional(),
    ignore: z.array(rule, { error: 'has to be a list' }).exactOptional(),
  },
  {
    error: expected(
      `a mapping of ${['targets', 'arches', 'sources', 'ruby', 'rubygems', 'without', 'with', 'only', 'all', 'pull', 'pageSize', 'ignore'].join(', ')}`,
    ),
  },
);

/** What an object's schema says where there is none. Unknown keys have words of their own. */
function expected(what: string): (issue: { readonly code?: string }) => string | undefined {
  return ({ code }) => (code === 'invalid_type' ? `has to be ${what}` : undefined);
}

function shown(value: unknown): string {
  const written = typeof value === 'string' ? value : value === undefined ? 'nothing' : JSON.stringify(value);
  return JSON.stringify(written.length > 80 ? `${written.slice(0, 80)}…` : written);
}

/**
 * Reads a project's `.gemcompat.yml`. An empty file asks for nothing.
 * @throws ConfigError `CONFIG_SYNTAX`, `CONFIG_KEY_UNKNOWN`, `CONFIG_VALUE`, `CONFIG_LIMIT`
 */
export function parseConfig(yaml: string, options: ParseConfigOptions = {}): ProjectConfig {
  const path = options.path ?? CONFIG_FILE;
  const file = new YamlFile(yaml, path);
  if (file.data === null || file.data === undefined || file.data === '')
    return { path, ignore: [], warnings: [] };
  const keys = (at: readonly (string | number)[]): readonly string[] =>
    Object.keys(at.length === 0 ? shape.shape : rule.shape);
  const { ignore = [], targets, ...rest } = file.check(shape, keys);
  const rules = ignore.map((each, index): IgnoreRule => ({ ...each, line: file.lineOf(['ignore', index]) }));
  const { today } = options;
  return {
    path,
    ...rest,
    ...(targets === undefined
      ? {}
      : { targets: targets.map((name, index) => ({ name, line: file.lineOf(['targets', index]) })) }),
    ignore: rules,
    warnings: rules
      .filter((each) => today !== undefined && hasExpired(each, today))
      .map(
        ({ gem, until = '', line }) =>
          `${path}:${line}: the ignore of ${gem} has expired on ${until}: its findings count again.`,
      ),
  };
}

/**
 * Whether the last day of an ignore is over.
 * @param today ISO date
 */
export function hasExpired({ until }: IgnoreRule, today: string): boolean {
  return until !== undefined && until < today;
}
