import type { ElfBytes, ElfFile } from '../elf/types.js';
import { MAGIC_LENGTH, isArchive, isGzip } from '../archive/formats.js';
import { zipExtent } from '../archive/zip-extent.js';

/** Files that an executable brings in an archive of its own, and unpacks or reads when it runs. */
export interface AppendedArchive {
  /** `archive`: of another format, known by its first bytes. */
  readonly kind: 'zip' | 'archive' | 'pyinstaller';
  /** Where it begins in the file, in bytes; of a zip, what its offsets count from. */
  readonly offset: number;
  /** Where a zip ends, in bytes; else the end of what was appended. */
  readonly end: number;
}

/** What the archive of a bootloader ends with (PyInstaller/archive/writers.py, `_COOKIE_MAGIC_PATTERN`), in latin1. */
const PYINSTALLER_COOKIE = 'MEI\x0c\x0b\x0a\x0b\x0e';
/** The cookie has 88 bytes, and a signature of the file may follow. In bytes. */
const COOKIE_REACH = 8 << 10;

/** What is put behind an executable may begin at the next page, with zeroes in between. In bytes. */
const MAX_GAP = 64 << 10;

/** The smallest of all archives is a zip without files (APPNOTE.TXT 4.3.16). In bytes. */
const SMALLEST = 22;

/** What the code of such a part is, whether it is met in a gem or in an archive. */
export const APPENDED_CODE = 'ELF_PACKED';

/**
 * The archive in an ELF file, as self-extracting ones have it; undefined where there is none, or data of another kind.
 * @throws MissingRangeError from a sparse view
 */
export function appendedArchive(bytes: ElfBytes, { appended }: ElfFile): AppendedArchive | undefined {
  if (appended === undefined || appended.size < SMALLEST) return undefined;
  const { offset, size } = appended;
  const end = offset + size;
  const zip = end === bytes.size ? zipExtent(bytes, offset) : undefined;
  if (zip !== undefined) return { kind: 'zip', offset: zip.start, end: zip.end };
  const reach = Math.min(size, COOKIE_REACH);
  if (latin1(bytes, end - reach, reach).includes(PYINSTALLER_COOKIE))
    return { kind: 'pyinstaller', offset, end };
  const start = firstOther(bytes, offset, Math.min(end, offset + MAX_GAP));
  const head = bytes.read(start, Math.min(MAGIC_LENGTH, end - start));
  return isArchive(head) || isGzip(head) ? { kind: 'archive', offset: start, end } : undefined;
}

/** Why files that were not read leave a verdict open. */
export function appendedReason({ kind }: AppendedArchive): string {
  switch (kind) {
    case 'zip':
      return 'it brings a zip archive with it, which was not read: unzip -d DIR FILE unpacks it';
    case 'archive':
      return 'it brings an archive with it, which was not read';
    case 'pyinstaller':
      return 'it brings libraries in an archive of PyInstaller, which are unpacked when it runs: inspect the directory that --onedir builds';
  }
}

function firstOther(bytes: ElfBytes, from: number, until: number): number {
  const piece = bytes.read(from, until - from);
  const index = piece.findIndex((byte) => byte !== 0);
  return index === -1 ? from : from + index;
}

function latin1(bytes: ElfBytes, offset: number, length: number): string {
  const read = bytes.read(offset, length);
  return Buffer.from(read.buffer, read.byteOffset, read.length).toString('latin1');
}
