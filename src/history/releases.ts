import type { DamagedGem, Release } from '../registry/types.js';
import { linuxTarget, parsePlatform } from '../gem/platform.js';
import type { Cpu } from '../elf/types.js';
import type { Libc } from '../target/types.js';
import type { GemVersion } from '../version/gem-version.js';
import { compareParsedVersions, parseGemVersion } from '../version/gem-version.js';

/** All that a source has of one version. */
export interface VersionGroup {
  readonly version: GemVersion;
  readonly releases: readonly Release[];
  /** Gems of the version that are there and whose own description cannot be read. */
  readonly damaged: readonly DamagedGem[];
}

/** Which versions are told. */
export interface HistoryRange {
  /** How many versions with a precompiled variant; all by default. */
  readonly limit?: number;
  /** The oldest version. */
  readonly since?: string;
  readonly prereleases: boolean;
}

/** What a machine of a CPU and C library runs; variants are compared along it from version to version. */
export interface Track {
  readonly cpu: Cpu;
  readonly libc: Libc;
}

/** Releases by version, newest first as RubyGems orders them. */
export function groupVersions(
  releases: readonly Release[],
  damaged: readonly DamagedGem[] = [],
): VersionGroup[] {
  const groups = new Map<string, { releases: Release[]; damaged: DamagedGem[] }>();
  const groupOf = (version: string): { releases: Release[]; damaged: DamagedGem[] } => {
    const group = groups.get(version) ?? { releases: [], damaged: [] };
    groups.set(version, group);
    return group;
  };
  for (const release of releases) groupOf(release.version).releases.push(release);
  for (const one of damaged) groupOf(one.gem.version).damaged.push(one);
  return [...groups]
    .map(([text, group]) => ({ version: parseGemVersion(text), ...group }))
    .sort((a, b) => compareParsedVersions(b.version, a.version));
}

/** The track of a precompiled platform; `undefined` for another system than Linux, and for `ruby`. */
export function trackOf(platform: string): Track | undefined {
  return linuxTarget(parsePlatform(platform));
}

/** The tracks' variants of a version, by what its source says. */
export function hasVariantFor(group: VersionGroup, tracks: readonly Track[]): boolean {
  return [...group.releases, ...group.damaged.map(({ gem }) => gem)].some(({ platform }) => {
    const own = trackOf(platform);
    return own !== undefined && tracks.some(({ cpu, libc }) => own.cpu === cpu && own.libc === libc);
  });
}

export interface ChosenVersions {
  /** Newest first. */
  readonly told: readonly VersionGroup[];
  readonly older: readonly VersionGroup[];
  readonly prereleases: number;
}

/**
 * Cuts the versions to a range. Versions without a precompiled variant cost nothing to tell, so the limit does not count
 * them: they are told up to the first version with one that is beyond it.
 */
export function chooseVersions(
  groups: readonly VersionGroup[],
  range: HistoryRange,
  tracks: readonly Track[],
): ChosenVersions {
  const since = range.since === undefined ? undefined : parseGemVersion(range.since);
  const eligible = groups.filter(({ version }) => range.prereleases || !version.prerelease);
  let counted = 0;
  let end = eligible.findIndex((group) => {
    if (since !== undefined && compareParsedVersions(group.version, since) < 0) return true;
    if (hasVariantFor(group, tracks)) counted += 1;
    return range.limit !== undefined && counted > range.limit;
  });
  if (end < 0) end = eligible.length;
  return {
    told: eligible.slice(0, end),
    older: eligible.slice(end),
    prereleases: groups.length - eligible.length,
  };
}
