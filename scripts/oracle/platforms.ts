/**
 * Holds gem platforms, their matching, and the choice of a variant against RubyGems and Bundler in WebAssembly:
 * RubyGems 3.6.2 with Bundler 2.6.2, and RubyGems 4.0 with Bundler 4.
 *
 *     npx jiti scripts/oracle/platforms.ts [runs] [seed]
 */
import { fileURLToPath } from 'node:url';
import {
  compareMatching,
  compareMaterialization,
  compareParsing,
  compareResolution,
  compareSelection,
  prepareStage,
} from '../../test/gem/bundler-oracle.js';
import type { Comparison as Answer } from '../../test/gem/bundler-oracle.js';
import type { Ruby } from '../../test/helpers/ruby.js';
import { startRuby } from '../../test/helpers/ruby.js';
import type { Comparison } from './lockfiles.js';

const batch = 1000;
const kept = 20;

type Question = (ruby: Ruby, count: number, seed: number) => Answer;

/** The share of the runs that each question gets; a resolution takes some 15 ms. */
const questions: readonly (readonly [name: string, ask: Question, share: number])[] = [
  ['parsing', compareParsing, 1],
  ['matching', compareMatching, 1],
  ['selection', compareSelection, 0.25],
  ['materialization', compareMaterialization, 0.25],
  ['resolution', compareResolution, 0.02],
];

/** `runs` platform names and pairs, a quarter of that lockfiles, a fiftieth resolutions; of each Ruby. */
export async function comparePlatforms(runs = 20_000, seed = 1): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  for (const ruby of [await startRuby('3.4'), await startRuby('4.0')]) {
    prepareStage(ruby);
    for (const [name, ask, share] of questions) {
      const total = Math.ceil(runs * share);
      for (let done = 0; done < total; done += batch) {
        const answer = ask(ruby, Math.min(batch, total - done), seed + done);
        result.asked += answer.asked;
        result.agreed += answer.asked - answer.differences.length;
        result.differed += answer.differences.length;
        for (const difference of answer.differences) {
          if (result.differences.length < kept) {
            result.differences.push(`Bundler ${ruby.versions.bundler}, ${name}: ${difference}`);
          }
        }
      }
    }
  }
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [runs, seed] = process.argv.slice(2).map(Number);
  const { differences, ...counts } = await comparePlatforms(runs, seed);
  console.log(counts);
  for (const difference of differences) console.log(difference);
  process.exitCode = counts.differed === 0 ? 0 : 1;
}
