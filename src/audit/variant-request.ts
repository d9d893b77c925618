import type { VariantChoice } from '../gem/variant.js';
import { isPicked, pickVariant } from '../gem/variant.js';
import type { Lockfile } from '../lockfile/types.js';
import type { Release } from '../registry/types.js';
import { installContext } from '../search/install-context.js';
import type { Deployment } from '../search/types.js';
import type { LockedVersion } from './bundle.js';

/** The Gemfile's line that speaks of `force_ruby_platform`. */
export interface ForcedBy {
  /** As the user would write it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Bundler is sure to compile the gem; otherwise only Ruby can tell. */
  readonly certain: boolean;
}

export interface ChooseRequest {
  readonly name: string;
  readonly forced?: ForcedBy;
  readonly locked: LockedVersion;
  readonly lockfile: Lockfile;
  readonly deployment: Deployment;
  /** All releases of the gem; asked only where the choice depends on them. Throws `RegistryError`. */
  releases(): Promise<readonly Release[]>;
}

/** What Bundler takes of what there is; of the lockfile alone where `available` is absent. */
export function pick(
  { locked, lockfile, deployment, forced }: ChooseRequest,
  available: readonly Release[] | undefined,
): VariantChoice {
  return pickVariant({
    ...installContext(deployment),
    locked: locked.platforms,
    addresses: new Map([...locked.addresses].map(([platform, { address }]) => [platform, address])),
    lockedPlatforms: lockfile.platforms,
    forceRuby: forced?.certain === true || deployment.forceRubyFrom !== undefined,
    ...(deployment.frozen === undefined ? {} : { frozen: deployment.frozen }),
    ...(available === undefined ? {} : { available }),
  });
}

/** The release that was chosen; what the lockfile says of it where the source does not have it. */
export function releaseOf(
  picked: VariantChoice,
  { name, locked: { version } }: ChooseRequest,
  available: readonly Release[],
): Release {
  const found = available.find((one) => isPicked(one, picked));
  if (found !== undefined) return found;
  const { platform, address } =
    picked.kind === 'precompiled' ? picked : { platform: 'ruby', address: undefined };
  return {
    ...{ name, version, platform, dependencies: [], requiredRuby: [], requiredRubygems: [] },
    ...(address === undefined ? {} : { address }),
  };
}
