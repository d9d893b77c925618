import { gunzipSync, constants } from 'node:zlib';
import { foreignBinary, mayBeForeign } from '../elf/foreign-format.js';
import { isElf } from '../elf/magic.js';
import {
  ARCHIVE_MAGIC_LENGTH,
  beginsAsOldGem,
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
  | 'script'
  /** An executable or a library of another system than Linux. */
  | 'foreign';

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
  if (beginsAsOldGem(head)) return 'gem';
  if (isStaticArchive(head)) return 'static-archive';
  if (mayBeForeign(head[0]) && foreignBinary(head) !== undefined) return 'foreign';
  if (!isArchive(head)) return undefined;
  if (isZstd(head)) return 'zstd';
  const hex = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 8)).toString('hex');
  if (hex.startsWith('504b')) return 'zip';
  if (hex.startsWith('fd377a585a00')) return 'xz';
  if (hex.startsWith('213c617263683e0a')) return 'deb';
  if (hex.startsWith('edabeedb')) return 'rpm';
  // `070701` and `070702`.
  if (hex.startsWith('303730373031') || hex.startsWith('303730373032')) return 'cpio';
  if (unsupported(head) !== undefined) return 'unsupported-archive';
  return GEM_MEMBERS.test(firstName(head)) ? 'gem' : 'tar';
}

/** Whether `magicOf` may know a file of which only the first byte and the size are there. */
export function mayBegin(first: number, size: number): boolean {
  // ELF, gzip, `#!`, `!<arch>` and `MD5SUM =`.
  const own = first === 0x7f || first === 0x1f || first === 0x23 || first === 0x21 || first === 0x4d;
  return own || mayBeForeignOf(first, size) || mayBeginArchive(first, size);
}

/** Universal Mach-O has Java's magic, and jars are full of classes; each of its parts begins at a page of its own, 4 KiB or more. */
function mayBeForeignOf(first: number, size: number): boolean {
  return mayBeForeign(first) && (first !== 0xca || size > 4096);
}

/** A format of `isArchive` that is not opened. */
export interface UnsupportedFormat {
  /** For people. */
  readonly name: string;
  /** The command that unpacks it; with a pipe where what comes out is one stream. */
  readonly unpack: string;
}

/** By what they begin with, as hex. */
const UNSUPPORTED: readonly (UnsupportedFormat & { readonly magic: RegExp })[] = [
  { magic: /^425a68/, name: 'bzip2', unpack: 'bzip2 -dc FILE.tar.bz2 | gemcompat inspect -' },
  { magic: /^377a/, name: '7z', unpack: '7z x -oDIR FILE' },
  { magic: /^4c5a4950/, name: 'lzip', unpack: 'lzip -dc FILE.tar.lz | gemcompat inspect -' },
  { magic: /^52617221/, name: 'RAR', unpack: 'unrar x FILE DIR/' },
  { magic: /^68737173/, name: 'SquashFS', unpack: 'unsquashfs -d DIR FILE' },
  { magic: /^303730373037/, name: "cpio's old format", unpack: 'cd DIR && cpio -id < FILE' },
  { magic: /^0(?:422|221)4d18/, name: 'LZ4', unpack: 'lz4 -dc FILE.tar.lz4 | gemcompat inspect -' },
  { magic: /^414442/, name: 'apk v3', unpack: 'apk extract --destination DIR FILE' },
  { magic: /^302e3933/, name: 'the deb format 0.939000', unpack: 'dpkg-deb -x FILE DIR' },
  {
    magic: /^(?:666c617470616b|7864672d617070)00/,
    name: 'flatpak',
    unpack: 'flatpak build-import-bundle REPO FILE && ostree checkout --repo=REPO -U REF DIR',
  },
];

function unsupported(head: Uint8Array): UnsupportedFormat | undefined {
  const hex = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 8)).toString('hex');
  return UNSUPPORTED.find(({ magic }) => magic.test(hex));
}

/** The format that a file of which `magicOf` says `unsupported-archive` has. */
export function unsupportedFormat(head: Uint8Array): UnsupportedFormat {
  return (
    unsupported(head) ?? { name: 'an archive format that is not read', unpack: 'the program that made it' }
  );
}

function firstName(head: Uint8Array): string {
  return Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 100))
    .toString('latin1')
    .replace(/\0.*$/s, '');
}

/**
 * Whether the head of a gzip file shows that there is neither ELF nor an archive in it. False also where it does not show:
 * then the stream will.
 */
export function gzipOfNoConcern(head: Uint8Array, size: number | undefined): boolean {
  try {
    const inflated = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
    const magic = magicOf(inflated);
    if (magic !== undefined && magic !== 'script' && magic !== 'foreign') return false;
    return inflated.length >= MAGIC_LENGTH || (size !== undefined && size <= head.length);
  } catch {
    return false;
  }
}
