/** Changes single fields of a well-formed ELF file of 64 bits, least significant byte first; offsets as in elf(5). */

const PROGRAM_HEADERS_AT = 0x20;
const FLAGS_AT = 0x30;
const PROGRAM_HEADER_COUNT_AT = 0x38;
const PROGRAM_HEADER_SIZE = 56;

export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PT_NOTE = 4;
export const PT_GNU_STACK = 0x6474e551;
export const DT_FLAGS_1 = 0x6ffffffb;

/** Places in e_ident. */
export const EI_OSABI = 7;
export const EI_ABIVERSION = 8;
export const EI_PAD = 9;

/** One program header, its fields as properties that can be set. */
export class ProgramHeader {
  readonly #view: DataView;

  constructor(view: DataView) {
    this.#view = view;
  }

  get type(): number {
    return this.#view.getUint32(0, true);
  }

  set type(value: number) {
    this.#view.setUint32(0, value, true);
  }

  get flags(): number {
    return this.#view.getUint32(4, true);
  }

  set flags(value: number) {
    this.#view.setUint32(4, value, true);
  }

  get offset(): number {
    return Number(this.#view.getBigUint64(8, true));
  }

  get address(): number {
    return Number(this.#view.getBigUint64(16, true));
  }

  get fileSize(): number {
    return Number(this.#view.getBigUint64(32, true));
  }

  get align(): number {
    return Number(this.#view.getBigUint64(48, true));
  }

  set align(value: number) {
    this.#view.setBigUint64(48, BigInt(value), true);
  }
}

/** One entry of the dynamic section. */
export interface DynamicEntry {
  readonly tag: number;
  value: number;
}

export class ElfEdit {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  /** @param bytes are changed in place */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get flags(): number {
    return this.#view.getUint32(FLAGS_AT, true);
  }

  set flags(value: number) {
    this.#view.setUint32(FLAGS_AT, value, true);
  }

  headers(type: number): ProgramHeader[] {
    const start = Number(this.#view.getBigUint64(PROGRAM_HEADERS_AT, true));
    const count = this.#view.getUint16(PROGRAM_HEADER_COUNT_AT, true);
    return Array.from({ length: count }, (_, index) => {
      const at = this.bytes.byteOffset + start + index * PROGRAM_HEADER_SIZE;
      return new ProgramHeader(new DataView(this.bytes.buffer, at, PROGRAM_HEADER_SIZE));
    }).filter((header) => header.type === type);
  }

  /** Entries of the dynamic section with a tag. */
  dynamic(tag: number): DynamicEntry[] {
    const view = this.#view;
    return this.headers(PT_DYNAMIC).flatMap(({ offset, fileSize }) =>
      Array.from({ length: fileSize / 16 }, (_, index) => offset + index * 16)
        .filter((at) => view.getBigInt64(at, true) === BigInt(tag))
        .map((at) => ({
          tag,
          get value() {
            return Number(view.getBigUint64(at + 8, true));
          },
          set value(value: number) {
            view.setBigUint64(at + 8, BigInt(value), true);
          },
        })),
    );
  }

  /** The four words of NT_GNU_ABI_TAG (system, and the three numbers of its kernel), as a view of 16 bytes. */
  abiTag(): DataView | undefined {
    for (const { offset, fileSize } of this.headers(PT_NOTE)) {
      for (let at = offset; at + 12 <= offset + fileSize;) {
        const nameSize = this.#view.getUint32(at, true);
        const size = this.#view.getUint32(at + 4, true);
        const name = String.fromCharCode(...this.bytes.subarray(at + 12, at + 12 + 3));
        const content = at + 12 + ((nameSize + 3) & ~3);
        if (this.#view.getUint32(at + 8, true) === 1 && name === 'GNU' && size >= 16) {
          return new DataView(this.bytes.buffer, this.bytes.byteOffset + content, 16);
        }
        at = content + ((size + 3) & ~3);
      }
    }
    return undefined;
  }

  /** The section headers are gone, as sstrip leaves a file. */
  dropSectionHeaders(): void {
    this.#view.setBigUint64(0x28, 0n, true);
    this.#view.setUint16(0x3c, 0, true);
    this.#view.setUint16(0x3e, 0, true);
  }
}
