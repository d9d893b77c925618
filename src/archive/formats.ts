import { gunzipSync, constants } from 'node:zlib';
import { foreignBinary, mayBeForeign } from '../elf/foreign-format.js';
import { isElf } from '../elf/magic.js';
import type { Signature, UnsupportedFormat } from './signatures.js';
import { FIRST_BYTES, bytesOf, latin1, signatureOf } from './signatures.js';

export type { UnsupportedFormat } from './signatures.js';

/** How many bytes the functions here look at: one tar header. A shorter file is looked at whole. */
export const MAGIC_LENGTH = 512;

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

/** What a file is, by its first bytes; undefined for one that no loader has to do with. */
export function magicOf(head: Uint8Array): Magic | undefined {
  if (isElf(head)) return 'elf';
  if (isGzip(head)) return 'gzip';
  if (isScript(head)) return 'script';
  if (beginsAsOldGem(head)) return 'gem';
  if (isStaticArchive(head)) return 'static-archive';
  if (mayBeForeign(head[0]) && foreignBinary(head) !== undefined) return 'foreign';
  const signature = signatureOf(head);
  if (signature !== undefined) return openedAs(signature);
  if (!isTar(head)) return undefined;
  return GEM_MEMBERS.test(latin1(head, 0, 100).replace(/\0.*$/s, '')) ? 'gem' : 'tar';
}

function openedAs(signature: Signature): Magic {
  return typeof signature.opened === 'string' ? signature.opened : 'unsupported-archive';
}

/** Whether `magicOf` may know a file of which only the first byte and the size are there. */
export function mayBegin(first: number, size: number): boolean {
  // ELF, gzip, `#!`, `!<arch>` and `MD5SUM =`.
  const own = first === 0x7f || first === 0x1f || first === 0x23 || first === 0x21 || first === 0x4d;
  // Tar archives are made of blocks of 512 (POSIX, pax, "ustar Interchange Format").
  return own || mayBeForeignOf(first, size) || size % 512 === 0 || FIRST_BYTES.has(first);
}

/** Universal Mach-O has Java's magic, and jars are full of classes; each of its parts begins at a page of its own, 4 KiB or more. */
function mayBeForeignOf(first: number, size: number): boolean {
  return mayBeForeign(first) && (first !== 0xca || size > 4096);
}

/** The format that a file of which `magicOf` says `unsupported-archive` has. */
export function unsupportedFormat(head: Uint8Array): UnsupportedFormat {
  const opened = signatureOf(head)?.opened;
  return typeof opened === 'object'
    ? opened
    : { name: 'an archive format that is not read', unpack: 'the program that made it' };
}

/** RFC 1952, 2.3.1: ID1, ID2, and CM 8 (deflate), the only method there is. */
export function isGzip(prefix: Uint8Array): boolean {
  return prefix[0] === 0x1f && prefix[1] === 0x8b && prefix[2] === 8;
}

/**
 * Does a file that begins with `prefix` hold other files, or another in a compression other than gzip? By its signature; a tar
 * archive by `ustar`, or in the old form by the checksum of its first header.
 */
export function isArchive(prefix: Uint8Array): boolean {
  return signatureOf(prefix) !== undefined || isTar(prefix);
}

/** POSIX's `ustar\0` and GNU's `ustar  \0` (tar(5)); v7's has a checksum alone. */
function isTar(prefix: Uint8Array): boolean {
  if (prefix[257] === 0x75 && /^ustar(?: {2})?\0/.test(latin1(prefix, 257, 265))) return true;
  return hasTarChecksum(prefix);
}

/** Is it an archive for a linker (`.a`)? A Debian package is an `ar` archive too, and is not one. */
export function isStaticArchive(prefix: Uint8Array): boolean {
  return prefix[0] === 0x21 && STATIC_ARCHIVE.test(latin1(prefix, 0, 8)) && !isArchive(prefix);
}

/** ar(5): `!<arch>\n`, and GNU's thin archives. */
const STATIC_ARCHIVE = /^!<(?:arch|thin)>\n/;

/**
 * Does it begin as a gem of the format of RubyGems before 0.9, a Ruby script? Stricter than `isOldGem`, for files of any kind: the mark
 * stands first, with a digest behind it.
 */
function beginsAsOldGem(prefix: Uint8Array): boolean {
  return prefix[0] === 0x4d && /^MD5SUM = "[0-9a-f]{32}"\s/.test(latin1(prefix, 0, 64));
}

/** Does the kernel run it by the interpreter that it names? `#!`, and then lines of text. */
export function isScript(prefix: Uint8Array): boolean {
  return prefix[0] === 0x23 && prefix[1] === 0x21;
}

/** The first 512 bytes are a tar header with the checksum that it states; v7's have nothing else to be known by. */
export function hasTarChecksum(prefix: Uint8Array): boolean {
  if (prefix.length < MAGIC_LENGTH) return false;
  // In most files no number begins here: told without making a string of it.
  if (noNumberBegins(prefix[148] ?? 0)) return false;
  const stated = Number.parseInt(latin1(prefix, 148, 156).replace(/\0.*$/s, '').trim(), 8);
  if (Number.isNaN(stated)) return false;
  let sum = 0;
  for (let at = 0; at < MAGIC_LENGTH; at++) sum += at >= 148 && at < 156 ? 0x20 : (prefix[at] ?? 0);
  return sum === stated;
}

/** Neither an octal digit, nor white space, nor a sign. */
function noNumberBegins(byte: number): boolean {
  return byte > 0x20 && (byte < 0x30 || byte > 0x37) && byte !== 0x2b && byte !== 0xa0;
}

/**
 * Whether the head of a gzip file shows that there is neither ELF nor an archive in it. False also if it does not show: then the
 * stream will.
 * @param head the file's first bytes; of these `MAGIC_LENGTH` are looked at
 * @param size of the file in bytes; undefined if it is not known
 * @param least inflated bytes with which the head says something
 */
export function gzipOfNoConcern(head: Uint8Array, size: number | undefined, least = 0): boolean {
  try {
    const looked = bytesOf(head, 0, MAGIC_LENGTH);
    const inflated = gunzipSync(looked, { finishFlush: constants.Z_SYNC_FLUSH });
    if (inflated.length < least) return false;
    const magic = magicOf(inflated);
    if (magic !== undefined && magic !== 'script' && magic !== 'foreign') return false;
    return inflated.length >= MAGIC_LENGTH || (size !== undefined && size <= looked.length);
  } catch {
    return false;
  }
}
