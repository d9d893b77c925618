import { describe, expect, it } from 'vitest';
import { judgeGem } from '../../src/compat/judge.js';
import { alpine, contents, defines, elf, target } from '../helpers/contents.js';

/** An extension that asks a library of the gem for `bar` under a version. */
const EXTENSION = elf({
  needed: ['libx.so'],
  runpath: ['$ORIGIN'],
  verneed: [
    {
      library: 'libx.so',
      versions: [{ name: 'V9', hash: 0, flags: 0, weak: false, index: 2, symbols: ['bar'] }],
    },
  ],
});

const own = (symbol: string): ReturnType<typeof elf> =>
  elf({ soname: 'libx.so', exports: [symbol], verdef: defines('V1') });

const verdicts = (symbol: string): string[] =>
  [target(), alpine].map(
    (on) =>
      judgeGem(contents({ 'lib/x.so': EXTENSION, 'lib/libx.so': own(symbol) }), { target: on, cpu: 'x86_64' })
        .verdict,
  );

describe('what musl does not look at', () => {
  it('takes a name in whatever version the library of the gem has it', () => {
    expect(verdicts('bar')).toEqual(['incompatible', 'compatible']);
  });

  it('misses a name that the library of the gem has in no version', () => {
    expect(verdicts('baz')).toEqual(['incompatible', 'incompatible']);
  });

  it('does not look for what a filter stands for', () => {
    const filter = elf({ needed: [], filter: 'libnowhere.so.1' });
    const on = { ...alpine, librariesComplete: true };
    expect(judgeGem(contents({ 'lib/x.so': filter }), { target: on, cpu: 'x86_64' }).verdict).toBe(
      'compatible',
    );
  });
});
