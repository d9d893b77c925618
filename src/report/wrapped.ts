import wrapAnsi from 'wrap-ansi';

/**
 * Lines that are too long for the terminal go on under their own beginning.
 * @param width in columns; without one nothing is wrapped
 * @param pasted lines that stay whole, however long
 */
export function wrapped(text: string, width: number | undefined, pasted?: RegExp): string {
  if (width === undefined) return text;
  return text
    .split('\n')
    .map((line) => {
      if (pasted?.test(line) === true) return line;
      const indent = /^ */.exec(line)?.[0] ?? '';
      const hanging = indent === '' ? '' : `${indent}  `;
      const lines = wrapAnsi(line.slice(indent.length), width - hanging.length, { hard: true });
      return indent + lines.replaceAll('\n', `\n${hanging}`);
    })
    .join('\n');
}
