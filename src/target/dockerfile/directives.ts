import type { EscapeCharacter } from './types.js';
import { trimStart } from './white-space.js';

/** Parser directives (https://docs.docker.com/reference/dockerfile/#parser-directives). */
const KNOWN: ReadonlySet<string> = new Set(['syntax', 'escape', 'check']);

/** A directive that Docker refuses. */
export class DirectiveError extends Error {}

/**
 * Reads the directives at the top of a file, line by line. The first line that is none ends them: `# escape=` further
 * down is a comment.
 */
export class Directives {
  escape: EscapeCharacter = '\\';
  syntax: string | undefined;
  readonly #seen = new Set<string>();
  #done = false;

  /** @throws DirectiveError */
  read(line: string): void {
    if (this.#done) return;
    const [, name = '', value = ''] =
      (line.startsWith('#')
        ? /^([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S.*)$/.exec(trimStart(line.slice(1)))
        : null) ?? [];
    const key = name.toLowerCase();
    if (!KNOWN.has(key)) {
      this.#done = true;
      return;
    }
    if (this.#seen.has(key)) throw new DirectiveError(`the directive "${key}" is there twice`);
    this.#seen.add(key);
    const text = value.trimEnd();
    if (key === 'syntax') this.syntax = text;
    if (key !== 'escape') return;
    if (text !== '\\' && text !== '`')
      throw new DirectiveError('the escape character is \\ or `, and nothing else');
    this.escape = text;
  }
}
