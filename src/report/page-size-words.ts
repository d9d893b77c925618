import type { PageSizeFinding } from '../compat/types.js';
import { SMALLEST_PAGE, pageWords } from '../target/page-size.js';

/** What is wrong with how a file's segments lie, as one sentence without the file's name. @param on the target's name */
export function pageSizeWords({ why, page, largest }: PageSizeFinding, on: string): string {
  const kernel = `${on} has pages of ${pageWords(page)}`;
  switch (why) {
    case 'address-not-page-aligned':
      return largest < SMALLEST_PAGE
        ? `has segments whose addresses and offsets match no page; ${kernel}`
        : `is linked for pages of ${pageWords(largest)} at most; ${kernel}`;
    case 'alignment-not-page-aligned':
      return `has segments with an alignment (p_align) that is not a multiple of the page; ${kernel}, and glibc before 2.35 refuses that`;
    case 'address-not-aligned':
      return 'has a segment whose address and offset do not match its own alignment (p_align), which glibc before 2.35 refuses';
    case 'shared-page':
      return largest < SMALLEST_PAGE
        ? 'has segments that overlap, so that one replaces what the other has there'
        : `is linked for pages of ${pageWords(largest)} at most: on larger ones two segments share a page, and one replaces what the other has there; ${kernel}`;
  }
}

/** What to do about it. */
export function pageSizeRemedies({ page, largest }: PageSizeFinding): string[] {
  if (page <= SMALLEST_PAGE || largest < SMALLEST_PAGE) {
    return ['build it again: tools that change a linked file, such as strip after patchelf, can do that'];
  }
  return [
    `link it with -Wl,-z,max-page-size=${page} (GNU ld, lld, mold): it then runs on smaller pages too; patchelf before 0.12 needs --page-size ${page}`,
    `run a kernel with pages of ${pageWords(largest)}, and say so: --page-size ${largest / 1024}k`,
  ];
}
