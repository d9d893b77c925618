import type { DockerfileInstruction } from './types.js';
import { jsonArray } from './words.js';

/** A here-document that is run: one on its own, or the standard input of a shell. */
const RUNS_HEREDOC = /^\s*<<|(?:^|[\s;&|/])(?:ba|da|a|z|k)?sh(?:\s+-[\w-]+)*\s*<</;

/** What a RUN gives the shell, its command and its here-documents, lines that go on joined; nothing for any other instruction. */
export function shellScripts({ keyword, rest, heredocs }: DockerfileInstruction): string[] {
  if (keyword !== 'RUN') return [];
  // The text of another command's here-document is data: `RUN cat <<EOF > /install.sh`.
  const scripts = RUNS_HEREDOC.test(rest) ? heredocs : [];
  // A command goes on behind a backslash at the end of its line.
  return [rest, ...scripts].map((text) => text.replace(/\\\r?\n/g, ' '));
}

/** What a RUN gives the shell; the words of one that is written as an array, in quotes. */
export function scriptsOf(instruction: DockerfileInstruction): string[] {
  const words = jsonArray(instruction.rest);
  if (words?.every((word) => typeof word === 'string') !== true) return shellScripts(instruction);
  return [words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')];
}
