import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('../../../shared/corpus/lockfiles', import.meta.url));

export interface CorpusLockfile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What Bundler 2.6.9 read: see the corpus's README. */
  readonly expected: string;
}

/** The real lockfiles beside the checkout; undefined where the folder is not there. */
export function readCorpus(): readonly CorpusLockfile[] | undefined {
  if (!existsSync(directory)) return undefined;
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      name,
      bytes: readFileSync(join(directory, name, 'Gemfile.lock')),
      expected: readFileSync(join(directory, name, 'expected.json'), 'utf8'),
    }));
}

export const corpusAbsent = 'the corpus of real lockfiles (../shared/corpus) is not there';
