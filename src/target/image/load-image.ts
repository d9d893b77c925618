import type { Cpu } from '../../elf/types.js';
import type { FileRange } from '../../elf/retained-range.js';
import { digestOf, hashFor, isDigest } from './digest.js';
import type { Descriptor, ImageConfig, ImageManifest } from './image-documents.js';
import { parseConfig, parseManifest } from './image-documents.js';
import { imageError } from './image-error.js';
import type { ImageCache } from './image-cache.js';
import type { ImageFacts, MissingPart } from './image-tree.js';
import { LayeredTree } from './image-tree.js';
import type { LayerBlob, LayerInventory, WantedRanges } from './layer-inventory.js';
import { readLayer } from './layer-inventory.js';
import type { ImageLimits } from './limits.js';
import { IMAGE_LIMITS, MAX_DOCUMENT } from './limits.js';
import type { Platform } from './platform.js';
import { assertPlatform, choosePlatform, isFor, notForCpu, platformName } from './platform.js';

/** Where the parts of images lie: a registry, a directory, an archive. */
export interface BlobStore {
  /** A manifest or configuration of at most `MAX_DOCUMENT` bytes; the caller verifies it. Throws `TargetError`. */
  document(descriptor: Descriptor, kind: 'manifest' | 'blob'): Promise<Uint8Array>;
  /** Hands the bytes of each layer to `take`, in whatever order is cheap. Throws `TargetError`, and what `take` throws. */
  layers(wanted: readonly LayerBlob[], take: TakeLayer): Promise<void>;
}

export type TakeLayer = (blob: LayerBlob, source: AsyncIterable<Uint8Array>) => Promise<void>;

export interface LoadOptions {
  /** What the user called the image, for messages. */
  readonly label: string;
  readonly cache: ImageCache;
  readonly limits?: Partial<ImageLimits>;
}

/** An image whose layers were read and verified; nothing of it was unpacked or executed. */
export interface ImageTree {
  readonly label: string;
  readonly facts: ImageFacts;
  readonly tree: LayeredTree;
  /** Reads the layer of a part again and keeps the part too; the answer is the image with it. Throws `TargetError`. */
  withPart(part: MissingPart): Promise<ImageTree>;
  /** Puts what was read of it into the cache, for who found it to be an image that can be read. */
  keep(): Promise<void>;
}

/** A manifest or configuration, if it is what its descriptor names. @throws TargetError `TARGET_DIGEST_MISMATCH` */
export function verified(
  bytes: Uint8Array,
  { digest, size }: Pick<Descriptor, 'digest'> & { size?: number },
  label: string,
): Uint8Array {
  const found = verifiedDigest(bytes, digest);
  if (found !== digest || (size !== undefined && bytes.length !== size)) {
    throw imageError(
      'TARGET_DIGEST_MISMATCH',
      `${label}: ${digest} was to have ${size ?? bytes.length} bytes, but ${bytes.length} came with the digest ${found}.`,
    );
  }
  return bytes;
}

function verifiedDigest(bytes: Uint8Array, digest: string): string {
  const hash = hashFor(digest);
  hash.update(bytes);
  return digestOf(hash, digest);
}

/** Indexes in an index: buildx makes one, and nobody more than two. */
const MAX_NESTING = 4;

/**
 * From an index to the manifest of the image for the CPU. Where none says its platform, as in a layout of a single image, the
 * configurations say it.
 * @throws TargetError `TARGET_NOT_FOR_CPU`, `TARGET_IMAGE_AMBIGUOUS`, as `parseManifest` and the store do
 */
export async function chooseImage(
  store: BlobStore,
  manifests: readonly Descriptor[],
  cpu: Cpu,
  label: string,
  depth = 0,
): Promise<{ readonly manifest: ImageManifest; readonly digest: string }> {
  if (depth > MAX_NESTING)
    throw imageError('TARGET_IMAGE_INVALID', `${label} has more than ${MAX_NESTING} indexes in each other.`);
  const chosen = choosePlatform(manifests, cpu);
  if (chosen !== undefined) return openManifest(store, chosen, cpu, label, depth);
  const silent = manifests.filter(({ platform }) => (platform?.os ?? '') === '');
  const have: Platform[] = manifests.flatMap(({ platform }) => platform ?? []);
  const found: { readonly manifest: ImageManifest; readonly digest: string }[] = [];
  for (const descriptor of silent.slice(0, MAX_SILENT)) {
    const image = await openManifest(store, descriptor, cpu, label, depth);
    const config = await configOf(store, image.manifest, label);
    if (isFor(config, cpu)) found.push(image);
    else have.push(config);
  }
  const [only, ...more] = found.filter(
    ({ digest }, index) => found.findIndex((other) => other.digest === digest) === index,
  );
  if (only === undefined) throw notForCpu(label, have, cpu);
  if (more.length === 0) return only;
  throw ambiguous(
    label,
    silent.map(({ annotations, digest }) => annotations?.[REF_NAME] ?? digest),
  );
}

/** Images of a layout that do not say their platform; more are a registry's, not an image's. */
const MAX_SILENT = 64;

/** Name of an image in a layout (OCI image-spec, annotations.md). */
export const REF_NAME = 'org.opencontainers.image.ref.name';

/** @param names tags, and digests of what has none: those are named last, since a tag that was written again leaves them behind */
export function ambiguous(label: string, names: readonly string[]): Error {
  const byTag = [...new Set(names)].sort((a, b) => Number(isDigest(a)) - Number(isDigest(b)));
  const shown = byTag.slice(0, 10);
  return imageError('TARGET_IMAGE_AMBIGUOUS', `${label} has more than one image: ${shown.join(', ')}.`, {
    suggestions: [`Name one behind the path: ${label}:${shown[0] ?? 'NAME'}.`],
  });
}

async function openManifest(
  store: BlobStore,
  descriptor: Descriptor,
  cpu: Cpu,
  label: string,
  depth: number,
): Promise<{ readonly manifest: ImageManifest; readonly digest: string }> {
  const bytes = verified(await store.document(descriptor, 'manifest'), descriptor, label);
  const document = parseManifest(bytes, label);
  if (document.kind === 'manifest') return { manifest: document.manifest, digest: descriptor.digest };
  return chooseImage(store, document.index.manifests, cpu, label, depth + 1);
}

/** @throws TargetError `TARGET_DIGEST_MISMATCH`, `TARGET_IMAGE_INVALID`, `TARGET_LIMIT`, and what the store throws */
export async function configOf(
  store: BlobStore,
  manifest: ImageManifest,
  label: string,
): Promise<ImageConfig> {
  const { config } = manifest;
  if (config.size > MAX_DOCUMENT) {
    throw imageError('TARGET_LIMIT', `${label} has a configuration of ${config.size} bytes.`);
  }
  return parseConfig(verified(await store.document(config, 'blob'), config, label), label);
}

/** Layers of a manifest with the digests that their archives have to have. @throws TargetError `TARGET_IMAGE_INVALID` */
export function layersOf({ layers }: ImageManifest, config: ImageConfig, label: string): LayerBlob[] {
  const diffIds = config.rootfs.diff_ids ?? [];
  assertLayerCount(layers.length, diffIds.length, label);
  return layers.map(({ digest, size, urls }, index) => ({
    label: digest,
    digest,
    size,
    diffId: diffIds[index] ?? '',
    ...(urls === undefined ? {} : { urls }),
  }));
}

export function assertLayerCount(layers: number, diffIds: number, label: string): void {
  if (layers === diffIds) return;
  throw imageError(
    'TARGET_IMAGE_INVALID',
    `${label} has ${layers} layers, but its configuration has digests for ${diffIds}.`,
  );
}

/**
 * Reads all layers, those of the cache from there, and puts them together.
 * @param digest names the image for good
 * @throws TargetError `TARGET_NOT_FOR_CPU`, `TARGET_LIMIT`, as `readLayer`, `LayeredTree.apply` and the store do
 */
export async function loadImage(
  store: BlobStore,
  image: { readonly layers: readonly LayerBlob[]; readonly config: ImageConfig; readonly digest: string },
  cpu: Cpu,
  options: LoadOptions,
): Promise<ImageTree> {
  const { label } = options;
  const { layers, config, digest } = image;
  assertPlatform(label, config, cpu);
  const limits = { ...IMAGE_LIMITS, ...options.limits };
  if (layers.length > limits.layers) {
    throw imageError('TARGET_LIMIT', `${label} has ${layers.length} layers, more than ${limits.layers}.`);
  }
  const facts: ImageFacts = {
    digest,
    platform: platformName(config),
    env: environment(config.config?.Env ?? []),
  };
  const loader = new LayerLoader(store, { ...options, limits });
  await loader.load(layers);
  const assemble = (): ImageTree => {
    const tree = new LayeredTree(label);
    const wanted = layers.map((blob) => loader.inventory(blob));
    refuseTooMuch(wanted, limits, label);
    for (const inventory of wanted) tree.apply(inventory);
    return {
      label,
      facts,
      tree,
      withPart: async ({ layer, index, range }) => {
        const blob = layers[layer];
        if (blob !== undefined) await loader.readAgain(blob, index, range);
        return assemble();
      },
      keep: () => options.cache.keep(),
    };
  };
  return assemble();
}

function refuseTooMuch(layers: readonly LayerInventory[], limits: ImageLimits, label: string): void {
  const entries = layers.reduce((sum, layer) => sum + layer.entries.length, 0);
  const kept = layers.reduce((sum, layer) => sum + layer.keptBytes, 0);
  if (entries > limits.entries)
    throw imageError('TARGET_LIMIT', `${label} has more than ${limits.entries} entries.`);
  if (kept > limits.keptBytes) {
    throw imageError(
      'TARGET_LIMIT',
      `${label} has more than ${limits.keptBytes} bytes of tables of libraries.`,
    );
  }
}

function environment(lines: readonly string[]): Readonly<Record<string, string>> {
  const entries = lines.map((line) => [line.replace(/=.*$/s, ''), line.replace(/^[^=]*=?/s, '')] as const);
  return Object.fromEntries(entries);
}

/** Reads each layer once, and again where more of it is wanted. */
class LayerLoader {
  readonly #store: BlobStore;
  readonly #options: LoadOptions & { readonly limits: ImageLimits };
  /** By `diffId`: the same layer may be there twice, and under two compressions. */
  readonly #inventories = new Map<string, LayerInventory>();
  readonly #wanted = new Map<string, Map<number, FileRange[]>>();

  constructor(store: BlobStore, options: LoadOptions & { readonly limits: ImageLimits }) {
    this.#store = store;
    this.#options = options;
  }

  inventory({ diffId }: LayerBlob): LayerInventory {
    const inventory = this.#inventories.get(diffId);
    if (inventory === undefined) throw new Error('unreachable: all layers were read');
    return inventory;
  }

  async load(layers: readonly LayerBlob[]): Promise<void> {
    const missing = new Map<string, LayerBlob>();
    for (const blob of layers) {
      const cached = await this.#options.cache.layer(blob.diffId);
      if (cached === undefined) missing.set(blob.diffId, blob);
      else this.#inventories.set(blob.diffId, cached);
    }
    await this.#read([...missing.values()]);
  }

  /** @throws TargetError `TARGET_LIMIT` for a file that asks for ever more */
  async readAgain(blob: LayerBlob, index: number, range: FileRange): Promise<void> {
    const { label } = this.#options;
    const entries = this.#wanted.get(blob.diffId) ?? new Map<number, FileRange[]>();
    const ranges = entries.get(index) ?? [];
    if (ranges.length >= MAX_PASSES) {
      throw imageError(
        'TARGET_LIMIT',
        `${label}: the tables of a library are spread over more than ${MAX_PASSES} places.`,
      );
    }
    this.#wanted.set(blob.diffId, entries.set(index, [...ranges, range]));
    await this.#read([blob]);
  }

  async #read(blobs: readonly LayerBlob[]): Promise<void> {
    if (blobs.length === 0) return;
    const { label, limits, cache } = this.#options;
    const read: [LayerBlob, LayerInventory][] = [];
    await this.#store.layers(blobs, async (blob, source) => {
      const wanted: WantedRanges = this.#wanted.get(blob.diffId) ?? new Map<number, FileRange[]>();
      read.push([blob, await readLayer(source, blob, label, limits, wanted)]);
    });
    for (const [blob, inventory] of read) {
      this.#inventories.set(blob.diffId, inventory);
      cache.putLayer(blob.diffId, inventory);
    }
    const unread = blobs.find(({ diffId }) => !this.#inventories.has(diffId));
    if (unread !== undefined)
      throw imageError('TARGET_IMAGE_INVALID', `${label} lacks the layer ${unread.label}.`);
  }
}

/** Each pass adds a range that a file's tables were found to need; real files need none, odd ones one. */
const MAX_PASSES = 8;
