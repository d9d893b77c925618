import { describe, expect, it } from 'vitest';
import { claimedAddress, isAddress, rubyAbiFor } from '../../src/gem/content-address.js';
import { parsePlatform } from '../../src/gem/platform.js';
import { parseGemFileName } from '../../src/gem/name-tuple.js';
import type { Variant } from '../../src/gem/platform-selection.js';
import { bestVariant, pickVariant } from '../../src/gem/variant.js';

const skinny = (platform: string, abi: string, address: string): Variant => ({
  platform,
  address,
  requiredRuby: [`~> ${abi}.0`],
  requiredRubygems: ['>= 4.1.0.beta1'],
});
const fat = (platform: string): Variant => ({ platform, requiredRuby: ['>= 3.2', '< 4.1.dev'] });

const musl = parsePlatform('x86_64-linux-musl');
const gnu = parsePlatform('x86_64-linux-gnu');
const runs = (ruby: string, bundler = '4.1.1', rubygems = '4.1.1') => ({ ruby, bundler, rubygems });

describe('an address', () => {
  it.each([
    ['78be552b', true],
    ['a'.repeat(64), true],
    ['a'.repeat(65), false],
    ['78be552', false],
    ['78BE552B', false],
    ['78be552g', false],
  ])('%s: %s', (text, expected) => {
    expect(isAddress(text)).toBe(expected);
  });

  it.each([
    ['rubydex-0.4.4-987027c9', 'x86_64-linux', '987027c9'],
    ['rubydex-0.4.4-x86_64-linux', 'x86_64-linux', undefined],
    ['rubydex-0.4.4', 'ruby', undefined],
    ['rubydex-0.4.4-abcdef12', 'abcdef12', undefined],
    ['another-0.4.4-987027c9', 'x86_64-linux', undefined],
  ])('claimed by %s for %s: %s', (stem, platform, address) => {
    expect(claimedAddress(stem, { name: 'rubydex', version: '0.4.4', platform })).toBe(address);
  });

  it('is none of what a file name may mean otherwise', () => {
    for (const address of ['987027c9', '98702719'])
      expect(parseGemFileName(`rubydex-0.4.4-${address}.gem`)[0]).toMatchObject({
        name: 'rubydex',
        version: '0.4.4',
      });
  });
});

it.each([
  [['~> 3.3.0'], '3.3'],
  [['~>4.0.0'], '4.0'],
  [['~> 3.3'], undefined],
  [['~> 3.3.1'], undefined],
  [['>= 3.3.0'], undefined],
  [['~> 3.3.0', '< 4'], undefined],
  [[], undefined],
])('%j is Ruby ABI %s', (requirement, abi) => {
  expect(rubyAbiFor(requirement)).toBe(abi);
});

describe('fat beside content-addressed gems', () => {
  const available = [
    { platform: 'ruby' },
    fat('x86_64-linux-gnu'),
    fat('x86_64-linux-musl'),
    skinny('x86_64-linux', '3.3', '33333333'),
    skinny('x86_64-linux', '4.0', '40404040'),
  ];

  it.each([
    ['4.1.1', '3.3.6', '33333333'],
    ['4.1.1', '4.0.1', '40404040'],
    ['4.1.0.beta1', '4.0.1', '40404040'],
    // No ABI of its own: what every Bundler takes.
    ['4.1.1', '3.4.2', undefined],
    ['4.0.22', '4.0.1', undefined],
    ['2.6.9', '4.0.1', undefined],
  ])('resolved anew by Bundler %s on Ruby %s: %s', (bundler, ruby, address) => {
    const picked = bestVariant(available, { local: musl, ...runs(ruby, bundler) });
    expect(picked).toMatchObject(
      address === undefined ? { platform: 'x86_64-linux-musl' } : { platform: 'x86_64-linux', address },
    );
    if (address === undefined) expect(picked).not.toHaveProperty('address');
  });

  it('does not see them on an older RubyGems', () => {
    const picked = bestVariant(available, { local: gnu, ...runs('4.0.1', '4.1.1', '4.0.22') });
    expect(picked).toMatchObject({ platform: 'x86_64-linux-gnu' });
    expect(picked).not.toHaveProperty('address');
  });

  it('keeps to a lockfile that names no address', () => {
    const request = { locked: ['x86_64-linux-gnu'], lockedPlatforms: ['x86_64-linux-gnu'], available };
    expect(pickVariant({ ...request, local: gnu, ...runs('4.0.1') })).toEqual({
      kind: 'precompiled',
      platform: 'x86_64-linux-gnu',
      notes: [],
    });
  });
});

describe('a locked address', () => {
  const available = [
    fat('x86_64-linux'),
    skinny('x86_64-linux', '3.3', '33333333'),
    skinny('x86_64-linux', '4.0', '40404040'),
  ];
  const request = {
    locked: ['x86_64-linux'],
    addresses: new Map([['x86_64-linux', '33333333']]),
    lockedPlatforms: ['x86_64-linux'],
    available,
    local: gnu,
  };

  it('is what is installed on its Ruby', () => {
    expect(pickVariant({ ...request, ...runs('3.3.6'), frozen: true })).toEqual({
      ...{ kind: 'precompiled', platform: 'x86_64-linux', address: '33333333', notes: [] },
    });
  });

  it('is resolved anew for another Ruby, and refused where the bundle is frozen', () => {
    expect(pickVariant({ ...request, ...runs('4.0.1') })).toMatchObject({
      address: '40404040',
      notes: ['not-in-lockfile', 'refused-when-frozen'],
    });
    expect(pickVariant({ ...request, ...runs('4.0.1'), frozen: true })).toMatchObject({
      kind: 'none',
      reason: 'ruby-mismatch',
    });
  });

  it('is passed over by an older Bundler', () => {
    const picked = pickVariant({ ...request, ...runs('3.3.6', '4.0.22', '4.0.22'), frozen: true });
    expect(picked).toEqual({ kind: 'precompiled', platform: 'x86_64-linux', notes: [] });
  });

  it('that has left the index leads to another file', () => {
    const left = available.filter(({ address }) => address !== '33333333');
    expect(pickVariant({ ...request, available: left, ...runs('3.3.6') })).toMatchObject({ kind: 'none' });
  });
});

describe('content-addressed gems and source alone', () => {
  const available = [{ platform: 'ruby' }, skinny('x86_64-linux', '3.4', '34343434')];

  it.each([
    ['4.1.1', '3.4.7', 'precompiled'],
    ['4.1.1', '3.3.6', 'ruby'],
    ['4.0.22', '3.4.7', 'ruby'],
  ])('Bundler %s on Ruby %s: %s', (bundler, ruby, kind) => {
    expect(bestVariant(available, { local: gnu, ...runs(ruby, bundler) }).kind).toBe(kind);
  });
});

it('an address that another one begins with yields to it', () => {
  const available = [
    skinny('x86_64-linux', '3.4', '34343434'),
    skinny('x86_64-linux', '3.4', '3434343499'),
    skinny('x86_64-linux', '3.4', 'aaaaaaaa'),
  ];
  const picked = bestVariant(available.slice(0, 2), { local: gnu, ...runs('3.4.7') });
  expect(picked).toMatchObject({ address: '3434343499' });
});
