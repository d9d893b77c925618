import { describe, expect, it } from 'vitest';
import { parseAddressRow } from '../../src/lockfile/address-row.js';
import { random } from './mutate.js';

const digest = '86e5e59f'.repeat(8);

describe('parseAddressRow', () => {
  it.each([
    ['mygem (1.0-x86_64-linux) abcdef12', 'mygem', '1.0', 'x86_64-linux', 'abcdef12', undefined],
    ['a (1-x86_64-linux-musl) 86e5e59f sha256=00', 'a', '1', 'x86_64-linux-musl', '86e5e59f', 'sha256=00'],
    [`a (1-java) ${digest}`, 'a', '1', 'java', digest, undefined],
    [
      'a (1.0.pre-arm64-darwin-23) 0123456789 s=,t=',
      'a',
      '1.0.pre',
      'arm64-darwin-23',
      '0123456789',
      's=,t=',
    ],
    ['a (1-x) (2) abcdef12', 'a', '1', 'x) (2', 'abcdef12', undefined],
  ])('splits %j', (row, name, version, platform, address, checksums) => {
    const rest = checksums === undefined ? {} : { checksums };
    expect(parseAddressRow(row)).toEqual({ ok: true, name, version, platform, address, ...rest });
  });

  it.each([
    ['mygem (1.0) abcdef12', /has no platform/],
    ['mygem (1.0-) abcdef12', /has no platform/],
    ['mygem (1.0-x86_64-linux) abcdef1', /not 8 to 64 lower-case hexadecimal digits/],
    ['mygem (1.0-x86_64-linux) ABCDEF12', /not 8 to 64/],
    [`mygem (1.0-x86_64-linux) ${digest}0`, /not 8 to 64/],
    ['mygem (1.0-x86_64-linux) sha256=00', /not 8 to 64/],
    ['mygem (1.0-x86_64-linux) bb65ajk8 sha256=00', /not 8 to 64/],
    ['mygem (1.0-x86_64-linux)', /not of the form/],
    ['mygem (1.0-x86_64-linux) abcdef12 sha256=00 more', /not of the form/],
    ['mygem abcdef12', /not of the form/],
    ['(1.0-x86_64-linux) abcdef12', /not of the form/],
    ['', /not of the form/],
  ])('refuses %j', (row, reason) => {
    expect(parseAddressRow(row)).toEqual({ ok: false, reason: expect.stringMatching(reason) as string });
  });

  it('splits 20,000 random rows as an expression does', () => {
    const expression = /^(.+?) \(([^-]*)-(.+)\) ([0-9a-f]{8,64})(?: ([^ ]*))?$/;
    const parts = [
      ') abcdef12',
      ') abcdef12 sha256=1',
      'a',
      'gem',
      ' (',
      '(',
      ')',
      ') ',
      '-',
      ' ',
      '1.0',
      'linux',
      'abcdef12',
      'ABC',
      'sha256=1',
    ];
    const next = random(4);
    let read = 0;
    for (let count = 0; count < 20_000; count += 1) {
      const random = Array.from({ length: 1 + next() * 6 }, () => parts[Math.floor(next() * parts.length)]);
      const row = count % 2 === 0 ? random.join('') : `a (1-${random.join('')}`;
      const wanted = expression.exec(row);
      const found = parseAddressRow(row);
      expect({ row, ok: found.ok }).toEqual({ row, ok: wanted !== null });
      if (!found.ok) continue;
      read += 1;
      const { name, version, platform, address, checksums } = found;
      expect([name, version, platform, address, checksums]).toEqual(wanted?.slice(1));
    }
    expect(read).toBeGreaterThan(500);
  });
});
