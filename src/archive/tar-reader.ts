import { SparseExpander } from './sparse-expander.js';
import type { HeaderBlock, Segment } from './tar-header.js';
import {
  BLOCK,
  isZero,
  parseHeaderBlock,
  parsePax,
  parseSparseBlock,
  paxNumber,
  TarError,
} from './tar-header.js';

export type TarKind = 'file' | 'hard-link' | 'link' | 'directory' | 'other';

export interface TarEntry {
  readonly kind: TarKind;
  /** GNU long names, PAX paths and ustar prefixes put together; as stored, not made safe. */
  readonly name: string;
  /** Target of a symbolic or hard link. */
  readonly linkname: string;
  /** In bytes, of the file as it is unpacked. */
  readonly size: number;
  /** Where its bytes begin in the archive; those of a sparse file are not all there. */
  readonly offset: number;
}

/** Takes the bytes of one file. They stay as they are after the call. */
export interface EntryConsumer {
  /** No more bytes are of interest; `end` is called all the same. */
  readonly satisfied: boolean;
  push(chunk: Uint8Array): void;
  end(): void;
}

/** Asked once for each entry, in order. Undefined: its bytes are passed over. What it throws ends the reading. */
export type EntryVisitor = (entry: TarEntry) => EntryConsumer | undefined;

/** The longest name, PAX header or sparse map, in bytes: as Go's archive/tar, with which images are made and unpacked. */
const MAX_SPECIAL = 1 << 20;

const KINDS: Readonly<Record<string, TarKind>> = {
  '0': 'file',
  '1': 'hard-link',
  '2': 'link',
  '3': 'other',
  '4': 'other',
  '5': 'directory',
  '6': 'other',
  '7': 'file',
  S: 'file',
};

/** What the headers before an entry say of it. */
interface Extension {
  longName?: string;
  longLink?: string;
  pax?: [string, string][];
}

interface Sparse {
  readonly realSize: number;
  readonly segments: Segment[];
}

/**
 * Reads a tar archive that is pushed into it: v7, ustar, GNU and PAX, with hard links and sparse files (GNU's old format and
 * PAX 0.0, 0.1 and 1.0). Two blocks of zeroes end it and what follows is not looked at, as for the programs that run images.
 * An archive of no bytes has no entries. Memory: 1 MiB at most.
 * @throws TarError from `push` and `end`; what the visitor and its consumers throw
 */
export class TarReader {
  readonly #visit: EntryVisitor;
  readonly #block = Buffer.alloc(BLOCK);
  #mode: 'block' | 'sparse-block' | 'special' | 'map' | 'data' | 'padding' | 'end' = 'block';
  /** Bytes in #block, or of a special body. */
  #filled = 0;
  #special: Buffer[] = [];
  /** Bytes of the mode that are still to come. */
  #remaining = 0;
  #padding = 0;
  #position = 0;
  #zeroBlocks = 0;
  #first = true;
  #header: HeaderBlock | undefined;
  #extension: Extension = {};
  #sparse: Sparse | undefined;
  #consumer: EntryConsumer | undefined;

  constructor(visit: EntryVisitor) {
    this.#visit = visit;
  }

  /** A block of zeroes was read, as at the end of every archive that is complete. */
  get endMark(): boolean {
    return this.#zeroBlocks > 0;
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0 && this.#mode !== 'end') {
      const taken = this.#take(rest);
      this.#position += taken;
      rest = rest.subarray(taken);
      this.#advance();
    }
  }

  end(): void {
    if (this.#mode === 'end' || this.#mode === 'padding') return;
    if (this.#mode === 'block' && this.#filled === 0 && Object.keys(this.#extension).length === 0) return;
    if (this.#first) throw new TarError('not-tar', 'it is shorter than a header');
    throw new TarError('truncated', `it ends within ${JSON.stringify(this.#header?.name ?? 'a header')}`);
  }

  #take(bytes: Uint8Array): number {
    switch (this.#mode) {
      case 'block':
      case 'sparse-block':
      case 'map': {
        const part = bytes.subarray(0, BLOCK - this.#filled);
        this.#block.set(part, this.#filled);
        this.#filled += part.length;
        return part.length;
      }
      case 'special': {
        const part = bytes.subarray(0, this.#remaining);
        this.#special.push(Buffer.from(part));
        this.#remaining -= part.length;
        return part.length;
      }
      case 'data': {
        const part = bytes.subarray(0, this.#remaining);
        if (this.#consumer?.satisfied === false) this.#consumer.push(part);
        this.#remaining -= part.length;
        return part.length;
      }
      default: {
        const length = Math.min(bytes.length, this.#remaining);
        this.#remaining -= length;
        return length;
      }
    }
  }

  /** Goes on to what follows as long as the mode has all of its bytes. */
  #advance(): void {
    if (this.#mode === 'block' && this.#filled === BLOCK) {
      this.#filled = 0;
      this.#onBlock();
    } else if (this.#mode === 'sparse-block' && this.#filled === BLOCK) {
      this.#filled = 0;
      this.#onSparse(parseSparseBlock(this.#block));
    } else if (this.#mode === 'map' && this.#filled === BLOCK) {
      this.#filled = 0;
      this.#onMapBlock();
    }
    if (this.#mode === 'special' && this.#remaining === 0) this.#onSpecial();
    if (this.#mode === 'data' && this.#remaining === 0) {
      this.#consumer?.end();
      this.#consumer = undefined;
      this.#pad();
    }
    if (this.#mode === 'padding' && this.#remaining === 0) this.#mode = 'block';
  }

  #pad(): void {
    this.#mode = 'padding';
    this.#remaining = this.#padding;
  }

  #onBlock(): void {
    if (isZero(this.#block)) {
      this.#first = false;
      this.#zeroBlocks += 1;
      if (this.#zeroBlocks === 2) this.#mode = 'end';
      return;
    }
    const header = this.#parse();
    this.#first = false;
    this.#zeroBlocks = 0;
    this.#header = header;
    if ('xgLK'.includes(header.typeflag)) {
      if (header.size > MAX_SPECIAL) {
        throw new TarError('invalid', `a header of ${header.size} bytes is longer than ${MAX_SPECIAL}`);
      }
      this.#mode = 'special';
      this.#special = [];
      this.#remaining = header.size;
      this.#padding = padding(header.size);
      return;
    }
    if (header.sparse === undefined) this.#onEntry();
    else {
      this.#sparse = { realSize: header.sparse.realSize, segments: [] };
      this.#onSparse(header.sparse);
    }
  }

  #parse(): HeaderBlock {
    try {
      return parseHeaderBlock(this.#block);
    } catch (error) {
      if (!this.#first && error instanceof TarError && error.reason === 'not-tar') {
        throw new TarError('invalid', `${error.message}, behind ${JSON.stringify(this.#header?.name ?? '')}`);
      }
      throw error;
    }
  }

  #onSpecial(): void {
    const body = Buffer.concat(this.#special);
    this.#special = [];
    const value = body.toString('utf8').replace(/\0[^]*$/, '');
    // A global header (g) says nothing that matters here.
    if (this.#header?.typeflag === 'L') this.#extension.longName = value;
    if (this.#header?.typeflag === 'K') this.#extension.longLink = value;
    if (this.#header?.typeflag === 'x') this.#extension.pax = parsePax(body);
    this.#pad();
  }

  #onSparse({ segments, extended }: { segments: readonly Segment[]; extended: boolean }): void {
    this.#sparse?.segments.push(...segments);
    this.#limitMap();
    if (extended) this.#mode = 'sparse-block';
    else this.#onEntry();
  }

  #limitMap(): void {
    if ((this.#sparse?.segments.length ?? 0) * 24 > MAX_SPECIAL) {
      throw new TarError('invalid', 'the map of a sparse file is too long');
    }
  }

  #onEntry(): void {
    const header = this.#header;
    if (header === undefined) throw new Error('unreachable: an entry has a header');
    const pax = this.#extension.pax ?? [];
    const records = new Map(pax);
    const kind = KINDS[header.typeflag];
    const name =
      records.get('GNU.sparse.name') ?? records.get('path') ?? this.#extension.longName ?? header.name;
    if (kind === undefined) {
      throw new TarError(
        'invalid',
        `${JSON.stringify(name)} is of the unknown type ${JSON.stringify(header.typeflag)}`,
      );
    }
    const linkname = records.get('linkpath') ?? this.#extension.longLink ?? header.linkname;
    const paxSize = records.get('size');
    // Links and directories have no bytes, whatever their size field says (POSIX pax, ustar typeflag; Go's archive/tar).
    const bare = kind !== 'file';
    const stored = bare ? 0 : paxSize === undefined ? header.size : paxNumber('size', paxSize);
    const directory = kind === 'file' && header.typeflag === '0' && name.endsWith('/');
    this.#extension = {};
    this.#remaining = stored;
    this.#padding = padding(stored);
    this.#sparse ??= paxSparse(pax, records);
    this.#limitMap();
    const entry = { kind: directory ? 'directory' : kind, name, linkname, stored };
    if (records.get('GNU.sparse.major') === '1') this.#mode = 'map';
    else this.#begin(entry);
    this.#entry = entry;
  }

  #entry: { kind: TarKind; name: string; linkname: string; stored: number } | undefined;

  /** The numbers of a PAX 1.0 map: how many segments, then offset and length of each, one in a line. */
  #map = '';

  #onMapBlock(): void {
    if (this.#remaining < BLOCK) throw new TarError('invalid', 'the map of a sparse file is cut short');
    this.#remaining -= BLOCK;
    this.#map += this.#block.toString('latin1');
    if (this.#map.length > MAX_SPECIAL) throw new TarError('invalid', 'the map of a sparse file is too long');
    const lines = this.#map.split('\n');
    const count = paxNumber('GNU.sparse.map', lines[0] ?? '');
    if (lines.length - 1 < 1 + 2 * count) return;
    const numbers = lines.slice(1, 1 + 2 * count).map((line) => paxNumber('GNU.sparse.map', line));
    this.#map = '';
    this.#sparse?.segments.push(...pairs(numbers));
    if (this.#entry !== undefined) this.#begin(this.#entry);
  }

  #begin(entry: { kind: TarKind; name: string; linkname: string; stored: number }): void {
    const sparse = this.#sparse;
    this.#sparse = undefined;
    const { kind, name, linkname } = entry;
    const consumer = this.#visit({
      kind,
      name,
      linkname,
      size: sparse?.realSize ?? entry.stored,
      offset: this.#position,
    });
    this.#consumer =
      consumer === undefined || sparse === undefined
        ? consumer
        : new SparseExpander(consumer, sparse.segments, sparse.realSize);
    this.#mode = 'data';
  }
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** PAX 0.0 has the map in repeated records, 0.1 in one, 1.0 before the data (GNU tar manual, "Storing Sparse Files"). */
function paxSparse(
  pax: readonly (readonly [string, string])[],
  records: ReadonlyMap<string, string>,
): Sparse | undefined {
  const realSize = records.get('GNU.sparse.realsize') ?? records.get('GNU.sparse.size');
  if (realSize === undefined) return undefined;
  const size = paxNumber('GNU.sparse.size', realSize);
  if (records.get('GNU.sparse.major') === '1') return { realSize: size, segments: [] };
  const map = records.get('GNU.sparse.map');
  const numbers =
    map === undefined
      ? pax
          .filter(([key]) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes')
          .map(([, value]) => value)
      : map.split(',').filter((value) => value !== '');
  return { realSize: size, segments: pairs(numbers.map((value) => paxNumber('GNU.sparse.map', value))) };
}

function pairs(numbers: readonly number[]): Segment[] {
  if (numbers.length % 2 !== 0)
    throw new TarError('invalid', 'the map of a sparse file has an odd number in it');
  return Array.from({ length: numbers.length / 2 }, (_, index) => ({
    offset: numbers[2 * index] ?? 0,
    length: numbers[2 * index + 1] ?? 0,
  }));
}
