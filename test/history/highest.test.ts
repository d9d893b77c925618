import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/compat/types.js';
import { highestOf } from '../../src/history/highest.js';

function highest(...versions: (readonly [string, ...Verdict[]])[]): ReturnType<typeof highestOf> {
  return highestOf(versions.map(([version, ...verdicts]) => ({ version, verdicts })));
}

describe('the highest version', () => {
  it('is the newest that fits, though older ones do not', () => {
    expect(highest(['3', 'incompatible'], ['2', 'compatible'], ['1', 'incompatible'])).toEqual({
      version: '2',
      unchecked: [],
    });
  });

  it('fits every system that is asked about together', () => {
    expect(
      highest(
        ['3', 'compatible', 'incompatible'],
        ['2', 'compatible', 'source'],
        ['1', 'compatible', 'compatible'],
      ),
    ).toEqual({ version: '1', compiled: '2', unchecked: [] });
  });

  it('is never one that could not be checked; those above it are named', () => {
    expect(
      highest(['4', 'unknown'], ['3', 'compatible', 'unknown'], ['2', 'compatible'], ['1', 'unknown']),
    ).toEqual({
      version: '2',
      unchecked: ['4', '3'],
    });
    expect(highest(['2', 'unknown', 'incompatible'], ['1', 'incompatible'])).toEqual({ unchecked: [] });
  });

  it('names what is compiled only where that is above it, or nothing fits', () => {
    expect(highest(['2', 'compatible'], ['1', 'source'])).toEqual({ version: '2', unchecked: [] });
    expect(highest(['3', 'incompatible'], ['2', 'source'], ['1', 'source'])).toEqual({
      compiled: '2',
      unchecked: [],
    });
  });

  it('is none of no versions, and none where nothing was judged', () => {
    expect(highest()).toEqual({ unchecked: [] });
    expect(highest(['1'])).toEqual({ unchecked: [] });
  });
});
