import { constants, inflateRawSync } from 'node:zlib';

/** How many bytes the functions here look at: one tar header. A shorter file is looked at whole. */
export const ARCHIVE_MAGIC_LENGTH = 512;

/**
 * Formats that begin with a signature of their own, as hex, ones that compress a single file included: what is inside cannot be
 * told from outside. The sources are the formats' specifications, and magic(5) where there is none.
 */
const signatures: readonly RegExp[] = [
  // zip (APPNOTE.TXT, 4.3.7, 4.3.16, 8.5.3): a local file, an archive without files, one of several volumes.
  /^504b(?:0304|0506|0708)/,
  // xz-file-format.txt, 2.1.1.1.
  /^fd377a585a00/,
  // bzip2: `BZh9` may begin a text, so the magic of the first block, or of the end of an empty stream, is asked for too.
  /^425a683[1-9](?:314159265359|177245385090)/,
  // zstd (RFC 8878, 3.1.1 and 3.1.2): a frame, and a skippable one, which LZ4 has too.
  /^(?:28b52ffd|5[0-9a-f]2a4d18)/,
  // lz4_Frame_format.md: a frame, and a legacy one.
  /^(?:0422|0221)4d18/,
  // 7zFormat.txt.
  /^377abcaf271c/,
  // lzip, version 1.
  /^4c5a495001/,
  // RAR 1.5 and 5.0.
  /^526172211a07(?:00|0100)/,
  // deb(5): an ar archive whose first member is `debian-binary`.
  /^213c617263683e0a64656269616e2d62696e617279(?:20|2f)/,
  // The lead of an RPM package.
  /^edabeedb/,
  // SquashFS of version 4, little-endian.
  /^68737173[0-9a-f]{48}04000000/,
  // apk v3 (apk-tools, src/adb.h): a package or an index, and one compressed by the algorithm and level that follow.
  /^414442(?:2e(?:70636b67|696e6478)|630[0-2])/,
  // deb-old(5): `0.939000` and a newline.
  /^302e3933393030300a/,
  // A bundle of flatpak, and of xdg-app, which it was called before (shared-mime-info, application/vnd.flatpak).
  /^(?:666c617470616b|7864672d617070)00010089e5/,
];

/** How many bytes the signatures may take. */
const longestSignature = 32;

/** Bytes with which a signature begins. Most files are of no format that is asked for, and have another one. */
const firstOfSignature: ReadonlySet<number | undefined> = new Set([
  ...[0x50, 0xfd, 0x42, 0x28, 0x04, 0x02, 0x37, 0x4c, 0x52, 0x21, 0xed, 0x68, 0x41, 0x30, 0x66, 0x78],
  ...Array.from({ length: 16 }, (_, low) => 0x50 | low),
]);

/**
 * Whether a file that begins with this byte can be an archive that is known by its beginning, as all but tar are.
 * @param size of the file in bytes: tar archives are made of blocks of 512 (POSIX, pax, "ustar Interchange Format")
 */
export function mayBeginArchive(first: number, size: number): boolean {
  return size % 512 === 0 || firstOfSignature.has(first);
}

/** cpio(5): a header of `newc` (with or without checksum) or `odc`, with all of its digits. */
const cpio = /^(?:07070[12][0-9A-Fa-f]{104}|070707[0-7]{70})/;

/** ar(5): `!<arch>\n`, and GNU's thin archives. */
const staticArchive = /^!<(?:arch|thin)>\n/;

/**
 * Does a file that begins with `prefix` hold other files, or another in a compression that is not undone here (gzip is)? By its
 * signature; a tar archive by `ustar`, or in the old form by the checksum of its first header.
 */
export function isArchive(prefix: Uint8Array): boolean {
  if (firstOfSignature.has(prefix[0])) {
    const hex = bytes(prefix, 0, longestSignature).toString('hex');
    if (signatures.some((signature) => signature.test(hex)) || isDeflatedApk(prefix)) return true;
  }
  // POSIX's `ustar\0` and GNU's `ustar  \0` (tar(5)).
  if (prefix[257] === 0x75 && /^ustar(?: {2})?\0/.test(latin1(prefix, 257, 265))) return true;
  return (prefix[0] === 0x30 && cpio.test(latin1(prefix, 0, 110))) || hasTarChecksum(prefix);
}

/** apk v3 as `apk mkpkg` writes it: raw deflate data behind `ADBd`, with the plain form within. */
function isDeflatedApk(prefix: Uint8Array): boolean {
  if (latin1(prefix, 0, 4) !== 'ADBd') return false;
  try {
    const plain = inflateRawSync(prefix.subarray(4), { finishFlush: constants.Z_SYNC_FLUSH });
    return plain.toString('latin1', 0, 4) === 'ADB.';
  } catch {
    return false;
  }
}

/** Is it an archive for a linker (`.a`)? A Debian package, an `ar` archive as well, is none. */
export function isStaticArchive(prefix: Uint8Array): boolean {
  return prefix[0] === 0x21 && staticArchive.test(latin1(prefix, 0, 8)) && !isArchive(prefix);
}

/**
 * Does it begin as a gem of the format of RubyGems before 0.9, a Ruby script? Stricter than `isOldGem`, for files of any kind: the mark
 * stands first, with a digest behind it.
 */
export function beginsAsOldGem(prefix: Uint8Array): boolean {
  return prefix[0] === 0x4d && /^MD5SUM = "[0-9a-f]{32}"\s/.test(latin1(prefix, 0, 64));
}

/** Does the kernel run it by the interpreter that it names? `#!`, and then lines of text. */
export function isScript(prefix: Uint8Array): boolean {
  return prefix[0] === 0x23 && prefix[1] === 0x21;
}

/** The first 512 bytes are a tar header with the checksum that it states; v7's have nothing else to be known by. */
export function hasTarChecksum(prefix: Uint8Array): boolean {
  if (prefix.length < ARCHIVE_MAGIC_LENGTH) return false;
  // In most files no number begins here: told without making a string of it.
  if (noNumberBegins(prefix[148] ?? 0)) return false;
  const stated = Number.parseInt(latin1(prefix, 148, 156).replace(/\0.*$/s, '').trim(), 8);
  if (Number.isNaN(stated)) return false;
  let sum = 0;
  for (let at = 0; at < ARCHIVE_MAGIC_LENGTH; at++) sum += at >= 148 && at < 156 ? 0x20 : (prefix[at] ?? 0);
  return sum === stated;
}

/** Neither an octal digit, nor white space, nor a sign. */
function noNumberBegins(byte: number): boolean {
  return byte > 0x20 && (byte < 0x30 || byte > 0x37) && byte !== 0x2b && byte !== 0xa0;
}

function latin1(prefix: Uint8Array, from: number, to: number): string {
  return bytes(prefix, from, to).toString('latin1');
}

function bytes({ buffer, byteOffset, length }: Uint8Array, from: number, to: number): Buffer {
  return Buffer.from(buffer, byteOffset, length).subarray(from, to);
}
