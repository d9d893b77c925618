import type { CompressedFormat, Magic } from './formats.js';
import { MAGIC_LENGTH, magicOf, unsupportedFormat } from './formats.js';
import { peek } from './peek.js';
import { ArchiveError } from './archive-error.js';
import { STRIPPED_MAGIC } from './cpio.js';

type Stream = AsyncIterable<Uint8Array>;

/** What the bytes at the beginning of a payload are. Entries in RPM's own form of cpio mean something in a package only. */
function formatOf(head: Uint8Array): Magic | undefined {
  const magic = Buffer.from(head.subarray(0, STRIPPED_MAGIC.length)).toString('latin1');
  return magic === STRIPPED_MAGIC ? 'cpio' : magicOf(head);
}

/** What a package is wrapped around. */
export interface Payload {
  readonly format: Magic;
  readonly stream: Stream;
  /** It came out of xz data. */
  readonly isXz: boolean;
}

/**
 * Opens the payload of a package: an archive of one of these formats, plain or compressed.
 * @param name for people: `x.deb: data.tar.zst`
 * @throws ArchiveError `ARCHIVE_CORRUPT`, `ARCHIVE_UNSUPPORTED`, and what `inflate` throws
 */
export async function openPayload(
  data: Stream,
  formats: readonly Magic[],
  name: string,
  inflate: (data: Stream, by: CompressedFormat) => Stream,
): Promise<Payload> {
  const { head, all } = await peek(data, MAGIC_LENGTH);
  const magic = formatOf(head);
  if (magic === 'gzip' || magic === 'zstd' || magic === 'xz') {
    const plain = await peek(inflate(all, magic), MAGIC_LENGTH);
    const format = formatOf(plain.head);
    if (format === undefined || !formats.includes(format)) throw noArchive(name, formats);
    return { format, stream: plain.all, isXz: magic === 'xz' };
  }
  if (magic !== undefined && formats.includes(magic)) return { format: magic, stream: all, isXz: false };
  // LZMA_alone has no magic number, but properties that all programs write: 5d 00 00, then the size of the dictionary.
  const lzma = head[0] === 0x5d && head[1] === 0 && head[2] === 0;
  const what = lzma ? 'lzma' : magic === 'unsupported-archive' ? unsupportedFormat(head).name : undefined;
  throw what === undefined
    ? noArchive(name, formats)
    : new ArchiveError('ARCHIVE_UNSUPPORTED', `${name} is compressed with ${what}, which is not read`);
}

function noArchive(name: string, formats: readonly Magic[]): ArchiveError {
  return new ArchiveError('ARCHIVE_CORRUPT', `${name} is no ${formats[0] ?? ''} archive`);
}
