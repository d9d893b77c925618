import type { Explanation } from '../explain/types.js';
import { printable } from './printable.js';

const PROJECTS = { glibc: 'glibc', gcc: 'GCC' } as const;

/** What it is and why a build picks it up, as one sentence without its name and without a full stop. */
export function explanationWords(explanation: Explanation): string {
  const { what, why } = explanation;
  const kind = kindWords(explanation);
  // What `why` says of the kind is better than the kind's own sentence, where it says how a build comes by it.
  const because = why === undefined || TOLD_BY_KIND.has(explanation.kind) ? [kind] : [];
  return [...(what === undefined ? [] : [what]), ...because, ...(why === undefined ? [] : [why])].join('; ');
}

const TOLD_BY_KIND: ReadonlySet<Explanation['kind']> = new Set([
  'moved',
  'revised',
  'added',
  'versioned',
  'private',
]);

function release({ project, since = '' }: Explanation): string {
  return `${PROJECTS[project]} ${since}`;
}

function kindWords(explanation: Explanation): string {
  const { kind, from = 'another library', library } = explanation;
  switch (kind) {
    case 'moved':
      return `moved from ${printable(from)} into ${printable(library)} in ${release(explanation)}, so linking on a newer system is enough to need it`;
    case 'revised':
      return `${release(explanation)} has a newer version of it, which linking on a newer system picks`;
    case 'added':
      return `new in ${release(explanation)}`;
    case 'renamed':
      return `under this name since ${release(explanation)}`;
    case 'redirected':
      return `headers of ${release(explanation)} and later make it out of another name`;
    case 'start-code':
      return `every program that is linked with ${release(explanation)} or later asks for it`;
    case 'compiler':
      return `compilers since ${release(explanation)} bring it along`;
    case 'marker':
      return `the link editor asks for it`;
    case 'private':
      return 'an inner part of glibc, which fits the very release that the file was built with and perhaps no other';
    case 'base':
      return `as old as ${printable(library)} is on ${explanation.cpu}`;
    case 'versioned':
      return `${printable(explanation.symbolVersion)} came with ${release(explanation)}`;
  }
}

/**
 * Whether a build of the same source on an older system does without it, as one sentence without a full stop.
 * @param of whether it stands behind one symbol by name, behind each of several that it is said of, or once for all of them
 */
export function rebuildWords(explanation: Explanation, of: 'named' | 'each' | 'all' = 'named'): string {
  const { rebuild, before, project, symbol } = explanation;
  const older = `${PROJECTS[project]} older than ${explanation.since ?? 'that'}`;
  const all = of === 'all';
  const it = all ? 'them' : 'it';
  switch (rebuild) {
    case 'avoids':
      return before === undefined || symbol === undefined || of !== 'named'
        ? `built with ${older}, the same source does without ${it}`
        : `built with ${older}, the same source gets ${printable(symbol)}@${printable(before)}`;
    case 'avoids-unless-used':
      return explanation.kind === 'private'
        ? `built on the target itself ${all ? 'they fit' : 'it fits'}`
        : `built with ${older}, ${all ? 'they are' : 'it is'} left out where the source can do without ${it}; where not, that does not compile`;
    case 'needs-flag':
      return 'link without the feature, or where the linker does not turn it on';
    case 'nothing-to-avoid':
      return `every release has ${it}`;
  }
}
