import { readFileSync, readdirSync } from 'node:fs';
import { RegistryError } from '../../src/errors.js';
import { parseInfo } from '../../src/registry/compact-index.js';
import type { Subject } from './subject.js';
import { BrokenPromise } from './subject.js';
import { decoded, longTexts, mutatedText } from './text.js';

const FOLDER = new URL('../../fixtures/mirror/info/', import.meta.url);
const seeds = readdirSync(FOLDER).map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));

const words = [
  ...'---\n|\n|| |:|,|&|-| |\t|\0|\r\n|1.0|1.0-x86_64-linux|ruby:>= 3.1&< 3.5.dev|rubygems:>= 3.3.22|checksum:|checksum:00|racc:~> 1.4'.split(
    '|',
  ),
  '|',
  '|checksum:',
  `checksum:${'0'.repeat(64)}`,
  `checksum:${'A'.repeat(43)}=`,
  'created_at:2024-01-01T00:00:00Z',
  '\u00a0',
  'é',
  '__proto__',
];

/** Only `RegistryError` escapes; every line after the header is a release or an error. */
function check(bytes: Uint8Array): string {
  const text = decoded(bytes);
  try {
    const releases = parseInfo('probe', text, 'https://gems.example.com/info/probe');
    for (const { sha256, version, platform } of releases) {
      if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))
        throw new BrokenPromise(`the digest ${sha256}`);
      if (version === '' || platform === '') throw new BrokenPromise('a release without version or platform');
    }
    const rows = text.split('\n');
    const body = rows
      .slice(rows.indexOf('---') + 1)
      .join('\n')
      .replace(/\n+$/, '');
    const lines = new Set(body.split('\n').map((line) => line.split(' ')[0]));
    if (body !== '' && releases.length !== lines.size) {
      throw new BrokenPromise(`${releases.length} releases of ${lines.size} different lines`);
    }
    return 'read';
  } catch (error) {
    if (error instanceof RegistryError) return error.code;
    throw error;
  }
}

export const compactIndexSubject: Subject = {
  name: 'compact-index',
  fixed: longTexts('1.0-x86_64-linux racc:~> 1.4|checksum:00,ruby:>= 3.1', '\n'),
  make: (random) => mutatedText(seeds, words, random),
  check,
};
