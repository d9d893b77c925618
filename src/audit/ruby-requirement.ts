import { GemcompatError } from '../errors.js';
import { parseRequirement, satisfies } from '../version/requirement.js';

/** Branches of Ruby from 2.0 on, and some beyond the newest: a requirement that has no upper bound is for several of them. */
const BRANCHES: readonly string[] = [
  ...Array.from({ length: 8 }, (_, minor) => `2.${minor}`),
  ...Array.from({ length: 10 }, (_, minor) => `3.${minor}`),
  ...Array.from({ length: 10 }, (_, minor) => `4.${minor}`),
  '5.0',
];

/** No branch has had more releases than this. */
const MOST_RELEASES = 24;

/**
 * The Ruby that a requirement of the Gemfile settles: `3.3.6` for an exact one, `3.3` for one that a single branch satisfies
 * (`~> 3.3.0`). Undefined where several do (`>= 3.1`), or what is no requirement.
 */
export function rubyOfRequirement(requirement: readonly string[]): string | undefined {
  try {
    const { clauses } = parseRequirement(requirement);
    const exact = clauses.find(({ operator }) => operator === '=');
    if (exact !== undefined) return /^\d+\.\d+/.test(exact.version.text) ? exact.version.text : undefined;
    const [only, ...others] = BRANCHES.filter((branch) =>
      Array.from({ length: MOST_RELEASES }, (_, patch) => `${branch}.${patch}`).some((version) =>
        satisfies(version, requirement),
      ),
    );
    return others.length === 0 ? only : undefined;
  } catch (error) {
    if (error instanceof GemcompatError) return undefined;
    throw error;
  }
}
