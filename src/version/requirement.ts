import { GemcompatError } from '../errors.js';
import {
  bumpOf,
  canonicalGemVersion,
  compareParsedVersions,
  excerpt,
  isGemVersion,
  parseGemVersion,
  releaseOf,
} from './gem-version.js';
import type { GemVersion } from './gem-version.js';
import { rubyStrip, trimRubySpace } from './ruby-text.js';

/** `Gem::Requirement::OPS` (lib/rubygems/requirement.rb). */
export type RequirementOperator = '=' | '!=' | '>' | '<' | '>=' | '<=' | '~>';

export interface RequirementClause {
  readonly operator: RequirementOperator;
  readonly version: GemVersion;
}

/** `Gem::Requirement`: all clauses have to hold. Never empty. */
export interface Requirement {
  readonly clauses: readonly RequirementClause[];
}

/** A text that is no requirement on a gem version. */
export class RequirementError extends GemcompatError {
  /** The clause that RubyGems refuses, as it was given. */
  readonly clause: string;

  constructor(clause: string) {
    super(`malformed requirement ${JSON.stringify(excerpt(clause))}`, {
      code: 'REQUIREMENT_MALFORMED',
      suggestions: ['a requirement is an operator and a version: >= 1.2, ~> 2.0'],
    });
    this.clause = clause;
  }
}

// Two-character operators first: `>` is a prefix of `>=`.
const operators: readonly RequirementOperator[] = ['!=', '>=', '<=', '~>', '=', '>', '<'];

function splitClause(text: string): { readonly operator: RequirementOperator; readonly version: string } {
  const trimmed = trimRubySpace(text);
  const operator = operators.find((candidate) => trimmed.startsWith(candidate));
  const version = trimRubySpace(trimmed.slice(operator?.length ?? 0));
  if (version === '' || !isGemVersion(version)) throw new RequirementError(text);
  return { operator: operator ?? '=', version };
}

function parseClause(text: string): RequirementClause {
  const { operator, version } = splitClause(text);
  return { operator, version: parseGemVersion(version) };
}

/**
 * `Gem::Requirement.new`: one clause an element, `["~> 1.2", "!= 1.2.3"]`; a bare version means `=`, the empty list
 * `>= 0`. Elements that are written alike count once. Throws `RequirementError`.
 */
export function parseRequirement(list: readonly string[]): Requirement {
  const clauses = [...new Set(list)].map(parseClause);
  return { clauses: clauses.length > 0 ? clauses : [{ operator: '>=', version: parseGemVersion('0') }] };
}

/**
 * The elements of a list that is written with commas, as Bundler cuts the text in a lockfile's parentheses: commas at
 * the end are nothing, an empty element elsewhere is an element (which `parseRequirement` refuses).
 */
export function splitRequirementList(text: string): string[] {
  const elements = text.split(',');
  while (elements.at(-1) === '') elements.pop();
  return elements.map(rubyStrip);
}

/** `Gem::Requirement#as_list`: `["~> 1.2", "!= 1.2.3"]`, versions in their canonical text, order as given. */
export function requirementToList(requirement: Requirement): string[] {
  return requirement.clauses.map(({ operator, version }) => `${operator} ${version.text}`);
}

/** `Gem::Requirement.new(list).as_list`, without taking the versions apart. Throws `RequirementError`. */
export function canonicalRequirementList(list: readonly string[]): string[] {
  if (list.length === 0) return ['>= 0'];
  return [...new Set(list)].map((text) => {
    const { operator, version } = splitClause(text);
    return `${operator} ${canonicalGemVersion(version)}`;
  });
}

/** `Gem::Requirement#none?`: it is the default, `>= 0`, which any release satisfies. */
export function isDefaultRequirement(requirement: Requirement): boolean {
  const [only, ...others] = requirement.clauses;
  return (
    only !== undefined &&
    others.length === 0 &&
    only.operator === '>=' &&
    compareParsedVersions(only.version, parseGemVersion('0')) === 0
  );
}

/** `Gem::Requirement#prerelease?`: a clause names a prerelease, so that Bundler considers prereleases too. */
export function allowsPrerelease(requirement: Requirement): boolean {
  return requirement.clauses.some((clause) => clause.version.prerelease);
}

function holds(version: GemVersion, { operator, version: bound }: RequirementClause): boolean {
  const order = compareParsedVersions(version, bound);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '~>':
      return order >= 0 && compareParsedVersions(releaseOf(version), bumpOf(bound)) < 0;
  }
}

/**
 * `Gem::Requirement#satisfied_by?`. Versions compare as they stand: `2.0.0.rc1` does satisfy `< 2` and `>= 1`. That a
 * prerelease is not chosen unless it is asked for is the resolver's rule: see `allowsPrerelease`.
 * Throws `GemVersionError` or `RequirementError`.
 */
export function satisfies(version: string, requirement: Requirement | readonly string[]): boolean {
  return satisfiesParsed(
    parseGemVersion(version),
    'clauses' in requirement ? requirement : parseRequirement(requirement),
  );
}

/** `satisfies` for a version that is taken apart already, as where one requirement is held against hundreds of them. */
export function satisfiesParsed(version: GemVersion, { clauses }: Requirement): boolean {
  return clauses.every((clause) => holds(version, clause));
}
