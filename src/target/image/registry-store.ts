import type { RetryPolicy } from '../../http/retry.js';
import { Transient, withRetries } from '../../http/retry.js';
import type { Authorizer } from './authorizer.js';
import { sha256, isDigest } from './digest.js';
import type { ImageCache } from './image-cache.js';
import type { Descriptor } from './image-documents.js';
import { MANIFEST_TYPES } from './image-documents.js';
import { imageError } from './image-error.js';
import type { LayerBlob } from './layer-inventory.js';
import { MAX_DOCUMENT } from './limits.js';
import type { BlobStore } from './load-image.js';
import { verified } from './load-image.js';
import type { PullReference } from './pull-reference.js';
import type { ExchangeContext, Answer } from '../../http/exchange.js';
import { exchange } from '../../http/exchange.js';
import { noSuchImage, unexpected } from './registry-failures.js';

export interface RegistryStoreOptions {
  readonly image: PullReference;
  /** `https://registry-1.docker.io`. */
  readonly base: URL;
  readonly authorizer: Authorizer;
  readonly context: ExchangeContext;
  readonly retry: RetryPolicy;
  readonly cache: ImageCache;
}

/** A repository of a registry that speaks the OCI distribution protocol (opencontainers/distribution-spec). */
export class RegistryStore implements BlobStore {
  readonly #options: RegistryStoreOptions;

  constructor(options: RegistryStoreOptions) {
    this.#options = options;
  }

  /**
   * What the name of the image stands for now, and its digest.
   * @throws TargetError `TARGET_IMAGE_NOT_FOUND`, `TARGET_IMAGE_UNAUTHORIZED`, `TARGET_DIGEST_MISMATCH`, `TARGET_REGISTRY_…`
   */
  async manifest(): Promise<{ readonly bytes: Uint8Array; readonly digest: string }> {
    const { image, cache } = this.#options;
    const { reference, label } = image;
    const known = isDigest(reference) ? await this.#cached(reference) : undefined;
    if (known !== undefined) return { bytes: known, digest: reference };
    const { bytes, stated } = await this.#small(this.#url('manifests', reference), MANIFEST_HEADERS);
    const digest = isDigest(reference)
      ? reference
      : stated !== null && isDigest(stated)
        ? stated
        : sha256(bytes);
    cache.putDocument(digest, verified(bytes, { digest }, label));
    return { bytes, digest };
  }

  async document(descriptor: Descriptor, kind: 'manifest' | 'blob'): Promise<Uint8Array> {
    const { image, cache } = this.#options;
    const known = await this.#cached(descriptor.digest);
    if (known !== undefined) return known;
    const url = this.#url(kind === 'manifest' ? 'manifests' : 'blobs', descriptor.digest);
    const { bytes } = await this.#small(url, kind === 'manifest' ? MANIFEST_HEADERS : {});
    cache.putDocument(descriptor.digest, verified(bytes, descriptor, image.label));
    return bytes;
  }

  async layers(
    wanted: readonly LayerBlob[],
    take: (blob: LayerBlob, source: AsyncIterable<Uint8Array>) => Promise<void>,
  ): Promise<void> {
    for (const blob of wanted) await take(blob, this.#blob(blob));
  }

  /** What the cache has is verified as if it had come from the registry. */
  async #cached(digest: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#options.cache.document(digest);
    if (bytes === undefined) return undefined;
    try {
      return verified(bytes, { digest }, '');
    } catch {
      return undefined;
    }
  }

  #url(kind: 'manifests' | 'blobs', reference: string): URL {
    return new URL(`/v2/${this.#options.image.repository}/${kind}/${reference}`, this.#options.base);
  }

  #small(
    url: URL,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly bytes: Uint8Array; readonly stated: string | null }> {
    const { authorizer, retry } = this.#options;
    return withRetries(retry, async () => {
      const answer = this.#accepted(await authorizer.ask(url, { headers }), url);
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of answer.body()) {
        size += chunk.length;
        if (size > MAX_DOCUMENT)
          throw unexpected(url, `answers with more than ${MAX_DOCUMENT} bytes for a manifest`);
        chunks.push(chunk);
      }
      return { bytes: Buffer.concat(chunks), stated: answer.headers.get('docker-content-digest') };
    });
  }

  #accepted(answer: Answer, url: URL): Answer {
    const { status } = answer;
    if (status === 200 || status === 206) return answer;
    answer.discard();
    if (status === 404 || status === 410) throw noSuchImage(this.#options.image);
    throw unexpected(url, `answers with HTTP ${status}`);
  }

  /** A layer; where the transfer breaks off, the rest is asked for. That both belong together the digest proves. */
  async *#blob(blob: LayerBlob): AsyncGenerator<Uint8Array, void, undefined> {
    const { retry } = this.#options;
    let position = 0;
    for (let attempt = 0; ; attempt++) {
      const answer = await withRetries(retry, () => this.#open(blob, position));
      let skip = answer.status === 206 ? 0 : position;
      try {
        for await (const chunk of answer.body()) {
          const fresh = chunk.subarray(Math.min(skip, chunk.length));
          skip -= chunk.length - fresh.length;
          position += fresh.length;
          if (fresh.length > 0) yield fresh;
        }
        // A proxy that ends an answer early says nothing of it; the size does.
        if (blob.size === undefined || position >= blob.size || attempt >= retry.retries) return;
      } catch (error) {
        if (!(error instanceof Transient)) throw error;
        if (attempt >= retry.retries) throw error.failure;
      }
    }
  }

  async #open(blob: LayerBlob, position: number): Promise<Answer> {
    const { authorizer } = this.#options;
    const url = this.#url('blobs', blob.digest ?? blob.diffId);
    const range = position === 0 ? {} : { headers: { Range: `bytes=${position}-` } };
    const answer = await authorizer.ask(url, range);
    const { status } = answer;
    const continues = (answer.headers.get('content-range') ?? '').startsWith(`bytes ${position}-`);
    if (status === 200 || (status === 206 && continues)) return answer;
    answer.discard();
    if (status === 404 || status === 410) return this.#elsewhere(blob);
    throw unexpected(url, `answers with HTTP ${status}`);
  }

  /** Layers that may not be distributed lie at the URLs of their descriptor (OCI image-spec, layer.md). No credentials go there. */
  async #elsewhere(blob: LayerBlob): Promise<Answer> {
    const { image, context } = this.#options;
    for (const text of blob.urls ?? []) {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (url?.protocol !== 'https:' && url?.protocol !== this.#options.base.protocol) continue;
      const answer = await exchange(url, {}, context);
      if (answer.status === 200) return answer;
      answer.discard();
    }
    throw imageError(
      'TARGET_IMAGE_NOT_FOUND',
      `${image.registry} does not have the layer ${blob.label} of ${image.label}.`,
      {
        suggestions: [
          'Push the image again, or `docker pull` it and name what `docker save` writes as docker-archive:FILE.',
        ],
      },
    );
  }
}

const MANIFEST_HEADERS = { Accept: MANIFEST_TYPES.join(', ') };
