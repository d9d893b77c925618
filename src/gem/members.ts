import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { archiveError } from './archive-error.js';
import { hasTarChecksum } from '../archive/formats.js';
import { inflateWhole } from './inflate.js';
import type { GemLimits } from './limits.js';
import { parseGemMetadata, parseMemberChecksums } from './metadata.js';
import type { MemberChecksums } from './metadata.js';
import { MAX_OLD_GEM, isOldGem, readOldGem } from './old-format.js';
import type { EntryConsumer, EntryVisitor } from './tar.js';
import { readTar } from './tar.js';
import type { GemMetadata } from './types.js';

/** The members of a `.gem` that are read. Their signatures (`.sig`) are not: what counts is the index's SHA-256. */
const known = ['metadata', 'metadata.gz', 'data.tar.gz', 'checksums.yaml.gz'];

/** Digests that `checksums.yaml.gz` is held against, by RubyGems' names. RubyGems 2.0 to 2.5 wrote SHA1 and SHA512. */
const algorithms: readonly (readonly [name: string, hash: string])[] = [
  ['SHA256', 'sha256'],
  ['SHA512', 'sha512'],
];

export interface MemberOptions {
  readonly gem: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly limits: GemLimits;
  /** Takes `data.tar.gz`; absent where only the metadata is wanted, and then reading stops as soon as it is there. */
  readonly data?: () => EntryConsumer;
  /** Takes the files of a gem that has no `data.tar.gz`, being of RubyGems before 0.9; absent as `data` is. */
  readonly files?: () => EntryVisitor;
}

export interface Members {
  readonly metadata: GemMetadata;
  /** Lower-case hex SHA-256 of the whole `.gem`, as far as it was read. */
  readonly sha256: string;
  /** In bytes, as far as it was read. */
  readonly size: number;
}

/** Reads a `.gem`'s members in whatever order they come. Throws `GemArchiveError`, and what `source` throws. */
export async function readMembers(source: Readable, options: MemberOptions): Promise<Members> {
  const { gem, limits, data } = options;
  const whole = createHash('sha256');
  const seen = new Map<string, Map<string, Hash>>();
  let metadata: GemMetadata | undefined;
  let checksums: MemberChecksums | undefined;
  const tally = { size: 0, lastBlock: Buffer.alloc(0) };

  const held = (name: string, size: number, use: (text: string) => void): EntryConsumer => {
    const spot = { gem, entry: name };
    if (size > limits.metadataBytes) throw archiveError('GEM_LIMIT', `has ${size} bytes`, spot);
    const chunks: Uint8Array[] = [];
    return {
      push: (chunk) => void chunks.push(chunk),
      end: () => {
        const bytes = Buffer.concat(chunks);
        const plain = name.endsWith('.gz') ? inflateWhole(bytes, limits.metadataBytes, spot) : bytes;
        use(new TextDecoder().decode(plain));
      },
    };
  };

  const consumer = (name: string, size: number): EntryConsumer | undefined => {
    switch (name) {
      case 'metadata':
      case 'metadata.gz':
        if (metadata !== undefined || seen.has(name === 'metadata' ? 'metadata.gz' : 'metadata')) {
          throw archiveError('GEM_MEMBER_DUPLICATE', 'there are two specifications', { gem, entry: name });
        }
        return held(name, size, (text) => {
          metadata = parseGemMetadata(text, { gem, entry: name });
        });
      case 'checksums.yaml.gz':
        if (data === undefined) return undefined;
        return held(name, size, (text) => {
          checksums = parseMemberChecksums(text, { gem, entry: name });
        });
      case 'data.tar.gz':
        return data?.();
      default:
        return undefined;
    }
  };

  const chunks = counted(source, whole, tally, options);
  const first = await chunks.next();
  if (first.done !== true && isOldGem(first.value)) {
    const bytes = await heldOld(first.value, chunks, gem);
    const read = await readOldGem(bytes, limits, options.files?.(), { gem });
    return { metadata: read, sha256: whole.digest('hex'), size: tally.size };
  }

  await readTar(
    resumed(first, chunks),
    ({ name, size }) => {
      if (!known.includes(name)) return undefined;
      if (seen.has(name)) {
        throw archiveError('GEM_MEMBER_DUPLICATE', 'is there twice', { gem, entry: name });
      }
      const digests = new Map(
        data === undefined ? [] : algorithms.map(([label, hash]) => [label, createHash(hash)]),
      );
      seen.set(name, digests);
      const inner = consumer(name, size);
      if (inner === undefined && digests.size === 0) return undefined;
      return {
        push(chunk) {
          for (const digest of digests.values()) digest.update(chunk);
          return inner?.push(chunk);
        },
        end: () => inner?.end(),
      };
    },
    { gem },
    () => data === undefined && metadata !== undefined,
  );

  if (metadata === undefined) throw archiveError('GEM_MEMBER_MISSING', 'there is no metadata.gz', { gem });
  if (data !== undefined) {
    if (!seen.has('data.tar.gz'))
      throw archiveError('GEM_MEMBER_MISSING', 'there is no data.tar.gz', { gem });
    checkEnd(tally, gem);
    if (checksums !== undefined) checkDigests(checksums, seen, gem);
  }
  return { metadata, sha256: whole.digest('hex'), size: tally.size };
}

/** A generator of which the first chunk has been taken. */
async function* resumed(
  first: IteratorResult<Uint8Array, unknown>,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.done === true) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

/** A gem of the old format, whole. */
async function heldOld(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
  gem: string | undefined,
): Promise<Buffer> {
  const chunks = [first];
  let size = first.length;
  for await (const chunk of rest) {
    size += chunk.length;
    if (size > MAX_OLD_GEM)
      throw archiveError('GEM_LIMIT', `is of the format of 2006, and has more than ${MAX_OLD_GEM} bytes`, {
        gem,
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const block = 512;

/** The archive's own bytes on their way to the tar reader: counted, digested, and looked at for what is no tar at all. */
async function* counted(
  source: Readable,
  whole: Hash,
  tally: { size: number; lastBlock: Buffer },
  { gem, signal, data }: MemberOptions,
): AsyncGenerator<Uint8Array> {
  let head = Buffer.alloc(0);
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      if (data !== undefined) {
        whole.update(chunk);
        tally.lastBlock =
          chunk.length >= block
            ? chunk.subarray(-block)
            : Buffer.concat([tally.lastBlock, chunk]).subarray(-block);
      }
      tally.size += chunk.length;
      if (tally.size - chunk.length < block) {
        head = Buffer.concat([head, chunk.subarray(0, block)]).subarray(0, block);
        if (head.length < block) continue;
        checkHead(head, gem);
        yield head;
        const rest = chunk.subarray(chunk.length - (tally.size - block));
        if (rest.length > 0) yield rest;
      } else yield chunk;
    }
  } finally {
    source.destroy();
  }
  signal?.throwIfAborted();
  if (tally.size === 0) throw archiveError('GEM_EMPTY', 'the file is empty', { gem });
  if (tally.size < block) {
    checkHead(head, gem);
    throw archiveError('GEM_TRUNCATED', `has ${tally.size} bytes, less than one tar header`, { gem });
  }
}

/** Says what a file is that is no tar archive, while its first bytes are at hand. */
function checkHead(head: Buffer, gem: string | undefined): void {
  const text = head.toString('latin1');
  if (head.length < block || isOldGem(head)) return;
  if (hasTarChecksum(head)) return;
  const shown = JSON.stringify(text.slice(0, 16));
  throw archiveError('GEM_NOT_TAR', `is not a tar archive: it begins with ${shown}`, { gem });
}

/** A tar archive ends with blocks of zeroes; without them it may have lost members that nothing else would miss. */
function checkEnd({ size, lastBlock }: { size: number; lastBlock: Buffer }, gem: string | undefined): void {
  if (size % block === 0 && lastBlock.every((byte) => byte === 0)) return;
  throw archiveError('GEM_TRUNCATED', `the tar archive has no end mark (${size} bytes)`, { gem });
}

function checkDigests(
  checksums: MemberChecksums,
  seen: ReadonlyMap<string, ReadonlyMap<string, Hash>>,
  gem: string | undefined,
): void {
  const found = new Map(
    [...seen].map(([name, digests]) => [
      name,
      new Map([...digests].map(([algorithm, digest]) => [algorithm, digest.digest('hex')])),
    ]),
  );
  for (const [algorithm, members] of checksums) {
    for (const [name, expected] of members) {
      const digests = found.get(name);
      const actual = digests?.get(algorithm);
      if (digests !== undefined && actual === undefined) continue;
      if (actual === expected) continue;
      throw archiveError(
        'GEM_CHECKSUM_MISMATCH',
        actual === undefined
          ? 'checksums.yaml.gz lists it, but it is not there'
          : `its ${algorithm} is ${actual}, and checksums.yaml.gz says ${expected}`,
        { gem, entry: name },
      );
    }
  }
}
