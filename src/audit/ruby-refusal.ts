import { GemcompatError } from '../errors.js';
import type { Deployment } from '../search/types.js';
import { parseRequirement, satisfies } from '../version/requirement.js';
import type { AuditWarning, RubyRefusal } from './types.js';

/** What the Gemfile's `ruby` line asks for. */
export interface RequiredRuby {
  /** As written, in one list: `['~> 3.4']`, `['3.4.9']`. */
  readonly requirement: readonly string[];
  /** For people: `Gemfile:3`. */
  readonly place: string;
}

/** No branch has had more releases than this. */
const MOST_RELEASES = 24;

/**
 * Whether Bundler refuses the Ruby that a target brings (`Bundler::Definition#validate_ruby!`): only the Gemfile's line counts, RUBY
 * VERSION of the lockfile does not. Of a branch alone, `3.4`, only what no release of it satisfies is refused. A Ruby that the user
 * names is not held against the Gemfile: it is asked what would be.
 */
export function rubyRefusal(
  { targetRuby }: Pick<Deployment, 'targetRuby'>,
  asked: RequiredRuby | undefined,
): readonly RubyRefusal[] {
  const found = accepted(targetRuby, asked);
  if (targetRuby === undefined || asked === undefined || found === undefined || found.some > 0) return [];
  return [{ kind: 'ruby-not-accepted', ruby: targetRuby, requirement: found.wanted, place: asked.place }];
}

/** A branch of which the Gemfile accepts some releases and not others: which of them the target brings is not known. */
export function rubyMayDiffer(
  { target: { title }, targetRuby }: Pick<Deployment, 'target' | 'targetRuby'>,
  asked: RequiredRuby | undefined,
): AuditWarning[] {
  const found = accepted(targetRuby, asked);
  if (targetRuby === undefined || asked === undefined || found === undefined) return [];
  if (found.some === 0 || found.some === found.all) return [];
  return [
    {
      code: 'RUBY_RELEASE',
      message: `${title} brings a Ruby ${targetRuby}, which release is not known, and ${asked.place} asks for ${found.wanted.join(', ')}: Bundler refuses any other; name the release in the image's tag (ruby:${found.wanted[0]?.replace(/^\D*/, '') ?? targetRuby})`,
    },
  ];
}

/** How many of the releases that a target may bring the Gemfile accepts. */
function accepted(
  ruby: string | undefined,
  asked: RequiredRuby | undefined,
): { readonly some: number; readonly all: number; readonly wanted: readonly string[] } | undefined {
  if (ruby === undefined || asked === undefined) return undefined;
  // Ruby's own names of prereleases have a hyphen, RubyGems' a dot (`RubyVersion#normalize_version`).
  const requirement = asked.requirement.map((each) => each.replaceAll('-', '.'));
  const releases = /^\d+\.\d+$/.test(ruby)
    ? Array.from({ length: MOST_RELEASES }, (_, patch) => `${ruby}.${patch}`)
    : [ruby];
  try {
    const some = releases.filter((release) => satisfies(release, requirement)).length;
    // As Bundler writes them: without the `=`.
    const { clauses } = parseRequirement(requirement);
    const wanted = clauses.map(({ operator, version }) =>
      operator === '=' ? version.text : `${operator} ${version.text}`,
    );
    return { some, all: releases.length, wanted };
  } catch (error) {
    if (error instanceof GemcompatError) return undefined;
    throw error;
  }
}
