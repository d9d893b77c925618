import { beforeAll, describe, expect, it } from 'vitest';
import type { Ruby } from '../helpers/ruby.js';
import { startRuby } from '../helpers/ruby.js';
import {
  compareMatching,
  compareMaterialization,
  compareParsing,
  compareResolution,
  compareSelection,
  prepareStage,
} from './bundler-oracle.js';

describe.each([
  ['3.4', 50],
  ['4.0', 200],
] as const)('against the RubyGems and Bundler of Ruby %s', (version, resolutions) => {
  let ruby: Ruby;
  beforeAll(async () => {
    ruby = await startRuby(version);
    prepareStage(ruby);
  });

  it.each([
    ['reads platform names', compareParsing, 4000],
    ['matches pairs of platforms', compareMatching, 4000],
    ['selects the best variants', compareSelection, 800],
    ['installs from a lockfile', compareMaterialization, 1200],
    ['installs what is resolved anew', compareResolution, resolutions],
  ] as const)('%s alike', (_, ask, count) => {
    expect(ask(ruby, count, 21)).toEqual({ asked: count, differences: [] });
  });
});
