import type { Release } from '../registry/types.js';
import { compareGemVersions } from '../version/gem-version.js';

/** The first Bundler that has a cooldown (its CHANGELOG). */
const FIRST_WITH_COOLDOWN = '4.0.13';

/** `cooldown:` of a `source` in the Gemfile. */
export interface SourceCooldown {
  /** As it is written; absent where it shows only when the Gemfile runs. */
  readonly source?: string;
  /** Absent where it shows only when the Gemfile runs. */
  readonly days?: number;
}

/** How long a version has to be published before Bundler resolves to it, by who says so. */
export interface CooldownRules {
  /** `cooldown` in Bundler's settings, in days: it counts in place of what the Gemfile says. */
  readonly setting?: number;
  readonly sources: readonly SourceCooldown[];
  /** The Bundler that resolves. */
  readonly bundler?: string;
  readonly now: Date;
}

/**
 * Whether Bundler passes a version over because it is too young: published after so many days before now. One that says no date is
 * never too young (`cooldown_spec`, lib/bundler/resolver.rb of Bundler 4.1).
 *
 * @param remotes where the gem comes from
 */
export function isTooYoung(
  { createdAt }: Pick<Release, 'createdAt'>,
  remotes: readonly string[],
  rules: CooldownRules,
): boolean {
  const days = cooldownDays(remotes, rules);
  if (days === 0 || createdAt === undefined) return false;
  const published = publishedAt(createdAt);
  return published !== undefined && published > rules.now.getTime() - days * MILLISECONDS_A_DAY;
}

const MILLISECONDS_A_DAY = 24 * 60 * 60 * 1000;

/** 0 for none. Of several sources that say so the longest counts, as it is not known which of them the gem is taken from. */
export function cooldownDays(remotes: readonly string[], rules: CooldownRules): number {
  const { setting, sources, bundler } = rules;
  if (bundler === undefined || compareGemVersions(bundler, FIRST_WITH_COOLDOWN) < 0) return 0;
  if (setting !== undefined) return setting;
  const names = new Set(remotes.map(withoutSlash));
  const about = sources.filter(({ source }) => source === undefined || names.has(withoutSlash(source)));
  return Math.max(0, ...about.map(({ days = 0 }) => days));
}

/** Without an offset it is a time in UTC. */
function publishedAt(text: string): number | undefined {
  const hasOffset = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text);
  const time = Date.parse(hasOffset || !text.includes('T') ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
