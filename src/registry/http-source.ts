import { RegistryError } from '../errors.js';
import type { RegistryCache } from './cache.js';
import { parseInfo, parseNames } from './compact-index.js';
import type { Credentials } from './credentials.js';
import { assertGemName, checkedFileName } from './gem-file-name.js';
import type { HttpClient } from './http-client.js';
import { findRelease } from './find-release.js';
import { shownUrl } from '../http/shown-url.js';
import { indexUrl } from './remote-url.js';
import type { SingleSource, Release } from './types.js';
import { digestsOfInfos, infoDigest } from './versions-list.js';

/** Largest info body, decoded, in bytes. The largest on rubygems.org are a few MB. */
const MAX_INFO_SIZE = 64 * 1024 * 1024;

/** Largest gem, in bytes. rubygems.org accepts up to 500 MB. */
const MAX_GEM_SIZE = 2 * 1024 * 1024 * 1024;

/** Largest list of all versions, in bytes. That of rubygems.org has some 25 MB. */
const MAX_VERSIONS_SIZE = 1024 * 1024 * 1024;

export interface HttpSourceOptions {
  /** With a trailing slash; credentials in it are used and never shown. */
  readonly url: URL;
  readonly client: HttpClient;
  readonly cache: RegistryCache;
  /** Where the URL carries none. */
  readonly credentials?: Credentials;
  /** Answer from the cache alone. */
  readonly offline?: boolean;
}

/**
 * A gem server with a compact index. Each info is asked for once in the life of the source, with the cached one's ETag, however
 * many ask for it at the same time.
 *
 * A name that the server does not know (404) has no releases; but a server that has no `/versions` either has no compact index at
 * all, which is an error, for it may well have the gem.
 */
export function httpSource(options: HttpSourceOptions): SingleSource {
  const { url, client, cache } = options;
  const name = shownUrl(url);
  const auth = options.credentials === undefined ? {} : { credentials: options.credentials };
  const infos = new Map<string, Promise<readonly Release[]>>();
  const digests = new Map<string, string>();
  let listed: Promise<ReadonlyMap<string, string>> | undefined;
  let index: Promise<void> | undefined;
  const hosts = [url.host, indexUrl(url).host];
  let unreachable: RegistryError | undefined;

  /** Where the index is served from a host of its own, what cannot be reached there is not tried again at the other. */
  const reach = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (unreachable !== undefined) throw unreachable;
    try {
      return await ask();
    } catch (error) {
      if (isUnreachable(error, hosts)) unreachable = error;
      throw error;
    }
  };

  const assertCompactIndex = (): Promise<void> => {
    index ??= reach(() => client.exists(new URL('versions', indexUrl(url)), auth)).then((exists) => {
      if (!exists) throw noCompactIndex(name);
    });
    return index;
  };

  const load = async (gem: string): Promise<readonly Release[]> => {
    const address = new URL(`info/${encodeURIComponent(gem)}`, indexUrl(url));
    const origin = shownUrl(address);
    const cached = await cache.getInfo(name, gem);
    if (options.offline === true) {
      if (cached === undefined) throw notCached(gem, name);
      digests.set(gem, infoDigest(cached.bytes));
      return parseInfo(gem, cached.bytes.toString('utf8'), origin);
    }
    const etag = cached?.etag === undefined ? {} : { etag: cached.etag };
    let answer;
    try {
      answer = await reach(() => client.document(address, { ...auth, ...etag, maxSize: MAX_INFO_SIZE }));
    } catch (error) {
      if (!(error instanceof RegistryError && error.code === 'REGISTRY_NOT_FOUND')) throw error;
      await assertCompactIndex();
      return [];
    }
    digests.set(gem, infoDigest(answer === 'unchanged' ? (cached?.bytes ?? Buffer.of()) : answer.bytes));
    if (answer === 'unchanged') return parseInfo(gem, cached?.bytes.toString('utf8') ?? '', origin);
    if (answer.bytes.length === 0) throw emptyInfo(gem, origin);
    const releases = parseInfo(gem, answer.bytes.toString('utf8'), origin);
    // Only what could be parsed is kept.
    await cache.putInfo(name, gem, answer);
    index ??= Promise.resolve();
    return releases;
  };

  const releases = async (gem: string): Promise<readonly Release[]> => {
    assertGemName(gem);
    let info = infos.get(gem);
    if (info === undefined) {
      info = load(gem);
      infos.set(gem, info);
    }
    return info;
  };

  return {
    name,
    local: false,
    releases,
    names: async () => {
      if (options.offline === true) return [];
      const address = new URL('names', indexUrl(url));
      const answer = await reach(() => client.document(address, { ...auth, maxSize: MAX_INFO_SIZE }));
      return answer === 'unchanged' ? [] : parseNames(answer.bytes.toString('utf8'));
    },
    release: async (gem) => findRelease(await releases(gem.name), gem),
    isCurrent: async (gem) => {
      await releases(gem);
      if (options.offline === true) return undefined;
      const address = new URL('versions', indexUrl(url));
      listed ??= reach(() => client.download(address, { ...auth, maxSize: MAX_VERSIONS_SIZE })).then(
        digestsOfInfos,
      );
      try {
        const stated = (await listed).get(gem);
        return stated === undefined ? undefined : stated === digests.get(gem);
      } catch (error) {
        // That the list cannot be had says nothing of the gem.
        if (error instanceof RegistryError) return undefined;
        throw error;
      }
    },
    open: async (gem) => {
      const file = checkedFileName(gem);
      const address = new URL(`gems/${encodeURIComponent(file)}`, url);
      if (options.offline === true) throw offlineGem(file, name);
      try {
        return await reach(() => client.download(address, { ...auth, maxSize: MAX_GEM_SIZE }));
      } catch (error) {
        if (!(error instanceof RegistryError && error.code === 'REGISTRY_NOT_FOUND')) throw error;
        throw new RegistryError(`${name} has no ${file} (HTTP ${error.status ?? 404})`, {
          code: 'REGISTRY_GEM_NOT_FOUND',
          url: shownUrl(address),
          ...(error.status === undefined ? {} : { status: error.status }),
          suggestions: [
            'The version may have been yanked, or come from another source: `bundle update` the gem.',
          ],
        });
      }
    },
  };
}

/** Of these hosts, and not of one that they redirect to. */
function isUnreachable(error: unknown, hosts: readonly string[]): error is RegistryError {
  return (
    error instanceof RegistryError &&
    error.code === 'REGISTRY_UNREACHABLE' &&
    error.url !== undefined &&
    hosts.includes(new URL(error.url).host)
  );
}

function noCompactIndex(url: string): RegistryError {
  return new RegistryError(`${url} has no compact index: neither /info/NAME nor /versions is there`, {
    code: 'REGISTRY_NO_COMPACT_INDEX',
    url,
    status: 404,
    suggestions: [
      'Check the path of the source. Servers that offer the older Marshal index (specs.4.8.gz) alone cannot be read yet.',
      'Run `bundle cache` and audit with `--source vendor/cache`.',
    ],
  });
}

function emptyInfo(gem: string, url: string): RegistryError {
  return new RegistryError(`${url} answers with nothing at all for ${gem}, not even the "---" of an index`, {
    code: 'REGISTRY_DAMAGED_BODY',
    url,
    status: 200,
    suggestions: ['Try again; where it stays, a proxy or the server itself is at fault.'],
  });
}

function notCached(gem: string, url: string): RegistryError {
  return new RegistryError(`the versions of ${gem} at ${url} are not in the cache, and the network is off`, {
    code: 'REGISTRY_OFFLINE',
    url,
    suggestions: ['Run once without --offline, or give a directory of gems with `--source DIR`.'],
  });
}

function offlineGem(file: string, url: string): RegistryError {
  return new RegistryError(`${file} cannot be fetched from ${url}: the network is off`, {
    code: 'REGISTRY_OFFLINE',
    url,
    suggestions: ['Run once without --offline, or give a directory that holds it with `--source DIR`.'],
  });
}
