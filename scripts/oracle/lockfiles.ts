/**
 * Holds our reading of lockfiles against Bundler's: every file of the corpus against what Bundler 2.6.9 read
 * (`expected.json`), and the corpus, the fixture and mutations of both against Bundler 2.6 and 4 in WebAssembly.
 *
 *     npx jiti scripts/oracle/lockfiles.ts [mutations] [seed]
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LockfileError } from '../../src/errors.js';
import { decodeLockfile } from '../../src/lockfile/decode.js';
import { judge } from '../../test/lockfile/agreement.js';
import { startBundler } from '../../test/lockfile/bundler.js';
import { corpusAbsent, readCorpus } from '../../test/lockfile/corpus.js';
import { corpusDifference } from '../../test/lockfile/expected.js';
import { mutate, random } from '../../test/lockfile/mutate.js';

export interface Comparison {
  /** Questions put to both sides. */
  asked: number;
  agreed: number;
  differed: number;
  /** Questions that could not be asked, and refusals of ours that are documented as stricter than upstream's. */
  skipped: number;
  /** The first differences, for people, and why something was skipped. */
  differences: string[];
  notes: string[];
}

const batch = 100;
const kept = 20;

export async function compareLockfiles(mutations = 2000, seed = 1): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  const fixtures = ['every-section', 'bundler-4.1'].map((name) =>
    readFileSync(new URL(`../../fixtures/lockfiles/${name}.lock`, import.meta.url), 'utf8'),
  );
  const corpus = readCorpus();
  if (corpus === undefined) result.notes.push(corpusAbsent);
  const differ = (what: string): void => {
    result.differed += 1;
    if (result.differences.length < kept) result.differences.push(what.slice(0, 2000));
  };

  const texts = [...fixtures];
  for (const file of corpus ?? []) {
    result.asked += 1;
    const difference = corpusDifference(file);
    if (difference === undefined) result.agreed += 1;
    else differ(`${file.name}: ${difference}`);
    try {
      texts.push(decodeLockfile(file.bytes));
    } catch (error) {
      // UTF-16: Bundler in WebAssembly is handed text, so such a file is compared with expected.json alone.
      if (!(error instanceof LockfileError)) throw error;
    }
  }

  const next = random(seed);
  const small = texts.filter((text) => text.length < 8000);
  const mutated = Array.from({ length: mutations }, () =>
    mutate(small[Math.floor(next() * small.length)] ?? '', next),
  );
  const questions = [...texts, ...mutated];
  const stricter = new Map<string, number>();
  for (const [ruby, dialect] of [
    ['3.4', '3.6'],
    ['4.0', '4.0'],
  ] as const) {
    const bundler = await startBundler(ruby);
    for (let start = 0; start < questions.length; start += batch) {
      const part = questions.slice(start, start + batch);
      for (const [i, reading] of bundler.read(part).entries()) {
        const text = part[i] ?? '';
        const { agreement, code = '', detail } = judge(text, reading, dialect);
        result.asked += 1;
        if (agreement === 'agreed') result.agreed += 1;
        else if (agreement === 'stricter') stricter.set(code, (stricter.get(code) ?? 0) + 1);
        else differ(`Bundler ${bundler.version}: ${detail}\n${text}`);
      }
    }
  }
  for (const [code, count] of [...stricter].sort()) {
    result.skipped += count;
    result.notes.push(
      `${count} × ${code}: Bundler reads it, we refuse it by design (test/lockfile/README.md)`,
    );
  }
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [mutations, seed] = process.argv.slice(2).map(Number);
  const result = await compareLockfiles(mutations, seed);
  console.log(JSON.stringify(result, null, 2));
  process.exitCode = result.differed === 0 ? 0 : 1;
}
