import { jsonArray } from './words.js';
import { ShellWordError, splitWords, unquoteWords } from './shell-word.js';

/** A here-document that a line opens: the lines up to one that is its name belong to the instruction. */
export interface Heredoc {
  readonly name: string;
  /** From `<<-`: tabs before the name at the end do not count. */
  readonly chomp: boolean;
}

/** Instructions that take here-documents (https://docs.docker.com/reference/dockerfile/#here-documents). */
const TAKING: ReadonlySet<string> = new Set(['ADD', 'COPY', 'RUN']);

/**
 * Whether an instruction may open one: never with its arguments as a JSON array.
 * @param rest the arguments, flags taken away
 */
export function takesHeredocs(keyword: string, rest: string): boolean {
  return TAKING.has(keyword) && jsonArray(rest) === undefined;
}

/**
 * The here-documents that a line opens, in order: words such as `<<EOF`, `<<-"EOF"`, `3<<EOF`. A line that is not made of
 * words to Docker, such as one with an open quote or with a substitution that only the shell knows, opens none.
 * @param line the whole instruction
 * @throws ShellWordError for a name that is not a word
 */
export function heredocsOf(line: string): Heredoc[] {
  if (!line.includes('<<')) return [];
  let words: string[];
  try {
    words = splitWords(line);
  } catch (error) {
    if (error instanceof ShellWordError) return [];
    throw error;
  }
  return words.flatMap((word) => {
    const [, dash, written = ''] = /^\d*<<(-?)[\t\n\f\r ]*([^<]*)$/.exec(word) ?? [];
    if (written === '') return [];
    const [name, ...more] = unquoteWords(written);
    return name === undefined || more.length > 0 ? [] : [{ name, chomp: dash === '-' }];
  });
}
