import type { NameTuple } from '../gem/types.js';
import type { Release } from './types.js';

/** The release with this version and platform, among those of one gem. */
export function findRelease(releases: readonly Release[], gem: NameTuple): Release | undefined {
  return releases.find(
    ({ name, version, platform, address }) =>
      name === gem.name && version === gem.version && platform === gem.platform && address === gem.address,
  );
}
