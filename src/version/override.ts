import { canonicalRequirementList, parseRequirement } from './requirement.js';

/**
 * What an `override` of a Gemfile puts in the place of a requirement (Bundler 4.1).
 * - `replace`: another, of one clause.
 * - `ignore-upper`: the same without upper bounds.
 * - `drop`: none.
 */
export type OverrideOperation =
  | { readonly kind: 'replace'; readonly requirement: string }
  | { readonly kind: 'ignore-upper' }
  | { readonly kind: 'drop' };

/**
 * `Bundler::Override#apply_to` (lib/bundler/override.rb): the requirement that counts, as `canonicalRequirementList` has it.
 * Without upper bounds `< 2` and `<= 2` are gone and `~> 1.5` is `>= 1.5`; `!= 1.6` and `= 1.6` stay.
 * Throws `RequirementError`.
 */
export function overriddenRequirement(
  requirement: readonly string[],
  operation: OverrideOperation,
): readonly string[] {
  switch (operation.kind) {
    case 'replace':
      return canonicalRequirementList([operation.requirement]);
    case 'drop':
      return canonicalRequirementList([]);
    case 'ignore-upper':
      return canonicalRequirementList(
        parseRequirement(requirement)
          .clauses.filter(({ operator }) => operator !== '<' && operator !== '<=')
          .map(({ operator, version }) => `${operator === '~>' ? '>=' : operator} ${version.text}`),
      );
  }
}
