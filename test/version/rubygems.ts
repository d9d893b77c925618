import {
  compareGemVersions,
  isGemVersion,
  isPrerelease,
  parseGemVersion,
} from '../../src/version/gem-version.js';
import { parseRequirement, requirementToList, satisfies } from '../../src/version/requirement.js';
import type { Ruby } from '../helpers/ruby.js';

/** `null` where the text is no version; else what RubyGems makes of it. */
export type VersionReading = { readonly text: string; readonly prerelease: boolean } | null;

export function rubyVersions(ruby: Ruby, texts: readonly string[]): VersionReading[] {
  return ruby.evalJson(
    `input.map do |text|
      next unless Gem::Version.correct?(text)
      version = Gem::Version.new(text)
      { text: version.to_s, prerelease: version.prerelease? }
    end`,
    texts,
  );
}

export function ourVersions(texts: readonly string[]): VersionReading[] {
  return texts.map((text) =>
    isGemVersion(text) ? { text: parseGemVersion(text).text, prerelease: isPrerelease(text) } : null,
  );
}

export type Pair = readonly [a: string, b: string];

export function rubyOrder(ruby: Ruby, pairs: readonly Pair[]): number[] {
  return ruby.evalJson('input.map { |a, b| Gem::Version.new(a) <=> Gem::Version.new(b) }', pairs);
}

export function ourOrder(pairs: readonly Pair[]): number[] {
  return pairs.map(([a, b]) => Math.sign(compareGemVersions(a, b)));
}

export type Question = readonly [version: string, requirement: readonly string[]];
/** `null` where the requirement is malformed; else its canonical list and whether the version satisfies it. */
export type Answer = readonly [list: readonly string[], satisfied: boolean] | null;

export function rubyAnswers(ruby: Ruby, questions: readonly Question[]): Answer[] {
  return ruby.evalJson(
    `input.map do |version, list|
      requirement = Gem::Requirement.new(list)
      [requirement.as_list, requirement.satisfied_by?(Gem::Version.new(version))]
    rescue Gem::Requirement::BadRequirementError
      nil
    end`,
    questions,
  );
}

export function ourAnswers(questions: readonly Question[]): Answer[] {
  return questions.map(([version, list]) => {
    try {
      const requirement = parseRequirement(list);
      return [requirementToList(requirement), satisfies(version, requirement)];
    } catch (error) {
      if (error instanceof Error && error.name === 'RequirementError') return null;
      throw error;
    }
  });
}
