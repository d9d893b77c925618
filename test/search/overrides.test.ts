import { describe, expect, it } from 'vitest';
import type { Release } from '../../src/registry/types.js';
import type { Override } from '../../src/version/override.js';
import { Overrides } from '../../src/search/overrides.js';

const release: Release = {
  ...{ name: 'nokogiri', version: '1.18.0', platform: 'x86_64-linux-gnu' },
  dependencies: [
    { name: 'racc', requirement: ['~> 1.4'] },
    { name: 'mini_portile2', requirement: ['>= 2.8', '< 3'] },
  ],
  requiredRuby: ['>= 3.1', '< 3.5.dev'],
  requiredRubygems: ['>= 3.3.22'],
};
const seen = (...overrides: Override[]): Partial<Release> => {
  const { requiredRuby, requiredRubygems, dependencies } = new Overrides(overrides).release(release);
  return { requiredRuby, requiredRubygems, dependencies };
};
const UPPER = { kind: 'ignore-upper' } as const;

describe('overrides', () => {
  it('without any a release is what it was', () => {
    expect(new Overrides([]).release(release)).toBe(release);
  });

  it('of all gems yield to those of one', () => {
    const all = { kind: 'requirement', field: 'required_ruby_version', operation: { kind: 'drop' } } as const;
    const own = { ...all, gem: 'nokogiri', operation: UPPER } as const;
    expect(seen(all).requiredRuby).toEqual(['>= 0']);
    expect(seen(all, own).requiredRuby).toEqual(['>= 3.1']);
    expect(seen({ ...own, gem: 'another' }).requiredRuby).toEqual(release.requiredRuby);
  });

  it('of RubyGems', () => {
    const override = {
      kind: 'requirement',
      field: 'required_rubygems_version',
      operation: { kind: 'drop' },
    } as const;
    expect(seen(override).requiredRubygems).toEqual(['>= 0']);
  });

  it('of a version count for whoever asks', () => {
    const override = {
      kind: 'requirement',
      gem: 'racc',
      field: 'version',
      operation: { kind: 'replace', requirement: '= 2.0' },
    } as const;
    expect(seen(override).dependencies).toEqual([
      { name: 'racc', requirement: ['= 2.0'] },
      { name: 'mini_portile2', requirement: ['>= 2.8', '< 3'] },
    ]);
    expect(new Overrides([override]).requirement('racc', ['~> 1'])).toEqual(['= 2.0']);
  });

  it('of one dependency drop it, or put another gem in its place', () => {
    const dropped = { kind: 'dependency', of: 'nokogiri', gem: 'mini_portile2' } as const;
    expect(seen(dropped).dependencies?.map(({ name }) => name)).toEqual(['racc']);
    expect(seen({ ...dropped, of: 'another' }).dependencies).toHaveLength(2);
    expect(seen({ ...dropped, by: { gem: 'portile', requirement: '~> 3' } }).dependencies?.[1]).toEqual({
      name: 'portile',
      requirement: ['~> 3'],
    });
  });
});
