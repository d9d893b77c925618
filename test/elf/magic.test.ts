import { describe, expect, it } from 'vitest';
import { isElf } from '../../src/elf/magic.js';

describe('isElf', () => {
  it.each([
    [[0x7f, 0x45, 0x4c, 0x46], true],
    [[0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], true],
    [[0x7f, 0x45, 0x4c], false],
    [[], false],
    [[0x1f, 0x8b, 8, 0], false],
    [[0x7f, 0x45, 0x4c, 0x47], false],
  ])('%j: %s', (bytes, expected) => {
    expect(isElf(Uint8Array.from(bytes))).toBe(expected);
  });
});
