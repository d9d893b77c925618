import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDotted, highest, parseSymbolVersion } from '../../src/version/symbol-version.js';

describe('parseSymbolVersion', () => {
  it.each<[name: string, prefix: string, number: string]>([
    ['GLIBC_2.34', 'GLIBC', '2.34'],
    ['GLIBC_2.2.5', 'GLIBC', '2.2.5'],
    ['GLIBCXX_3.4.28', 'GLIBCXX', '3.4.28'],
    ['CXXABI_1.3', 'CXXABI', '1.3'],
    ['GCC_4.8.0', 'GCC', '4.8.0'],
    ['GCC_7.0.0', 'GCC', '7.0.0'],
    ['ZLIB_1.2.9', 'ZLIB', '1.2.9'],
    ['OPENSSL_3.0.0', 'OPENSSL', '3.0.0'],
    ['XCRYPT_2.0', 'XCRYPT', '2.0'],
    ['LIBXML2_2.4.30', 'LIBXML2', '2.4.30'],
    ['GLIBC_2.3.4.5', 'GLIBC', '2.3.4.5'],
  ])('%s is numbered', (name, prefix, number) => {
    expect(parseSymbolVersion(name)).toEqual({ name, prefix, number });
  });

  it.each([
    'GLIBC_PRIVATE',
    'GLIBC_ABI_DT_RELR',
    'CXXABI_TM_1',
    'CXXABI_FLOAT128',
    'CXXABI_LDBL_1.3',
    'OPENSSL_1_1_0',
    'GLIBC_2.',
    'GLIBC_2..3',
    'GLIBC_2.34-1',
    'GLIBC_',
    '_2.34',
    'libpq.so.5',
    'Base',
    '',
  ])('%j has no number', (name) => {
    expect(parseSymbolVersion(name)).toEqual({ name, prefix: name });
  });
});

describe('compareDotted', () => {
  it.each<[a: string, b: string]>([
    ['2.4', '2.34'],
    ['2.2', '2.2.5'],
    ['2.2.5', '2.3'],
    ['2.9', '2.10'],
    ['3.4.9', '3.4.28'],
    ['1.2.3.4', '1.2.3.5'],
    ['1.2.3', '1.2.3.1'],
    ['4.8.0', '7.0.0'],
    ['2.34', '3'],
    ['1.9007199254740992', '1.9007199254740993'],
    ['1.12345678901234567', '1.12345678901234568'],
    ['0', '0.0.0.0.0.0.1'],
  ])('%s < %s', (a, b) => {
    expect(compareDotted(a, b)).toBeLessThan(0);
    expect(compareDotted(b, a)).toBeGreaterThan(0);
    expect(compareDotted(a, a)).toBe(0);
  });

  it('takes missing parts and leading zeros for nothing', () => {
    expect(compareDotted('2.34', '2.34.0.0')).toBe(0);
    expect(compareDotted('2.04', '2.4')).toBe(0);
  });

  it('orders as arrays of big integers do, and never says equal of what is not', () => {
    const part = fc.oneof(fc.nat({ max: 40 }).map(String), fc.stringMatching(/^[0-9]{1,20}$/));
    const number = fc.array(part, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(number, number, (a, b) => {
        let expected = 0;
        for (let i = 0; i < Math.max(a.length, b.length) && expected === 0; i += 1) {
          const [x, y] = [BigInt(a[i] ?? 0), BigInt(b[i] ?? 0)];
          expected = x < y ? -1 : x > y ? 1 : 0;
        }
        expect(Math.sign(compareDotted(a.join('.'), b.join('.')))).toBe(expected);
      }),
      { numRuns: 2000, seed: 343 },
    );
  });

  it.each(['', '2.', 'v2', '2.34-1', '2..3', ' 2'])('refuses %j', (text) => {
    expect(() => compareDotted('2.34', text)).toThrow(RangeError);
  });
});

describe('highest', () => {
  it('is by number, not by text', () => {
    expect(highest(['2.2.5', '2.34', '2.4', '2.17'])).toBe('2.34');
    expect(highest([])).toBeUndefined();
  });
});
