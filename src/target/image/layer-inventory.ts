import { createHash } from 'node:crypto';
import type { FileRange } from '../../elf/retained-range.js';
import { isDigest, digestOf, hashFor } from './digest.js';
import { exceedsRatio } from '../../archive/limits.js';
import { decompressed, DecompressError } from '../../archive/compression.js';
import { imageError } from './image-error.js';
import type { ImageErrorCode } from './image-error.js';
import type { KeptFile } from './kept-file.js';
import { FileKeeper, interestIn, keptBytes } from './kept-file.js';
import type { ImageLimits } from './limits.js';
import { TarError } from '../../archive/tar-header.js';
import type { EntryConsumer, TarEntry } from '../../archive/tar-reader.js';
import { TarReader } from '../../archive/tar-reader.js';

/** One change that a layer makes. Paths are relative to the root, without `.` and `..`; the root itself is empty. */
export type LayerEntry =
  | { readonly kind: 'file'; readonly path: string; file: KeptFile }
  | { readonly kind: 'directory' | 'other'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  /** Another name of the file at `to`, a path like `path`. */
  | { readonly kind: 'hard-link'; readonly path: string; readonly to: string }
  /** What lower layers have at this path is gone. */
  | { readonly kind: 'whiteout'; readonly path: string }
  /** What lower layers have in this directory is gone. */
  | { readonly kind: 'opaque'; readonly path: string };

/** What there is to know of a layer, in the order of its archive. */
export interface LayerInventory {
  readonly entries: LayerEntry[];
  /** Bytes of files that are held. */
  readonly keptBytes: number;
}

/** A layer, by what has to be true of its bytes. */
export interface LayerBlob {
  /** For messages: the digest, or a file's name in an archive. */
  readonly label: string;
  /** Of the bytes as they are stored; absent where an archive does not name it. */
  readonly digest?: string;
  /** In bytes, as they are stored. */
  readonly size?: number;
  /** Digest of the uncompressed archive, from the image's configuration (`rootfs.diff_ids`). */
  readonly diffId: string;
  /** Where a layer may be fetched that its registry does not have itself. */
  readonly urls?: readonly string[];
}

/** Ranges to keep besides, by the index of the entry. */
export type WantedRanges = ReadonlyMap<number, readonly FileRange[]>;

/** Prefix of whiteouts, and an opaque one (OCI image-spec, layer.md, "Whiteouts"). */
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
/** AUFS' own files, as Docker's pkg/archive/whiteouts.go has them; the opaque mark is one of them. */
const META = '.wh..wh.';

/**
 * Reads one layer in one pass and verifies it: size and digest as stored, digest as inflated. What it says counts only when this
 * returns. A layer that is damaged is said to be that, whatever its damage did to the archive inside.
 * @throws TargetError `TARGET_DIGEST_MISMATCH`, `TARGET_LAYER_NOT_TAR`, `TARGET_LAYER_INVALID`, `TARGET_TRUNCATED`,
 *   `TARGET_LINK_ESCAPES`, `TARGET_LIMIT`; what the source throws
 */
export async function readLayer(
  source: AsyncIterable<Uint8Array>,
  blob: LayerBlob,
  image: string,
  limits: ImageLimits,
  wanted: WantedRanges = new Map(),
): Promise<LayerInventory> {
  const where = `${image}, layer ${blob.label}`;
  const builder = new InventoryBuilder(where, limits, wanted);
  const tar = new TarReader((entry) => builder.visit(entry));
  const stored = new StoredBytes(blob, where);
  const diff = createHash(isDigest(blob.diffId) ? blob.diffId.slice(0, blob.diffId.indexOf(':')) : 'sha256');
  let failure: { readonly error: unknown } | undefined;
  let inflated = 0;
  try {
    for await (const chunk of decompressed(stored.watch(source))) {
      inflated += chunk.length;
      refuseBomb(inflated, stored.size, limits, where);
      diff.update(chunk);
      if (failure === undefined) {
        try {
          tar.push(chunk);
        } catch (error) {
          if (!(error instanceof TarError)) throw error;
          failure = { error };
        }
      }
    }
    if (failure === undefined) tar.end();
  } catch (error) {
    if (!(error instanceof TarError || error instanceof DecompressError)) throw error;
    failure = { error };
  }
  stored.verify();
  if (failure !== undefined) throw located(failure.error, where);
  const found = digestOf(diff, blob.diffId);
  if (found !== blob.diffId) {
    throw imageError(
      'TARGET_DIGEST_MISMATCH',
      `${where}: uncompressed it is ${found}, and not ${blob.diffId} as the image's configuration says.`,
    );
  }
  return builder.inventory();
}

function refuseBomb(inflated: number, stored: number, limits: ImageLimits, where: string): void {
  if (inflated > limits.inflatedBytes) {
    throw imageError('TARGET_LIMIT', `${where} inflates to more than ${limits.inflatedBytes} bytes.`);
  }
  if (exceedsRatio(inflated, stored, limits)) {
    throw imageError('TARGET_LIMIT', `${where} inflates to more than ${limits.ratio} times its size.`);
  }
}

/** Counts and hashes the bytes of a blob as they come. */
class StoredBytes {
  size = 0;
  readonly #blob: LayerBlob;
  readonly #where: string;
  readonly #hash;

  constructor(blob: LayerBlob, where: string) {
    this.#blob = blob;
    this.#where = where;
    this.#hash = blob.digest === undefined ? undefined : hashFor(blob.digest);
  }

  async *watch(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      this.size += chunk.length;
      if (this.#blob.size !== undefined && this.size > this.#blob.size) throw this.#wrongSize('more');
      this.#hash?.update(chunk);
      yield chunk;
    }
  }

  verify(): void {
    const { digest, size } = this.#blob;
    if (size !== undefined && this.size !== size) throw this.#wrongSize(`${this.size}`);
    const found = digest === undefined || this.#hash === undefined ? digest : digestOf(this.#hash, digest);
    if (found !== digest) {
      throw imageError('TARGET_DIGEST_MISMATCH', `${this.#where}: the bytes have the digest ${found ?? ''}.`);
    }
  }

  #wrongSize(found: string): Error {
    return imageError(
      'TARGET_DIGEST_MISMATCH',
      `${this.#where} has ${found} bytes, and not ${this.#blob.size ?? 0} as its manifest says.`,
    );
  }
}

/** What is wrong with a layer's compression. */
const INFLATE_CODES = {
  corrupt: 'TARGET_LAYER_INVALID',
  unsupported: 'TARGET_LAYER_INVALID',
  truncated: 'TARGET_TRUNCATED',
  limit: 'TARGET_LIMIT',
} as const satisfies Record<DecompressError['reason'], ImageErrorCode>;

function located(error: unknown, where: string): unknown {
  if (error instanceof TarError) {
    if (error.reason === 'not-tar') {
      return imageError('TARGET_LAYER_NOT_TAR', `${where} is not a tar archive: ${error.message}.`, {
        cause: error,
      });
    }
    const code = error.reason === 'truncated' ? 'TARGET_TRUNCATED' : 'TARGET_LAYER_INVALID';
    return imageError(code, `${where} is not a valid tar archive: ${error.message}.`, { cause: error });
  }
  if (error instanceof DecompressError) {
    return imageError(INFLATE_CODES[error.reason], `${where} cannot be inflated: ${error.message}.`, {
      cause: error,
    });
  }
  return error;
}

class InventoryBuilder {
  readonly #entries: LayerEntry[] = [];
  readonly #where: string;
  readonly #limits: ImageLimits;
  readonly #wanted: WantedRanges;
  #keptBytes = 0;

  constructor(where: string, limits: ImageLimits, wanted: WantedRanges) {
    this.#where = where;
    this.#limits = limits;
    this.#wanted = wanted;
  }

  inventory(): LayerInventory {
    return { entries: this.#entries, keptBytes: this.#keptBytes };
  }

  visit(entry: TarEntry): EntryConsumer | undefined {
    if (this.#entries.length >= this.#limits.entries) {
      throw imageError('TARGET_LIMIT', `${this.#where} has more than ${this.#limits.entries} entries.`);
    }
    const path = this.#path(entry.name, 'the path');
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    const parent = path.slice(0, Math.max(0, slash));
    if (name === OPAQUE) {
      this.#entries.push({ kind: 'opaque', path: parent });
      return undefined;
    }
    if (name.startsWith(WHITEOUT) && !name.startsWith(META)) {
      const hidden = name.slice(WHITEOUT.length);
      if (hidden === '' || hidden === '.' || hidden === '..') {
        throw imageError(
          'TARGET_LAYER_INVALID',
          `${this.#where}: ${JSON.stringify(entry.name)} hides no file.`,
        );
      }
      this.#entries.push({ kind: 'whiteout', path: parent === '' ? hidden : `${parent}/${hidden}` });
      return undefined;
    }
    return this.#change(entry, path);
  }

  #change(entry: TarEntry, path: string): EntryConsumer | undefined {
    switch (entry.kind) {
      case 'file':
        return this.#file(entry, path);
      case 'link':
        this.#entries.push({ kind: 'link', path, to: entry.linkname });
        return undefined;
      case 'hard-link':
        this.#entries.push({ kind: 'hard-link', path, to: this.#path(entry.linkname, 'the hard link') });
        return undefined;
      default:
        this.#entries.push({ kind: entry.kind, path });
        return undefined;
    }
  }

  #file(entry: TarEntry, path: string): EntryConsumer {
    const index = this.#entries.length;
    const change = { kind: 'file' as const, path, file: { size: entry.size, pieces: [] } as KeptFile };
    this.#entries.push(change);
    const extra = this.#wanted.get(index) ?? [];
    return new FileKeeper(entry.size, interestIn(path, entry.size), extra, (file) => {
      change.file = file;
      this.#keptBytes += keptBytes(file);
      if (this.#keptBytes > this.#limits.keptBytes) {
        throw imageError(
          'TARGET_LIMIT',
          `${this.#where} has more than ${this.#limits.keptBytes} bytes of tables of libraries.`,
        );
      }
    });
  }

  #path(name: string, what: string): string {
    const parts: string[] = [];
    for (const part of name.split('/')) {
      if (part === '' || part === '.') continue;
      if (part !== '..') parts.push(part);
      else if (parts.pop() === undefined) {
        throw imageError(
          'TARGET_LINK_ESCAPES',
          `${this.#where}: ${what} ${JSON.stringify(name)} leads out of the root directory.`,
          {
            suggestions: [
              'Do not run the image: programs that do not check such paths write files outside of it.',
            ],
          },
        );
      }
    }
    return parts.join('/');
  }
}
