import type { EditRefusal } from '../gemfile/gemfile-editor.js';
import type { PlannedPin } from '../search/types.js';

/** A pin with the words that its comment gives as the reason. */
export interface ReasonedPin extends PlannedPin {
  readonly reason: string;
  /** The Gemfile's own requirement, where the pin stands in its place. */
  readonly givenUp?: readonly string[];
}

export interface Place {
  /** As the user would write it. */
  readonly file: string;
  /** 1-based; of a change in the file as it is afterwards, of a lifted pin in the file as it was. */
  readonly line: number;
}

/**
 * What is done to one gem.
 * - `added`, `new-line`: a pin that was not there; `updated`: in place of an earlier one; `lifted`: an earlier one that is
 *   no longer needed; `kept`: an earlier one that is still right.
 */
export interface Change extends Place {
  readonly kind: 'added' | 'new-line' | 'updated' | 'lifted' | 'kept';
  readonly name: string;
  /** The call, without the comment: as it is afterwards, of a kept or lifted pin as it was. Empty where there was none. */
  readonly text: string;
  /** Of a pin that is written: its lines in full, comment and all, the indentation left out. */
  readonly lines?: string;
}

/**
 * Why a pin has to be written by hand.
 * - `not-found`: the bundle has the gem from the Gemfile, and no `gem` call has its literal name.
 * - `outside`: its line lies outside of the project.
 * - `gemspec`: a gemspec declares it, with a requirement that shows only when it runs.
 * - `overridden`: an `override` of its version goes before every requirement on the gem, a pin's too (Bundler 4.1).
 */
export type ByHandReason = EditRefusal | 'not-found' | 'outside' | 'gemspec' | 'left-out' | 'overridden';

export interface ByHand {
  readonly name: string;
  readonly reason: ByHandReason;
  /** Where to look; several where it cannot be told. */
  readonly places: readonly Place[];
  /** What to write: a whole `gem` line; of an overridden gem the `override`. */
  readonly pin: string;
}

/** A file with what is to be written into it. Text with a character a byte, as `ByteText`. */
export interface FileChange {
  readonly path: string;
  readonly shown: string;
  /** Relative to the directory of the Gemfile; absent where that is not known. */
  readonly inProject?: string;
  readonly before: string;
  readonly after: string;
}

/** What Bundler made of the edited Gemfile. */
export type BundlerAnswer =
  | {
      readonly kind: 'resolved';
      readonly lockfile: string;
      /** Versions that are not those of the plan. */
      readonly differs: readonly {
        readonly name: string;
        readonly planned: string;
        readonly resolved: string;
      }[];
      readonly version: string;
    }
  | { readonly kind: 'failed'; readonly message: string };
