import type { Backing } from './memory-image.js';
import { malformed } from './malformed.js';
import type { Place } from './malformed.js';
import type { ElfReader } from './reader.js';

/** No library, version or symbol name comes near it: the longest C++ names are some 100 KB. In bytes. */
const MAX_STRING_BYTES = 1 << 20;

/**
 * How much of one file's names is decoded, in bytes. Names share suffixes, so they may be longer together than
 * their table; but a table of one long string that a million entries point into is an attack.
 */
const MAX_DECODED_BYTES = 128 << 20;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder('latin1');

/** DT_STRTAB, with the size of DT_STRSZ. */
export class StringTable {
  private readonly bytes: Uint8Array;
  private readonly place: Place;
  private readonly strings = new Map<number, string>();
  private budget = MAX_DECODED_BYTES;

  /** @param size DT_STRSZ, in bytes; the caller has checked that the segment has as many. */
  constructor(reader: ElfReader, backing: Backing, size: number) {
    this.place = { offset: backing.offset, structure: 'DT_STRTAB' };
    this.bytes = reader.read(backing.offset, size, 'DT_STRTAB');
  }

  /**
   * The NUL-terminated string at `index`. Names are bytes in ELF: what is not UTF-8 is read as Latin-1, so that two
   * different names stay different.
   * @param user where `index` is written, for the error.
   * @throws ElfError ELF_BAD_STRING, ELF_LIMIT.
   */
  at(index: bigint | number, user: Place): string {
    if (index >= this.bytes.length) {
      throw malformed(
        'ELF_BAD_STRING',
        user,
        `string offset ${index} lies past the end of DT_STRTAB (DT_STRSZ ${this.bytes.length})`,
      );
    }
    const start = Number(index);
    const known = this.strings.get(start);
    if (known !== undefined) return known;
    const end = this.bytes.indexOf(0, start);
    if (end === -1) {
      throw malformed(
        'ELF_BAD_STRING',
        { offset: this.place.offset + start, structure: this.place.structure },
        'the string has no NUL before the end of DT_STRTAB',
      );
    }
    this.spend(end - start, user);
    const string = decodeName(this.bytes.subarray(start, end));
    this.strings.set(start, string);
    return string;
  }

  private spend(length: number, user: Place): void {
    this.budget -= length;
    if (length > MAX_STRING_BYTES || this.budget < 0) {
      throw malformed(
        'ELF_LIMIT',
        user,
        length > MAX_STRING_BYTES
          ? `the name has ${length} bytes, more than ${MAX_STRING_BYTES}`
          : `the names of the file have more than ${MAX_DECODED_BYTES} bytes together`,
      );
    }
  }
}

/** A name's bytes as text: UTF-8, or else Latin-1. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}
