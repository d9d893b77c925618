/**
 * One of the processes of `pins.ts`: judges the universes that it is sent the seeds of, with a Bundler of its own, and
 * sends back what came of each. A process and not a thread, so that a virtual machine that fails takes no other along.
 */
import { startBundler } from '../../test/helpers/bundler-lock.js';
import { universeOf } from '../../test/helpers/universe-generator.js';
import { judgeUniverse } from '../../test/helpers/universe-judge.js';
import { shrunk } from '../../test/helpers/universe-shrink.js';

/** How long a failure is made smaller, in milliseconds. */
const SHRINKING = 45_000;

const bundler = await startBundler();
const shown = new Set<string>();

async function judge(seed: number): Promise<void> {
  const universe = universeOf(seed);
  const ruling = await judgeUniverse(bundler, universe);
  const reproductions: string[] = [];
  for (const { kind, what } of ruling.defects) {
    // One of each kind is made small; of the others the seed is enough.
    if (shown.has(kind)) {
      reproductions.push(`seed ${seed}: ${what.split('\n')[0] ?? ''}`);
      continue;
    }
    shown.add(kind);
    const sameDefect = async (smaller: typeof universe): Promise<string | undefined> =>
      (await judgeUniverse(bundler, smaller)).defects.find((defect) => defect.kind === kind)?.what;
    const small = await shrunk(
      universe,
      async (smaller) => (await sameDefect(smaller)) !== undefined,
      SHRINKING,
    );
    reproductions.push((await sameDefect(small)) ?? what);
  }
  process.send?.({ seed, ruling, reproductions });
}

process.on('message', (message: { readonly seed?: number }) => {
  if (message.seed === undefined) {
    void bundler.close().then(() => {
      process.exit(0);
    });
    return;
  }
  judge(message.seed).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.send?.({ ready: true });
