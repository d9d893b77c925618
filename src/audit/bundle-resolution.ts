import type { Release } from '../registry/types.js';
import type { Candidate, Conflict } from '../search/types.js';
import { satisfies } from '../version/requirement.js';
import type { LockedGem } from './bundle.js';

/** A gem that moves to another version, with the releases that it moves to. */
export interface Move {
  readonly name: string;
  readonly version: string;
  readonly releases: readonly Release[];
}

/** How far dependencies of dependencies are followed, and how many versions of each are tried. */
const MOST_STEPS = 4;
const MOST_TRIED = 5;

/**
 * What the lockfile says of all gems together: whether a version of one can stand beside the others. It follows what
 * would have to move, a few steps far; what it cannot show to hold it does not admit.
 */
export class Bundle {
  readonly #gems: ReadonlyMap<string, LockedGem>;

  constructor(gems: readonly LockedGem[]) {
    this.#gems = new Map(gems.map((gem) => [gem.name, gem]));
  }

  /** Whether a release is content with what is locked beside it. */
  asLocked({ dependencies }: Release): boolean {
    return dependencies.every(({ name, requirement }) => this.#lockedSatisfies(name, requirement));
  }

  /**
   * Whether everything that a release depends on can be had: locked as it is, or in another version that the Gemfile and
   * the gems that depend on it allow, and that can be had itself. `candidatesOf` tells which versions of a gem Bundler
   * could install; it is asked only about what would move.
   */
  async admits(
    release: Release,
    candidatesOf: (name: string) => Promise<readonly Candidate[]>,
    depth = MOST_STEPS,
  ): Promise<boolean> {
    for (const { name, requirement } of release.dependencies) {
      if (name === 'bundler' || this.#lockedSatisfies(name, requirement)) continue;
      if (depth === 0) return false;
      const locked = this.#gems.get(name);
      const possible = (await candidatesOf(name)).filter(
        ({ version }) =>
          satisfies(version, requirement) &&
          satisfies(version, locked?.gemfile ?? []) &&
          (locked?.parents ?? []).every((parent) => satisfies(version, parent.requirement)),
      );
      if (!(await this.#anyAdmitted(possible, candidatesOf, depth - 1))) return false;
    }
    return true;
  }

  async #anyAdmitted(
    candidates: readonly Candidate[],
    candidatesOf: (name: string) => Promise<readonly Candidate[]>,
    depth: number,
  ): Promise<boolean> {
    // The newest most often can.
    for (const { choices } of [...candidates].reverse().slice(0, MOST_TRIED)) {
      let admitted = true;
      for (const { release } of choices) admitted &&= await this.admits(release, candidatesOf, depth);
      if (admitted) return true;
    }
    return false;
  }

  #lockedSatisfies(name: string, requirement: readonly string[]): boolean {
    const versions = this.#gems.get(name)?.versions ?? [];
    return versions.some(({ version }) => version !== '' && satisfies(version, requirement));
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
