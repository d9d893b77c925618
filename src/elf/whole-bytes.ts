import type { ElfBytes } from './types.js';

/** A file that is held whole. Nothing is copied: `read` answers with views of `bytes`. */
export function wholeBytes(bytes: Uint8Array): ElfBytes {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}
