import path from 'node:path';
import { makeDirectory } from '../../registry/make-directory.js';
import { decodeLayer, encodeLayer } from './layer-codec.js';
import type { LayerInventory } from './layer-inventory.js';

/** Raised when what is kept of a layer, or its form, changes: older entries are misses from then on. */
const FORMAT = 1;

/**
 * What is cached of images: only what was verified, by its digest, and only of images that could be read to their end. Failures to
 * read or write never fail a run.
 */
export interface ImageCache {
  /** By the digest of the uncompressed layer, which is the layer's whatever its compression. */
  layer(diffId: string): Promise<LayerInventory | undefined>;
  putLayer(diffId: string, inventory: LayerInventory): void;
  /** A manifest or configuration by its own digest. */
  document(digest: string): Promise<Uint8Array | undefined>;
  putDocument(digest: string, bytes: Uint8Array): void;
  /** Writes what was put. Without it nothing is: an image that is refused leaves nothing behind. */
  keep(): Promise<void>;
}

export const NO_IMAGE_CACHE: ImageCache = {
  layer: () => Promise.resolve(undefined),
  putLayer: () => undefined,
  document: () => Promise.resolve(undefined),
  putDocument: () => undefined,
  keep: () => Promise.resolve(),
};

/**
 * A cache on disk, in the directory of all of this program's caches. Entries are written to a temporary file and renamed, and
 * verified when they are read (`cacache`). Nothing is created before the first write.
 * @param warn told once, in one sentence, when the cache cannot be used
 */
export function openImageCache(directory: string, warn: (message: string) => void): ImageCache {
  let usable = true;
  const unusable = (error: unknown): void => {
    if (usable)
      warn(
        `The cache ${directory} cannot be used (${(error as NodeJS.ErrnoException).code ?? String(error)}); going on without it.`,
      );
    usable = false;
  };
  const get = async (key: string): Promise<Buffer | undefined> => {
    if (!usable) return undefined;
    const { default: cacache } = await import('cacache');
    try {
      return (await cacache.get(directory, key)).data;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // What is damaged is written anew.
      if (code !== 'ENOENT' && code !== 'EINTEGRITY' && code !== 'EBADSIZE') unusable(error);
      return undefined;
    }
  };
  const put = async (key: string, data: Uint8Array): Promise<void> => {
    if (!usable) return;
    const { default: cacache } = await import('cacache');
    try {
      await makeDirectory(path.resolve(directory));
      const replaced = await cacache.get.info(directory, key);
      const integrity: unknown = await cacache.put(
        directory,
        key,
        Buffer.from(data.buffer, data.byteOffset, data.length),
      );
      // Content is stored by its digest, so what is replaced would stay for ever.
      if (replaced !== null && replaced.integrity !== String(integrity)) {
        await cacache.rm.content(directory, replaced.integrity);
      }
    } catch (error) {
      unusable(error);
    }
  };
  const key = (kind: 'layer' | 'document', digest: string): string =>
    `gemcompat:${FORMAT}:image-${kind}:${digest}`;
  const layers = new Map<string, LayerInventory>();
  const documents = new Map<string, Uint8Array>();
  return {
    layer: async (diffId) => {
      const fresh = layers.get(diffId);
      if (fresh !== undefined) return fresh;
      const data = await get(key('layer', diffId));
      return data === undefined ? undefined : decodeLayer(data);
    },
    putLayer: (diffId, inventory) => {
      layers.set(diffId, inventory);
    },
    document: async (digest) => documents.get(digest) ?? (await get(key('document', digest))),
    putDocument: (digest, bytes) => {
      documents.set(digest, bytes);
    },
    keep: async () => {
      for (const [digest, bytes] of documents) await put(key('document', digest), bytes);
      for (const [diffId, inventory] of layers) await put(key('layer', diffId), encodeLayer(inventory));
      documents.clear();
      layers.clear();
    },
  };
}
