import { GemcompatError } from '../errors.js';
import type { Deployment } from '../search/types.js';
import { parseRequirement, satisfies } from '../version/requirement.js';
import type { RubyRefusal } from './types.js';

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
  { ruby, rubyFrom }: Pick<Deployment, 'ruby' | 'rubyFrom'>,
  asked: RequiredRuby | undefined,
): readonly RubyRefusal[] {
  if (ruby === undefined || rubyFrom?.source !== 'target' || asked === undefined) return [];
  const { requirement: written, place } = asked;
  // Ruby's own names of prereleases have a hyphen, RubyGems' a dot (`RubyVersion#normalize_version`).
  const requirement = written.map((each) => each.replaceAll('-', '.'));
  const isBranch = /^\d+\.\d+$/.test(ruby);
  const releases = isBranch
    ? Array.from({ length: MOST_RELEASES }, (_, patch) => `${ruby}.${patch}`)
    : [ruby];
  try {
    if (releases.some((release) => satisfies(release, requirement))) return [];
    // As Bundler writes them: without the `=`.
    const { clauses } = parseRequirement(requirement);
    const wanted = clauses.map(({ operator, version }) =>
      operator === '=' ? version.text : `${operator} ${version.text}`,
    );
    return [{ kind: 'ruby-not-accepted', ruby, requirement: wanted, place }];
  } catch (error) {
    if (error instanceof GemcompatError) return [];
    throw error;
  }
}
