import { DockerfileError } from './dockerfile-error.js';
import type { Scope } from './scope.js';
import { shellScripts } from './shell-scripts.js';
import type { DockerfileInstruction } from './types.js';

/** Another RubyGems than the one that came with Ruby. */
export interface RubygemsUpdate {
  /** Absent where it is the newest of the day on which the image is built, or cannot be read. */
  readonly version?: string;
}

/**
 * `gem update --system 3.6.9`, and `gem install rubygems-update -v 3.6.9`, which `update_rubygems` follows: at the beginning of a
 * command, or of the list of a RUN.
 */
const COMMAND =
  /(?:^|[&|;(\n[])[\s"']{0,99}(?:sudo\s+)?gem[\s"',]{1,99}(update|install)\b(?<options>[^&|;\n]{0,999})/g;

/** The RubyGems that a RUN installs over the one of its Ruby; undefined where it installs none. */
export function rubygemsUpdate(
  instruction: DockerfileInstruction,
  scope: Pick<Scope, 'expand'>,
): RubygemsUpdate | undefined {
  const commands = shellScripts(instruction).flatMap((text) => [...text.matchAll(COMMAND)]);
  const last = commands.flatMap(updateOf).at(-1);
  if (last === undefined) return undefined;
  const version = /^\d+(?:\.[0-9a-z]+)+$/.exec(expanded(last, scope, instruction.line))?.[0];
  return version === undefined ? {} : { version };
}

/** The version that a command installs, as it is written; none where it installs no RubyGems. */
function updateOf({ 1: command, groups }: RegExpExecArray): string[] {
  const words = (groups?.['options'] ?? '').split(/[\s"',\]]+/);
  const valueOf = (option: RegExp): string | undefined => {
    const at = words.findIndex((word) => option.test(word));
    return at < 0 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1] ?? '');
  };
  if (command === 'update') return [valueOf(/^--system(?:=|$)/)].filter((value) => value !== undefined);
  const named = words.find((word) => /^rubygems-update(?::|$)/.test(word));
  if (named === undefined) return [];
  return [named.split(':')[1] ?? valueOf(/^(?:-v|--version)(?:=|$)/) ?? ''];
}

/** With the build's arguments; a word that only the shell knows stays as it is, and is no version. */
function expanded(word: string, scope: Pick<Scope, 'expand'>, line: number): string {
  try {
    return scope.expand(word, line).text;
  } catch (error) {
    if (error instanceof DockerfileError) return word;
    throw error;
  }
}
