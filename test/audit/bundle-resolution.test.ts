import { describe, expect, it } from 'vitest';
import { Bundle, clashes } from '../../src/audit/bundle-resolution.js';
import type { Move } from '../../src/audit/bundle-resolution.js';
import { gemsOf } from '../../src/audit/bundle.js';
import type { Release } from '../../src/registry/types.js';
import type { Candidate } from '../../src/search/types.js';
import { target } from '../helpers/contents.js';
import { lockfile, release } from './in-memory.js';

function needs(full: string, dependencies: Readonly<Record<string, readonly string[]>>): Release {
  return release(full, {
    dependencies: Object.entries(dependencies).map(([name, requirement]) => ({ name, requirement })),
  });
}

describe('whether a release can stand in the bundle', () => {
  const specs = ['bar (1.0)', 'dad (1.0)', '  cat (< 3)', 'cat (1.0)'];
  const bundle = new Bundle(gemsOf(lockfile({ specs, dependencies: ['bar (~> 1.0)', 'dad'] })));
  const index: Readonly<Record<string, readonly Release[]>> = {
    bar: ['1.0', '1.5', '2.0'].map((version) => release(`bar ${version}`)),
    cat: ['1.0', '2.0', '3.0'].map((version) => release(`cat ${version}`)),
    new: [release('new 1.0')],
  };

  it.each<[string, Readonly<Record<string, readonly string[]>>, boolean, readonly string[]]>([
    ['what asks for nothing', {}, true, []],
    ['what is content with what is locked', { bar: ['>= 0'] }, true, []],
    ['what moves another gem within the Gemfile', { bar: ['>= 1.2'] }, true, ['bar']],
    ['what the Gemfile forbids', { bar: ['>= 2'] }, false, ['bar']],
    ['what moves another gem within what its parents allow', { cat: ['>= 2'] }, true, ['cat']],
    ['what a parent forbids', { cat: ['>= 3'] }, false, ['cat']],
    ['a gem that the bundle does not have yet', { new: ['~> 1.0'] }, true, ['new']],
    ['a version that does not exist', { new: ['~> 2.0'] }, false, ['new']],
    ['a gem that does not exist', { gone: ['>= 0'] }, false, ['gone']],
    ['one of two that cannot be had', { bar: ['>= 0'], cat: ['>= 3'] }, false, ['cat']],
  ])('%s', async (_, dependencies, admitted, asks) => {
    const asked: string[] = [];
    const candidates = (name: string): Promise<readonly Candidate[]> => {
      asked.push(name);
      return Promise.resolve(
        (index[name] ?? []).map((one) => ({
          version: one.version,
          choices: [{ deployment: { target: target(), cpu: 'x86_64' }, kind: 'ruby', release: one }],
        })),
      );
    };
    expect(await bundle.admits(needs('foo 1.0', dependencies), candidates)).toBe(admitted);
    expect(asked).toEqual(asks);
  });
});

describe('moves that clash', () => {
  const move = (
    name: string,
    version: string,
    dependencies: Readonly<Record<string, readonly string[]>> = {},
  ): Move => ({
    name,
    version,
    releases: [needs(`${name} ${version}`, dependencies)],
  });

  it('are none where nobody asks for another version', () => {
    expect(clashes([move('foo', '2.0', { bar: ['>= 2'] }), move('bar', '2.0')]).size).toBe(0);
  });

  it.each([
    ['the one that asks stands first', [move('foo', '2.0', { bar: ['< 2'] }), move('bar', '2.0')], 'bar'],
    [
      'the one that is asked for stands first',
      [move('bar', '2.0'), move('foo', '2.0', { bar: ['< 2'] })],
      'foo',
    ],
  ])('give way to the earlier: %s', (_, moves, late) => {
    expect([...clashes(moves)]).toEqual([[late, [{ by: 'foo', kind: 'gem', requirement: ['< 2'] }]]]);
  });

  it('count only against what is kept', () => {
    const moves = [move('a', '2.0', { b: ['< 2'] }), move('b', '2.0', { c: ['< 2'] }), move('c', '2.0')];
    expect([...clashes(moves).keys()]).toEqual(['b']);
  });

  it('are found in any of the variants that a gem moves to', () => {
    const plain = release('foo 2.0');
    const strict = needs('foo 2.0-x86_64-linux', { bar: ['< 2'] });
    const moves = [{ name: 'foo', version: '2.0', releases: [plain, strict] }, move('bar', '2.0')];
    expect([...clashes(moves).keys()]).toEqual(['bar']);
  });
});
