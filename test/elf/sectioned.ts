/** One section of an executable that is made for a test. */
export interface SectionSpec {
  readonly name: string;
  readonly content: Uint8Array | string;
  /** It lies in the one PT_LOAD. */
  readonly loaded?: boolean;
}

export interface SectionedOptions {
  readonly bigEndian?: boolean;
  /** Bytes between the loaded content and what is behind it. */
  readonly gap?: number;
  /** Written behind everything. */
  readonly trailer?: string;
  /** No section headers at all. */
  readonly stripped?: boolean;
}

/** Address at which the file's content is loaded. */
export const BASE = 0x400000n;

const bytesOf = (content: Uint8Array | string): Uint8Array =>
  typeof content === 'string' ? Uint8Array.from(content, (character) => character.charCodeAt(0)) : content;

const aligned = (value: number): number => Math.ceil(value / 16) * 16;

/** A static 64-bit executable: a header, one writable PT_LOAD from the start of the file, sections, their names and headers. */
export function sectioned(specs: readonly SectionSpec[], options: SectionedOptions = {}): Uint8Array {
  const little = options.bigEndian !== true;
  const contents = specs.map(({ content }) => bytesOf(content));
  const offsets: number[] = [];
  let at = aligned(64 + 56);
  const place = (index: number): void => {
    offsets[index] = at;
    at = aligned(at + (contents[index]?.length ?? 0));
  };
  specs.forEach(({ loaded }, index) => {
    if (loaded === true) place(index);
  });
  const loadedEnd = at;
  at += options.gap ?? 0;
  specs.forEach(({ loaded }, index) => {
    if (loaded !== true) place(index);
  });
  const names = `\0${[...specs.map(({ name }) => name), '.shstrtab'].join('\0')}\0`;
  const namesAt = at;
  const headersAt = aligned(at + names.length);
  const count = specs.length + 2;
  const end = options.stripped === true ? namesAt : headersAt + count * 64;
  const trailer = bytesOf(options.trailer ?? '');
  const file = new Uint8Array(end + trailer.length);
  const view = new DataView(file.buffer);
  const u16 = (offset: number, value: number): void => {
    view.setUint16(offset, value, little);
  };
  const u32 = (offset: number, value: number): void => {
    view.setUint32(offset, value, little);
  };
  const u64 = (offset: number, value: bigint | number): void => {
    view.setBigUint64(offset, BigInt(value), little);
  };

  file.set([0x7f, 0x45, 0x4c, 0x46, 2, little ? 1 : 2, 1, 0]);
  u16(16, 2);
  u16(18, little ? 62 : 22);
  u32(20, 1);
  u64(32, 64);
  u16(52, 64);
  u16(54, 56);
  u16(56, 1);
  u32(64, 1);
  u32(68, 6);
  u64(80, BASE);
  u64(96, loadedEnd);
  u64(104, loadedEnd);
  u64(112, 0x1000);
  for (const [index, content] of contents.entries()) file.set(content, offsets[index]);
  file.set(trailer, end);
  if (options.stripped === true) return file;

  u64(40, headersAt);
  u16(58, 64);
  u16(60, count);
  u16(62, count - 1);
  file.set(bytesOf(names), namesAt);
  let nameAt = 1;
  const header = (
    index: number,
    name: string,
    type: number,
    flags: number,
    offset: number,
    size: number,
  ): void => {
    const start = headersAt + index * 64;
    u32(start, nameAt);
    u32(start + 4, type);
    u64(start + 8, flags);
    u64(start + 24, offset);
    u64(start + 32, size);
    nameAt += name.length + 1;
  };
  specs.forEach(({ name, loaded }, index) => {
    header(index + 1, name, 1, loaded === true ? 3 : 0, offsets[index] ?? 0, contents[index]?.length ?? 0);
  });
  header(count - 1, '.shstrtab', 3, 0, namesAt, names.length);
  return file;
}
