import type { Ansis } from 'ansis';
import type { Verdict } from '../compat/types.js';

/** The sign before a verdict, for those who do not see its colour. */
export const MARKS = {
  incompatible: '✗',
  unknown: '?',
  compatible: '✓',
  source: '·',
} satisfies Record<Verdict, string>;

/** Text in the colour of a verdict. */
export function paintVerdict(verdict: Verdict, text: string, paint: Ansis): string {
  switch (verdict) {
    case 'compatible':
      return paint.green(text);
    case 'incompatible':
      return paint.red(text);
    case 'unknown':
      return paint.yellow(text);
    case 'source':
      return paint.dim(text);
  }
}
