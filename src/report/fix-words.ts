import type { ByHand, Change, Place } from '../fix/types.js';
import { printable } from './printable.js';
import { listWords } from './lists.js';

export function placeWords({ file, line }: Place): string {
  return `${printable(file)}:${line}`;
}

export const CHANGE_WORDS = {
  added: 'pinned',
  'new-line': 'new line',
  updated: 'changed',
  lifted: 'lifted',
  kept: 'kept',
} satisfies Record<Change['kind'], string>;

const PLACES = 4;

/** Why a pin was not written, and where to write it. */
export function byHandWords({ reason, places }: ByHand): string {
  const where = listWords(places.map(placeWords), PLACES);
  switch (reason) {
    case 'computed-requirement':
      return `${where}: its requirement has to be replaced, and it is no plain text there`;
    case 'computed-options':
      return `${where}: a variable stands where its options may be, so that none can be added`;
    case 'option-set':
      return `${where}: force_ruby_platform is set there to something else`;
    case 'unrecordable':
      return `${where}: what has to be replaced there could not be put back from a comment`;
    case 'no-place':
      return `${where === '' ? 'the Gemfile' : where}: an edit there would change more than this one line`;
    case 'not-found':
      return places.length === 0
        ? 'no gem line has its name'
        : `no gem line has its name: it is declared where only Ruby can follow (${where}); the line takes the place of that`;
    case 'outside':
      return `${where}: the line lies outside of the project, where nothing is edited`;
    case 'left-out':
      return `${where}: a group or a platform may leave the line out, and other gems bring the gem in all the same, precompiled then; the line has to stand outside of it`;
    case 'overridden':
      return `${where}: the override goes before every requirement on the gem, so a pin has no effect; change that line`;
    case 'gemspec':
      return `${where}: a gemspec declares it, with a requirement that is computed`;
  }
}
