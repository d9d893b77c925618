const encoder = new TextEncoder();

/**
 * The SysV hash of a version name: gABI, "Hash Table" (`elf_hash`). The loader compares it before it compares the
 * name.
 */
export function versionHash(name: string): number {
  let hash = 0;
  for (const byte of encoder.encode(name)) {
    hash = (hash << 4) + byte;
    const high = hash & 0xf0000000;
    hash = (hash ^ (high >>> 24)) & ~high;
  }
  return hash >>> 0;
}
