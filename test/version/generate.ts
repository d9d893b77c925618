import fc from 'fast-check';

const number = fc.oneof(
  fc.nat({ max: 12 }).map(String),
  fc.constantFrom('0', '00', '01', '010', '9', '99', '100', '9007199254740992', '9007199254740993'),
  fc.stringMatching(/^[0-9]{1,25}$/),
);
const letters = fc.oneof(
  fc.constantFrom('a', 'b', 'rc', 'RC', 'alpha', 'beta', 'pre', 'Z', 'aB'),
  fc.stringMatching(/^[a-zA-Z]{1,4}$/),
);
const mixed = fc.oneof(
  number,
  number,
  number,
  letters,
  fc.tuple(letters, number).map((pair) => pair.join('')),
  fc.tuple(number, letters).map((pair) => pair.join('')),
);
const joined = (part: fc.Arbitrary<string>, max: number) =>
  fc.array(part, { minLength: 1, maxLength: max }).map((parts) => parts.join('.'));
const space = fc.constantFrom('', '', '', '', ' ', '\t', '\n', ' \n ');

/** Versions that RubyGems accepts, the odd ones too: long numbers, zeros, capitals, dashes, white space. */
export const gemVersion: fc.Arbitrary<string> = fc
  .tuple(
    space,
    number,
    fc.option(joined(mixed, 4)),
    fc.option(joined(fc.oneof(mixed, fc.constantFrom('-', 'x-y', '1--2')), 3), { freq: 4 }),
    space,
  )
  .map(
    ([before, first, rest, dashed, after]) =>
      `${before}${first}${rest === null ? '' : `.${rest}`}${dashed === null ? '' : `-${dashed}`}${after}`,
  );

/** Texts of the characters of versions, most of which are none. */
export const versionLike: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123.-aZ_ \n\t\u00a0+'.split('')), maxLength: 10 }),
  fc.constantFrom('', ' ', '\n', '1.', '.1', '1..2', 'a', '1-', '1-.', '1.a-', '1 2', '1\0', '\u00a01', '１'),
);

const operator = fc.constantFrom('', '', '=', '!=', '>', '<', '>=', '<=', '~>', '~>');

/** One clause, nearly always one that RubyGems accepts. */
export const clause: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(space, operator, space, gemVersion).map((parts) => parts.join('')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '>',
      '>= ',
      '=> 1',
      '== 1',
      '~ 1',
      '~> ',
      '!',
      '!1',
      '> = 1',
      '>=1,<2',
      'x',
    ),
  },
);

export const requirement: fc.Arbitrary<string[]> = fc.array(clause, { maxLength: 3 });
