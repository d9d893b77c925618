import type { Release } from '../registry/types.js';
import type { Conflict } from '../search/types.js';
import { satisfies } from '../version/requirement.js';
import type { LockedGem } from './bundle.js';

/** A gem that moves to another version, with the releases that it moves to. */
export interface Move {
  readonly name: string;
  readonly version: string;
  readonly releases: readonly Release[];
}

/**
 * What the lockfile says of all gems together: whether a version of one can stand beside the others. It looks one step
 * far: at what a release asks for itself, and at what the others ask of it.
 */
export class Bundle {
  readonly #gems: ReadonlyMap<string, LockedGem>;

  constructor(gems: readonly LockedGem[]) {
    this.#gems = new Map(gems.map((gem) => [gem.name, gem]));
  }

  /**
   * Whether everything that a release depends on can be had: locked as it is, or in another version that the Gemfile and
   * the gems that depend on it allow. `releasesOf` tells which versions a gem has; it is asked only about what would move.
   */
  async admits(
    { dependencies }: Release,
    releasesOf: (name: string) => Promise<readonly Release[]>,
  ): Promise<boolean> {
    for (const { name, requirement } of dependencies) {
      const locked = this.#gems.get(name);
      if (locked?.versions.some(({ version }) => version !== '' && satisfies(version, requirement)) === true)
        continue;
      const releases = await releasesOf(name);
      const possible = releases.some(
        ({ version }) =>
          satisfies(version, requirement) &&
          satisfies(version, locked?.gemfile ?? []) &&
          (locked?.parents ?? []).every((parent) => satisfies(version, parent.requirement)),
      );
      if (!possible) return false;
    }
    return true;
  }
}

/**
 * What stands between moves that were found each for itself: a gem that moves and asks for another version of one that
 * moves too. By the name of the gem that cannot move as planned; of two, the later one gives way.
 */
export function clashes(moves: readonly Move[]): Map<string, Conflict[]> {
  const byName = new Map<string, Conflict[]>();
  const kept: Move[] = [];
  for (const move of moves) {
    const conflicts = kept.flatMap((other) => [...against(other, move), ...against(move, other)]);
    if (conflicts.length > 0) byName.set(move.name, conflicts);
    else kept.push(move);
  }
  return byName;
}

/** What `asking` asks of the gem of `move` and does not get. */
function against(asking: Move, move: Move): Conflict[] {
  for (const release of asking.releases) {
    for (const { name, requirement } of release.dependencies) {
      if (name === move.name && !satisfies(move.version, requirement)) {
        return [{ by: asking.name, kind: 'gem', requirement }];
      }
    }
  }
  return [];
}
