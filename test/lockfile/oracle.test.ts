import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeLockfile } from '../../src/lockfile/decode.js';
import { judge } from './agreement.js';
import { startBundler } from './bundler.js';
import type { Bundler } from './bundler.js';
import { corpusAbsent, readCorpus } from './corpus.js';
import { corpusDifference } from './expected.js';
import { mutate, random } from './mutate.js';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/lockfiles/${name}.lock`, import.meta.url), 'utf8');
const fixtures = [fixture('every-section'), fixture('bundler-4.1')];
const corpus = readCorpus();

describe('the corpus of real lockfiles', () => {
  it('is read as Bundler 2.6.9 reads it', ({ skip }) => {
    if (corpus === undefined) return skip(corpusAbsent);
    const differences = corpus
      .map((file) => [file.name, corpusDifference(file)])
      .filter(([, found]) => found);
    expect(differences).toEqual([]);
    expect(corpus.length).toBeGreaterThan(200);
  });
});

describe.each([
  ['3.4', '3.6'],
  ['4.0', '4.0'],
] as const)('Bundler of Ruby %s', (ruby, dialect) => {
  let bundler: Bundler;
  beforeAll(async () => {
    bundler = await startBundler(ruby);
  });

  const disagreements = (texts: readonly string[]): string[] => {
    const readings = bundler.read(texts);
    return texts.flatMap((text, i) => {
      const reading = readings[i];
      if (reading === undefined) return ['no answer'];
      const { agreement, detail } = judge(text, reading, dialect);
      return agreement === 'differed' ? [`${detail}\n${text}`] : [];
    });
  };

  it('reads the fixtures, one with the sections of Bundler 4.1, as we do', { timeout: 120_000 }, () => {
    expect(bundler.read(fixtures).map(({ ok }) => ok)).toEqual([true, true]);
    expect(disagreements(fixtures)).toEqual([]);
  });

  it('reads 200 mutations of each fixture as we do, or refuses with us', { timeout: 120_000 }, () => {
    const next = random(17);
    const mutations = fixtures.flatMap((text) => Array.from({ length: 200 }, () => mutate(text, next)));
    expect(disagreements(mutations)).toEqual([]);
  });

  it(
    'reads a sample of the corpus and its mutations as we do, or refuses with us',
    { timeout: 120_000 },
    ({ skip }) => {
      if (corpus === undefined) return skip(corpusAbsent);
      const next = random(18);
      const small = corpus.filter(
        ({ bytes, expected }) => bytes.length < 3000 && !expected.includes('"error"'),
      );
      const texts = Array.from(
        { length: 20 },
        () => small[Math.floor(next() * small.length)]?.bytes ?? new Uint8Array(),
      );
      const decoded = texts.map((bytes) => decodeLockfile(bytes));
      expect(
        disagreements([
          ...decoded,
          ...decoded.flatMap((text) => Array.from({ length: 5 }, () => mutate(text, next))),
        ]),
      ).toEqual([]);
    },
  );
});
