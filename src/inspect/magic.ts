import { gunzipSync, constants } from 'node:zlib';
import { isElf } from '../elf/magic.js';
import {
  ARCHIVE_MAGIC_LENGTH,
  isArchive,
  isScript,
  isStaticArchive,
  mayBeginArchive,
} from '../gem/archive-magic.js';
import { isGzip } from '../gem/inflate.js';
import { isZstd } from '../target/image/zstd-frames.js';

/** How many bytes `magicOf` looks at; a shorter file is looked at whole. */
export const MAGIC_LENGTH = ARCHIVE_MAGIC_LENGTH;

/** Formats in which one file is compressed; what it is shows behind them only. */
export type CompressedFormat = 'gzip' | 'zstd' | 'xz';

/** Formats that are opened. */
export type ArchiveFormat = 'zip' | 'tar' | 'gem' | 'cpio' | 'deb' | 'rpm' | CompressedFormat;

export type Magic =
  | 'elf'
  | ArchiveFormat
  /** `ar`, for a linker. */
  | 'static-archive'
  /** An archive, or a compression, of a format that is not opened. */
  | 'unsupported-archive'
  | 'script';

/** Members with which a `.gem` begins (rubygems/package.rb), which is a tar archive; only a gem has them in front. */
const GEM_MEMBERS = /^(?:metadata(?:\.gz)?|data\.tar\.gz|checksums\.yaml\.gz)(?:\.sig)?$/;

/**
 * What a file is, by its first bytes; undefined for one that no loader has to do with. The signatures are those of
 * src/gem/archive-magic.ts.
 */
export function magicOf(head: Uint8Array): Magic | undefined {
  if (isElf(head)) return 'elf';
  if (isGzip(head)) return 'gzip';
  if (isScript(head)) return 'script';
  if (isStaticArchive(head)) return 'static-archive';
  if (!isArchive(head)) return undefined;
  if (isZstd(head)) return 'zstd';
  const hex = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 8)).toString('hex');
  if (hex.startsWith('504b')) return 'zip';
  if (hex.startsWith('fd377a585a00')) return 'xz';
  if (hex.startsWith('213c617263683e0a')) return 'deb';
  if (hex.startsWith('edabeedb')) return 'rpm';
  // `070701` and `070702`.
  if (hex.startsWith('303730373031') || hex.startsWith('303730373032')) return 'cpio';
  if (OTHER_SIGNATURES.test(hex)) return 'unsupported-archive';
  return GEM_MEMBERS.test(firstName(head)) ? 'gem' : 'tar';
}

/** Whether `magicOf` may know a file of which only the first byte and the size are there. */
export function mayBegin(first: number, size: number): boolean {
  // ELF, gzip, `#!` and `!<arch>`.
  const own = first === 0x7f || first === 0x1f || first === 0x23 || first === 0x21;
  return own || mayBeginArchive(first, size);
}

/** Those of `isArchive` that are not opened, as hex: cpio's old format, bzip2, LZ4, 7z, lzip, RAR, SquashFS. */
const OTHER_SIGNATURES = /^(?:303730373037|425a68|0[42](?:22|21)4d18|377abcaf|4c5a4950|52617221|68737173)/;

function firstName(head: Uint8Array): string {
  return Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 100))
    .toString('latin1')
    .replace(/\0.*$/s, '');
}

/** The name of a format that is not opened, for people. */
export function unsupportedName(head: Uint8Array): string {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 8)).toString('latin1');
  if (text.startsWith('BZh')) return 'bzip2';
  if (text.startsWith('7z')) return '7z';
  if (text.startsWith('LZIP')) return 'lzip';
  if (text.startsWith('Rar!')) return 'RAR';
  if (text.startsWith('hsqs')) return 'SquashFS';
  if (text.startsWith('0707')) return "cpio's old format";
  return text.includes('\x22\x4d\x18') ? 'LZ4' : 'an archive format that is not read';
}

/**
 * Whether the head of a gzip file shows that there is neither ELF nor an archive in it. False also where it does not show:
 * then the stream will.
 */
export function gzipOfNoConcern(head: Uint8Array, size: number | undefined): boolean {
  try {
    const inflated = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
    if (magicOf(inflated) !== undefined && !isScript(inflated)) return false;
    return inflated.length >= MAGIC_LENGTH || (size !== undefined && size <= head.length);
  } catch {
    return false;
  }
}
