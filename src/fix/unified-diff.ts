import { createTwoFilesPatch } from 'diff';
import { decodeText } from '../gemfile/source-lines.js';
import type { FileChange } from './types.js';

/** The changes as a unified diff that `patch -p1` and `git apply` take; empty where there are none. */
export function unifiedDiff(changes: readonly FileChange[]): string {
  return changes
    .filter(({ before, after }) => before !== after)
    .map(({ shown, before, after }) => {
      // An absolute path has its slash from the prefix.
      const name = shown.replaceAll('\\', '/').replace(/^\/+/, '');
      const patch = createTwoFilesPatch(
        `a/${name}`,
        `b/${name}`,
        decodeText(before),
        decodeText(after),
        '',
        '',
        {
          context: 3,
        },
      );
      // The line of equals signs is Subversion's; the header's tabs separate file times, of which there are none.
      return patch.replace(/^=+\n/, '').replace(/^(---|\+\+\+) (.*?)\t\r?$/gm, '$1 $2');
    })
    .join('');
}
