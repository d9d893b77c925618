import { constants, inflateRawSync } from 'node:zlib';

/** A format that is known and not opened. */
export interface UnsupportedFormat {
  /** For people. */
  readonly name: string;
  /** The command that unpacks it; with a pipe if what comes out is one stream. */
  readonly unpack: string;
}

/** One format that begins with bytes of its own; what is inside cannot be told from outside. */
export interface Signature {
  /** What the file begins with, as regular expressions over lower-case hex. The first two digits hold no alternatives but `.`. */
  readonly magics: readonly string[];
  /** What has to hold besides. */
  readonly confirm?: (head: Uint8Array) => boolean;
  /** The reader of it, or how people get at what is inside. */
  readonly opened: 'zip' | 'xz' | 'zstd' | 'deb' | 'rpm' | 'cpio' | UnsupportedFormat;
}

const APK: UnsupportedFormat = { name: 'apk v3', unpack: 'apk extract --destination DIR FILE' };

/**
 * Every format that is known by a signature, those that compress a single file included. The sources are the formats'
 * specifications, and magic(5) if there is none. A new format is a row here; one that is opened needs its reader too.
 */
const SIGNATURES: readonly Signature[] = [
  // APPNOTE.TXT, 4.3.7, 4.3.16, 8.5.3: a local file, an archive without files, one of several volumes.
  { magics: ['504b(?:0304|0506|0708)'], opened: 'zip' },
  // xz-file-format.txt, 2.1.1.1.
  { magics: ['fd377a585a00'], opened: 'xz' },
  {
    // `BZh9` may begin a text, so the magic of the first block, or of the end of an empty stream, is asked for too.
    magics: ['425a683[1-9](?:314159265359|177245385090)'],
    opened: { name: 'bzip2', unpack: 'bzip2 -dc FILE.tar.bz2 | gemcompat inspect -' },
  },
  // RFC 8878, 3.1.1 and 3.1.2: a frame, and a skippable one, which LZ4 has too.
  { magics: ['28b52ffd', '5.2a4d18'], opened: 'zstd' },
  {
    // lz4_Frame_format.md: a frame, and a legacy one.
    magics: ['04224d18', '02214d18'],
    opened: { name: 'LZ4', unpack: 'lz4 -dc FILE.tar.lz4 | gemcompat inspect -' },
  },
  // 7zFormat.txt.
  { magics: ['377abcaf271c'], opened: { name: '7z', unpack: '7z x -oDIR FILE' } },
  {
    // Version 1.
    magics: ['4c5a495001'],
    opened: { name: 'lzip', unpack: 'lzip -dc FILE.tar.lz | gemcompat inspect -' },
  },
  // RAR 1.5 and 5.0.
  { magics: ['526172211a07(?:00|0100)'], opened: { name: 'RAR', unpack: 'unrar x FILE DIR/' } },
  // deb(5): an ar archive whose first member is `debian-binary`.
  { magics: ['213c617263683e0a64656269616e2d62696e617279(?:20|2f)'], opened: 'deb' },
  // The lead of an RPM package.
  { magics: ['edabeedb'], opened: 'rpm' },
  {
    // Version 4, little-endian.
    magics: ['68737173.{48}04000000'],
    opened: { name: 'SquashFS', unpack: 'unsquashfs -d DIR FILE' },
  },
  // apk-tools, src/adb.h: a package or an index, and one compressed by the algorithm and level that follow.
  { magics: ['414442(?:2e(?:70636b67|696e6478)|630[0-2])'], opened: APK },
  { magics: ['41444264'], confirm: isDeflatedApk, opened: APK },
  {
    // deb-old(5): `0.939000` and a newline.
    magics: ['302e3933393030300a'],
    opened: { name: 'the deb format 0.939000', unpack: 'dpkg-deb -x FILE DIR' },
  },
  {
    // A bundle of flatpak, and of xdg-app, which it was called before (shared-mime-info, application/vnd.flatpak).
    magics: ['666c617470616b00010089e5', '7864672d61707000010089e5'],
    opened: {
      name: 'flatpak',
      unpack: 'flatpak build-import-bundle REPO FILE && ostree checkout --repo=REPO -U REF DIR',
    },
  },
  // cpio(5): a header of `newc`, with or without checksum, and one of `odc`, with all of their digits.
  { magics: ['30373037303[12]'], confirm: hasDigits(/^07070[12][0-9A-Fa-f]{104}/), opened: 'cpio' },
  {
    magics: ['303730373037'],
    confirm: hasDigits(/^070707[0-7]{70}/),
    opened: { name: "cpio's old format", unpack: 'cd DIR && cpio -id < FILE' },
  },
];

/** How many bytes the signatures may take. */
const LONGEST = 32;

interface Row {
  readonly signature: Signature;
  readonly pattern: RegExp;
}

/** The rows by the byte that a file begins with: most files are of no format that is asked for, and have another one. */
const ROWS: ReadonlyMap<number, readonly Row[]> = byFirstByte();

/** Bytes with which a signature begins. */
export const FIRST_BYTES: ReadonlySet<number> = new Set(ROWS.keys());

function byFirstByte(): Map<number, Row[]> {
  const rows = new Map<number, Row[]>();
  for (const signature of SIGNATURES) {
    for (const magic of signature.magics) {
      const first = new RegExp(`^${magic.slice(0, 2)}$`);
      const row = { signature, pattern: new RegExp(`^${magic}`) };
      for (let byte = 0; byte < 256; byte += 1) {
        if (!first.test(byte.toString(16).padStart(2, '0'))) continue;
        rows.set(byte, [...(rows.get(byte) ?? []), row]);
      }
    }
  }
  return rows;
}

/** The row that a file with this beginning is of. */
export function signatureOf(head: Uint8Array): Signature | undefined {
  const rows = ROWS.get(head[0] ?? -1);
  if (rows === undefined) return undefined;
  const hex = bytesOf(head, 0, LONGEST).toString('hex');
  return rows.find(({ pattern, signature }) => pattern.test(hex) && signature.confirm?.(head) !== false)
    ?.signature;
}

/** apk v3 as `apk mkpkg` writes it: raw deflate data behind `ADBd`, with the plain form within. */
function isDeflatedApk(head: Uint8Array): boolean {
  try {
    const plain = inflateRawSync(head.subarray(4), { finishFlush: constants.Z_SYNC_FLUSH });
    return plain.toString('latin1', 0, 4) === 'ADB.';
  } catch {
    return false;
  }
}

function hasDigits(header: RegExp): (head: Uint8Array) => boolean {
  return (head) => header.test(latin1(head, 0, 110));
}

/** Bytes as latin1 text. */
export function latin1(prefix: Uint8Array, from: number, to: number): string {
  return bytesOf(prefix, from, to).toString('latin1');
}

/** A view of some of the bytes. */
export function bytesOf({ buffer, byteOffset, length }: Uint8Array, from: number, to: number): Buffer {
  return Buffer.from(buffer, byteOffset, length).subarray(from, to);
}
