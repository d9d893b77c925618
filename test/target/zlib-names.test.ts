import { expect, it } from 'vitest';
import { zlibVersions } from '../../src/target/symbol-versions.js';
import { zlibNames } from '../../src/target/zlib-names.js';

it.each([
  ['1.2.7.1', 'deflate', true],
  ['1.2.7.1', 'crc32_z', false],
  ['1.2.9', 'crc32_z', true],
  ['1.2.9', 'crc32_combine_op', false],
  ['1.2.12', 'crc32_combine_op', true],
  ['1.2.12', 'BrotliDecoderDecompress', false],
] as const)('a zlib up to ZLIB_%s has %s: %s', (highest, name, expected) => {
  expect(zlibNames(zlibVersions(highest) ?? []).has(name)).toBe(expected);
});

it('every version that a target may have adds names', () => {
  const versions = zlibVersions('1.2.12') ?? [];
  const sizes = versions.map((_, index) => zlibNames(versions.slice(0, index + 1)).size);
  expect(new Set(sizes).size).toBe(versions.length);
  expect(zlibNames([]).size).toBeLessThan(sizes[0] ?? 0);
});

it('a version that is not known adds nothing', () => {
  expect(zlibNames(['ZLIB_9.9'])).toEqual(zlibNames([]));
});
