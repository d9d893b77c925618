import type { Explanation, SymbolQuestion } from './types.js';

/**
 * What a needed symbol is, why a build picks it up, and whether an older system's build would avoid it. Undefined where
 * nothing is known of it for certain: another library's version, or a release that is newer than the data.
 */
export function explainSymbol(question: SymbolQuestion): Explanation | undefined {
  void question;
  return undefined;
}
