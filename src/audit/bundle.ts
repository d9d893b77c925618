import type { Lockfile, LockedSourceType } from '../lockfile/types.js';
import type { ParentRequirement } from '../search/highest-fitting.js';

/** One gem of the bundle: all the variants that the lockfile lists of one version. */
export interface LockedGem {
  readonly name: string;
  readonly version: string;
  /** The platforms that are listed, in file order. */
  readonly platforms: readonly string[];
  readonly sourceType: LockedSourceType;
  /** Where its section says that it comes from. */
  readonly remotes: readonly string[];
  /** SHA-256 by platform, from CHECKSUMS. */
  readonly checksums: ReadonlyMap<string, string>;
  /** The Gemfile's own requirement, from DEPENDENCIES; empty where it does not name the gem. */
  readonly gemfile: readonly string[];
  readonly parents: readonly ParentRequirement[];
}

/** The gems of a lockfile, by name; Bundler itself is not one of them. */
export function gemsOf(lockfile: Lockfile): LockedGem[] {
  const direct = new Map(lockfile.dependencies.map(({ name, requirement }) => [name, requirement]));
  const checksums = checksumsOf(lockfile);
  const parents = parentsOf(lockfile);
  const gems = new Map<string, LockedGem & { platforms: string[] }>();
  for (const spec of lockfile.specs) {
    if (spec.name === 'bundler') continue;
    const key = `${spec.name} ${spec.version}`;
    const known = gems.get(key);
    if (known !== undefined) {
      known.platforms.push(spec.platform);
      continue;
    }
    const source = lockfile.sources[spec.source];
    gems.set(key, {
      name: spec.name,
      version: spec.version,
      platforms: [spec.platform],
      sourceType: source?.type ?? 'gem',
      remotes: source?.remotes ?? [],
      checksums: checksums.get(key) ?? new Map(),
      gemfile: direct.get(spec.name) ?? [],
      parents: parents.get(spec.name) ?? [],
    });
  }
  return [...gems.values()];
}

function checksumsOf(lockfile: Lockfile): Map<string, Map<string, string>> {
  const byGem = new Map<string, Map<string, string>>();
  for (const { name, version, platform, digests } of lockfile.checksums ?? []) {
    const digest = digests['sha256'];
    if (digest === undefined) continue;
    const key = `${name} ${version}`;
    byGem.set(key, (byGem.get(key) ?? new Map<string, string>()).set(platform, digest.toLowerCase()));
  }
  return byGem;
}

/** Who asks for a gem, with what: once for each, however many platforms of the parent are listed. */
function parentsOf(lockfile: Lockfile): Map<string, ParentRequirement[]> {
  const byChild = new Map<string, Map<string, ParentRequirement>>();
  for (const parent of lockfile.specs) {
    for (const { name, requirement } of parent.dependencies) {
      const ofChild = byChild.get(name) ?? new Map<string, ParentRequirement>();
      ofChild.set(`${parent.name} ${requirement.join(', ')}`, { name: parent.name, requirement });
      byChild.set(name, ofChild);
    }
  }
  return new Map([...byChild].map(([name, parents]) => [name, [...parents.values()]]));
}

/** The project's Ruby from RUBY VERSION: `ruby 3.3.0p0` → `3.3.0`; `undefined` for another engine or none. */
export function rubyOf(lockfile: Lockfile): string | undefined {
  return /^ruby (\d+(?:\.\d+)*(?:\.\w+)?)/.exec(lockfile.rubyVersion ?? '')?.[1]?.replace(/p\d+$/, '');
}
