import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseVersions, groupVersions, hasVariantFor, trackOf } from '../../src/history/releases.js';
import type { Track } from '../../src/history/releases.js';
import type { Release } from '../../src/registry/types.js';

const GNU: readonly Track[] = [{ cpu: 'x86_64', libc: 'gnu' }];

function release(version: string, platform = 'x86_64-linux'): Release {
  return { name: 'foo', version, platform, dependencies: [], requiredRuby: [], requiredRubygems: [] };
}

function told(versions: readonly Release[], range: Parameters<typeof chooseVersions>[1]): string[] {
  return chooseVersions(groupVersions(versions), range, GNU).told.map(({ version }) => version.text);
}

describe('the versions', () => {
  it("stand in RubyGems' order, newest first, each once", () => {
    const groups = groupVersions([
      release('1.9'),
      release('1.10'),
      release('1.10', 'ruby'),
      release('1.10.0.rc1'),
      release('0.5.11708'),
      release('1.10.a'),
    ]);
    expect(groups.map(({ version }) => version.text)).toEqual([
      '1.10',
      '1.10.0.rc1',
      '1.10.a',
      '1.9',
      '0.5.11708',
    ]);
    expect(groups[0]?.releases.map(({ platform }) => platform)).toEqual(['x86_64-linux', 'ruby']);
  });

  it('are without prereleases, unless those are asked for', () => {
    const versions = [release('1.0'), release('1.1.rc1')];
    expect(told(versions, { prereleases: false })).toEqual(['1.0']);
    expect(told(versions, { prereleases: true })).toEqual(['1.1.rc1', '1.0']);
    expect(chooseVersions(groupVersions(versions), { prereleases: false }, GNU).prereleases).toBe(1);
  });

  it('are limited by those with a variant that was asked for; the others between them cost nothing', () => {
    const versions = [
      release('6', 'ruby'),
      release('5'),
      release('4', 'ruby'),
      release('3', 'x86_64-linux-musl'),
      release('2'),
      release('1', 'ruby'),
      release('0'),
    ];
    expect(told(versions, { prereleases: false, limit: 1 })).toEqual(['6', '5', '4', '3']);
    expect(told(versions, { prereleases: false, limit: 2 })).toEqual(['6', '5', '4', '3', '2', '1']);
    const { older } = chooseVersions(groupVersions(versions), { prereleases: false, limit: 1 }, GNU);
    expect(older.map(({ version }) => version.text)).toEqual(['2', '1', '0']);
    expect(older.map((group) => hasVariantFor(group, GNU))).toEqual([true, false, true]);
  });

  it('go back to the one that --since names, equal versions counted in', () => {
    const versions = ['1.0', '1.1', '1.2', '1.10'].map((version) => release(version));
    expect(told(versions, { prereleases: false, since: '1.1.0' })).toEqual(['1.10', '1.2', '1.1']);
    expect(told(versions, { prereleases: false, since: '2' })).toEqual([]);
  });

  it('are told or left as older ones, none twice and none lost', () => {
    const version = fc.tuple(fc.nat(3), fc.nat(12)).map(([major, minor]) => `${major}.${minor}`);
    const platform = fc.constantFrom('ruby', 'x86_64-linux', 'aarch64-linux', 'x86_64-linux-musl', 'java');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(version, platform), { selector: String }),
        fc.integer({ min: 1, max: 5 }),
        (pairs, limit) => {
          const groups = groupVersions(pairs.map(([text, name]) => release(text, name)));
          const { told: shown, older } = chooseVersions(groups, { prereleases: false, limit }, GNU);
          expect([...shown, ...older]).toEqual(groups);
          expect(shown.filter((group) => hasVariantFor(group, GNU)).length).toBeLessThanOrEqual(limit);
        },
      ),
      { seed: 5 },
    );
  });
});

it.each([
  ['x86_64-linux', { cpu: 'x86_64', libc: 'gnu' }],
  ['aarch64-linux-musl', { cpu: 'aarch64', libc: 'musl' }],
  ['arm-linux-gnueabihf', { cpu: 'arm', libc: 'gnu' }],
  ['arm64-darwin', undefined],
  ['x64-mingw-ucrt', undefined],
  ['ruby', undefined],
  ['java', undefined],
])('a gem for %s belongs to %o', (platform, track) => {
  expect(trackOf(platform)).toEqual(track);
});
