import { describe, expect, it } from 'vitest';
import { planBundle } from '../../src/search/plan-bundle.js';
import type { Misfits } from '../../src/search/types.js';
import type { SmallVersion } from './small-universe.js';
import { deployment, portsOf, requestOf, rules } from './small-universe.js';

const needs = {};
const fits: SmallVersion = { content: 'fits', needs };
const breaks: SmallVersion = { content: 'breaks', needs };
const compiles: SmallVersion = { content: 'compiles', needs };

async function misfits(
  versions: Readonly<Record<string, SmallVersion>>,
  locked: string,
  gemfile: readonly string[] = ['>= 0'],
): Promise<Misfits | undefined> {
  const bundle = { index: { foo: versions }, gemfile: { foo: gemfile }, locked: { foo: locked } };
  const ports = {
    ...portsOf(bundle.index),
    glibcBeyond: (choice: { readonly release: { readonly version: string } }) =>
      Promise.resolve(`2.${choice.release.version}`),
  };
  const answer = await planBundle({ ...requestOf(bundle), rules, pinned: new Map() }, ports);
  return answer.plan.pins.find(({ name }) => name === 'foo')?.misfits;
}

const needed = (glibc: string): Misfits['needs'] => [{ target: deployment.target.name, glibc }];

describe('the versions around one that does not fit', () => {
  it.each([
    [
      'reach down to the lowest, and up to the newest',
      { 1: fits, 2: breaks, 3: breaks, 4: breaks },
      '3',
      { from: '2', onwards: true, needs: needed('2.2') },
    ],
    [
      'are the locked one alone where the next below fits',
      { 1: fits, 2: breaks },
      '2',
      { from: '2', onwards: true, needs: [] },
    ],
    [
      'do not reach up where a later one fits',
      { 1: fits, 2: breaks, 3: fits },
      '2',
      { from: '2', onwards: false, needs: [] },
    ],
    [
      'end at one that is compiled',
      { 1: compiles, 2: breaks, 3: breaks },
      '3',
      { from: '2', onwards: true, needs: needed('2.2') },
    ],
  ] as const)('%s', async (_, versions, locked, wanted) => {
    expect(await misfits(versions, locked)).toEqual(wanted);
  });

  it('count as far as the Gemfile allows', async () => {
    const versions = { 1: fits, 2: breaks, 3: breaks, 4: fits };
    expect(await misfits(versions, '3', ['< 4'])).toEqual({ from: '2', onwards: true, needs: needed('2.2') });
  });
});
