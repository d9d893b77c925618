import { expect, it } from 'vitest';
import { unknownGroups } from '../../src/audit/unknown-groups.js';

const groups = {
  of: new Map([
    ['rack', ['default']],
    ['rspec', ['test']],
  ]),
  optional: new Set(['docs']),
};
const only = (...names: string[]) => [{ groups: [{ only: { names, place: '--only' } }] }];

it('says which group of --only the Gemfile does not have', () => {
  expect(unknownGroups(only('tset', 'default', 'docs'), groups)).toEqual([
    {
      code: 'GROUP_UNKNOWN',
      message: '--only names the group tset, which the Gemfile does not have; it has default, docs, test',
    },
  ]);
  expect(unknownGroups([...only('tset'), ...only('tset')], groups)).toHaveLength(1);
});

it('says nothing of groups that are there, and where the groups are not known', () => {
  expect(unknownGroups(only('test'), groups)).toEqual([]);
  expect(unknownGroups(only('tset'), undefined)).toEqual([]);
  expect(unknownGroups([{}], groups)).toEqual([]);
});
