import type { DockerfileInstruction } from './types.js';

/** What a RUN gives the shell, its command and its here-documents, lines that go on joined; nothing for any other instruction. */
export function shellScripts({ keyword, rest, heredocs }: DockerfileInstruction): string[] {
  if (keyword !== 'RUN') return [];
  // A command goes on behind a backslash at the end of its line.
  return [rest, ...heredocs].map((text) => text.replace(/\\\r?\n/g, ' '));
}
