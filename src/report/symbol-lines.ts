import type { Explanation } from '../explain/types.js';
import { explanationWords, rebuildWords } from './explain-words.js';
import { listWords } from './lists.js';

const MOST_SYMBOLS = 12;

/**
 * What symbols are, each sentence once with the symbols that it is said of; behind them whether a build on an older system does
 * without, once where it is said of all.
 */
export function symbolLines(explanations: readonly Explanation[]): string[] {
  const rebuilt = new Set(explanations.map((each) => rebuildWords(each, 'all')));
  const together = rebuilt.size === 1 && explanations.length > 1;
  const bySentence = new Map<string, Explanation[]>();
  for (const each of explanations) {
    const words = explanationWords(each);
    const sentence = together ? words : `${words}; ${rebuildWords(each, 'each')}`;
    bySentence.set(sentence, [...(bySentence.get(sentence) ?? []), each]);
  }
  const lines = [...bySentence].flatMap(([sentence, all]) => {
    const names = all.map(({ symbol, symbolVersion }) =>
      symbol === undefined ? symbolVersion : `${symbol}@${symbolVersion}`,
    );
    return [`  ${listWords([...new Set(names)], MOST_SYMBOLS)}`, `    ${sentence}`];
  });
  return together ? [...lines, `  ${[...rebuilt].join('')}`] : lines;
}
