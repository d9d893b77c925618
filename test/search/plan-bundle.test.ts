import { describe, expect, it } from 'vitest';
import type { Release } from '../../src/registry/types.js';
import { clashWords } from '../../src/report/words.js';
import type { PlanAnswer } from '../../src/search/plan-bundle.js';
import { planBundle } from '../../src/search/plan-bundle.js';
import type { SmallBundle, SmallVersion } from './small-universe.js';
import { portsOf, requestOf, rules } from './small-universe.js';

/** `fits`, `breaks bar:>= 2&< 3,baz:>= 0`, `breaks/source`. */
function version(text: string): SmallVersion {
  const [what = '', asked = ''] = text.split(/ (.*)/);
  const [content = '', source] = what.split('/');
  const needs = asked === '' ? [] : asked.split(',').map((one) => one.split(':') as [string, string]);
  return {
    content: content as SmallVersion['content'],
    source: source === 'source',
    needs: Object.fromEntries(needs.map(([name, requirement]) => [name, requirement.split('&')])),
  };
}

type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>;

function bundle(
  index: Texts,
  locked: Readonly<Record<string, string>>,
  gemfile: SmallBundle['gemfile'],
): SmallBundle {
  return {
    locked,
    gemfile,
    index: Object.fromEntries(
      Object.entries(index).map(([name, versions]) => [
        name,
        Object.fromEntries(Object.entries(versions).map(([number, text]) => [number, version(text)])),
      ]),
    ),
  };
}

async function plan(
  one: SmallBundle,
  pinned: Readonly<Record<string, readonly string[]>> = {},
): Promise<PlanAnswer & { readonly read: readonly string[]; readonly asked: readonly string[] }> {
  const ports = portsOf(one.index);
  const answer = await planBundle(
    { ...requestOf(one), rules, pinned: new Map(Object.entries(pinned)) },
    ports,
  );
  return { ...answer, read: ports.read, asked: ports.asked };
}

describe('the plan', () => {
  it('moves google-protobuf under grpc, since an older grpc asks for an older one', async () => {
    const answer = await plan(
      bundle(
        {
          grpc: { '1.71': 'fits google-protobuf:< 4', '1.72': 'breaks google-protobuf:>= 4' },
          'google-protobuf': { '3.24': 'breaks', '3.25': 'fits', '4.30': 'fits' },
        },
        { grpc: '1.72', 'google-protobuf': '4.30' },
        { grpc: [] },
      ),
    );
    expect(answer.plan.moves).toEqual([
      { name: 'google-protobuf', from: '4.30', to: '3.25', along: ['grpc'] },
      { name: 'grpc', from: '1.72', to: '1.71', along: [] },
    ]);
    expect(answer.pins).toEqual(["gem 'grpc', '< 1.72'"]);
  });

  it('pins what enters with a downgrade, where its newest does not fit', async () => {
    const answer = await plan(
      bundle(
        { foo: { '1.0': 'fits new:>= 0', '1.1': 'breaks' }, new: { '1.0': 'fits', '1.1': 'breaks' } },
        { foo: '1.1' },
        { foo: [] },
      ),
    );
    expect(answer.pins).toEqual(["gem 'foo', '< 1.1'", "gem 'new', '< 1.1'"]);
    expect(answer.plan.pins[1]).toEqual({
      ...{ name: 'new', version: '1.0', bounds: ['< 1.1'], replaces: false, forceRuby: false, direct: false },
      along: ['foo'],
    });
    expect(answer.plan.moves[1]).toEqual({ name: 'new', to: '1.0', along: ['foo'] });
  });

  it('takes a locked variant for given that its source lacks, as a vendor/cache for one platform does', async () => {
    const request = requestOf(
      bundle(
        { foo: { '1.0': 'fits', '1.1': 'breaks' }, bar: { '1.0': 'fits' } },
        { foo: '1.1', bar: '1.0' },
        { foo: [], bar: [] },
      ),
    );
    const platforms = ['arm64-darwin', 'x86_64-linux'];
    const gems = request.gems.map((gem) => (gem.name === 'bar' ? { ...gem, platforms } : gem));
    const release = (name: string, version: string, platform: string, on: readonly string[]): Release => ({
      ...{ name, version, platform, requiredRuby: [], requiredRubygems: [] },
      dependencies: on.map((each) => ({ name: each, requirement: [] })),
    });
    const offered = [
      ...['1.0', '1.1'].flatMap((number) => platforms.map((each) => release('foo', number, each, []))),
      release('bar', '1.0', 'x86_64-linux', []),
      release('bar', '1.0', 'ruby', ['baz']),
      release('baz', '1.0', 'ruby', []),
    ];
    const ports = portsOf({ foo: { '1.0': version('fits'), '1.1': version('breaks') } });
    const answer = await planBundle(
      { ...request, gems, rules: { ...rules, platforms }, pinned: new Map() },
      { ...ports, releases: (name) => Promise.resolve(offered.filter((each) => each.name === name)) },
    );
    expect(answer.pins).toEqual(["gem 'foo', '< 1.1'"]);
    expect(answer.plan.minimal).toBe(true);
  });

  it('rather moves one gem of the others than two', async () => {
    const answer = await plan(
      bundle(
        {
          foo: { '1.0': 'breaks', '1.1': 'fits bar:>= 2', '1.2': 'fits bar:>= 2,baz:>= 2' },
          bar: { '1.0': 'pure', '2.0': 'pure' },
          baz: { '1.0': 'pure', '2.0': 'pure' },
        },
        { foo: '1.0', bar: '1.0', baz: '1.0' },
        { foo: [], bar: [], baz: [] },
      ),
    );
    expect(answer.suggestions.get('foo')?.version).toBe('1.1');
    expect(answer.plan.moves.map(({ name }) => name)).toEqual(['bar', 'foo']);
    expect(answer.asked).not.toContain('baz');
  });

  it('loosens a line of the Gemfile where nothing within it will do, and as few as can be', async () => {
    const answer = await plan(
      bundle(
        { foo: { '1.0': 'breaks', '2.0': 'fits bar:>= 2' }, bar: { '1.0': 'pure', '2.0': 'pure' } },
        { foo: '1.0', bar: '1.0' },
        { foo: [], bar: ['~> 1.0'] },
      ),
    );
    const [bar, foo] = answer.plan.pins;
    expect([bar?.name, bar?.replaces, foo?.name, foo?.replaces]).toEqual(['bar', true, 'foo', false]);
    expect(answer.pins).toEqual(["gem 'bar'", "gem 'foo', '>= 2.0'"]);
  });

  it('answers for the others where one gem has no answer, and says why', async () => {
    const answer = await plan(
      bundle(
        {
          grpc: { '1.72.0': 'breaks', '1.73.0': 'fits google-protobuf:>= 3.25' },
          'google-protobuf': { '3.25': 'breaks', '3.26': 'breaks', '4.30': 'breaks' },
          foo: { '1.0': 'fits', '1.1': 'breaks' },
        },
        { grpc: '1.72.0', foo: '1.1' },
        { grpc: [], foo: [] },
      ),
    );
    expect(answer.pins).toEqual(["gem 'foo', '< 1.1'"]);
    const [grpc, ...others] = answer.plan.unanswered;
    expect([grpc?.name, others]).toEqual(['grpc', []]);
    expect(grpc?.because.map(clashWords)).toEqual([
      'grpc 1.73.0 needs google-protobuf >= 3.25',
      'none of google-protobuf 3.25 to 4.30 fits',
      'there is nothing to compile of grpc 1.72.0',
    ]);
  });

  it('compiles the locked version where no binary will do', async () => {
    const answer = await plan(
      bundle({ foo: { '1.0': 'breaks', '1.1': 'breaks/source' } }, { foo: '1.1' }, { foo: [] }),
    );
    expect(answer.suggestions.get('foo')).toMatchObject({ method: 'force-ruby', needsCompiler: true });
    expect(answer.pins).toEqual(["gem 'foo', force_ruby_platform: true"]);
  });

  it('leaves alone what a compiled gem asks for, where a mirror of some gems does not have it', async () => {
    const foo = { '1.0': 'breaks bar:>= 1', '1.1': 'breaks/source bar:>= 1' };
    const answer = await plan(bundle({ foo }, { foo: '1.1', bar: '1.5' }, { foo: [] }));
    expect(answer.pins).toEqual(["gem 'foo', force_ruby_platform: true"]);
    expect(answer.plan.minimal).toBe(true);
  });

  it('reads no version that it does not have to know of', async () => {
    const versions = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`1.${i}`, i > 180 ? 'breaks' : 'fits']),
    );
    const answer = await plan(bundle({ foo: versions }, { foo: '1.199' }, { foo: [] }));
    expect(answer.suggestions.get('foo')?.version).toBe('1.180');
    expect(answer.plan.inspections).toMatchObject({ inspected: 20, candidates: 200 });
    expect(answer.read).toHaveLength(20);
  });

  it('has no answer for a gem from git', async () => {
    const one = bundle({ foo: { '1.0': 'fits', '1.1': 'breaks' } }, { foo: '1.1' }, { foo: [] });
    const { gems, ...request } = requestOf(one);
    const fixed = gems.map((gem) => ({ ...gem, movable: false }));
    const answer = await planBundle(
      { ...request, gems: fixed, rules, pinned: new Map() },
      portsOf(one.index),
    );
    expect(answer.pins).toEqual([]);
    expect(answer.plan.unanswered).toEqual([
      { name: 'foo', version: '1.1', because: [{ kind: 'fixed', gem: 'foo', version: '1.1' }] },
    ]);
  });
});

describe('a gem that an earlier pin holds', () => {
  const index = { foo: { '1.0': 'fits', '1.1': 'breaks' } };

  it('is pinned in the same words again where it would not fit without', async () => {
    const answer = await plan(bundle(index, { foo: '1.0' }, { foo: [] }), { foo: ['< 1.1'] });
    expect(answer.plan).toMatchObject({ liftable: [], moves: [] });
    expect(answer.pins).toEqual(["gem 'foo', '< 1.1'"]);
  });

  it('is free where a newer version fits', async () => {
    const mended = { foo: { ...index.foo, '1.2': 'fits' } };
    const answer = await plan(bundle(mended, { foo: '1.0' }, { foo: [] }), { foo: ['< 1.1'] });
    expect(answer.plan.liftable).toEqual(['foo']);
    expect(answer.pins).toEqual([]);
  });

  it('keeps both bounds of a pin that moved it up', async () => {
    const versions = { foo: { '1.0': 'breaks', '1.1': 'fits', '1.2': 'breaks' } };
    const answer = await plan(bundle(versions, { foo: '1.1' }, { foo: [] }), { foo: ['>= 1.1', '< 1.2'] });
    expect(answer.pins).toEqual(["gem 'foo', '>= 1.1', '< 1.2'"]);
  });

  it('keeps a pin that moved it up, as long as what it rules out does not fit', async () => {
    const moved = (older: string): Promise<PlanAnswer> =>
      plan(bundle({ foo: { '1.0': older, '1.1': 'fits', '1.2': 'fits' } }, { foo: '1.2' }, { foo: [] }), {
        foo: ['>= 1.1'],
      });
    expect((await moved('breaks')).plan).toMatchObject({ liftable: [], pins: [], moves: [] });
    expect((await moved('fits')).plan).toMatchObject({ liftable: ['foo'], pins: [], moves: [] });
  });

  it('is free where the locked version fits now, though its source has it for one platform only', async () => {
    const one = bundle({ foo: { '1.0': 'fits', '1.1': 'fits' } }, { foo: '1.1' }, { foo: [] });
    const platforms = ['x86_64-linux', 'arm64-darwin'];
    const request = requestOf(one);
    const answer = await planBundle(
      {
        gemfile: request.gemfile,
        gems: request.gems.map((gem) => ({ ...gem, platforms })),
        rules: { ...rules, platforms },
        pinned: new Map([['foo', ['< 1.1']]]),
      },
      portsOf(one.index),
    );
    expect(answer.plan).toMatchObject({ liftable: ['foo'], pins: [], moves: [] });
  });

  it('stays compiled at the version that it was locked at', async () => {
    const versions = { foo: { '1.0': 'breaks/source', '1.1': 'breaks/source' } };
    const one = bundle(versions, { foo: '1.0' }, { foo: [] });
    const first = await plan(one);
    expect(first.pins).toEqual(["gem 'foo', '< 1.1', force_ruby_platform: true"]);
    const { gems, ...request } = requestOf(one);
    const compiled = gems.map((gem) => ({ ...gem, fails: false }));
    const again = await planBundle(
      { ...request, gems: compiled, rules, pinned: new Map([['foo', ['< 1.1']]]) },
      portsOf(one.index),
    );
    expect([again.pins, again.plan.moves, again.plan.liftable]).toEqual([first.pins, [], []]);
  });
});
