/** What one inspection may cost, on trees and archives that are too large for a test. */
import { copyFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gemcompat } from '../../test/helpers/cli.js';
import { peakOf, SAYS_PEAK } from '../../test/helpers/peak-memory.js';
import { nothing, zip } from '../../test/inspect/stories/zip.js';
import type { Comparison } from './lockfiles.js';

/** Of memory, in KiB as proc(5) counts. */
const MEMORY = 512 * 1024;

/**
 * @param into where the trees are put, and removed again
 * @param executable one that does not fit Ubuntu 20.04
 */
export async function compareBounds(into: string, executable: string, result: Comparison): Promise<void> {
  const directory = await mkdtemp(join(into, 'bounds-'));
  try {
    const many = join(directory, 'many');
    for (let folder = 0; folder < 1000; folder += 1) {
      const path = join(many, String(folder));
      await mkdir(path, { recursive: true });
      await Promise.all(Array.from({ length: 100 }, (_, n) => writeFile(join(path, `${n}.rb`), 'puts 1\n')));
    }
    await copyFile(executable, join(many, '500/program'));
    await measure('100,000 files', many, 1, result);

    const large = join(directory, 'large');
    await copyFile(executable, large);
    await truncate(large, 2 ** 30);
    await measure('an executable of 1 GiB', large, 1, result);

    const bomb = join(directory, 'bomb.zip');
    const deflated = nothing(256);
    await writeFile(bomb, zip(Array.from({ length: 400 }, (_, n) => ({ name: `${n}.bin`, deflated }))));
    await measure('a zip of 100 GiB of nothing', bomb, 0, result);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function measure(what: string, path: string, expected: number, result: Comparison): Promise<void> {
  const started = performance.now();
  const { code, stderr } = await gemcompat(['inspect', path, '--target', 'ubuntu-20.04'], {
    env: { NODE_OPTIONS: SAYS_PEAK },
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const memory = peakOf(stderr);
  result.asked += 1;
  result.notes.push(`${what}: ${Math.round(memory / 1024)} MB, ${seconds} s`);
  if (code === expected && memory < MEMORY) {
    result.agreed += 1;
  } else {
    result.differed += 1;
    result.differences.push(`${what}: status ${code}, ${memory} KiB; ${stderr.slice(0, 500)}`);
  }
}
