import { describe, expect, it } from 'vitest';
import { overriddenRequirement } from '../../src/version/override.js';
import { RequirementError } from '../../src/version/requirement.js';

describe('overriddenRequirement', () => {
  it.each([
    [['< 2'], ['>= 0']],
    [['<= 2', '< 3'], ['>= 0']],
    [['~> 1.5'], ['>= 1.5']],
    [
      ['~> 1.5.beta', '!= 1.6'],
      ['>= 1.5.beta', '!= 1.6'],
    ],
    [
      ['>= 1.0', '!= 1.5.0', '< 2.0'],
      ['>= 1.0', '!= 1.5.0'],
    ],
    [['= 1.2'], ['= 1.2']],
    [['> 1'], ['> 1']],
    [['~> 1', '>= 1'], ['>= 1']],
    [[], ['>= 0']],
  ])('takes the upper bounds of %j', (requirement, left) => {
    expect(overriddenRequirement(requirement, { kind: 'ignore-upper' })).toEqual(left);
  });

  it('replaces a requirement, or drops it', () => {
    expect(overriddenRequirement(['~> 7.0'], { kind: 'replace', requirement: '8' })).toEqual(['= 8']);
    expect(overriddenRequirement(['~> 7.0'], { kind: 'drop' })).toEqual(['>= 0']);
  });

  it('refuses what RubyGems refuses', () => {
    for (const requirement of ['>= 7, < 9', '', '=> 1'])
      expect(() => overriddenRequirement([], { kind: 'replace', requirement })).toThrow(RequirementError);
    expect(() => overriddenRequirement(['=> 1'], { kind: 'ignore-upper' })).toThrow(RequirementError);
  });
});
