/**
 * Holds our reading of gem versions and requirements against RubyGems 3.6 and 4.0 in WebAssembly.
 *
 *     npx jiti scripts/oracle/versions.ts [runs] [seed]
 */
import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { startRuby } from '../../test/helpers/ruby.js';
import { gemVersion, requirement, versionLike } from '../../test/version/generate.js';
import {
  ourAnswers,
  ourOrder,
  ourVersions,
  rubyAnswers,
  rubyOrder,
  rubyVersions,
} from '../../test/version/rubygems.js';
import type { Comparison } from './lockfiles.js';

const batch = 1000;
const kept = 20;

/** `runs` texts, `runs` pairs to order and `runs` requirements to satisfy, of each RubyGems. */
export async function compareVersions(runs = 20_000, seed = 1): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  const text = fc.oneof(gemVersion, versionLike);
  const near = fc
    .tuple(gemVersion, fc.constantFrom('', '.0', '.0.0', '.1', '.a', '.0.a', '-1', '.00', '0'))
    .map(([version, more]): [string, string] => [version, version.trim() + more]);
  const pair = fc.oneof(near, fc.tuple(gemVersion, gemVersion));
  const question = fc.oneof(
    fc.tuple(gemVersion, requirement),
    fc
      .tuple(near, fc.constantFrom('=', '!=', '>', '<', '>=', '<=', '~>'))
      .map(([[version, bound], operator]): [string, string[]] => [version, [`${operator} ${bound}`]]),
  );
  for (const ruby of [await startRuby('3.4'), await startRuby('4.0')]) {
    const ask = <Q, A>(
      questions: readonly Q[],
      theirs: (part: readonly Q[]) => A[],
      ours: (part: readonly Q[]) => A[],
    ) => {
      for (let start = 0; start < questions.length; start += batch) {
        const part = questions.slice(start, start + batch);
        const answers = ours(part);
        for (const [i, expected] of theirs(part).entries()) {
          result.asked += 1;
          if (isDeepStrictEqual(answers[i], expected)) {
            result.agreed += 1;
            continue;
          }
          result.differed += 1;
          const difference = {
            rubygems: ruby.versions.rubygems,
            question: part[i],
            ours: answers[i],
            theirs: expected,
          };
          if (result.differences.length < kept) result.differences.push(JSON.stringify(difference));
        }
      }
    };
    const sample = { numRuns: runs, seed };
    ask(fc.sample(text, sample), (part) => rubyVersions(ruby, part), ourVersions);
    ask(fc.sample(pair, sample), (part) => rubyOrder(ruby, part), ourOrder);
    ask(fc.sample(question, sample), (part) => rubyAnswers(ruby, part), ourAnswers);
  }
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [runs, seed] = process.argv.slice(2).map(Number);
  const result = await compareVersions(runs, seed);
  console.log(JSON.stringify(result, null, 2));
  process.exitCode = result.differed === 0 ? 0 : 1;
}
