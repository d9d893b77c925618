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

/** What an `override` changes of a gem: which versions are allowed, for which Rubies or which RubyGems it is. */
export type OverrideField = 'version' | 'required_ruby_version' | 'required_rubygems_version';

/** A requirement is changed: of a gem, or of every gem where `gem` is absent (`:all`). A gem's own goes first. */
export interface RequirementOverride {
  readonly kind: 'requirement';
  readonly gem?: string;
  readonly field: OverrideField;
  readonly operation: OverrideOperation;
}

/** What the gem `of` asks for as `gem` is dropped, or another gem takes its place. */
export interface DependencyOverride {
  readonly kind: 'dependency';
  readonly gem: string;
  readonly of: string;
  /** Absent where the dependency is dropped. */
  readonly by?: { readonly gem: string; readonly requirement?: string };
}

export type Override = RequirementOverride | DependencyOverride;

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
