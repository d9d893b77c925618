import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNameVersion } from '../../src/lockfile/name-version.js';

/** Bundler's own expression, which takes quadratic time on some lines: the reference on short ones. */
const reference = /^( {2}| {4}| {6})(?! )([^\n]*?)(?: \(([^-]*)(?:-([^\n]*))?\))?(!)?(?: ([^ ]+))?$/;

function byExpression(line: string): object | undefined {
  const match = reference.exec(line);
  if (match === null) return undefined;
  const [, spaces = '', name = '', version, platform, pin, checksums] = match;
  return {
    indent: spaces.length,
    name,
    ...(version === undefined ? {} : { version }),
    ...(platform === undefined ? {} : { platform }),
    pinned: pin !== undefined,
    ...(checksums === undefined ? {} : { checksums }),
  };
}

describe('parseNameVersion', () => {
  it.each([
    '    nokogiri (1.18.0-x86_64-linux-gnu)',
    '      racc (~> 1.4, != 1.4.5)',
    '  rails!',
    '  rails (~> 7.0)!',
    '  rake (13.2.1) sha256=abc,sha512=def',
    '  rake (13.2.1)! x',
    '    a (1) (2)',
    '    a! (1)',
    '    a (1',
    '    (1)',
    '    ()',
    '     five (1)',
    '    a (-)',
    '    a (1-2)) b)',
    '    ! !',
    '  a ',
    '    ',
  ])('reads %j as the expression does', (line) => {
    expect(parseNameVersion(line)).toEqual(byExpression(line));
  });

  it('reads 20,000 random lines as the expression does', () => {
    const tokens = fc.constantFrom('a', '1', '.', '-', ' ', ' (', '(', ')', '!', '=', ',', '\r', '  ');
    const line = fc.tuple(
      fc.constantFrom('  ', '    ', '      ', '', ' '),
      fc.array(tokens, { maxLength: 12 }),
    );
    fc.assert(
      fc.property(line, ([indent, parts]) => {
        const text = indent + parts.join('');
        expect(parseNameVersion(text)).toEqual(byExpression(text));
      }),
      { numRuns: 20_000, seed: 344 },
    );
  });
});
