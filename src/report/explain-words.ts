import type { Explanation } from '../explain/types.js';

/** What it is, why a build picks it up, and whether a rebuild avoids it: one or two sentences. */
export function explanationWords(explanation: Explanation): string {
  return explanation.what ?? '';
}
