import type { Cpu } from '../../elf/types.js';
import type { Agents } from '../../http/agents.js';
import type { HttpLimits } from '../../http/exchange.js';
import { HTTP_LIMITS } from '../../http/exchange.js';
import type { RetryPolicy } from '../../http/retry.js';
import { RETRY_POLICY, Transient } from '../../http/retry.js';
import { Authorizer } from './authorizer.js';
import { findLogin } from './docker-login.js';
import { NO_IMAGE_CACHE, openImageCache } from './image-cache.js';
import { parseManifest } from './image-documents.js';
import type { ImageTree } from './load-image.js';
import { chooseImage, configOf, layersOf, loadImage } from './load-image.js';
import type { ImageLimits } from './limits.js';
import { parsePullReference } from './pull-reference.js';
import { containerRegistryError } from './registry-failures.js';
import type { ExchangeContext } from '../../http/exchange.js';
import { exchange } from '../../http/exchange.js';
import { RegistryStore } from './registry-store.js';

export interface PullOptions {
  /** Connections, proxies and certificates: `createAgents`. The caller closes them. */
  readonly agents: Agents;
  /** `gemcompat/1.2.3`. */
  readonly userAgent: string;
  /** For `DOCKER_CONFIG`, and of credential helpers. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory, where `.docker/config.json` is. */
  readonly home: string;
  /** Where verified layers are kept by digest; absent: nowhere. */
  readonly cacheDirectory?: string;
  /** Told once, in one sentence, when the cache cannot be used. */
  readonly warn?: (message: string) => void;
  readonly limits?: Partial<ImageLimits>;
  readonly httpLimits?: HttpLimits;
  readonly retry?: RetryPolicy;
  /** Milliseconds that a credential helper may take. */
  readonly helperTimeout?: number;
}

/**
 * Reads an image from any registry that speaks the OCI distribution protocol. Layers stream by; what matters of them is kept, and
 * cached by digest once it is verified, so that a second reading asks for the manifest alone and one by digest asks for nothing.
 * A registry on this machine may speak plain HTTP, as for Docker; any other has to have TLS.
 * @param reference as for `docker pull`
 * @throws TargetError, with the codes of `ImageErrorCode`
 */
export async function pullImage(reference: string, cpu: Cpu, options: PullOptions): Promise<ImageTree> {
  const image = parsePullReference(reference);
  const { label } = image;
  const retry = options.retry ?? RETRY_POLICY;
  const { agents, userAgent } = options;
  const context: ExchangeContext = {
    ...{ agents, userAgent, limits: options.httpLimits ?? HTTP_LIMITS },
    // The digests are those of the bytes as they are stored.
    headers: { 'Accept-Encoding': 'identity' },
    errorFor: containerRegistryError,
  };
  const cache =
    options.cacheDirectory === undefined
      ? NO_IMAGE_CACHE
      : openImageCache(options.cacheDirectory, options.warn ?? (() => undefined));
  const authorizer = new Authorizer(image, context, () => findLogin(image.registry, options));
  const base = await baseUrl(image.host, context);
  const store = new RegistryStore({ image, base, authorizer, context, retry, cache });

  const { bytes, digest } = await store.manifest();
  const document = parseManifest(bytes, label);
  const chosen =
    document.kind === 'manifest'
      ? { manifest: document.manifest, digest }
      : await chooseImage(store, document.index.manifests, cpu, label);
  const config = await configOf(store, chosen.manifest, label);
  return loadImage(
    store,
    { config, digest: chosen.digest, layers: layersOf(chosen.manifest, config, label) },
    cpu,
    {
      label,
      cache,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    },
  );
}

/** Addresses of this machine, which Docker lets speak plain HTTP without being told (moby, registry/config.go). */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

async function baseUrl(host: string, context: ExchangeContext): Promise<URL> {
  const secure = new URL(`https://${host}/`);
  if (!LOOPBACK.test(host)) return secure;
  try {
    (await exchange(new URL('/v2/', secure), {}, context)).discard();
    return secure;
  } catch (error) {
    // An untrusted certificate and a failing registry are TLS all the same.
    if (error instanceof Transient && error.failure.code !== 'TARGET_REGISTRY_UNREACHABLE') return secure;
    if (!(error instanceof Transient) && (error as Error).message.includes('certificate')) return secure;
    return new URL(`http://${host}/`);
  }
}
