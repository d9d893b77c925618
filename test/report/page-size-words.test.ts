import { describe, expect, it } from 'vitest';
import type { PageSizeFinding } from '../../src/compat/types.js';
import { pageSizeRemedies, pageSizeWords } from '../../src/report/page-size-words.js';

const found = (why: PageSizeFinding['why'], page: number, largest: number): PageSizeFinding => ({
  kind: 'page-size',
  file: 'lib/a.so',
  why,
  page,
  largest,
});

describe('what is said of page sizes', () => {
  it.each([
    [
      found('address-not-page-aligned', 65_536, 4096),
      'is linked for pages of 4 KiB at most; rhel-8 has pages of 64 KiB',
    ],
    [
      found('address-not-page-aligned', 4096, 1),
      'has segments whose addresses and offsets match no page; rhel-8 has pages of 4 KiB',
    ],
    [
      found('alignment-not-page-aligned', 4096, 1),
      'has segments with an alignment (p_align) that is not a multiple of the page; rhel-8 has pages of 4 KiB, and glibc before 2.35 refuses that',
    ],
    [
      found('address-not-aligned', 4096, 1),
      'has a segment whose address and offset do not match its own alignment (p_align), which glibc before 2.35 refuses',
    ],
    [
      found('shared-page', 16_384, 4096),
      'is linked for pages of 4 KiB at most: on larger ones two segments share a page, and one replaces what the other has there; rhel-8 has pages of 16 KiB',
    ],
    [
      found('shared-page', 4096, 1),
      'has segments that overlap, so that one replaces what the other has there',
    ],
  ])('$why, $page of $largest', (finding, words) => {
    expect(pageSizeWords(finding, 'rhel-8')).toBe(words);
  });

  it('and how it is mended: by the linker, or by the kernel', () => {
    expect(pageSizeRemedies(found('address-not-page-aligned', 65_536, 16_384))).toEqual([
      'link it with -Wl,-z,max-page-size=65536 (GNU ld, lld, mold): it then runs on smaller pages too; patchelf before 0.12 needs --page-size 65536',
      'run a kernel with pages of 16 KiB, and say so: --page-size 16k',
    ]);
    expect(pageSizeRemedies(found('address-not-page-aligned', 4096, 1))).toEqual([
      'build it again: tools that change a linked file, such as strip after patchelf, can do that',
    ]);
  });
});
