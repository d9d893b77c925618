import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import pLimit from 'p-limit';
import type { GemOrigin } from '../audit/gem-reader.js';
import { GemReader } from '../audit/gem-reader.js';
import type { AuditWarning } from '../audit/types.js';
import type * as GemReading from '../gem/contents.js';
import type { BundlerSettings } from '../registry/bundler-settings.js';
import { cacheDirectory, openCache } from '../registry/cache.js';
import type { CombinedSource } from '../registry/combined-source.js';
import { openRegistry } from '../registry/sources.js';
import { packageVersion } from './package-version.js';

export interface SessionOptions {
  /** Where relative directories of `sources` are taken from. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Bundler's settings in the project. */
  readonly settings: BundlerSettings;
  /** URLs and directories to get gems from, in place of the remotes and `vendor/cache`. */
  readonly sources?: readonly string[] | undefined;
  readonly offline?: boolean | undefined;
  readonly warn: (warning: AuditWarning) => void;
}

let reading: Promise<typeof GemReading> | undefined;

/** What reads a gem, with the packages that it takes: only a run that opens one needs it. */
function gemReading(): Promise<typeof GemReading> {
  return (reading ??= import('../gem/contents.js'));
}

/** Where gems come from during one command: the sources, the cache of what was read before. */
export interface Session {
  /** The origin of gems whose section of the lockfile names these remotes; `sources` go before them. Throws RegistryError. */
  originOf(remotes: readonly string[]): Promise<GemOrigin>;
  /** @param jobs gems that are read at the same time; 8 by default */
  reader(jobs?: number): GemReader;
  close(): void;
}

/**
 * @throws RegistryError for a source of `sources` that is none: one that the user named stops everything, while one of the
 * lockfile is its gems' finding
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { cwd, env, settings, sources, offline, warn } = options;
  const cache = openCache({
    directory: cacheDirectory(env),
    version: packageVersion(),
    warn: (message) => {
      warn({ code: 'CACHE', message });
    },
  });
  const registry = openRegistry({
    cwd,
    settings,
    cache,
    version: packageVersion(),
    readMetadata: async (open) => (await gemReading()).readGemMetadata(open),
    ...(offline === undefined ? {} : { offline }),
  });
  if (sources !== undefined) {
    await registry.sources({ remotes: sources }).catch((error: unknown) => {
      registry.close();
      throw error;
    });
  }
  return {
    originOf: async (remotes) =>
      originFrom(
        await registry.sources(
          sources === undefined
            ? // Of several remotes in one section, Bundler asks the last first.
              { local: [settings.cachePath], remotes: [...remotes].reverse() }
            : { remotes: sources },
        ),
      ),
    reader: (jobs = 8) =>
      new GemReader(
        {
          inspect: async (open, gem) => (await gemReading()).inspectGem(open, { gem }),
          recall: (sha256) => cache.getInspection(sha256),
          remember: (contents) => cache.putInspection(contents.sha256, contents),
        },
        pLimit(jobs),
      ),
    close: () => {
      registry.close();
    },
  };
}

function originFrom(source: CombinedSource): GemOrigin {
  return {
    name: source.name,
    sources: source.sources,
    offers: (name) => source.offers(name),
    isCurrent: async (name) => source.isCurrent?.(name),
    releases: (name, damaged) => source.releases(name, damaged),
    names: async () => (await source.names?.()) ?? [],
    open: (gem) => source.open(gem),
    digest: async (gem) => {
      const located = await source.locate(gem);
      if (!located.source.local) return undefined;
      const hash = createHash('sha256');
      await pipeline(await located.open(), hash);
      return hash.digest('hex');
    },
  };
}
