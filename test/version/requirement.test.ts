import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  allowsPrerelease,
  canonicalRequirementList,
  isDefaultRequirement,
  parseRequirement,
  RequirementError,
  requirementToList,
  satisfies,
  splitRequirementList,
} from '../../src/version/requirement.js';
import { startRuby } from '../helpers/ruby.js';
import type { Ruby } from '../helpers/ruby.js';
import { gemVersion, requirement } from './generate.js';
import { ourAnswers, rubyAnswers } from './rubygems.js';
import type { Question } from './rubygems.js';

describe('parseRequirement', () => {
  it.each<[list: string[], canonical: string[]]>([
    [[], ['>= 0']],
    [['1.2'], ['= 1.2']],
    [
      ['~>1.2', ' != 1.2.3 '],
      ['~> 1.2', '!= 1.2.3'],
    ],
    [['>= 1.0-rc1'], ['>= 1.0.pre.rc1']],
    [['>= 1', '>= 1'], ['>= 1']],
    [
      ['>= 1', '>=1'],
      ['>= 1', '>= 1'],
    ],
  ])('%j is %j', (list, canonical) => {
    expect(requirementToList(parseRequirement(list))).toEqual(canonical);
    expect(canonicalRequirementList(list)).toEqual(canonical);
  });

  it.each(['', '>', '=> 1', '== 1', '> = 1', '!', '1,2', '~> x'])('refuses %j', (clause) => {
    expect(() => parseRequirement(['>= 0', clause])).toThrow(new RequirementError(clause));
  });
});

describe('satisfies', () => {
  it.each<[version: string, list: string[], satisfied: boolean]>([
    ['0.1.8', ['< 0.1.9'], true],
    ['0.1.9', ['< 0.1.9'], false],
    ['1.2.9', ['~> 1.2'], true],
    ['2.0', ['~> 1.2'], false],
    ['2.0.a', ['~> 1.2'], false],
    ['1.3.a', ['~> 1.2.0'], false],
    ['1.2.0.rc1', ['~> 1.2.0.rc1'], true],
    ['1.2.5', ['~> 1.2.0.rc1'], true],
    ['2.0.0.rc1', ['< 2'], true],
    ['3.5.0.dev', ['>= 3.0', '< 3.5.dev'], false],
    ['1.9.1', ['~> 1'], true],
    ['9', ['~> 9'], true],
    ['10', ['~> 9.9'], false],
    ['1.99999999999999999999', ['~> 1.99999999999999999999.0'], true],
    ['1.100000000000000000000', ['~> 1.99999999999999999999.0'], false],
  ])('%s, %j: %s', (version, list, satisfied) => {
    expect(satisfies(version, list)).toBe(satisfied);
    expect(satisfies(version, parseRequirement(list))).toBe(satisfied);
  });
});

describe('what a resolver asks of a requirement', () => {
  it('knows the default and those that name a prerelease', () => {
    expect(isDefaultRequirement(parseRequirement([]))).toBe(true);
    expect(isDefaultRequirement(parseRequirement(['>= 0.0']))).toBe(true);
    expect(isDefaultRequirement(parseRequirement(['> 0']))).toBe(false);
    expect(allowsPrerelease(parseRequirement(['>= 1', '< 2.a']))).toBe(true);
    expect(allowsPrerelease(parseRequirement(['>= 1']))).toBe(false);
  });

  it('cuts lists as Bundler does', () => {
    expect(splitRequirementList('~> 1.0, >= 1.0.2')).toEqual(['~> 1.0', '>= 1.0.2']);
    expect(splitRequirementList('')).toEqual([]);
    expect(splitRequirementList('1,,')).toEqual(['1']);
    expect(splitRequirementList('1,,2')).toEqual(['1', '', '2']);
  });
});

describe.each(['3.4', '4.0'] as const)('against RubyGems of Ruby %s', (version) => {
  let ruby: Ruby;
  beforeAll(async () => {
    ruby = await startRuby(version);
  });

  it('answers 3,000 random questions alike', { timeout: 120_000 }, () => {
    const near = gemVersion.chain((text) =>
      fc.tuple(
        fc.constant(text),
        fc.array(
          fc
            .tuple(
              fc.constantFrom('=', '!=', '>', '<', '>=', '<=', '~>'),
              fc.constantFrom('', '.0', '.1', '.a'),
            )
            .map(([operator, more]) => `${operator} ${text.trim()}${more}`),
          { minLength: 1, maxLength: 2 },
        ),
      ),
    );
    const questions: Question[] = fc.sample(fc.oneof(near, fc.tuple(gemVersion, requirement)), {
      numRuns: 3000,
      seed: 342,
    });
    expect(ourAnswers(questions)).toEqual(rubyAnswers(ruby, questions));
  });
});
