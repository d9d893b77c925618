import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of a zip; `deflated` stands for content that is not held inflated. */
export interface ZipEntry {
  readonly name: string;
  readonly content?: Uint8Array;
  readonly deflated?: { readonly bytes: Uint8Array; readonly size: number; readonly crc: number };
  /** Unix mode with the file's type, `0o100755`. */
  readonly mode?: number;
}

/** Packs entries (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16), everything deflated, at the beginning of 1980. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content = new Uint8Array(), deflated, mode = 0o100644 } of entries) {
    const data = deflated ?? { bytes: deflateRawSync(content), size: content.length, crc: crc32(content) };
    const path = Buffer.from(name);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(20, 4);
    // General purpose bit 11: the name is UTF-8.
    header.writeUInt16LE(0x800, 6);
    header.writeUInt16LE(8, 8);
    header.writeUInt16LE(0x21, 12);
    header.writeUInt32LE(data.crc, 14);
    header.writeUInt32LE(data.bytes.length, 18);
    header.writeUInt32LE(data.size, 22);
    header.writeUInt16LE(path.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    // Made by Unix, whose mode is in the upper half of the external attributes.
    central.writeUInt16LE(0x031e, 4);
    header.copy(central, 6, 4, 30);
    central.writeUInt32LE(mode * 0x10000, 38);
    central.writeUInt32LE(offset, 42);
    parts.push(header, path, Buffer.from(data.bytes));
    directory.push(central, path);
    offset += header.length + path.length + data.bytes.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, end]);
}

const zeros = new Uint8Array(1 << 20);

/** Content of as many mebibytes of nothing, deflated to a thousandth. */
export function nothing(mebibytes: number): NonNullable<ZipEntry['deflated']> {
  const whole = new Uint8Array(mebibytes * zeros.length);
  return { bytes: deflateRawSync(whole), size: whole.length, crc: crc32(whole) };
}
