/** Changes single fields of a well-formed ELF file of either class and order of bytes; offsets as in elf(5). */

export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PT_NOTE = 4;
export const PT_GNU_STACK = 0x6474e551;
export const DT_FLAGS_1 = 0x6ffffffb;

/** Places in e_ident. */
export const EI_OSABI = 7;
export const EI_ABIVERSION = 8;
export const EI_PAD = 9;

/** Where a field is, by the class of the file. */
const LAYOUT = {
  64: {
    header: {
      programHeaders: 0x20,
      sections: 0x28,
      flags: 0x30,
      programHeaderCount: 0x38,
      sectionCount: 0x3c,
    },
    programHeader: { size: 56, flags: 4, offset: 8, address: 16, fileSize: 32, align: 48 },
    word: 8,
  },
  32: {
    header: {
      programHeaders: 0x1c,
      sections: 0x20,
      flags: 0x24,
      programHeaderCount: 0x2c,
      sectionCount: 0x30,
    },
    programHeader: { size: 32, flags: 24, offset: 4, address: 8, fileSize: 16, align: 28 },
    word: 4,
  },
} as const;

/** Numbers of a file in its own size and order. */
class Fields {
  readonly layout: (typeof LAYOUT)[32 | 64];
  readonly little: boolean;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.layout = LAYOUT[bytes[4] === 2 ? 64 : 32];
    this.little = bytes[5] !== 2;
  }

  half(at: number): number {
    return this.#view.getUint16(at, this.little);
  }

  setHalf(at: number, value: number): void {
    this.#view.setUint16(at, value, this.little);
  }

  int(at: number): number {
    return this.#view.getUint32(at, this.little);
  }

  setInt(at: number, value: number): void {
    this.#view.setUint32(at, value, this.little);
  }

  /** As wide as an address. */
  word(at: number): number {
    return this.layout.word === 4 ? this.int(at) : Number(this.#view.getBigUint64(at, this.little));
  }

  setWord(at: number, value: number): void {
    if (this.layout.word === 4) this.setInt(at, value);
    else this.#view.setBigUint64(at, BigInt(value), this.little);
  }
}

/** One program header, its fields as properties that can be set. */
export class ProgramHeader {
  readonly #fields: Fields;
  readonly #at: number;

  constructor(fields: Fields, at: number) {
    this.#fields = fields;
    this.#at = at;
  }

  get type(): number {
    return this.#fields.int(this.#at);
  }

  set type(value: number) {
    this.#fields.setInt(this.#at, value);
  }

  get flags(): number {
    return this.#fields.int(this.#place('flags'));
  }

  set flags(value: number) {
    this.#fields.setInt(this.#place('flags'), value);
  }

  get offset(): number {
    return this.#fields.word(this.#place('offset'));
  }

  get address(): number {
    return this.#fields.word(this.#place('address'));
  }

  get fileSize(): number {
    return this.#fields.word(this.#place('fileSize'));
  }

  get align(): number {
    return this.#fields.word(this.#place('align'));
  }

  set align(value: number) {
    this.#fields.setWord(this.#place('align'), value);
  }

  #place(field: 'flags' | 'offset' | 'address' | 'fileSize' | 'align'): number {
    return this.#at + this.#fields.layout.programHeader[field];
  }
}

/** One entry of the dynamic section. */
export interface DynamicEntry {
  readonly tag: number;
  value: number;
}

export class ElfEdit {
  readonly bytes: Uint8Array;
  readonly #fields: Fields;

  /** @param bytes are changed in place */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#fields = new Fields(bytes);
  }

  get flags(): number {
    return this.#fields.int(this.#header.flags);
  }

  set flags(value: number) {
    this.#fields.setInt(this.#header.flags, value);
  }

  headers(type: number): ProgramHeader[] {
    const { programHeaders, programHeaderCount } = this.#header;
    const start = this.#fields.word(programHeaders);
    const { size } = this.#fields.layout.programHeader;
    return Array.from(
      { length: this.#fields.half(programHeaderCount) },
      (_, index) => new ProgramHeader(this.#fields, start + index * size),
    ).filter((header) => header.type === type);
  }

  /** Entries of the dynamic section with a tag. */
  dynamic(tag: number): DynamicEntry[] {
    const fields = this.#fields;
    const { word } = fields.layout;
    return this.headers(PT_DYNAMIC).flatMap(({ offset, fileSize }) =>
      Array.from({ length: fileSize / (2 * word) }, (_, index) => offset + index * 2 * word)
        .filter((at) => fields.word(at) === tag)
        .map((at) => ({
          tag,
          get value() {
            return fields.word(at + word);
          },
          set value(value: number) {
            fields.setWord(at + word, value);
          },
        })),
    );
  }

  /** The three numbers of the kernel in NT_GNU_ABI_TAG. @returns whether there is such a note */
  setKernel(numbers: readonly number[]): boolean {
    const fields = this.#fields;
    for (const { offset, fileSize } of this.headers(PT_NOTE)) {
      for (let at = offset; at + 12 <= offset + fileSize;) {
        const nameSize = fields.int(at);
        const size = fields.int(at + 4);
        const name = String.fromCharCode(...this.bytes.subarray(at + 12, at + 12 + 3));
        const content = at + 12 + ((nameSize + 3) & ~3);
        if (fields.int(at + 8) === 1 && name === 'GNU' && size >= 16) {
          numbers.forEach((number, index) => {
            fields.setInt(content + 4 + index * 4, number);
          });
          return true;
        }
        at = content + ((size + 3) & ~3);
      }
    }
    return false;
  }

  /** The section headers are gone, as sstrip leaves a file. */
  dropSectionHeaders(): void {
    const { sections, sectionCount } = this.#header;
    this.#fields.setWord(sections, 0);
    this.#fields.setHalf(sectionCount, 0);
    this.#fields.setHalf(sectionCount + 2, 0);
  }

  get #header(): (typeof LAYOUT)[32 | 64]['header'] {
    return this.#fields.layout.header;
  }
}
