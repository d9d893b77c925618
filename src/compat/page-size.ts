import type { Cpu } from '../elf/types.js';
import type { GemBinary } from '../gem/types.js';
import { PAGE_SIZES, pageSizeOf } from '../target/page-size.js';
import type { Target } from '../target/types.js';
import { compareDotted } from '../version/symbol-version.js';
import type { Role } from './roles.js';
import type { PageSizeFinding } from './types.js';

/**
 * The first release of glibc whose loader looks at no `p_align` (commit 163f625cf9, BZ #28688): from then on the addresses have to
 * match the offsets modulo the page, and nothing else is asked.
 */
const ASKS_FOR_THE_PAGE_ALONE = '2.35';

/**
 * What keeps a file's segments from being mapped on the target's kernel; one finding at most, for what a loader meets first.
 *
 * Address and offset that differ modulo the page: glibc's loader refuses ("ELF load command address/offset not page-aligned"), the
 * kernel's mmap of a program fails with EINVAL (fs/binfmt_elf.c, `elf_map`), and musl (ldso/dynlink.c, `map_library`) rounds both down, so
 * that everything lies at the wrong address. A segment without content in the file, which kernels of 6.7 and later and musl do not
 * map, is no exception: linkers align those like the others.
 */
export function pageFindings(
  { path: file, elf }: GemBinary,
  role: Role,
  target: Target,
  cpu: Cpu,
): PageSizeFinding[] {
  const { pages } = elf;
  if (pages === undefined) return [];
  const { bytes: page } = pageSizeOf(target, cpu);
  const found = (why: PageSizeFinding['why'], largest: number): PageSizeFinding[] => [
    { kind: 'page-size', file, page, largest, why },
  ];
  // The kernel maps a program, and not the C library's loader.
  const asked = asksForAlignment(target) && role !== 'program';
  const allowed = Math.min(pages.congruent, pages.apart, asked ? pages.aligned : Infinity);
  const largest = PAGE_SIZES.findLast((each) => each <= allowed) ?? 1;
  if (pages.congruent < page) return found('address-not-page-aligned', largest);
  if (asked && pages.aligned < page) return found('alignment-not-page-aligned', largest);
  if (asked && pages.misaligned === true) return found('address-not-aligned', 1);
  return pages.apart < page ? found('shared-page', largest) : [];
}

function asksForAlignment({ libc, libcVersion }: Target): boolean {
  // A system that does not say its release is not known to ask.
  if (libc !== 'gnu' || !/^\d+(?:\.\d+)+$/.test(libcVersion)) return false;
  return compareDotted(libcVersion, ASKS_FOR_THE_PAGE_ALONE) < 0;
}
