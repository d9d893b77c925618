import { printable } from './printable.js';

const MOST_SYMBOLS = 4;

/** `a, b, c and 3 more`, each made printable. */
export function listWords(items: readonly string[], most = MOST_SYMBOLS): string {
  const shown = items.slice(0, most).map(printable).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

/** The C libraries by their own names. */
export const LIBC_NAMES = { gnu: 'glibc', musl: 'musl' } as const;
