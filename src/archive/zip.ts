import { constants, crc32, inflateRawSync } from 'node:zlib';
import type { Readable } from 'node:stream';
import yauzl from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { zipExtent } from './zip-extent.js';
import type { ByteSource } from './source.js';
import { RangeSource, elfBytes } from './source.js';
import { ArchiveError } from './archive-error.js';
import type { ArchiveErrorCode } from './archive-error.js';
import { firstInflatedByte } from './deflate-head.js';
import type { ArchiveEntry, EntrySink } from './entry.js';

/** `version made by` of a Unix program (APPNOTE.TXT 4.4.2.2); its external attributes have the mode in the upper half. */
const UNIX = 3;
const DARWIN = 19;
/** General purpose bit 11 (APPNOTE.TXT 4.4.4): the name is UTF-8. */
const UTF8_NAME = 1 << 11;
/** `S_IFMT` of sys/stat.h. */
const TYPE_MASK = 0o170000;
const KINDS: Readonly<Record<number, ArchiveEntry['kind']>> = {
  0o010000: 'other',
  0o020000: 'other',
  0o040000: 'directory',
  0o060000: 'other',
  0o120000: 'link',
  0o140000: 'other',
};

/** APPNOTE.TXT 4.4.5. */
const DEFLATED = 8;

/** Compressed bytes that are enough to see what a file is. */
const PEEK = 512;
/** PATH_MAX of Linux (limits.h), with room. In bytes. */
const MAX_LINK = 64 << 10;

/** What is to be done with a file. */
export interface ZipVisit {
  /** It is read whatever it begins with. */
  readonly always: boolean;
  /** Who takes its bytes; asked where it is read. */
  readonly sink: () => EntrySink;
}

export interface ZipPorts {
  /** Asked once for each entry, in the order of the zip's directory. Undefined: it is passed over. */
  readonly visit: (entry: ArchiveEntry) => ZipVisit | undefined;
  /** Whether a file with this first byte can be of concern; asked before more of it is inflated. */
  readonly mayBegin: (first: number, size: number) => boolean;
  /** Whether a file that begins so is of concern; asked where that can be told without reading it whole. */
  readonly concerns: (head: Uint8Array, size: number) => boolean;
  readonly unreadable: (entry: ArchiveEntry, error: ArchiveError) => void;
  /** Resolves when what was pushed has been taken. */
  readonly settled: () => Promise<void>;
  /** Called with each number of bytes that were inflated; may throw. */
  readonly spend: (bytes: number) => void;
}

/**
 * Reads a zip by the directory at its end, as `unzip` does: zip64, data descriptors, names in UTF-8, in code page 437 and as bytes
 * of Unix, a program in front of it and zeroes behind it. Of a file whose first bytes are of no concern no more is read; of the
 * others the CRC-32 is checked.
 * @throws ArchiveError for a zip whose directory cannot be read to its end; what the ports throw
 */
export async function readZip(whole: ByteSource, ports: ZipPorts): Promise<void> {
  try {
    const extent = zipExtent(elfBytes(whole));
    // Where there is none, yauzl says why.
    const source = extent === undefined ? whole : new RangeSource(whole, extent.start, extent.end);
    const zip = await yauzl.fromRandomAccessReaderPromise(new SourceReader(source), source.size, {
      // With strings, one name that leads out of the zip would end the reading.
      decodeStrings: false,
      lazyEntries: true,
      autoClose: false,
    });
    const heads = new ReadAhead(source, HEADS_AHEAD);
    for await (const entry of zip.eachEntry()) await readEntry(zip, entry, heads, ports);
    expectNoMore(zip, source);
  } catch (error) {
    throw zipError(error);
  }
}

/** APPNOTE.TXT 4.3.12: what each entry of a zip's directory begins with. */
const ENTRY_SIGNATURE = Buffer.from('504b0102', 'hex');

/**
 * The number of entries that a zip says to have is not that of unzip, which reads on: where it is too low, as with more than
 * 65,535 of them from a program that knows no zip64, the rest would be passed over.
 */
function expectNoMore(zip: ZipFile, source: ByteSource): void {
  // Its types say that it is a boolean.
  const behind = Number(zip.readEntryCursor);
  if (source.read(behind, ENTRY_SIGNATURE.length).equals(ENTRY_SIGNATURE)) {
    throw new ArchiveError(
      'ARCHIVE_CORRUPT',
      `the zip says that it has ${zip.entryCount} entries, and there are more in its directory`,
    );
  }
}

/** Entries of a zip's directory have some 100 bytes, and are read one by one; so are the heads of small files. In bytes. */
const DIRECTORY_AHEAD = 64 << 10;
const HEADS_AHEAD = 128 << 10;

/** Hands out small ranges that lie one behind the other with few reads. */
class ReadAhead {
  readonly #source: ByteSource;
  readonly #length: number;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** @param length what is read at a time, in bytes */
  constructor(source: ByteSource, length: number) {
    this.#source = source;
    this.#length = length;
  }

  /** Up to `length` bytes from `offset`; fewer at the end. */
  read(offset: number, length: number): Buffer {
    const from = offset - this.#at;
    if (from >= 0 && from + length <= this.#bytes.length) return this.#bytes.subarray(from, from + length);
    if (length > this.#length) return this.#source.read(offset, length);
    this.#bytes = this.#source.read(offset, this.#length);
    this.#at = offset;
    return this.#bytes.subarray(0, length);
  }
}

class SourceReader extends yauzl.RandomAccessReader {
  readonly #source: ByteSource;
  readonly #ahead: ReadAhead;

  constructor(source: ByteSource) {
    super();
    this.#source = source;
    this.#ahead = new ReadAhead(source, DIRECTORY_AHEAD);
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return this.#source.stream(start, end - start);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    let failure: Error | null = null;
    try {
      const bytes = this.#ahead.read(position, length);
      if (bytes.length < length) failure = new ArchiveError('ARCHIVE_TRUNCATED', 'the zip ends too early');
      else bytes.copy(buffer, offset);
    } catch (error) {
      failure = error as Error;
    }
    // At once: an entry of the directory takes two reads, and a zip has tens of thousands.
    callback(failure);
  }

  override close(callback: (error: Error | null) => void): void {
    process.nextTick(callback, null);
  }
}

async function readEntry(zip: ZipFile, entry: Entry, heads: ReadAhead, ports: ZipPorts): Promise<void> {
  const described = describe(entry);
  if (described.kind === 'link') {
    await readLink(zip, entry, described, ports);
    return;
  }
  const visit = ports.visit(described);
  if (visit === undefined && !isUnlikely(entry)) return;
  try {
    checkReadable(entry);
    if (visit === undefined) {
      await readFile(zip, entry, NOWHERE, ports);
      return;
    }
    if (!visit.always && !mayConcern(entry, heads, ports)) return;
    await readFile(zip, entry, visit.sink(), ports);
  } catch (error) {
    const failure = zipError(error);
    if (!(failure instanceof ArchiveError)) throw failure;
    ports.unreadable(described, failure);
  }
}

const NOWHERE: EntrySink = { push: () => undefined, end: () => undefined, satisfied: false };

/** RFC 1951, 3.2.4: data that cannot be compressed gets five bytes longer, and so for each time that it is flushed. In bytes. */
const MOST_OVERHEAD = 64;
const SMALL = 64;

/** A size that would be the reason to pass over an entry, and is not that of its data. */
function isUnlikely({ compressionMethod, compressedSize, uncompressedSize }: Entry): boolean {
  return (
    compressionMethod === DEFLATED &&
    uncompressedSize < SMALL &&
    compressedSize > uncompressedSize + MOST_OVERHEAD
  );
}

function describe(entry: Entry): ArchiveEntry {
  const host = entry.versionMadeBy >>> 8;
  // A name on Unix is bytes, which unzip takes as they are; code page 437 is that of other systems.
  const flags = host === UNIX || host === DARWIN ? UTF8_NAME : 0;
  const name = yauzl.getFileNameLowLevel(
    entry.generalPurposeBitFlag | flags,
    entry.fileNameRaw,
    entry.extraFields,
    false,
  );
  const type = host === UNIX ? (entry.externalFileAttributes >>> 16) & TYPE_MASK : 0;
  const kind = name.endsWith('/') ? 'directory' : (KINDS[type] ?? 'file');
  return { kind, name, linkname: '', size: entry.uncompressedSize };
}

function checkReadable(entry: Entry): void {
  if (entry.isEncrypted()) throw new ArchiveError('ARCHIVE_ENCRYPTED', 'it is encrypted');
  if (!entry.canDecodeFileData()) {
    throw new ArchiveError(
      'ARCHIVE_UNSUPPORTED',
      `it is compressed by zip's method ${entry.compressionMethod}, which is not read`,
    );
  }
}

/** APPNOTE.TXT 4.3.7: a local header has 30 bytes, and then a name and extra fields, whose lengths are at 26 and 28. */
const LOCAL_HEADER = 30;

/** First byte of a class file of Java (JVM specification, 4.1), and of a universal Mach-O file. */
const JAVA_CLASS = 0xca;

/** Jars are full of class files, and nearly nothing else of them has to be looked at. */
function isNamedClass({ fileNameRaw }: Entry): boolean {
  return fileNameRaw.toString('latin1').endsWith('.class');
}

/** Whether the first bytes are of concern. True where they cannot be had so: reading the file will say why. */
function mayConcern(entry: Entry, heads: ReadAhead, { mayBegin, concerns }: ZipPorts): boolean {
  const { compressedSize, uncompressedSize, relativeOffsetOfLocalHeader: at } = entry;
  const length =
    LOCAL_HEADER + entry.fileNameLength + entry.extraFieldLength + Math.min(PEEK, compressedSize);
  let bytes = heads.read(at, length);
  if (bytes.length < LOCAL_HEADER) return true;
  const start = LOCAL_HEADER + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
  // The extra fields in front of the data may be others than those in the zip's directory.
  if (start + Math.min(PEEK, compressedSize) > bytes.length) {
    bytes = heads.read(at, start + Math.min(PEEK, compressedSize));
  }
  const data = bytes.subarray(start, start + Math.min(PEEK, compressedSize));
  const isDeflated = entry.compressionMethod === DEFLATED;
  const first = isDeflated ? firstInflatedByte(data) : data[0];
  if (first !== undefined && !mayBegin(first, uncompressedSize)) return false;
  if (first === JAVA_CLASS && isNamedClass(entry)) return false;
  try {
    const head = isDeflated
      ? inflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 2 * PEEK })
      : data;
    const enough = head.length >= Math.min(512, uncompressedSize);
    return !enough || concerns(head.subarray(0, 512), uncompressedSize);
  } catch {
    return true;
  }
}

async function readFile(zip: ZipFile, entry: Entry, sink: EntrySink, ports: ZipPorts): Promise<void> {
  const stream = await zip.openReadStreamPromise(entry);
  let checksum = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      ports.spend(chunk.length);
      checksum = crc32(chunk, checksum);
      sink.push(chunk);
      await ports.settled();
      if (sink.satisfied) return;
    }
  } finally {
    stream.destroy();
  }
  if (checksum !== entry.crc32) {
    throw new ArchiveError(
      'ARCHIVE_CORRUPT',
      `its CRC-32 is ${hex(checksum)}, and the zip says ${hex(entry.crc32)}`,
    );
  }
  sink.end();
  await ports.settled();
}

async function readLink(zip: ZipFile, entry: Entry, described: ArchiveEntry, ports: ZipPorts): Promise<void> {
  try {
    checkReadable(entry);
    if (entry.uncompressedSize > MAX_LINK)
      throw new ArchiveError('ARCHIVE_CORRUPT', `it is a symbolic link of ${entry.uncompressedSize} bytes`);
    const chunks: Buffer[] = [];
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>)
      chunks.push(chunk);
    ports.visit({ ...described, linkname: Buffer.concat(chunks).toString('utf8') });
  } catch (error) {
    const failure = zipError(error);
    if (!(failure instanceof ArchiveError)) throw failure;
    ports.unreadable(described, failure);
  }
}

function hex(number: number): string {
  return `0x${number.toString(16).padStart(8, '0')}`;
}

/** yauzl has no codes, but plain errors whose stack begins in it; zlib's have theirs (zlib.h). */
function zipError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ArchiveError) return error;
  const { message, name } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code?.startsWith('Z_') === true) {
    return new ArchiveError(
      code === 'Z_BUF_ERROR' ? 'ARCHIVE_TRUNCATED' : 'ARCHIVE_CORRUPT',
      `it cannot be inflated: ${message}`,
      error,
    );
  }
  if (name !== 'Error' || code !== undefined || error.constructor !== Error) return error;
  return new ArchiveError(codeFor(message), `the zip is not valid: ${message}`, error);
}

function codeFor(message: string): ArchiveErrorCode {
  if (/encrypt/i.test(message)) return 'ARCHIVE_ENCRYPTED';
  if (
    /end of central directory record signature not found|truncated|unexpected EOF|ended before|expected size/i.test(
      message,
    )
  )
    return 'ARCHIVE_TRUNCATED';
  return /multi-disk/i.test(message) ? 'ARCHIVE_UNSUPPORTED' : 'ARCHIVE_CORRUPT';
}
