import type { DockerfileInstruction } from './types.js';

/** Another RubyGems than the one that came with Ruby. */
export interface RubygemsUpdate {
  /** Absent where it is the newest of the day on which the image is built, or cannot be read. */
  readonly version?: string;
}

/** `gem update --system`, `gem update --system 3.6.9`, with options between. */
const UPDATE = /\bgem[\s"',]{1,99}update\b(?<options>[^&|;\n]{0,999})/g;

/** The RubyGems that a RUN installs over the one of its Ruby; undefined where it installs none. */
export function rubygemsUpdate({
  keyword,
  rest,
  heredocs,
}: DockerfileInstruction): RubygemsUpdate | undefined {
  if (keyword !== 'RUN') return undefined;
  const commands = [rest, ...heredocs].flatMap((text) => [
    // A command goes on behind a backslash at the end of its line.
    ...text.replace(/\\\r?\n/g, ' ').matchAll(UPDATE),
  ]);
  const updates = commands
    .map(({ groups }) => (groups?.['options'] ?? '').split(/[\s"',\]]+/))
    .filter((words) => words.some((word) => /^--system(?:=|$)/.test(word)));
  const words = updates.at(-1);
  if (words === undefined) return undefined;
  const at = words.findIndex((word) => word.startsWith('--system'));
  const version = (words[at]?.split('=')[1] ?? words[at + 1])?.match(/^\d+(?:\.[0-9a-z]+)+$/)?.[0];
  return version === undefined ? {} : { version };
}
