import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../src/target/glob.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

describe('matchesGlob', () => {
  it.each([
    ['*.conf', 'libc.conf', true],
    ['*.conf', '.hidden.conf', false],
    ['.*', '.hidden', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['[a-c]*', 'boost', true],
    ['[!a-c]*', 'boost', false],
    ['[]x]', ']', true],
    ['[x', '[x', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['*a*b*c', 'xaybzc', true],
    ['*a*b*c', 'xaybz', false],
    ['**', '', true],
  ])('%s, %s: %s', (pattern, name, expected) => {
    expect(matchesGlob(pattern, name)).toBe(expected);
  });

  it('takes no more than the product of the lengths', () => {
    expect(inBoundedTime(() => matchesGlob('*a'.repeat(200), `${'a'.repeat(5000)}b`))).toBe(false);
  });

  it('agrees with the patterns of sh', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-', ']'), maxLength: 6 });
    const pattern = fc
      .array(fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]', '[b-c]', '[]a]', '-'), { maxLength: 6 })
      .map((parts) => parts.join(''));
    const questions = fc.sample(fc.tuple(pattern, text), { numRuns: 2000, seed: 1 });
    const script = questions
      .map(([glob, name]) => `case '${name}' in ${glob === '' ? "''" : glob}) echo 1;; *) echo 0;; esac`)
      .join('\n');
    const answers = execFileSync('sh', { input: script, encoding: 'utf8', env: { LC_ALL: 'C' } })
      .trim()
      .split('\n');
    const differences = questions.filter(
      ([glob, name], i) => matchesGlob(glob, name) !== (answers[i] === '1'),
    );
    expect(answers).toHaveLength(questions.length);
    expect(differences).toEqual([]);
  });
});
