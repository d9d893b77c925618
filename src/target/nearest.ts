import { distance } from 'fastest-levenshtein';
import { TargetError } from '../errors.js';
import { targetNames } from './catalog.js';
import { parseImageReference } from './image-reference.js';
import { targetKey } from './target-key.js';

/** As many names as are offered at most. */
const OFFERED = 5;

/** Longer than any name; a longer text is compared by its beginning, so that the comparison stays short. */
const COMPARED = 64;

/** The word that a name begins with: `ubuntu` of `ubuntu20.04`. */
function wordOf(key: string): string {
  return /^[a-z]*/.exec(key)?.[0] ?? '';
}

/**
 * Canonical names near a text, nearest first. A name of the same distribution is always near; any other has to be within
 * a third of its length.
 */
export function nearestTargets(text: string): string[] {
  const key = targetKey(text.slice(0, COMPARED));
  if (key === '') return [];
  const word = wordOf(key);
  const near = targetNames().flatMap(({ name, aliases }, order) => {
    const compared = [name, ...aliases].map((known) => {
      const other = targetKey(known);
      return {
        edits: distance(key, other),
        length: other.length,
        related: word.length > 1 && wordOf(other) === word,
      };
    });
    const edits = Math.min(...compared.map((known) => known.edits));
    const related = compared.some((known) => known.related);
    const close = compared.some((known) => known.edits <= Math.max(1, Math.floor(known.length / 3)));
    return related || close ? [{ name, edits, order, related }] : [];
  });
  return near
    .sort((a, b) => Number(b.related) - Number(a.related) || a.edits - b.edits || b.order - a.order)
    .slice(0, OFFERED)
    .map(({ name }) => name);
}

/** Whether a text can only be the name of an image: a bare word with a tag is as likely a system. */
function isImage(text: string): boolean {
  return /[/@]/.test(text) && parseImageReference(text) !== undefined;
}

/** The error for a text that names no target. `why` says what was wrong where more is known than that. */
export function unknownTarget(text: string, why?: string): TargetError {
  const shown = JSON.stringify(text.length > COMPARED ? `${text.slice(0, COMPARED)}…` : text);
  const known = nearestTargets(text);
  return new TargetError(
    why === undefined ? `${shown} is not a known target.` : `${shown} is not a known target: ${why}.`,
    {
      code: 'TARGET_UNKNOWN',
      known,
      suggestions: [
        ...(known.length > 0 ? [`The nearest known names are ${known.join(', ')}.`] : []),
        ...(isImage(text) ? [`Have the image itself read, where it is one: image:${text}`] : []),
        'Run `gemcompat targets` for all names, or say what the system has: glibc-2.31, musl-1.2.5.',
      ],
    },
  );
}
