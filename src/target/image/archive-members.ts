import { ChunkQueue } from '../../archive/chunk-queue.js';
import { decompressed, DecompressError } from '../../archive/compression.js';
import { imageError } from './image-error.js';
import { fileBytes } from './local-file.js';
import { TarError } from '../../archive/tar-header.js';
import type { EntryConsumer, TarEntry } from '../../archive/tar-reader.js';
import { TarReader } from '../../archive/tar-reader.js';

/** Documents of an archive: more than `docker save` of all images of a machine has. In bytes. */
const MAX_DOCUMENTS = 64 << 20;
const MAX_MEMBER = 4 << 20;
const MAX_MEMBERS = 100_000;

/** What is in an archive of images. */
export interface ArchiveMembers {
  /** JSON documents by name, and the small blobs of a layout, which may be such. */
  readonly documents: ReadonlyMap<string, Uint8Array>;
  readonly names: ReadonlySet<string>;
  /** Layers that two images share are there once, and else as links (Docker before 25). Names by name. */
  readonly links: ReadonlyMap<string, string>;
}

/** A tar archive of images on this machine, plain or compressed. */
export class ImageArchive {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws TargetError `TARGET_LAYER_NOT_TAR`, `TARGET_LAYER_INVALID`, `TARGET_TRUNCATED`, `TARGET_LIMIT`, and as `fileBytes` */
  async members(): Promise<ArchiveMembers> {
    const documents = new Map<string, Uint8Array>();
    const names = new Set<string>();
    const links = new Map<string, string>();
    let size = 0;
    await this.#scan((entry) => {
      const name = memberName(entry.name);
      if (names.size >= MAX_MEMBERS)
        throw imageError('TARGET_LIMIT', `${this.#file} has more than ${MAX_MEMBERS} members.`);
      if (entry.kind === 'link' || entry.kind === 'hard-link') links.set(name, linkTarget(name, entry));
      if (entry.kind !== 'file') return undefined;
      names.add(name);
      if (!(name.endsWith('.json') || name.startsWith('blobs/')) || entry.size > MAX_MEMBER) return undefined;
      const chunks: Uint8Array[] = [];
      let dropped = false;
      return {
        get satisfied() {
          return dropped;
        },
        push: (chunk) => {
          // 0x7b is "{", 0x5b "[".
          dropped ||= chunks.length === 0 && chunk[0] !== 0x7b && chunk[0] !== 0x5b;
          if (dropped) return;
          size += chunk.length;
          if (size > MAX_DOCUMENTS)
            throw imageError('TARGET_LIMIT', `${this.#file} has more than ${MAX_DOCUMENTS} bytes of JSON.`);
          chunks.push(chunk);
        },
        end: () => {
          if (!dropped) documents.set(name, Buffer.concat(chunks));
        },
      };
    });
    return { documents, names, links };
  }

  /**
   * Hands the bytes of members to `take`, in the order of the archive; one that is not there is passed over.
   * @throws as `members`, and what `take` throws
   */
  async read(
    wanted: ReadonlySet<string>,
    take: (name: string, source: AsyncIterable<Uint8Array>) => Promise<void>,
  ): Promise<void> {
    let current: { readonly queue: ChunkQueue; readonly taking: Promise<void> } | undefined;
    const pending: { readonly queue: ChunkQueue; readonly taking: Promise<void> }[] = [];
    const left = new Set(wanted);
    const settle = async (): Promise<void> => {
      const finished = current;
      current = undefined;
      await finished?.taking;
    };
    try {
      await this.#scan(
        (entry): EntryConsumer | undefined => {
          const name = memberName(entry.name);
          if (entry.kind !== 'file' || !left.delete(name)) return undefined;
          const queue = new ChunkQueue();
          const taking = take(name, queue).finally(() => {
            queue.abandon();
          });
          taking.catch(() => undefined);
          pending.push({ queue, taking });
          return {
            satisfied: false,
            push: (chunk) => {
              queue.push(chunk);
            },
            end: () => {
              queue.end();
            },
          };
        },
        async () => {
          // Several members may have begun and ended within one piece of the archive.
          for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
            await settle();
            current = next;
          }
          await current?.queue.drained();
        },
      );
      await settle();
    } finally {
      current?.queue.abandon();
      for (const { queue } of pending) queue.abandon();
    }
  }

  async #scan(
    visit: (entry: TarEntry) => EntryConsumer | undefined,
    afterChunk: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const tar = new TarReader(visit);
    try {
      for await (const chunk of decompressed(fileBytes(this.#file))) {
        tar.push(chunk);
        await afterChunk();
      }
      tar.end();
    } catch (error) {
      throw this.#located(error);
    }
  }

  #located(error: unknown): unknown {
    if (!(error instanceof TarError || error instanceof DecompressError)) return error;
    if (error.reason === 'not-tar') {
      return imageError('TARGET_LAYER_NOT_TAR', `${this.#file} is not a tar archive: ${error.message}.`, {
        cause: error,
        suggestions: [
          'Name a file that `docker save`, `podman save` or `skopeo copy … docker-archive:FILE` wrote.',
        ],
      });
    }
    if (error.reason === 'unsupported') {
      return imageError('TARGET_LAYER_INVALID', `${this.#file} cannot be read: ${error.message}.`, {
        cause: error,
        suggestions: [
          'Unpack it first, and name the tar archive that comes of it; gzip and zstd are read as they are.',
        ],
      });
    }
    if (error.reason === 'limit') {
      return imageError('TARGET_LIMIT', `${this.#file} cannot be read: ${error.message}.`, {
        cause: error,
        suggestions: [`Decompress it first: zstd -d --long=31 ${this.#file}`],
      });
    }
    const code = error.reason === 'truncated' ? 'TARGET_TRUNCATED' : 'TARGET_LAYER_INVALID';
    return imageError(code, `${this.#file} cannot be read to its end: ${error.message}.`, {
      cause: error,
      suggestions: ['Write the archive again: it is cut short or damaged.'],
    });
  }
}

function memberName(name: string): string {
  return name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/** Symbolic links name their target from where they lie (`../ID/layer.tar`), hard links from the root of the archive. */
function linkTarget(name: string, { kind, linkname }: TarEntry): string {
  const parts = kind === 'link' ? name.split('/').slice(0, -1) : [];
  for (const part of linkname.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
