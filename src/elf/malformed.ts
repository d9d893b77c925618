import { ElfError } from '../errors.js';

/** Stable codes of `ElfError`. */
export type ElfErrorCode =
  /** The bytes do not begin with the ELF magic. */
  | 'ELF_NOT_ELF'
  /** A structure reaches past the end of the file. */
  | 'ELF_TRUNCATED'
  | 'ELF_BAD_HEADER'
  | 'ELF_BAD_PROGRAM_HEADERS'
  /** An address lies in no PT_LOAD, or in two that disagree. */
  | 'ELF_BAD_ADDRESS'
  | 'ELF_BAD_INTERP'
  | 'ELF_BAD_DYNAMIC'
  | 'ELF_BAD_STRING'
  | 'ELF_BAD_VERNEED'
  | 'ELF_BAD_VERDEF'
  | 'ELF_BAD_VERSYM'
  | 'ELF_BAD_SYMTAB'
  | 'ELF_BAD_HASH_TABLE'
  | 'ELF_BAD_RELOCATIONS'
  | 'ELF_BAD_NOTE'
  /** It unpacks another executable, or mounts a file system, when it runs: what it needs itself says nothing of that. */
  | 'ELF_PACKED'
  /** More of something than any real file has; read on, it would cost unbounded time or memory. */
  | 'ELF_LIMIT';

/** Where a malformed value lies. */
export interface Place {
  /** In bytes, from the start of the file. */
  readonly offset: number;
  /** The ELF structure by its name in the specification. */
  readonly structure: string;
}

/** The error for a file that cannot be right; `what` says which value is wrong, and what it is. */
export function malformed(code: ElfErrorCode, place: Place, what: string): ElfError {
  return new ElfError(`${place.structure} at offset ${hex(place.offset)}: ${what}`, {
    code,
    offset: place.offset,
    structure: place.structure,
    suggestions: [
      'See what `readelf -lhdVW` says of the file: it may be cut short or damaged. Fetch it again.',
    ],
  });
}

/** A number as ELF tools print it. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
