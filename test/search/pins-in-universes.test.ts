import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bundler } from '../helpers/bundler-lock.js';
import { startBundler } from '../helpers/bundler-lock.js';
import { universeOf } from '../helpers/universe-generator.js';
import { judgeUniverse } from '../helpers/universe-judge.js';
import { shrunk } from '../helpers/universe-shrink.js';

let bundler: Bundler;
beforeAll(async () => {
  bundler = await startBundler();
});
afterAll(() => bundler.close());

/** Universes of 5 to 7 gems; `npm run oracle` judges 500 of 5 to 20. */
const SMALL = { mostGems: 7 };

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
