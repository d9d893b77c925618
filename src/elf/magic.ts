/** How many bytes `isElf` looks at. */
export const ELF_MAGIC_LENGTH = 4;

/** Does a file that begins with `prefix` claim to be ELF? `e_ident[EI_MAG0..EI_MAG3]`: 0x7f, `ELF`. */
export function isElf(prefix: Uint8Array): boolean {
  return (
    prefix.length >= ELF_MAGIC_LENGTH &&
    prefix[0] === 0x7f &&
    prefix[1] === 0x45 &&
    prefix[2] === 0x4c &&
    prefix[3] === 0x46
  );
}
