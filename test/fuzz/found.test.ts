import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { specificationBombs } from '../../scripts/fuzz/gem-bombs.js';
import { checkWithinLimits } from '../../scripts/fuzz/subject.js';
import { subjects } from '../../scripts/fuzz/subjects.js';
import type { Subject } from '../../scripts/fuzz/subject.js';
import { decoded } from '../../scripts/fuzz/text.js';
import { GemArchiveError } from '../../src/errors.js';
import { parseGemMetadata } from '../../src/gem/metadata.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

const FOLDER = new URL('../../fixtures/found/', import.meta.url);

function subjectOf(name: string): Subject {
  const subject = subjects.find((one) => one.name === name);
  if (subject === undefined) throw new Error(`fixtures/found/${name} is no parser's`);
  return subject;
}

const cases = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(new URL(`${name}/`, FOLDER)).map((file) => [name, file] as const));

/** How each case ends now that it is mended. A new case that is not listed here has no right answer yet, and fails. */
const ENDS: Readonly<Record<string, string>> = {
  'gem/directory-with-a-size': 'GEM_TAR_INVALID',
  'gem/directory-whose-bytes-cover-the-next-file': 'GEM_TAR_INVALID',
  'target-table/release-that-is-no-number': 'TARGET_TABLE_INVALID',
};

describe('cases that the fuzzer found', () => {
  it.each(cases)('%s: %s', async (name, file) => {
    const bytes = readFileSync(new URL(`${name}/${file}`, FOLDER));
    expect(await checkWithinLimits(subjectOf(name), bytes)).toBe(ENDS[`${name}/${file}`]);
  });

  it.each([
    ['ten-thousand-aliases', 'read'],
    ['half-a-mebibyte-of-commas', 'GEM_METADATA_INVALID'],
  ])('a specification of %s ends', (title, outcome) => {
    const bomb = specificationBombs.find((one) => one.title === title);
    const text = decoded(bomb?.bytes() ?? new Uint8Array());
    let ended = 'read';
    inBoundedTime(() => {
      try {
        parseGemMetadata(text);
      } catch (error) {
        ended = error instanceof GemArchiveError ? error.code : String(error);
      }
    });
    expect(ended).toBe(outcome);
  });
});
