import { namedTargets } from './catalog.js';
import { matchesGlob } from './glob.js';
import { targetKey } from './target-key.js';

/**
 * Canonical names of the targets that a text is a part of, in their name, an alias or their title; with `*` or `?` in it, of
 * those whose whole name or alias is of that pattern, as for glob(7). Case does not count, and in a part separators neither.
 */
export function namesMatching(text: string): ReadonlySet<string> {
  const wanted = text.trim().toLowerCase();
  const isPattern = /[*?]/.test(wanted);
  const key = targetKey(wanted);
  const matches = (name: string): boolean =>
    isPattern ? matchesGlob(wanted, name.toLowerCase()) : targetKey(name).includes(key);
  return new Set(
    namedTargets()
      .filter(({ name, aliases, title }) =>
        (isPattern ? [name, ...aliases] : [name, ...aliases, title]).some(matches),
      )
      .map(({ name }) => name),
  );
}
