import type { Readable } from 'node:stream';
import { RegistryError } from '../errors.js';
import type { NameTuple } from '../gem/types.js';
import { fullName } from '../gem/name-tuple.js';
import type { GemSource, Release, SingleSource } from './types.js';

/** A gem that was found, and all that the sources say of it. */
export interface LocatedGem {
  /** The first source that has it. */
  readonly source: SingleSource;
  /** As that source lists it; its checksum is a remote's where the source itself publishes none. */
  readonly release: Release;
  /** A remote that could not be asked, when that is why there is no checksum. The gem itself can be opened none the less. */
  readonly unverified?: RegistryError;
  /** The bytes of the `.gem`. May be called again. */
  open(): Promise<Readable>;
}

/** The sources of one GEM section of a lockfile, or of one `--source` list. */
export interface SourceGroup {
  /** Copies at hand: `vendor/cache`. They are opened before anything is fetched. */
  readonly local: readonly SingleSource[];
  /** Where versions come from, in order of precedence. */
  readonly remotes: readonly SingleSource[];
}

/** What one source has of a gem. */
export interface Offer {
  readonly source: string;
  /** `[]` where it does not know the name. */
  readonly releases: readonly Release[];
}

/** A group of sources as one: see `combinedSource`. */
export interface CombinedSource extends GemSource {
  /** Names of those that versions come from, in order of precedence. */
  readonly sources: readonly string[];
  /** What each of `sources` has of a gem, in their order. Throws `RegistryError` where one cannot be asked. */
  offers(name: string): Promise<readonly Offer[]>;
  /**
   * The locked gem from the first source that has it, local copies first. A remote that fails hides the remotes after it, for it may
   * have had the gem; it does not hide a local copy.
   *
   * @throws RegistryError `REGISTRY_GEM_NOT_FOUND` where no source has it, or the failure of a source.
   */
  locate(gem: NameTuple): Promise<LocatedGem>;
}

/**
 * The union of sources, as Bundler makes it of the remotes of one section (`Bundler::Index#use`: of two remotes with the same name,
 * version and platform the first in order counts). Bundler asks the **last** `remote:` line of a section first, so callers that
 * read a lockfile pass its remotes reversed.
 *
 * `releases` are those of the remotes, and the local copies' only where there is no remote: what can be resolved to is what the
 * remotes offer. One remote that fails makes it fail, because a union without it is a shorter list.
 */
export function combinedSource({ local, remotes }: SourceGroup): CombinedSource {
  const listed = remotes.length > 0 ? remotes : local;
  const all = [...local, ...remotes];

  const locate = async (gem: NameTuple): Promise<LocatedGem> => {
    for (const source of local) {
      const release = await source.release(gem);
      if (release === undefined) continue;
      return { source, open: () => source.open(gem), ...(await withChecksum(release, remotes)) };
    }
    for (const source of remotes) {
      const release = await source.release(gem);
      if (release !== undefined) return { source, open: () => source.open(gem), release };
    }
    throw new RegistryError(`${fullName(gem)} is in none of ${names(all)}`, {
      code: 'REGISTRY_GEM_NOT_FOUND',
      suggestions: [
        'The version may have been yanked: `bundle update` the gem.',
        'Name the source that has it with `--source`.',
      ],
    });
  };

  return {
    name: names(listed),
    sources: listed.map(({ name }) => name),
    offers: (gem) =>
      Promise.all(
        listed.map(async (source) => ({ source: source.name, releases: await source.releases(gem) })),
      ),
    names: async () => {
      const known = await Promise.all(listed.map(async (source) => (await source.names?.()) ?? []));
      return [...new Set(known.flat())];
    },
    releases: async (name, damaged) => {
      const union = new Map<string, Release>();
      for (const releases of await Promise.all(listed.map((source) => source.releases(name, damaged)))) {
        for (const release of releases) {
          const key = fullName(release);
          if (!union.has(key)) union.set(key, release);
        }
      }
      return [...union.values()];
    },
    isCurrent: async (name) => {
      const answers = await Promise.all(listed.map(async (source) => source.isCurrent?.(name)));
      return answers.includes(false) ? false : answers.includes(true) ? true : undefined;
    },
    open: async (gem) => (await locate(gem)).open(),
    locate,
  };
}

async function withChecksum(
  release: Release,
  remotes: readonly SingleSource[],
): Promise<Pick<LocatedGem, 'release' | 'unverified'>> {
  if (release.sha256 !== undefined) return { release };
  for (const remote of remotes) {
    try {
      const sha256 = (await remote.release(release))?.sha256;
      if (sha256 !== undefined) return { release: { ...release, sha256 } };
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      return { release, unverified: error };
    }
  }
  return { release };
}

function names(sources: readonly SingleSource[]): string {
  return sources.length === 0 ? 'no source' : sources.map(({ name }) => name).join(', ');
}
