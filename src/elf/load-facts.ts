import { PF_X, PT_GNU_STACK, PT_LOAD, PT_TLS } from './constants.js';
import type { ElfHeader } from './header.js';
import type { ProgramHeader } from './program-headers.js';
import type { ElfFile } from './types.js';

/** What the file header asks of a loader beyond the machine: glibc's elf/dl-load.c, open_verify. */
export function identFacts({ abiVersion, padded }: ElfHeader): Pick<ElfFile, 'abiVersion' | 'identPadding'> {
  return {
    ...(abiVersion === 0 ? {} : { abiVersion }),
    ...(padded ? { identPadding: true } : {}),
  };
}

/** The smallest page of Linux, in bytes. */
const PAGE = 0x1000n;

/** What the program headers ask of a loader, besides the segments themselves. Of several of a kind the last counts, as for loaders. */
export function segmentFacts(
  programHeaders: readonly ProgramHeader[],
): Pick<ElfFile, 'stack' | 'tls' | 'oversizedSegment' | 'emptySegment'> {
  const stack = programHeaders.findLast(({ type }) => type === PT_GNU_STACK);
  // An empty one is passed over: elf/dl-load.c, PT_TLS.
  const tls = programHeaders.findLast(({ type, memsz }) => type === PT_TLS && memsz > 0n);
  return {
    ...(stack === undefined
      ? { stack: 'unmarked' }
      : (stack.flags & PF_X) === 0
        ? {}
        : { stack: 'executable' }),
    ...(tls === undefined ? {} : { tls: { size: Number(tls.memsz), align: Number(tls.align) } }),
    ...(programHeaders.some(({ type, filesz, memsz }) => type === PT_LOAD && filesz > memsz)
      ? { oversizedSegment: true }
      : {}),
    ...(programHeaders
      .filter(({ type }) => type === PT_LOAD)
      .some(({ memsz, vaddr }, index) => index > 0 && memsz === 0n && vaddr % PAGE === 0n)
      ? { emptySegment: true }
      : {}),
  };
}
