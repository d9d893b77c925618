import { describe, expect, it } from 'vitest';
import { gemsOf, versionFor } from '../../src/audit/bundle.js';
import type { Chosen } from '../../src/audit/choose-variant.js';
import { chooseVariant } from '../../src/audit/choose-variant.js';
import { RegistryError } from '../../src/errors.js';
import { localPlatform } from '../../src/gem/platform.js';
import type { Release } from '../../src/registry/types.js';
import type { Target } from '../../src/target/types.js';
import { alpine, target } from '../helpers/contents.js';
import type { LockfileInput } from './in-memory.js';
import { lockfile, release } from './in-memory.js';

interface Asked {
  readonly on?: Target;
  readonly ruby?: string;
  readonly rubygems?: string;
  readonly bundler?: string;
  readonly index?: readonly Release[] | 'down';
}

async function choose(
  input: LockfileInput,
  { on = target(), index = [], ...runs }: Asked = {},
): Promise<{
  chosen: Chosen;
  asked: number;
}> {
  const locked = lockfile(input);
  const gem = gemsOf(locked).find(({ name }) => name === 'foo');
  if (gem === undefined) throw new Error('no foo');
  let asked = 0;
  const chosen = await chooseVariant({
    name: 'foo',
    locked: versionFor(gem, localPlatform('x86_64', on.libc)),
    lockfile: locked,
    deployment: { target: on, cpu: 'x86_64', ...runs },
    releases: () => {
      asked += 1;
      return index === 'down'
        ? Promise.reject(new RegistryError('the index is down', { code: 'REGISTRY_DOWN' }))
        : Promise.resolve(index);
    },
  });
  return { chosen, asked };
}

const X86 = release('foo 1.0-x86_64-linux');
const MUSL = release('foo 1.0-x86_64-linux-musl');
const RUBY = release('foo 1.0');
const kinds = ({ notes }: Chosen): string[] => notes.map(({ kind }) => kind);

describe('the variant that Bundler installs', () => {
  it('is the one that the lockfile lists, with what the index says of it', async () => {
    const sha256 = 'a'.repeat(64);
    const index = [RUBY, { ...X86, sha256 }, release('foo 2.0-x86_64-linux')];
    const { chosen } = await choose({ specs: ['foo (1.0-x86_64-linux)'] }, { index });
    expect(chosen).toEqual({ kind: 'release', release: { ...X86, sha256 }, notes: [] });
  });

  it('is asked of no index where the lockfile lists `ruby` alone', async () => {
    const { chosen, asked } = await choose({ specs: ['foo (1.0)'] }, { index: [X86, RUBY] });
    expect(chosen).toEqual({ kind: 'release', release: RUBY, notes: [] });
    expect(asked).toBe(0);
  });

  it("is the index's best where PLATFORMS has nothing but ruby", async () => {
    const { chosen } = await choose({ specs: ['foo (1.0)'], platforms: ['ruby'] }, { index: [RUBY, X86] });
    expect(chosen).toMatchObject({ kind: 'release', release: { platform: 'x86_64-linux' } });
  });

  it('is not known where PLATFORMS has nothing but ruby and the index does not have the version', async () => {
    const { chosen } = await choose(
      { specs: ['foo (1.0)'], platforms: ['ruby'] },
      { index: [release('foo 2.0')] },
    );
    expect(chosen).toMatchObject({ kind: 'none', finding: { kind: 'unavailable', code: 'VARIANT_UNKNOWN' } });
  });

  it('is not known where it depends on an index that cannot be asked: the failure is said', async () => {
    const { chosen } = await choose({ specs: ['foo (1.0)'], platforms: ['ruby'] }, { index: 'down' });
    expect(chosen).toMatchObject({
      kind: 'none',
      finding: { code: 'REGISTRY_DOWN', reason: 'the index is down' },
    });
  });

  it('is what the lockfile lists where the index cannot be asked and need not be', async () => {
    const { chosen } = await choose({ specs: ['foo (1.0-x86_64-linux)'] }, { index: 'down' });
    expect(chosen).toMatchObject({ kind: 'release', release: X86 });
  });

  it.each([
    ['lists it', ['foo (1.0-x86_64-linux)', 'foo (1.0-x86_64-linux-musl)'], 'x86_64-linux-musl'],
    ['does not list it', ['foo (1.0-x86_64-linux)'], 'x86_64-linux'],
  ])('on musl is the -musl one where the lockfile %s: %j', async (_, specs, platform) => {
    const { chosen } = await choose(
      { specs, platforms: ['x86_64-linux', 'x86_64-linux-musl'] },
      { on: alpine, index: [X86, MUSL] },
    );
    expect(chosen).toMatchObject({ kind: 'release', release: { platform } });
  });

  it('is passed over where it wants another Ruby', async () => {
    const index = [{ ...X86, requiredRuby: ['>= 3.4'] }, RUBY];
    const specs = ['foo (1.0)', 'foo (1.0-x86_64-linux)'];
    const { chosen } = await choose({ specs, platforms: ['ruby', 'x86_64-linux'] }, { index, ruby: '3.3.6' });
    expect(chosen).toMatchObject({ kind: 'release', release: { platform: 'ruby' } });
    expect(kinds(chosen)).toContain('variant-skipped');
  });

  it('is none where every variant wants another Ruby', async () => {
    const index = [{ ...X86, requiredRuby: ['>= 3.4'] }];
    const { chosen } = await choose({ specs: ['foo (1.0-x86_64-linux)'] }, { index, ruby: '3.3.6' });
    expect(chosen).toMatchObject({
      kind: 'none',
      finding: { kind: 'no-variant', reason: 'ruby-mismatch', wanted: 'x86_64-linux' },
    });
  });

  it('is none where the lockfile and the index are for other CPUs only', async () => {
    const index = [release('foo 1.0-aarch64-linux')];
    const { chosen } = await choose(
      { specs: ['foo (1.0-aarch64-linux)'], platforms: ['aarch64-linux'] },
      { index },
    );
    expect(chosen).toMatchObject({
      kind: 'none',
      finding: { kind: 'no-variant', reason: 'no-matching-platform' },
    });
  });

  it('is noted to be missing from the lockfile, with the platform to add', async () => {
    const { chosen } = await choose(
      { specs: ['foo (1.0-arm64-darwin)'], platforms: ['arm64-darwin-23'] },
      { index: [X86, release('foo 1.0-arm64-darwin')] },
    );
    expect(chosen).toMatchObject({
      kind: 'release',
      release: { platform: 'x86_64-linux' },
      notes: [{ kind: 'not-in-lockfile', platform: 'x86_64-linux' }],
    });
  });

  it('that has left the index is no reason to say that the gem is compiled', async () => {
    const { chosen } = await choose({ specs: ['foo (1.0)', 'foo (1.0-x86_64-linux)'] }, { index: [RUBY] });
    expect(chosen).toMatchObject({ kind: 'none', finding: { kind: 'unavailable', code: 'VARIANT_GONE' } });
  });

  it.each([
    ['java', ['foo (1.0-java)'], ['java', 'x86_64-linux']],
    ['Windows', ['foo (1.0-x64-mingw-ucrt)'], ['x64-mingw-ucrt', 'x86_64-linux']],
  ])(
    'is none to judge where the gem is for %s and PLATFORMS provides for Linux',
    async (_, specs, platforms) => {
      const { chosen, asked } = await choose({ specs, platforms });
      expect(chosen).toEqual({
        kind: 'source',
        notes: [{ kind: 'not-installed-here', platform: 'x86_64-linux' }],
      });
      expect(asked).toBe(0);
    },
  );
});

describe('a gem that does not come from a source of gems', () => {
  const section = (platform: string): string =>
    `GIT\n  remote: https://example.com/foo.git\n  revision: abc\n  specs:\n    foo (1.0${platform})\n\n`;

  it('is built on the machine', async () => {
    const { chosen } = await choose({ before: section(''), specs: ['bar (1.0)'] });
    expect(chosen).toEqual({ kind: 'source', notes: [] });
  });

  it('is not known where it is precompiled for the machine', async () => {
    const { chosen } = await choose({ before: section('-x86_64-linux'), specs: ['bar (1.0)'] });
    expect(chosen).toMatchObject({ kind: 'none', finding: { code: 'SOURCE_NOT_READ' } });
  });
});

it('cannot be told of a spec without a version', async () => {
  const { chosen } = await choose({ specs: ['foo', 'bar (1.0)'] });
  expect(chosen).toMatchObject({
    kind: 'none',
    finding: { code: 'LOCKFILE_SPEC_WITHOUT_VERSION', suggestions: ['write the lockfile anew: bundle lock'] },
  });
});

it('lets a mistake of the program through', async () => {
  const mistake = new TypeError('mistake');
  const locked = lockfile({ specs: ['foo (1.0-x86_64-linux)'] });
  const [gem] = gemsOf(locked);
  if (gem?.versions[0] === undefined) throw new Error('no foo');
  const request = { name: 'foo', locked: gem.versions[0], lockfile: locked };
  const deployment = { target: target(), cpu: 'x86_64' } as const;
  await expect(
    chooseVariant({ ...request, deployment, releases: () => Promise.reject(mistake) }),
  ).rejects.toBe(mistake);
});

describe('a variant that wants a newer RubyGems', () => {
  const modern = { ...X86, requiredRubygems: ['>= 3.3.22'] };
  const specs = ['foo (1.0)', 'foo (1.0-x86_64-linux)'];

  it('is refused, though there is one to compile', async () => {
    const { chosen } = await choose({ specs }, { index: [RUBY, modern], rubygems: '3.3.7' });
    expect(chosen).toMatchObject({
      kind: 'none',
      finding: { kind: 'no-variant', reason: 'old-rubygems', asked: ['>= 3.3.22'], there: ['3.3.7'] },
    });
  });

  it.each([['3.3.22'], ['4.0.10']])('is installed by RubyGems %s', async (rubygems) => {
    const { chosen } = await choose({ specs }, { index: [RUBY, modern], rubygems });
    expect(chosen).toMatchObject({ kind: 'release', release: { platform: 'x86_64-linux' } });
  });
});

describe('a locked variant that the source lacks', () => {
  it('is told with those that it has', async () => {
    const gnu = release('foo 1.0-x86_64-linux-gnu');
    const { chosen } = await choose({ specs: ['foo (1.0-x86_64-linux)'] }, { index: [gnu, MUSL, RUBY] });
    expect(chosen).toMatchObject({
      kind: 'none',
      finding: {
        ...{ kind: 'no-variant', reason: 'not-offered', asked: ['x86_64-linux'] },
        there: ['ruby', 'x86_64-linux-gnu', 'x86_64-linux-musl'],
      },
    });
  });

  it('is there for RubyGems 4.1 alone', async () => {
    const skinny = {
      ...X86,
      address: 'e0fb09cd',
      requiredRuby: ['~> 4.0.0'],
      requiredRubygems: ['>= 4.1.0.a'],
    };
    const runs = { index: [skinny], ruby: '4.0.1', bundler: '4.0.22', rubygems: '4.0.10' };
    const { chosen } = await choose({ specs: ['foo (1.0-x86_64-linux)'] }, runs);
    expect(chosen).toMatchObject({ finding: { kind: 'no-variant', reason: 'content-addressed' } });
  });

  it('may be content-addressed, without an address in the lockfile', async () => {
    const skinny = {
      ...X86,
      address: 'e0fb09cd',
      requiredRuby: ['~> 4.0.0'],
      requiredRubygems: ['>= 4.1.0.a'],
    };
    const runs = { index: [skinny], ruby: '4.0.1', bundler: '4.1.1', rubygems: '4.1.1' };
    const { chosen } = await choose({ specs: ['foo (1.0-x86_64-linux)'] }, runs);
    expect(chosen).toMatchObject({ finding: { kind: 'unavailable', code: 'ADDRESS_UNKNOWN' } });
  });
});
