import { distance } from 'fastest-levenshtein';
import { DirectiveError, Directives } from './directives.js';
import { DockerfileError, quoted } from './dockerfile-error.js';
import type { Heredoc } from './heredoc.js';
import { heredocsOf, takesHeredocs } from './heredoc.js';
import { ShellWordError } from './shell-word.js';
import type { Dockerfile, DockerfileInstruction } from './types.js';
import { trimStart } from './white-space.js';
import { environmentOf, jsonArray, splitCommand } from './words.js';

/** https://docs.docker.com/reference/dockerfile/#overview */
const INSTRUCTIONS: readonly string[] = [
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
];

/** Instructions whose arguments may be a JSON array of words. */
const TAKING_ARRAYS: ReadonlySet<string> = new Set([
  'ADD',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'RUN',
  'SHELL',
  'VOLUME',
]);

/** BuildKit reads lines with Go's bufio.Scanner, which takes no longer ones. In bytes, the end of the line included. */
const MAX_LINE = 65_535;

/** Far beyond any that a person wrote. In UTF-16 code units. */
const MAX_FILE = 1 << 19;

/**
 * Reads a Dockerfile as BuildKit's parser does: directives, comments, continuation lines, here-documents. Of the arguments
 * only their assignment to flags is made; variables stay as they are.
 * @param path as the user would write it
 * @throws DockerfileError `DOCKERFILE_EMPTY`, `DOCKERFILE_SYNTAX`, `DOCKERFILE_LIMIT`
 */
export function parseDockerfile(text: string, path = 'Dockerfile'): Dockerfile {
  if (text.length > MAX_FILE) {
    throw new DockerfileError(`the file has ${text.length} characters, more than ${MAX_FILE}.`, {
      code: 'DOCKERFILE_LIMIT',
      path,
      line: 1,
    });
  }
  const reader = new Reader(text.replace(/^\ufeff/, ''), path);
  const instructions: DockerfileInstruction[] = [];
  for (let next = reader.instruction(); next !== undefined; next = reader.instruction())
    instructions.push(next);
  if (instructions.length === 0) {
    throw new DockerfileError('there is no instruction in the file.', {
      code: 'DOCKERFILE_EMPTY',
      path,
      line: 1,
      suggestions: ['A Dockerfile begins with FROM and the image to build on: FROM ruby:3.3-slim-bookworm'],
    });
  }
  const { escape, syntax } = reader.directives;
  return { path, escape, instructions, ...(syntax === undefined ? {} : { syntax }) };
}

class Reader {
  readonly directives = new Directives();
  readonly #path: string;
  readonly #lines: readonly string[];
  /** Lines that are read; so also the number of the last one. */
  #read = 0;

  constructor(text: string, path: string) {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    this.#lines = lines;
    this.#path = path;
  }

  /** The next instruction; undefined at the end of the file. */
  instruction(): DockerfileInstruction | undefined {
    for (let line = this.#next(); line !== undefined; line = this.#next()) {
      const begin = this.#read;
      const content = trimStart(line);
      this.#directive(content);
      if (content === '' || content.startsWith('#')) continue;
      const whole = this.#continued(content);
      return this.#instructionOf(whole, begin);
    }
    return undefined;
  }

  /** A line without its end; undefined behind the last. */
  #next(): string | undefined {
    const line = this.#lines[this.#read];
    if (line === undefined) return undefined;
    this.#read += 1;
    if (line.length > MAX_LINE / 4 && new TextEncoder().encode(line).length >= MAX_LINE) {
      throw this.#error(
        this.#read,
        `the line is longer than ${MAX_LINE} bytes, and Docker does not read it.`,
        {
          code: 'DOCKERFILE_LIMIT',
          suggestions: ['Break the line with an escape character at its end.'],
        },
      );
    }
    let end = line.length;
    while (line[end - 1] === '\r') end -= 1;
    return line.slice(0, end);
  }

  #directive(line: string): void {
    try {
      this.directives.read(line);
    } catch (error) {
      if (!(error instanceof DirectiveError)) throw error;
      throw this.#error(this.#read, `${error.message}.`);
    }
  }

  /** A line with those that continue it. Comments and empty lines between them do not end it. */
  #continued(first: string): string {
    const parts: string[] = [];
    for (let line: string | undefined = first; line !== undefined; line = this.#next()) {
      if (parts.length > 0) {
        const content = trimStart(line);
        if (content === '' || content.startsWith('#')) continue;
      }
      const end = this.#continuation(line);
      parts.push(line.slice(0, end));
      if (end === undefined) break;
    }
    return parts.join('');
  }

  /** Where the escape character is that continues a line; not one that another stands before. */
  #continuation(line: string): number | undefined {
    let last = line.length - 1;
    while (line[last] === ' ' || line[last] === '\t') last -= 1;
    const { escape } = this.directives;
    return line[last] === escape && line[last - 1] !== escape ? last : undefined;
  }

  #instructionOf(whole: string, line: number): DockerfileInstruction {
    const { escape } = this.directives;
    const command = splitCommand(whole, escape);
    this.#check(command.keyword, line);
    const inner = command.keyword === 'ONBUILD' ? splitCommand(command.rest, escape) : command;
    this.#checkArguments(inner.keyword, inner.rest, line);
    const opened = takesHeredocs(inner.keyword, inner.rest) ? this.#heredocs(whole, line) : [];
    const heredocs = opened.map((heredoc) => this.#heredocText(heredoc, line));
    return { ...command, heredocs, line, endLine: this.#read };
  }

  #check(keyword: string, line: number): void {
    if (INSTRUCTIONS.includes(keyword)) return;
    if (keyword === '') {
      throw this.#error(line, 'the line is a continuation character and nothing else, and no line follows.');
    }
    const [nearest = 'FROM'] = [...INSTRUCTIONS].sort((a, b) => distance(a, keyword) - distance(b, keyword));
    const { syntax } = this.directives;
    const foreign = syntax !== undefined && !/^(?:docker\.io\/)?docker\/dockerfile(?:[:-]|$)/.test(syntax);
    throw this.#error(line, `${quoted(keyword)} is not an instruction.`, {
      code: 'DOCKERFILE_SYNTAX',
      suggestions: [
        // A word that is nothing like one belongs to the instruction before.
        distance(nearest, keyword) <= 2
          ? `Did you mean ${nearest}?`
          : 'If it belongs to the line before, end that line with the escape character.',
        ...(foreign ? [`Only Docker's own syntax is read, not ${quoted(syntax)}.`] : []),
      ],
    });
  }

  #checkArguments(keyword: string, rest: string, line: number): void {
    if (TAKING_ARRAYS.has(keyword) && jsonArray(rest)?.every((word) => typeof word === 'string') === false) {
      throw this.#error(line, `the array of ${keyword} has something in it that is no string.`, {
        code: 'DOCKERFILE_SYNTAX',
        suggestions: ['Put every word in double quotes: ["bin/rails", "server"]'],
      });
    }
    if (keyword !== 'ENV' && keyword !== 'LABEL') return;
    const assignments = environmentOf(rest, this.directives.escape);
    if (typeof assignments !== 'string' || assignments === '') return;
    throw this.#error(line, `${quoted(assignments)} of ${keyword} has no value.`, {
      code: 'DOCKERFILE_SYNTAX',
      suggestions: [`Write name=value, and quote a value with spaces: ${keyword} NAME="a value"`],
    });
  }

  #heredocs(whole: string, line: number): Heredoc[] {
    try {
      return heredocsOf(whole);
    } catch (error) {
      if (!(error instanceof ShellWordError)) throw error;
      throw this.#error(line, `the name of a here-document cannot be read: ${error.message}.`);
    }
  }

  #heredocText({ name, chomp }: Heredoc, opened: number): string {
    const first = this.#read;
    for (let line = this.#next(); line !== undefined; line = this.#next()) {
      if ((chomp ? line.replace(/^\t+/, '') : line) === name)
        return this.#lines.slice(first, this.#read - 1).join('\n');
    }
    throw this.#error(opened, `the here-document ${quoted(name)} does not end.`, {
      code: 'DOCKERFILE_SYNTAX',
      suggestions: [`End it with a line that is ${name} and nothing else.`],
    });
  }

  #error(
    line: number,
    message: string,
    details: { readonly code: string; readonly suggestions?: readonly string[] } = {
      code: 'DOCKERFILE_SYNTAX',
    },
  ): DockerfileError {
    return new DockerfileError(message, { ...details, path: this.#path, line });
  }
}
