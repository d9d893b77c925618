import type { Span } from './ruby-node.js';
import type { ByteText } from './ruby-parser.js';

/** Replaces a part of the source; an empty span inserts. */
export interface Edit extends Span {
  readonly text: ByteText;
}

/** Applies edits; deletions may overlap, and of several edits at one place the first given comes first. */
export function splice(source: ByteText, edits: readonly Edit[]): ByteText {
  const inOrder = edits
    .map((edit, order) => ({ edit, order }))
    .sort((a, b) => a.edit.start - b.edit.start || a.order - b.order);
  let result = '';
  let at = 0;
  for (const { edit } of inOrder) {
    if (edit.start < at && edit.text !== '') throw new Error('an edit overlaps another');
    result += source.slice(at, Math.max(at, edit.start)) + edit.text;
    at = Math.max(at, edit.end);
  }
  return result + source.slice(at);
}
