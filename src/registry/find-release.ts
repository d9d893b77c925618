import { isSameTuple } from '../gem/name-tuple.js';
import type { NameTuple } from '../gem/types.js';
import type { Release } from './types.js';

/** The release with this version and platform, among those of one gem. */
export function findRelease(releases: readonly Release[], gem: NameTuple): Release | undefined {
  return releases.find((release) => isSameTuple(release, gem));
}
