import { describe, expect, it } from 'vitest';
import type { Pass, Ranges } from '../../src/archive/passes.js';
import { SPREAD_OUT, inPasses } from '../../src/archive/passes.js';

const range = (offset: number) => ({ offset, length: 8 });

async function passesOf(missed: (pass: number) => Ranges<string>): Promise<Pass<string>[]> {
  const passes: Pass<string>[] = [];
  await inPasses<string>((pass) => {
    passes.push(pass);
    return Promise.resolve(missed(passes.length));
  });
  return passes;
}

describe('reading in passes', () => {
  it('reads once if nothing is missing', async () => {
    expect(await passesOf(() => new Map())).toEqual([{ again: undefined, last: false }]);
  });

  it('reads again with every range that a file has missed so far', async () => {
    const passes = await passesOf((pass) =>
      pass === 1
        ? new Map([
            ['one.so', [range(100)]],
            ['two.so', [range(200)]],
          ])
        : new Map(pass === 2 ? [['one.so', [range(300)]]] : []),
    );
    expect(passes.map(({ again }) => again && Object.fromEntries(again))).toEqual([
      undefined,
      { 'one.so': [range(100)], 'two.so': [range(200)] },
      { 'one.so': [range(100), range(300)] },
    ]);
  });

  it('ends with a pass that knows that it is the last, whatever that one misses', async () => {
    const passes = await passesOf((pass) => new Map([['odd.so', [range(pass)]]]));
    expect(passes).toHaveLength(8);
    expect(passes.map(({ last }) => last)).toEqual([...Array<boolean>(7).fill(false), true]);
    expect(passes.at(-1)?.again?.get('odd.so')).toHaveLength(7);
    expect(SPREAD_OUT.reason).toContain(`${passes.length} places`);
  });
});
