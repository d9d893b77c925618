import { malformed } from './malformed.js';
import type { Place } from './malformed.js';
import type { ElfBytes } from './types.js';

/**
 * A structure's bytes, decoded in the file's byte order. Positions are in bytes from the start of the structure; a
 * position past its end is a programmer's mistake and a RangeError.
 */
export class ElfRecord {
  readonly place: Place;
  private readonly view: DataView;
  private readonly little: boolean;
  private readonly wide: boolean;

  constructor(place: Place, bytes: Uint8Array, little: boolean, wide: boolean) {
    this.place = place;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.little = little;
    this.wide = wide;
  }

  /** In bytes. */
  get length(): number {
    return this.view.byteLength;
  }

  u8(at: number): number {
    return this.view.getUint8(at);
  }

  u16(at: number): number {
    return this.view.getUint16(at, this.little);
  }

  u32(at: number): number {
    return this.view.getUint32(at, this.little);
  }

  u64(at: number): bigint {
    return this.view.getBigUint64(at, this.little);
  }

  /** An unsigned number of the file's class: 4 bytes in a 32-bit file, 8 in a 64-bit one. */
  native(at: number): bigint {
    return this.wide ? this.u64(at) : BigInt(this.u32(at));
  }

  /** The place of the field at `at`, for an error about it. */
  field(at: number): Place {
    return { offset: this.place.offset + at, structure: this.place.structure };
  }
}

/** Bounds-checked reading of a file whose class and byte order are known. */
export class ElfReader {
  readonly bytes: ElfBytes;
  /** 64-bit. */
  readonly wide: boolean;
  readonly little: boolean;

  constructor(bytes: ElfBytes, wide: boolean, little: boolean) {
    this.bytes = bytes;
    this.wide = wide;
    this.little = little;
  }

  /** The name of a structure in this class: `Elf64_Phdr` for `Phdr`. */
  structure(name: string): string {
    return `Elf${this.wide ? 64 : 32}_${name}`;
  }

  /** @throws ElfError ELF_TRUNCATED where the range reaches past the end of the file. */
  read(offset: number, length: number, structure: string): Uint8Array {
    const { size } = this.bytes;
    if (offset > size || length > size - offset) {
      throw malformed(
        'ELF_TRUNCATED',
        { offset, structure },
        `${length} bytes are needed here, but the file ends at ${size} bytes`,
      );
    }
    return this.bytes.read(offset, length);
  }

  /** @throws ElfError ELF_TRUNCATED where the range reaches past the end of the file. */
  record(offset: number, length: number, structure: string): ElfRecord {
    const bytes = this.read(offset, length, structure);
    return new ElfRecord({ offset, structure }, bytes, this.little, this.wide);
  }

  /**
   * A 64-bit offset or size as a number.
   * @throws ElfError ELF_TRUNCATED where it is larger than the file.
   */
  withinFile(value: bigint, place: Place, what: string): number {
    if (value > BigInt(this.bytes.size)) {
      throw malformed(
        'ELF_TRUNCATED',
        place,
        `${what} is ${value}, but the file has ${this.bytes.size} bytes`,
      );
    }
    return Number(value);
  }
}
