/** A tar archive that cannot be right. The caller knows which layer of which image it is. */
export class TarError extends Error {
  readonly reason: 'not-tar' | 'invalid' | 'truncated';

  constructor(reason: TarError['reason'], message: string) {
    super(message);
    this.name = 'TarError';
    this.reason = reason;
  }
}

/** Size of everything in a tar archive, in bytes (POSIX pax, "ustar Interchange Format"). */
export const BLOCK = 512;

/** One header block, as it stands there. Offsets and lengths: POSIX pax, "ustar Header Block"; GNU tar's tar.h. */
export interface HeaderBlock {
  readonly name: string;
  /** In bytes, of what follows in the archive. */
  readonly size: number;
  readonly typeflag: string;
  readonly linkname: string;
  /** GNU's old sparse format (`typeflag` S). */
  readonly sparse?: OldSparse;
}

/** The part of a sparse file's map that one block has. */
export interface SparseBlock {
  readonly segments: readonly Segment[];
  /** Another block with more of the map follows. */
  readonly extended: boolean;
}

export interface OldSparse extends SparseBlock {
  readonly realSize: number;
}

/** A range of a sparse file that is stored; everything else is zeroes. In bytes. */
export interface Segment {
  readonly offset: number;
  readonly length: number;
}

export function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** @throws TarError `not-tar` for a checksum that is wrong, `invalid` for a number that is none */
export function parseHeaderBlock(block: Buffer): HeaderBlock {
  if (!checksumFits(block)) throw new TarError('not-tar', 'the checksum of a header is wrong');
  const magic = block.toString('latin1', 257, 263);
  const typeflag = String.fromCharCode(block[156] ?? 0);
  const prefix = magic === 'ustar\0' ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: number(block, 124, 12, 'size'),
    typeflag: typeflag === '\0' ? '0' : typeflag,
    linkname: text(block, 157, 100),
    ...(typeflag === 'S'
      ? {
          sparse: {
            segments: segments(block, 386, 4),
            extended: block[482] === 1,
            realSize: number(block, 483, 12, 'realsize'),
          },
        }
      : {}),
  };
}

/** @throws TarError `invalid` */
export function parseSparseBlock(block: Buffer): SparseBlock {
  return { segments: segments(block, 0, 21), extended: block[504] === 1 };
}

function segments(block: Buffer, at: number, count: number): Segment[] {
  const found: Segment[] = [];
  for (let index = 0; index < count; index++) {
    const offset = at + index * 24;
    // An unused place is all NUL; a segment of no bytes at the end of the file is used.
    if (block[offset] === 0 && block[offset + 12] === 0) continue;
    found.push({
      offset: number(block, offset, 12, 'sparse offset'),
      length: number(block, offset + 12, 12, 'sparse numbytes'),
    });
  }
  return found;
}

/** The sum of all bytes, those of the checksum itself taken for spaces; old programs took the bytes for signed. */
function checksumFits(block: Buffer): boolean {
  let unsigned = 8 * 0x20;
  let signed = unsigned;
  for (let index = 0; index < BLOCK; index++) {
    if (index >= 148 && index < 156) continue;
    const byte = block[index] ?? 0;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const stored = /^[ \0]*([0-7]{1,8})[ \0]*$/.exec(block.toString('latin1', 148, 156))?.[1];
  const sum = stored === undefined ? -1 : Number.parseInt(stored, 8);
  return sum === unsigned || sum === signed;
}

function text(block: Buffer, at: number, length: number): string {
  const end = block.indexOf(0, at);
  return block.toString('utf8', at, end === -1 || end > at + length ? at + length : end);
}

/** Octal digits, or GNU's base-256 where the first bit is set. */
function number(block: Buffer, at: number, length: number, field: string): number {
  const field0 = block[at] ?? 0;
  if ((field0 & 0x80) !== 0) {
    let value = BigInt(field0 & 0x7f);
    for (let index = at + 1; index < at + length; index++) value = value * 256n + BigInt(block[index] ?? 0);
    if (field0 === 0xff || value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new TarError('invalid', `the ${field} of a header is negative or larger than 2^53`);
    }
    return Number(value);
  }
  const digits = block.toString('latin1', at, at + length).replace(/^[ \0]+|[ \0].*$/gs, '');
  if (!/^[0-7]*$/.test(digits)) {
    throw new TarError('invalid', `the ${field} of a header is not a number: ${JSON.stringify(digits)}`);
  }
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/**
 * The records of a PAX header, `LENGTH KEY=VALUE\n` each, in order; a keyword may be there more than once (GNU.sparse.offset).
 * @throws TarError `invalid`
 */
export function parsePax(body: Buffer): [string, string][] {
  const records: [string, string][] = [];
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(0x20, at);
    const digits = space === -1 ? '' : body.toString('latin1', at, space);
    const end = at + Number(digits);
    const equals = body.indexOf(0x3d, space);
    if (
      !/^[1-9]\d{0,8}$/.test(digits) ||
      end > body.length ||
      body[end - 1] !== 0x0a ||
      equals === -1 ||
      equals >= end
    ) {
      throw new TarError('invalid', 'a PAX header does not consist of records');
    }
    records.push([body.toString('utf8', space + 1, equals), body.toString('utf8', equals + 1, end - 1)]);
    at = end;
  }
  return records;
}

/** A decimal number of a PAX record. @throws TarError `invalid` */
export function paxNumber(key: string, value: string): number {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) {
    throw new TarError(
      'invalid',
      `the PAX record ${key} is not a number: ${JSON.stringify(value.slice(0, 40))}`,
    );
  }
  return number;
}
