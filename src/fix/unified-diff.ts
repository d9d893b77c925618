import { createTwoFilesPatch } from 'diff';
import { decodeText } from '../gemfile/source-lines.js';
import type { FileChange } from './types.js';

/**
 * The changes as a unified diff that `patch -p1` and `git apply` take where it was made, or in the project's directory if that does not
 * lie below; empty if there are none.
 */
export function unifiedDiff(changes: readonly FileChange[]): string {
  return changes
    .filter(({ before, after }) => before !== after)
    .map(({ shown, inProject, before, after }) => {
      const name = nameOf(shown, inProject);
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

/** A path that leads up or is absolute no patch takes. An absolute one without another name has its slash from the prefix. */
function nameOf(shown: string, inProject: string | undefined): string {
  const written = shown.replaceAll('\\', '/');
  const leadsOut = /^(?:\.\.?\/|\/|[A-Za-z]:)/.test(written);
  return (leadsOut ? (inProject ?? written) : written).replaceAll('\\', '/').replace(/^\/+/, '');
}
