import type { Drift } from '../fix/drift.js';
import { placeWords } from './fix-words.js';
import { printable } from './printable.js';
import { listWords } from './lists.js';

const MOST = 3;

/** Where a Gemfile and its lockfile do not belong together, and what of it. @param lockfile as the user would write it */
export function driftWords(drifts: readonly Drift[], lockfile: string): string {
  const told = drifts.slice(0, MOST).map((drift) => oneDrift(drift, printable(lockfile)));
  const more = drifts.length > MOST ? `, and ${drifts.length - MOST} more of the kind` : '';
  return `the lockfile does not belong to this Gemfile: ${told.join('; ')}${more}`;
}

function oneDrift(drift: Drift, lockfile: string): string {
  const where = placeWords(drift.place);
  const gem = printable(drift.name);
  switch (drift.kind) {
    case 'not-locked':
      return `${where} names ${gem}, and ${lockfile} does not have it`;
    case 'not-met':
      return `${where} asks for ${gem} ${drift.requirement.map(printable).join(', ')}, and ${lockfile} has ${listWords(drift.locked)}`;
    case 'moved':
      return `${where} takes ${gem} from ${drift.from === 'path' ? 'a path' : 'git'}, and ${lockfile} from a gem server`;
    case 'gone':
      return `${where} names ${gem}, and no line of the Gemfile does`;
  }
}
