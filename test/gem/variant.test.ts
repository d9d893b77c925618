import { describe, expect, it } from 'vitest';
import { localPlatform } from '../../src/gem/platform.js';
import { bestVariant, pickVariant } from '../../src/gem/variant.js';

const gnu = localPlatform('x86_64', 'gnu');
const musl = localPlatform('x86_64', 'musl');
const builds = ['ruby', 'x86_64-linux-gnu', 'x86_64-linux-musl', 'arm64-darwin'].map((platform) => ({
  platform,
}));

describe('pickVariant', () => {
  it('takes the locked variant of the machine', () => {
    const request = {
      locked: ['ruby', 'x86_64-linux-gnu', 'x86_64-linux-musl'],
      lockedPlatforms: ['x86_64-linux'],
    };
    expect(pickVariant({ ...request, local: gnu })).toEqual({
      kind: 'precompiled',
      platform: 'x86_64-linux-gnu',
      notes: [],
    });
  });

  it('installs a bare -linux gem on musl', () => {
    const request = { locked: ['ruby', 'x86_64-linux'], lockedPlatforms: ['ruby', 'x86_64-linux-musl'] };
    expect(pickVariant({ ...request, local: musl })).toMatchObject({
      kind: 'precompiled',
      platform: 'x86_64-linux',
    });
  });

  it('compiles what the lockfile lists as ruby alone, whatever the registry has', () => {
    const request = { locked: ['ruby'], lockedPlatforms: ['x86_64-linux'], available: builds };
    expect(pickVariant({ ...request, local: gnu })).toEqual({ kind: 'ruby', notes: [] });
  });

  it('takes the best of the registry where PLATFORMS is ruby alone', () => {
    const request = { locked: ['ruby'], lockedPlatforms: ['ruby'], available: builds };
    expect(pickVariant({ ...request, local: musl })).toEqual({
      kind: 'precompiled',
      platform: 'x86_64-linux-musl',
      notes: ['not-locked-variant'],
    });
  });

  it('does not guess there without the registry', () => {
    const request = { locked: ['ruby'], lockedPlatforms: ['ruby'], local: gnu };
    expect(pickVariant(request)).toEqual({ kind: 'none', reason: 'registry-needed', notes: [] });
  });

  it('compiles where the Gemfile forces it', () => {
    const request = { locked: ['ruby', 'x86_64-linux'], lockedPlatforms: ['x86_64-linux'], local: gnu };
    expect(pickVariant({ ...request, forceRuby: true })).toEqual({ kind: 'ruby', notes: [] });
  });

  it('says that a lockfile for other machines has to change', () => {
    const request = {
      locked: ['arm64-darwin'],
      lockedPlatforms: ['arm64-darwin-22'],
      available: builds,
      local: gnu,
    };
    expect(pickVariant(request)).toEqual({
      kind: 'precompiled',
      platform: 'x86_64-linux-gnu',
      notes: ['not-in-lockfile', 'refused-when-frozen'],
    });
    expect(pickVariant({ ...request, frozen: true })).toEqual({
      kind: 'none',
      reason: 'frozen',
      notes: ['not-in-lockfile'],
    });
  });

  it('passes over a variant for another Ruby, and a frozen Bundler 2.6 fails on it', () => {
    const request = {
      locked: ['ruby', 'x86_64-linux'],
      lockedPlatforms: ['x86_64-linux'],
      available: [{ platform: 'ruby' }, { platform: 'x86_64-linux', requiredRuby: ['>= 3.1', '< 3.4.dev'] }],
      local: gnu,
      ruby: '3.4.1',
    };
    expect(pickVariant(request)).toEqual({
      kind: 'ruby',
      notes: ['variant-skipped', 'refused-when-frozen'],
    });
    expect(pickVariant({ ...request, frozen: true })).toMatchObject({
      kind: 'none',
      reason: 'ruby-mismatch',
    });
    expect(pickVariant({ ...request, frozen: true, bundler: '4.0' })).toMatchObject({ kind: 'ruby' });
    expect(pickVariant({ ...request, ruby: '3.3.6' })).toMatchObject({ kind: 'precompiled' });
  });

  it('says when the registry lost what is locked, and when Ruby was not looked at', () => {
    const request = { locked: ['ruby', 'x86_64-linux'], lockedPlatforms: ['x86_64-linux'], local: gnu };
    expect(pickVariant({ ...request, available: [{ platform: 'ruby' }] })).toEqual({
      kind: 'ruby',
      notes: ['yanked'],
    });
    expect(pickVariant({ ...request, available: [] })).toMatchObject({
      kind: 'none',
      reason: 'not-available',
    });
    const limited = [{ platform: 'x86_64-linux', requiredRuby: ['< 3.5.dev'] }];
    expect(pickVariant({ ...request, available: limited }).notes).toContain('requirements-not-checked');
  });
});

describe('bestVariant', () => {
  it('takes no version that lacks another platform of the lockfile', () => {
    const available = [{ platform: 'x86_64-linux' }];
    expect(bestVariant(available, { local: gnu })).toMatchObject({ kind: 'precompiled' });
    expect(bestVariant(available, { local: gnu }, ['aarch64-linux'])).toEqual({
      kind: 'none',
      reason: 'no-matching-platform',
      notes: [],
    });
  });
});
