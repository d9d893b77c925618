import { describe, expect, it } from 'vitest';
import type { Release } from '../../src/registry/types.js';
import type { Probe, SearchRequest } from '../../src/search/highest-fitting.js';
import { findHighestFitting } from '../../src/search/highest-fitting.js';
import type { Candidate, Deployment, Suggestion } from '../../src/search/types.js';

const deployment: Deployment = {
  cpu: 'x86_64',
  target: {
    name: 'ubuntu-20.04',
    title: 'Ubuntu 20.04 LTS',
    libc: 'gnu',
    libcVersion: '2.31',
    ceilings: { GLIBC: '2.31' },
    libraries: [],
    librariesComplete: false,
    source: 'test',
  },
};

function release(version: string, platform: string): Release {
  return { name: 'thruster', version, platform, dependencies: [], requiredRuby: [], requiredRubygems: [] };
}

/**
 * `0.1.8 fits`, `0.1.9 breaks`, `0.1.7 ruby` (no precompiled variant), `0.1.6 empty` (the same, with nothing to compile),
 * `0.1.5 unreadable`, `0.1.4 lonely` (fits, but depends on what cannot be had).
 */
function universe(...versions: string[]): { candidates: Candidate[]; probe: Probe; asked: string[] } {
  const outcome = new Map(versions.map((each) => each.split(' ') as [string, string]));
  const candidates = [...outcome].map(([version, how]): Candidate => {
    const kind = how === 'ruby' || how === 'empty' ? 'ruby' : 'precompiled';
    const platform = kind === 'ruby' ? 'ruby' : 'x86_64-linux';
    return { version, choices: [{ deployment, kind, release: release(version, platform) }] };
  });
  const asked: string[] = [];
  const probe: Probe = {
    fits: ({ release: { version } }) => {
      asked.push(version);
      const how = outcome.get(version);
      return Promise.resolve(
        how === 'fits' || how === 'lonely' ? 'compatible' : how === 'breaks' ? 'incompatible' : 'unknown',
      );
    },
    compiles: ({ version }) => Promise.resolve(outcome.get(version) !== 'empty'),
    asLocked: () => true,
    resolves: ({ version }) => Promise.resolve(outcome.get(version) !== 'lonely'),
  };
  return { candidates, probe, asked };
}

async function search(
  locked: string,
  { candidates, probe }: ReturnType<typeof universe>,
  more: Partial<SearchRequest> = {},
): Promise<Suggestion | undefined> {
  const request = {
    name: 'thruster',
    locked,
    candidates,
    forced: [],
    platforms: ['x86_64-linux'],
    direct: true,
    gemfile: [],
    parents: [],
  };
  const found = await findHighestFitting({ ...request, ...more }, probe);
  return found?.suggestion;
}

/** Candidates that would be compiled: what `force_ruby_platform` leaves to choose from. */
function compiled(...versions: string[]): Candidate[] {
  return versions.map((version) => ({
    version,
    choices: [{ deployment, kind: 'ruby', release: release(version, 'ruby') }],
  }));
}

describe('the highest version that fits', () => {
  it('is below the locked one where the locked one is the newest', async () => {
    expect(await search('0.1.9', universe('0.1.7 fits', '0.1.8 fits', '0.1.9 breaks'))).toEqual({
      version: '0.1.8',
      direction: 'downgrade',
      requirement: '< 0.1.9',
      pin: "gem 'thruster', '< 0.1.9'",
      method: 'precompiled',
      direct: true,
      needsCompiler: false,
      conflicts: [],
    });
  });

  it('is above the locked one where a later version mended it', async () => {
    const found = await search(
      '0.1.9',
      universe('0.1.8 fits', '0.1.9 breaks', '0.1.10 fits', '0.1.11 fits', '0.1.12 fits'),
    );
    expect(found).toMatchObject({
      version: '0.1.12',
      direction: 'upgrade',
      pin: "gem 'thruster', '>= 0.1.10'",
    });
  });

  it('bounds an upgrade on both sides where the newest does not fit either', async () => {
    const found = await search(
      '1.0',
      universe('0.9 fits', '1.0 breaks', '1.1 fits', '1.2 fits', '1.3 breaks'),
    );
    expect(found).toMatchObject({ version: '1.2', requirement: '>= 1.1, < 1.3' });
  });

  it('does not take a gap in what fits for a bound', async () => {
    const found = await search('1.0', universe('1.0 breaks', '1.1 fits', '1.2 breaks', '1.3 fits'));
    expect(found).toMatchObject({ version: '1.3', requirement: '>= 1.3' });
  });

  it('never takes a version that could not be checked', async () => {
    const found = await search('1.2', universe('1.0 fits', '1.1 unreadable', '1.2 breaks'));
    expect(found).toMatchObject({ version: '1.0', requirement: '< 1.1' });
  });

  it('bounds below a version that Bundler would compile, since it would take that one', async () => {
    const found = await search('1.2', universe('1.0 fits', '1.1 ruby', '1.2 breaks'));
    expect(found).toMatchObject({ version: '1.0', requirement: '< 1.1', method: 'precompiled' });
  });

  it('keeps the requirement of the Gemfile where it can', async () => {
    const found = await search(
      '1.18.1',
      universe('1.16.8 fits', '1.17.2 fits', '1.18.1 breaks', '2.0 fits'),
      {
        gemfile: ['~> 1.16'],
      },
    );
    expect(found).toMatchObject({
      version: '1.17.2',
      pin: "gem 'thruster', '~> 1.16', '< 1.18.1'",
      conflicts: [],
    });
  });

  it('gives up the requirement of the Gemfile where nothing within it fits, and says so', async () => {
    const found = await search('1.18.1', universe('1.17.2 fits', '1.18.0 breaks', '1.18.1 breaks'), {
      gemfile: ['~> 1.18.0'],
    });
    expect(found).toMatchObject({
      version: '1.17.2',
      pin: "gem 'thruster', '< 1.18.0'",
      conflicts: [{ by: 'Gemfile', kind: 'gemfile', requirement: ['~> 1.18.0'] }],
    });
  });

  it('obeys the gems that depend on it, and names the one in the way', async () => {
    const gems = universe('1.0 fits', '1.1 fits', '1.2 breaks');
    const parents = [{ name: 'kamal', requirement: ['< 1.1'] }];
    expect(await search('1.2', gems, { parents })).toMatchObject({ version: '1.0', requirement: '< 1.2' });
    const strict = [{ name: 'kamal', requirement: ['= 1.2'] }];
    expect(await search('1.2', gems, { parents: strict })).toMatchObject({
      version: '1.1',
      conflicts: [{ by: 'kamal', kind: 'gem', requirement: ['= 1.2'] }],
    });
  });

  it('falls back to compiling the locked version, where there is something to compile', async () => {
    const gems = universe('1.0 breaks', '1.1 breaks');
    expect(await search('1.1', gems, { forced: compiled('1.0', '1.1') })).toEqual({
      version: '1.1',
      direction: 'same',
      method: 'force-ruby',
      requirement: '',
      pin: "gem 'thruster', force_ruby_platform: true",
      direct: true,
      needsCompiler: true,
      conflicts: [],
    });
    const empty: Probe = { ...gems.probe, compiles: () => Promise.resolve(false) };
    expect(await search('1.1', { ...gems, probe: empty }, { forced: compiled('1.1') })).toBeUndefined();
  });

  it('binds the version that is compiled below a newer one, since Bundler would take that', async () => {
    const gems = universe('1.0 breaks', '1.1 breaks', '2.0 breaks');
    const forced = compiled('0.9', '1.0', '1.1', '2.0');
    expect(await search('1.0', gems, { forced, gemfile: ['~> 1.0'] })).toMatchObject({
      requirement: '< 1.1',
      pin: "gem 'thruster', '~> 1.0', '< 1.1', force_ruby_platform: true",
    });
  });

  it('rather compiles the locked version than name one that another gem forbids', async () => {
    const gems = universe('0.9 fits', '1.0 breaks');
    const parents = [{ name: 'dad', requirement: ['= 1.0'] }];
    expect(await search('1.0', gems, { parents, forced: compiled('1.0') })).toMatchObject({
      method: 'force-ruby',
      conflicts: [],
    });
  });

  it('is the locked version where only the lockfile lacks the variant that fits', async () => {
    expect(await search('1.0', universe('1.0 fits', '1.1 fits'))).toEqual({
      version: '1.0',
      direction: 'same',
      method: 'add-platform',
      requirement: '',
      command: 'bundle lock --add-platform x86_64-linux',
      direct: true,
      needsCompiler: false,
      conflicts: [],
    });
  });

  it('is not one whose own dependencies cannot be had', async () => {
    const found = await search('1.0', universe('0.9 fits', '1.0 breaks', '2.0 lonely'));
    expect(found).toMatchObject({ version: '0.9', pin: "gem 'thruster', '< 1.0'" });
  });

  it('names the bounds of the version that could not be checked', async () => {
    const gems = universe('1.0 breaks', '1.1 fits');
    const bounded = gems.candidates.map(({ version, choices }) => ({
      version,
      choices: choices.map((choice) => ({
        ...choice,
        release: { ...choice.release, requiredRuby: ['>= 3.4'] },
      })),
    }));
    expect(await search('1.0', { ...gems, candidates: bounded })).toMatchObject({
      unchecked: ['Ruby >= 3.4'],
    });
  });

  it('falls back last to a version that Bundler would compile anyway', async () => {
    const found = await search('0.20.0', universe('0.18.0 ruby', '0.19.0 ruby', '0.20.0 breaks'));
    expect(found).toMatchObject({
      version: '0.19.0',
      requirement: '< 0.20.0',
      method: 'compile',
      needsCompiler: true,
    });
  });

  it('does not take a `ruby` variant for an answer that has nothing to compile', async () => {
    expect(await search('0.1.9', universe('0.1.8 empty', '0.1.9 breaks'))).toBeUndefined();
  });

  it('asks about each version once: the locked one, then newest first', async () => {
    const gems = universe('1.0 fits', '1.1 fits', '1.2 breaks', '1.3 breaks');
    await search('1.2', gems);
    expect(gems.asked).toEqual(['1.2', '1.3', '1.1']);
  });

  it('compares versions as RubyGems does, not as text', async () => {
    const found = await search('1.9', universe('1.9 breaks', '1.10 fits', '1.8 fits'));
    expect(found).toMatchObject({ version: '1.10', direction: 'upgrade' });
  });
});
