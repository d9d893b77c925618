import type { GemPlatform } from '../gem/platform.js';
import { installable, parsePlatform } from '../gem/platform.js';
import type { NameTuple } from '../gem/types.js';
import { platformDistance } from '../gem/platform-selection.js';
import type { LockedAddress, Lockfile, LockedSourceType } from '../lockfile/types.js';
import type { Dependency } from '../search/bundle-gem.js';

/** One version of a gem that the lockfile lists. */
export interface LockedVersion {
  /** Empty where the lockfile names none. */
  readonly version: string;
  /** The platforms that are listed, in file order. */
  readonly platforms: readonly string[];
  readonly sourceType: LockedSourceType;
  /** Where its section says that it comes from. */
  readonly remotes: readonly string[];
  /** SHA-256 by platform, from CHECKSUMS. */
  readonly checksums: ReadonlyMap<string, string>;
  /** What CONTENT ADDRESSES names, by platform. */
  readonly addresses: ReadonlyMap<string, LockedAddress>;
}

/** One gem of the bundle. */
export interface LockedGem {
  readonly name: string;
  /** One, but where platforms are locked at different versions. */
  readonly versions: readonly LockedVersion[];
  /** The Gemfile names the gem itself. */
  readonly direct: boolean;
  /** The Gemfile's own requirement, from DEPENDENCIES; empty where there is none. */
  readonly gemfile: readonly string[];
  /** What it asks for, on any platform that is listed. */
  readonly dependencies: readonly Dependency[];
}

/** The gems of a lockfile, by name; Bundler itself is not one of them. */
export function gemsOf(lockfile: Lockfile): LockedGem[] {
  const direct = new Map(lockfile.dependencies.map(({ name, requirement }) => [name, requirement]));
  const checksums = checksumsOf(lockfile);
  const addresses = addressesOf(lockfile);
  const dependencies = dependenciesOf(lockfile);
  const gems = new Map<string, Map<string, LockedVersion & { platforms: string[] }>>();
  for (const { name, version, platform, source } of lockfile.specs) {
    if (name === 'bundler') continue;
    const versions = gems.get(name) ?? new Map<string, LockedVersion & { platforms: string[] }>();
    gems.set(name, versions);
    const known = versions.get(version);
    if (known !== undefined) {
      known.platforms.push(platform);
      continue;
    }
    const section = lockfile.sources[source];
    versions.set(version, {
      version,
      platforms: [platform],
      sourceType: section?.type ?? 'gem',
      remotes: section?.remotes ?? [],
      checksums: checksums.get(`${name} ${version}`) ?? new Map(),
      addresses: addresses.get(`${name} ${version}`) ?? new Map(),
    });
  }
  return [...gems].map(([name, versions]) => ({
    name,
    versions: [...versions.values()],
    direct: direct.has(name),
    gemfile: direct.get(name) ?? [],
    dependencies: dependencies.get(name) ?? [],
  }));
}

/**
 * The version that is installed on a machine: of several, the one with the variant that is nearest to it, as Bundler
 * chooses among all specs of a name (`SpecSet#materialize`).
 */
export function versionFor(gem: LockedGem, local: GemPlatform): LockedVersion {
  const [first, ...others] = gem.versions;
  if (first === undefined) throw new Error(`${gem.name} is locked without a version`);
  const distance = ({ platforms }: LockedVersion): number =>
    Math.min(
      ...platforms
        .map((platform) => parsePlatform(platform))
        .filter((platform) => installable(platform, local))
        .map((platform) => platformDistance(platform, local)),
    );
  return others.reduce((best, other) => (distance(other) < distance(best) ? other : best), first);
}

/** The SHA-256 that the lockfile gives one file of a version: CHECKSUMS is about the one that bears the platform in its name. */
export function lockedDigest(
  { checksums, addresses }: LockedVersion,
  { platform, address }: Pick<NameTuple, 'platform' | 'address'>,
): string | undefined {
  if (address === undefined) return checksums.get(platform);
  const locked = addresses.get(platform);
  return locked?.address === address ? locked.digests['sha256']?.toLowerCase() : undefined;
}

function addressesOf({ contentAddresses = [] }: Lockfile): Map<string, Map<string, LockedAddress>> {
  return byGem(contentAddresses, (row) => row);
}

function checksumsOf({ checksums = [] }: Lockfile): Map<string, Map<string, string>> {
  return byGem(checksums, ({ digests }) => digests['sha256']?.toLowerCase());
}

/** What rows of the lockfile say, by `NAME VERSION` and platform. */
function byGem<Row extends NameTuple, Value>(
  rows: readonly Row[],
  valueOf: (row: Row) => Value | undefined,
): Map<string, Map<string, Value>> {
  const gems = new Map<string, Map<string, Value>>();
  for (const row of rows) {
    const value = valueOf(row);
    if (value === undefined) continue;
    const key = `${row.name} ${row.version}`;
    gems.set(key, (gems.get(key) ?? new Map<string, Value>()).set(row.platform, value));
  }
  return gems;
}

/** What each gem asks for, each requirement once, however many of its platforms are listed. */
function dependenciesOf(lockfile: Lockfile): Map<string, Dependency[]> {
  const byGem = new Map<string, Map<string, Dependency>>();
  for (const { name, dependencies } of lockfile.specs) {
    const own = byGem.get(name) ?? new Map<string, Dependency>();
    byGem.set(name, own);
    for (const one of dependencies) own.set(`${one.name} ${one.requirement.join(', ')}`, one);
  }
  return new Map([...byGem].map(([name, own]) => [name, [...own.values()]]));
}
