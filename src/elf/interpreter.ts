import { PT_INTERP } from './constants.js';
import { malformed } from './malformed.js';
import type { ProgramHeader } from './program-headers.js';
import type { ElfReader } from './reader.js';
import { decodeName } from './string-table.js';

/** Linux refuses a longer one: `PATH_MAX` with the NUL, `fs/binfmt_elf.c`. In bytes. */
const MAX_INTERP_BYTES = 4096;

/**
 * The path of PT_INTERP, the first where there are more, as Linux takes it (`fs/binfmt_elf.c`).
 * @throws ElfError ELF_BAD_INTERP where it is empty, too long or does not end with NUL; ELF_TRUNCATED.
 */
export function readInterpreter(
  reader: ElfReader,
  programHeaders: readonly ProgramHeader[],
): string | undefined {
  const header = programHeaders.find(({ type }) => type === PT_INTERP);
  if (header === undefined) return undefined;
  if (header.filesz < 2n || header.filesz > BigInt(MAX_INTERP_BYTES)) {
    throw malformed(
      'ELF_BAD_INTERP',
      header.place,
      `PT_INTERP has ${header.filesz} bytes; Linux accepts 2 to ${MAX_INTERP_BYTES}`,
    );
  }
  const offset = reader.withinFile(header.offset, header.place, 'p_offset of PT_INTERP');
  const bytes = reader.read(offset, Number(header.filesz), 'PT_INTERP');
  if (bytes[bytes.length - 1] !== 0) {
    throw malformed('ELF_BAD_INTERP', { offset, structure: 'PT_INTERP' }, 'the path does not end with NUL');
  }
  const path = decodeName(bytes.subarray(0, bytes.indexOf(0)));
  if (path === '') throw malformed('ELF_BAD_INTERP', { offset, structure: 'PT_INTERP' }, 'the path is empty');
  return path;
}
