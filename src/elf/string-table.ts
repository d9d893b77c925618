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

const NOT_ASCII = /[\x80-\xff]/;

/** DT_STRTAB, with the size of DT_STRSZ. */
export class StringTable {
  private readonly bytes: Buffer;
  private readonly place: Place;
  private readonly strings = new Map<number, string>();
  private budget = MAX_DECODED_BYTES;
  private lastEnd: number | undefined;

  /** @param size DT_STRSZ, in bytes; the caller has checked that the segment has as many. */
  constructor(reader: ElfReader, backing: Backing, size: number) {
    this.place = { offset: backing.offset, structure: 'DT_STRTAB' };
    this.bytes = asBuffer(reader.read(backing.offset, size, 'DT_STRTAB'));
  }

  /**
   * The NUL-terminated string at `index`. Names are bytes in ELF: what is not UTF-8 is read as Latin-1, so that two
   * different names stay different.
   * @param user where `index` is written, for the error.
   * @throws ElfError ELF_BAD_STRING, ELF_LIMIT.
   */
  at(index: bigint | number, user: Place | (() => Place)): string {
    const start = this.expect(index, user);
    const known = this.strings.get(start);
    if (known !== undefined) return known;
    const end = this.bytes.indexOf(0, start);
    this.spend(end - start, user);
    const string = decodeName(this.bytes, start, end);
    this.strings.set(start, string);
    return string;
  }

  /**
   * Makes sure that there is a string at `index`, which is returned as a number.
   * @throws ElfError ELF_BAD_STRING.
   */
  expect(index: bigint | number, user: Place | (() => Place)): number {
    if (index >= this.bytes.length) {
      throw malformed(
        'ELF_BAD_STRING',
        placeOf(user),
        `string offset ${index} lies past the end of DT_STRTAB (DT_STRSZ ${this.bytes.length})`,
      );
    }
    const start = Number(index);
    if (start > (this.lastEnd ??= this.bytes.lastIndexOf(0))) {
      throw malformed(
        'ELF_BAD_STRING',
        { offset: this.place.offset + start, structure: this.place.structure },
        'the string has no NUL before the end of DT_STRTAB',
      );
    }
    return start;
  }

  private spend(length: number, user: Place | (() => Place)): void {
    this.budget -= length;
    if (length > MAX_STRING_BYTES || this.budget < 0) {
      throw malformed(
        'ELF_LIMIT',
        placeOf(user),
        length > MAX_STRING_BYTES
          ? `the name has ${length} bytes, more than ${MAX_STRING_BYTES}`
          : `the names of the file have more than ${MAX_DECODED_BYTES} bytes together`,
      );
    }
  }
}

/** Places of symbols are made for errors alone: a library has hundreds of thousands. */
function placeOf(user: Place | (() => Place)): Place {
  return typeof user === 'function' ? user() : user;
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

/** A name's bytes as text: UTF-8, or else Latin-1. Nearly all names are ASCII, which is both. */
export function decodeName(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const text = asBuffer(bytes).toString('latin1', start, end);
  if (!NOT_ASCII.test(text)) return text;
  try {
    return utf8.decode(bytes.subarray(start, end));
  } catch {
    return text;
  }
}
