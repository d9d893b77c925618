import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bundler } from '../helpers/bundler-lock.js';
import { startBundler } from '../helpers/bundler-lock.js';
import { releases } from '../helpers/universe.js';
import type { Universe } from '../helpers/universe-generator.js';
import { universeOf } from '../helpers/universe-generator.js';
import { judgeUniverse } from '../helpers/universe-judge.js';
import { shrunk } from '../helpers/universe-shrink.js';

let bundler: Bundler;
beforeAll(async () => {
  bundler = await startBundler();
});
afterAll(() => bundler.close());

/** Universes of 5 gems; `npm run oracle` judges 500 of 5 to 20. */
const SMALL = { mostGems: 5 };

describe('what Bundler makes of the pins', () => {
  let lockable = 0;
  let failing = 0;

  it.each(Array.from({ length: 40 }, (_, index) => index + 1))('in universe %i', async (seed) => {
    const universe = universeOf(seed, SMALL);
    const ruling = await judgeUniverse(bundler, universe);
    lockable += ruling.lockable ? 1 : 0;
    failing += ruling.failing > 0 ? 1 : 0;
    const [defect] = ruling.defects;
    if (defect === undefined) return;
    const again = async (smaller: typeof universe): Promise<string | undefined> =>
      (await judgeUniverse(bundler, smaller)).defects.find(({ kind }) => kind === defect.kind)?.what;
    const small = await shrunk(universe, async (smaller) => (await again(smaller)) !== undefined, 10_000);
    expect.fail(`seed ${seed}: ${(await again(small)) ?? defect.what}`);
  });

  it('asked of gems that fail', () => {
    // The universes are such that most can be locked, and that in most of these something fails.
    expect(lockable).toBeGreaterThan(20);
    expect(failing).toBeGreaterThan(15);
  });
});

/** Needs as the published gems have them, read with readelf; versions as they came out. */
const stories: { title: string; universe: Omit<Universe, 'seed'>; pins: string[]; installed: string[][] }[] =
  [
    {
      title: 'nokogiri 1.18, sqlite3 2.6 and pg 1.6 on RHEL 8 (glibc 2.28)',
      universe: {
        gems: [
          ...releases('loofah', '2.24.1 pure nokogiri:>= 1.12.0'),
          ...releases('racc', '1.8.1 compiles'),
          ...releases('mini_portile2', '2.8.9 pure'),
          ...['1.16.8', '1.17.0', '1.17.1', '1.17.2'].flatMap((version) =>
            releases(
              'nokogiri',
              `${version}-x86_64-linux 2.17 racc:~> 1.4|ruby:>= 3.0&< 3.5.dev`,
              `${version}-aarch64-linux 2.29 racc:~> 1.4|ruby:>= 3.0&< 3.5.dev`,
              `${version} compiles mini_portile2:~> 2.8.2,racc:~> 1.4|ruby:>= 3.0.0`,
            ),
          ),
          ...['1.18.0', '1.18.1', '1.18.9'].flatMap((version) =>
            releases(
              'nokogiri',
              `${version}-x86_64-linux-gnu 2.29 racc:~> 1.4|ruby:>= 3.1&< 3.5.dev`,
              `${version}-x86_64-linux-musl musl racc:~> 1.4|ruby:>= 3.1&< 3.5.dev`,
              `${version} compiles mini_portile2:~> 2.8.2,racc:~> 1.4|ruby:>= 3.1.0`,
            ),
          ),
          ...['2.3.1', '2.4.0', '2.4.1'].flatMap((version) =>
            releases(
              'sqlite3',
              `${version}-x86_64-linux-gnu 2.17 |ruby:>= 3.0&< 3.5.dev`,
              `${version} compiles mini_portile2:~> 2.8.0|ruby:>= 3.0`,
            ),
          ),
          ...['2.5.0', '2.6.0'].flatMap((version) =>
            releases(
              'sqlite3',
              `${version}-x86_64-linux-gnu 2.29 |ruby:>= 3.1&< 3.5.dev`,
              `${version} compiles mini_portile2:~> 2.8.0|ruby:>= 3.1`,
            ),
          ),
          ...releases('pg', '1.5.8 compiles', '1.5.9 compiles'),
          ...['1.6.0', '1.6.1'].flatMap((version) =>
            releases('pg', `${version} 2.29 |ruby:>= 2.7&< 3.5.dev`, `${version}-ruby compiles |ruby:>= 2.7`),
          ),
        ],
        newestThen: {},
        gemfile: [
          { name: 'loofah', requirement: [] },
          { name: 'sqlite3', requirement: ['>= 2.1'] },
          { name: 'pg', requirement: ['~> 1.1'] },
        ],
        platforms: ['x86_64-linux'],
        ruby: '3.4.1',
        targets: [{ libc: 'gnu', version: '2.28', name: 'rhel-8' }],
        cpus: ['x86_64'],
      },
      pins: [
        "gem 'nokogiri', '< 1.18.0'",
        "gem 'pg', '~> 1.1', force_ruby_platform: true",
        "gem 'sqlite3', '>= 2.1', '< 2.5.0'",
      ],
      installed: [
        [
          ...['loofah-2.24.1', 'nokogiri-1.17.2-x86_64-linux', 'pg-1.6.1', 'racc-1.8.1'],
          'sqlite3-2.4.1-x86_64-linux-gnu',
        ],
      ],
    },
    {
      title: 'ffi 1.17.2 on Amazon Linux 2 (glibc 2.26)',
      universe: {
        gems: [
          ...releases('ethon', '0.16.0 pure ffi:>= 1.15.0'),
          ...releases('ffi', '1.16.3 compiles |ruby:>= 2.5&< 4'),
          ...['1.17.0 2.14', '1.17.1 2.27', '1.17.2 2.27'].flatMap((each) => {
            const [version = '', floor = ''] = each.split(' ');
            return releases(
              'ffi',
              `${version}-x86_64-linux-gnu ${floor} |ruby:>= 2.5&< 3.5.dev,rubygems:>= 3.3.22`,
              `${version}-x86_64-linux-musl musl |ruby:>= 2.5&< 3.5.dev,rubygems:>= 3.3.22`,
              `${version} compiles |ruby:>= 2.5&< 4,rubygems:>= 3.3.22`,
            );
          }),
        ],
        newestThen: {},
        gemfile: [{ name: 'ethon', requirement: [] }],
        platforms: ['x86_64-linux'],
        ruby: '3.3.6',
        targets: [{ libc: 'gnu', version: '2.26', name: 'al2' }],
        cpus: ['x86_64'],
      },
      pins: ["gem 'ffi', '< 1.17.1'"],
      installed: [['ethon-0.16.0', 'ffi-1.17.0-x86_64-linux-gnu']],
    },
  ];

describe("the real gems' story", () => {
  it.each(stories)('$title', async ({ universe, pins, installed }) => {
    const ruling = await judgeUniverse(bundler, { seed: 0, ...universe });
    expect(ruling.defects.map(({ what }) => what)).toEqual([]);
    expect(ruling).toMatchObject({ lockable: true, compared: 1, installed });
    expect([...ruling.pins].sort()).toEqual(pins);
  });
});
