import { mkdtemp, rmdir } from 'node:fs/promises';
import path from 'node:path';
import envPaths from 'env-paths';
import { isGemContents } from '../gem/contents-shape.js';
import type { GemContents } from '../gem/types.js';
import { makeDirectory } from './make-directory.js';

/** Raised when how something is stored under a key changes: older entries are misses from then on. */
export const CACHE_FORMAT = 3;

/** An info body with what is needed to ask whether it has changed. */
export interface CachedInfo {
  readonly bytes: Buffer;
  /** As the server sent it; absent where it sent none. */
  readonly etag?: string;
}

/**
 * What outlives a run. Reads of what is missing, damaged or unreadable answer undefined; writes that fail are given up: a cache
 * never fails an audit.
 */
export interface RegistryCache {
  /** `remote`: URL of the server without credentials; `name`: the gem. */
  getInfo(remote: string, name: string): Promise<CachedInfo | undefined>;
  putInfo(remote: string, name: string, info: CachedInfo): Promise<void>;
  /** `sha256`: of the `.gem`, lower-case hex. */
  getInspection(sha256: string): Promise<GemContents | undefined>;
  putInspection(sha256: string, contents: GemContents): Promise<void>;
}

export interface CacheOptions {
  /** See `cacheDirectory`. */
  readonly directory: string;
  /**
   * Version of this program. Another one may see more in a gem, so inspections are kept by version; info bodies, which are as the
   * server sent them, are not.
   */
  readonly version?: string;
  /** Told once, in one sentence, when the cache cannot be used. */
  readonly warn: (message: string) => void;
}

/** `GEMCOMPAT_CACHE_DIR`, or the platform's place for caches (`$XDG_CACHE_HOME/gemcompat`, `~/.cache/gemcompat`). */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const given = env['GEMCOMPAT_CACHE_DIR'];
  return given === undefined || given === '' ? envPaths('gemcompat', { suffix: '' }).cache : given;
}

/** A cache that holds nothing. */
export function noCache(): RegistryCache {
  return {
    getInfo: () => Promise.resolve(undefined),
    putInfo: () => Promise.resolve(),
    getInspection: () => Promise.resolve(undefined),
    putInspection: () => Promise.resolve(),
  };
}

/**
 * The cache on disk. Entries are written to a temporary file and renamed, and their digest is verified when they are read
 * (`cacache`); a damaged one is a miss and is removed. Nothing is created before the first write.
 */
export function openCache(options: CacheOptions): RegistryCache {
  const { directory, version = '0' } = options;
  const inspectionKey = (sha256: string): string =>
    `gemcompat:${CACHE_FORMAT}:inspection:${version}:${sha256}`;
  // A cache that cannot be written to may still have what is needed.
  const usable = { read: true, written: true };
  let warned = false;
  const unusable = (how: keyof typeof usable, error: unknown): void => {
    usable[how] = false;
    if (warned) return;
    warned = true;
    const { code, message } = error as NodeJS.ErrnoException;
    options.warn(`The cache ${directory} cannot be ${how} (${code ?? message}); going on without it.`);
  };
  let prepared: Promise<void> | undefined;

  const get = async (key: string): Promise<Entry | undefined> => {
    if (!usable.read) return undefined;
    const { default: cacache } = await import('cacache');
    try {
      const entry = await cacache.get(directory, key);
      return { data: entry.data, metadata: entry.metadata as unknown };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      if (code !== undefined && DAMAGED.has(code)) await remove(key);
      else unusable('read', error);
      return undefined;
    }
  };
  const remove = async (key: string): Promise<void> => {
    const { default: cacache } = await import('cacache');
    try {
      const entry = await cacache.get.info(directory, key);
      if (entry !== null) await cacache.rm.content(directory, entry.integrity);
      await cacache.rm.entry(directory, key);
    } catch (error) {
      unusable('written', error);
    }
  };
  const put = async (key: string, data: Buffer, metadata: unknown): Promise<void> => {
    if (!usable.written) return;
    const { default: cacache } = await import('cacache');
    try {
      await (prepared ??= prepare(directory));
      // Content is stored by its digest, so what is replaced would stay for ever.
      const replaced = await cacache.get.info(directory, key);
      await cacache.put(directory, key, data, { metadata });
      const stored = await cacache.get.info(directory, key);
      if (replaced !== null && stored !== null && replaced.integrity !== stored.integrity) {
        await cacache.rm.content(directory, replaced.integrity);
      }
    } catch (error) {
      unusable('written', error);
    }
  };

  return {
    getInfo: async (remote, name) => {
      const entry = await get(infoKey(remote, name));
      if (entry === undefined) return undefined;
      const etag = (entry.metadata as { etag?: unknown } | undefined)?.etag;
      return { bytes: entry.data, ...(typeof etag === 'string' ? { etag } : {}) };
    },
    putInfo: (remote, name, info) =>
      put(infoKey(remote, name), info.bytes, info.etag === undefined ? {} : { etag: info.etag }),
    getInspection: async (sha256) => {
      const key = inspectionKey(sha256);
      const entry = await get(key);
      if (entry === undefined) return undefined;
      const contents = parseContents(entry.data, sha256);
      if (contents === undefined) await remove(key);
      return contents;
    },
    putInspection: (sha256, contents) =>
      put(inspectionKey(sha256), Buffer.from(JSON.stringify(contents)), {}),
  };
}

/** Makes the directory, as cacache would by itself if `makeDirectory` were not needed, and proves that it can be written to. */
async function prepare(directory: string): Promise<void> {
  await makeDirectory(path.resolve(directory));
  await rmdir(await mkdtemp(path.join(directory, 'probe-')));
}

interface Entry {
  readonly data: Buffer;
  readonly metadata: unknown;
}

/** cacache's and ssri's codes for content that is not what was stored. */
const DAMAGED = new Set(['EINTEGRITY', 'EBADSIZE']);

function infoKey(remote: string, name: string): string {
  return `gemcompat:${CACHE_FORMAT}:info:${remote}:${name}`;
}

/** The stored contents, if they are those of the gem that was asked for. */
function parseContents(data: Buffer, sha256: string): GemContents | undefined {
  try {
    const contents: unknown = JSON.parse(data.toString('utf8'));
    return isGemContents(contents) && contents.sha256 === sha256 ? contents : undefined;
  } catch {
    return undefined;
  }
}
