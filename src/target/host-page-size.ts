import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { PAGE_SIZES } from './page-size.js';
import type { PageSizeFact } from './types.js';

/** `AT_PAGESZ` of the kernel's include/uapi/linux/auxvec.h. */
const AT_PAGESZ = 6n;

/**
 * The page size in an auxiliary vector: pairs of a type and a value, each a word of the process that it was given to. Which words
 * that process has is not written there, so they are taken as 64 bits wide, then as 32, and what comes out has to be a page size.
 * @param auxv content of `/proc/self/auxv`
 * @returns in bytes; undefined where it is not there
 */
export function pageSizeIn(auxv: Uint8Array, byteOrder: 'BE' | 'LE'): number | undefined {
  const view = new DataView(auxv.buffer, auxv.byteOffset, auxv.byteLength);
  const little = byteOrder === 'LE';
  for (const width of [8, 4]) {
    const word = (at: number): bigint =>
      width === 8 ? view.getBigUint64(at, little) : BigInt(view.getUint32(at, little));
    for (let at = 0; at + 2 * width <= view.byteLength; at += 2 * width) {
      if (word(at) !== AT_PAGESZ) continue;
      const bytes = PAGE_SIZES.find((each) => BigInt(each) === word(at + width));
      if (bytes !== undefined) return bytes;
    }
  }
  return undefined;
}

/**
 * The page size of the kernel that this process runs on.
 * @param root directory that is `/` on the machine
 * @returns undefined in a container without /proc: it is then taken to be the CPU's usual one
 */
export async function readHostPageSize(root: string): Promise<PageSizeFact | undefined> {
  const file = `${root === '/' ? '' : root}/proc/self/auxv`;
  try {
    const bytes = pageSizeIn(await readFile(file), endianness());
    return bytes === undefined ? undefined : { bytes, source: file };
  } catch {
    return undefined;
  }
}
