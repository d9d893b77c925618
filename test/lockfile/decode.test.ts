import { describe, expect, it } from 'vitest';
import { LockfileError } from '../../src/errors.js';
import { decodeLockfile } from '../../src/lockfile/decode.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

const ascii = 'GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1)\n';

function refusalOf(bytes: Uint8Array): LockfileError {
  try {
    decodeLockfile(bytes, { path: 'Gemfile.lock' });
  } catch (error) {
    if (error instanceof LockfileError) return error;
    throw error;
  }
  throw new Error('it was decoded');
}

describe('decodeLockfile', () => {
  it.each(['', 'a', ascii, 'PATH\n  remote: büro/日本語\n', '\ufeffGEM\n', 'a\ufffdb'])(
    'keeps the text %j',
    (text) => {
      expect(decodeLockfile(Buffer.from(text))).toBe(text);
    },
  );

  it.each<[encoding: string, bytes: Buffer]>([
    ['UTF-16LE', Buffer.from(`\ufeff${ascii}`, 'utf16le')],
    ['UTF-16BE', Buffer.from(`\ufeff${ascii}`, 'utf16le').swap16()],
    ['UTF-16LE', Buffer.from(ascii, 'utf16le')],
    ['UTF-16BE', Buffer.from(ascii, 'utf16le').swap16()],
    ['UTF-32LE', Buffer.from([0xff, 0xfe, 0, 0, 0x47, 0, 0, 0])],
    ['UTF-32BE', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x47])],
  ])('names %s', (encoding, bytes) => {
    const error = refusalOf(bytes);
    expect(error.code).toBe('LOCKFILE_ENCODING');
    expect(error.message).toBe(`Gemfile.lock:1:1: the file is ${encoding}, which Bundler cannot read`);
    expect(error.suggestions[0]).toContain(`iconv -f ${encoding} -t UTF-8 Gemfile.lock`);
  });

  it.each<[what: string, bytes: number[], column: number]>([
    ['ISO 8859-1', [0x62, 0xfc, 0x72, 0x6f], 2],
    ['a character cut short', [0xe6, 0x97], 1],
    ['a surrogate', [0x61, 0x61, 0xed, 0xa0, 0x80], 3],
    ['an overlong slash', [0xc0, 0xaf], 1],
  ])('locates %s', (_, bytes, column) => {
    const error = refusalOf(Buffer.concat([Buffer.from(ascii), Buffer.from(bytes), Buffer.from('\nrest')]));
    expect(error).toMatchObject({ code: 'LOCKFILE_ENCODING', line: 5, column });
  });

  it('takes linear time on 20 MB whose last line is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('    gem (1.0)\n'.repeat(1_500_000)), Buffer.from([0xff])]);
    expect(inBoundedTime(() => refusalOf(bytes)).line).toBe(1_500_001);
  });
});
