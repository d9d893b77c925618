import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { RegistryError } from '../errors.js';
import { createAgents } from '../http/agents.js';
import type { BundlerSettings } from './bundler-settings.js';
import { noCache } from './cache.js';
import type { RegistryCache } from './cache.js';
import { combinedSource } from './combined-source.js';
import type { CombinedSource } from './combined-source.js';
import { directorySource } from './directory-source.js';
import type { ReadGemMetadata } from './directory-source.js';
import { createHttpClient } from './http-client.js';
import { HTTP_LIMITS } from '../http/exchange.js';
import type { HttpLimits } from '../http/exchange.js';
import { httpSource } from './http-source.js';
import { mirrorAnswers } from './mirrors.js';
import { shownUrl } from '../http/shown-url.js';
import { parseRemote } from './remote-url.js';
import { RETRY_POLICY } from '../http/retry.js';
import type { RetryPolicy } from '../http/retry.js';
import type { SingleSource } from './types.js';

export interface RegistryOptions {
  /** Relative directories are taken from here. */
  readonly cwd: string;
  readonly settings: BundlerSettings;
  readonly readMetadata: ReadGemMetadata;
  /** None by default. */
  readonly cache?: RegistryCache;
  /** Nothing is asked over the network: index data comes from the cache, gems from directories. */
  readonly offline?: boolean;
  /** Version of this program, for the user agent. */
  readonly version: string;
  readonly limits?: Partial<HttpLimits>;
  readonly retry?: Partial<RetryPolicy>;
}

/** Where to look for gems, as a lockfile or the command line names it: http(s) and file URLs, and directories. */
export interface SourceSpecs {
  /** Copies at hand, such as `vendor/cache`; a directory that is not there or holds no gems has none to offer. */
  readonly local?: readonly string[];
  /** In order of precedence. */
  readonly remotes: readonly string[];
}

/** The sources of one run: one connection pool, and one object for each server or directory, however often it is named. */
export interface Registry {
  /**
   * One source.
   *
   * @throws RegistryError for a directory that holds no gems, or a URL that names no gem server.
   */
  source(spec: string): Promise<SingleSource>;
  /** A group of sources as one; see `combinedSource`. */
  sources(specs: SourceSpecs): Promise<CombinedSource>;
  /** Closes idle connections. */
  close(): void;
}

export function openRegistry(options: RegistryOptions): Registry {
  const limits = { ...HTTP_LIMITS, ...options.limits };
  const { sslCaCert } = options.settings;
  const agents = createAgents({
    connectTimeout: limits.connect,
    ...(sslCaCert === undefined ? {} : { caCert: sslCaCert }),
  });
  const client = createHttpClient({
    agents,
    limits,
    retry: { ...RETRY_POLICY, ...options.retry },
    userAgent: `gemcompat/${options.version}`,
  });
  const opened = new Map<string, Promise<SingleSource>>();
  const once = (key: string, open: () => Promise<SingleSource>): Promise<SingleSource> => {
    const source = opened.get(key) ?? open();
    opened.set(key, source);
    return source;
  };

  const remote = async (url: URL): Promise<SingleSource> => {
    const mirror = options.settings.mirrorFor(url);
    // Offline, the mirror's answers are what the cache has.
    const answers = mirror !== undefined && (options.offline === true || (await mirrorAnswers(mirror)));
    if (mirror?.url.protocol === 'file:' && answers) return source(mirror.url.href);
    const actual = mirror !== undefined && answers ? mirror.url : url;
    const credentials = options.settings.credentialsFor(actual);
    const server = httpSource({
      url: actual,
      client,
      cache: options.cache ?? noCache(),
      ...(credentials === undefined ? {} : { credentials }),
      ...(options.offline === undefined ? {} : { offline: options.offline }),
    });
    return actual === url ? server : { ...server, name: `${server.name} (mirror of ${shownUrl(url)})` };
  };

  const directory = (spec: string, mayBeEmpty: boolean): Promise<SingleSource> => {
    const resolved = path.resolve(options.cwd, directoryOf(spec));
    return once(`${String(mayBeEmpty)} ${resolved}`, () =>
      directorySource({ directory: resolved, readMetadata: options.readMetadata, name: spec, mayBeEmpty }),
    );
  };

  async function source(spec: string): Promise<SingleSource> {
    if (!/^https?:/i.test(spec)) return directory(spec, false);
    const url = parseRemote(spec);
    return once(url.href, () => remote(url));
  }

  return {
    source,
    sources: async ({ local = [], remotes }) => {
      const [locals, others] = await Promise.all([
        Promise.all(local.map((spec) => directory(spec, true))),
        Promise.all(remotes.map(source)),
      ]);
      return combinedSource({ local: locals, remotes: others });
    },
    close: () => {
      agents.close();
    },
  };
}

function directoryOf(spec: string): string {
  if (!/^file:/i.test(spec)) {
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(spec)) parseRemote(spec);
    return spec;
  }
  try {
    return fileURLToPath(spec);
  } catch (error) {
    throw new RegistryError(`${JSON.stringify(spec)} is not a file URL of this machine`, {
      code: 'REGISTRY_BAD_URL',
      suggestions: ['Write file:///ABSOLUTE/PATH, or the path alone.'],
      cause: error,
    });
  }
}
