import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DockerfileError } from '../../../src/target/dockerfile/dockerfile-error.js';
import { parseDockerfile } from '../../../src/target/dockerfile/parse.js';
import { ShellWordError, expandWord } from '../../../src/target/dockerfile/shell-word.js';

/** What BuildKit's own parser and word expansion answer: see fixtures/dockerfiles/README.md. */
const oracle = JSON.parse(
  readFileSync(new URL('../../../fixtures/dockerfiles/buildkit.json', import.meta.url), 'utf8'),
) as {
  readonly environment: Readonly<Record<string, string>>;
  /** Keyword, flags, first and last line of each instruction, or why the file is refused. */
  readonly files: readonly {
    readonly text: string;
    readonly instructions?: readonly (readonly [string, readonly string[], number, number])[];
    readonly refused?: string;
  }[];
  readonly words: readonly { readonly word: string; readonly text?: string; readonly refused?: string }[];
};

function readingOf(text: string): unknown {
  try {
    return parseDockerfile(text).instructions.map(({ keyword, flags, line, endLine }) => [
      keyword,
      flags,
      line,
      endLine,
    ]);
  } catch (error) {
    if (error instanceof DockerfileError) return 'refused';
    throw error;
  }
}

function expansionOf(word: string): string {
  try {
    return expandWord(
      word,
      (name) => (Object.hasOwn(oracle.environment, name) ? oracle.environment[name] : undefined),
      '\\',
    ).text;
  } catch (error) {
    if (error instanceof ShellWordError) return 'refused';
    throw error;
  }
}

describe('agreement with BuildKit', () => {
  it('has enough of both answers to mean something', () => {
    expect(oracle.files.filter(({ refused }) => refused === undefined).length).toBeGreaterThan(140);
    expect(oracle.files.filter(({ refused }) => refused !== undefined).length).toBeGreaterThan(50);
    expect(oracle.words.filter(({ refused }) => refused === undefined).length).toBeGreaterThan(100);
    expect(oracle.words.filter(({ refused }) => refused !== undefined).length).toBeGreaterThan(50);
  });

  it.each(oracle.files.map(({ text, instructions }) => [text, instructions ?? 'refused'] as const))(
    'reads the file %j',
    (text, expected) => {
      expect(readingOf(text)).toEqual(expected);
    },
  );

  it.each(oracle.words.map(({ word, text }) => [word, text ?? 'refused'] as const))(
    'expands the word %j',
    (word, expected) => {
      expect(expansionOf(word)).toBe(expected);
    },
  );
});
