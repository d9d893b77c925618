import { expect, it } from 'vitest';
import { bundlerTooOld } from '../../src/audit/bundler-too-old.js';
import type { PlannedPin } from '../../src/search/types.js';

function pin(name: string, forceRuby = true): PlannedPin {
  return { ...{ name, version: '1.0', bounds: [], replaces: false, forceRuby, direct: true } };
}

it.each([
  ['1.17.3', true],
  ['2.3.7', true],
  ['2.3.17', true],
  ['2.3.18.dev', true],
  ['2.3.18', false],
  ['2.10.0', false],
  ['4.0.3', false],
  [undefined, false],
])('a lockfile of Bundler %s: %s', (bundlerVersion, tooOld) => {
  const lockfile = bundlerVersion === undefined ? {} : { bundlerVersion };
  expect(bundlerTooOld(lockfile, { pins: [pin('pg')] })).toHaveLength(tooOld ? 1 : 0);
});

it('speaks of what is compiled, and of nothing else', () => {
  const lockfile = { bundlerVersion: '2.3.7' };
  expect(bundlerTooOld(lockfile, { pins: [pin('ffi', false)] })).toEqual([]);
  expect(bundlerTooOld(lockfile, undefined)).toEqual([]);
  expect(bundlerTooOld(lockfile, { pins: [pin('ffi', false), pin('pg')] })).toEqual([
    {
      code: 'BUNDLER_TOO_OLD',
      message:
        'the lockfile is of Bundler 2.3.7, which refuses force_ruby_platform (for pg) in a Gemfile; 2.3.18 and later know it: bundle update --bundler',
    },
  ]);
});
