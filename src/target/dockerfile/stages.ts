import { DockerfileError, quoted } from './dockerfile-error.js';
import type { Dockerfile, DockerfileInstruction } from './types.js';
import { splitArguments } from './white-space.js';

/** One FROM as written, and the instructions up to the next. */
export interface Stage {
  readonly index: number;
  /** In lower case. */
  readonly name?: string;
  readonly line: number;
  readonly from: string;
  /** The value of `--platform`, as written. */
  readonly platform?: string;
  readonly instructions: readonly DockerfileInstruction[];
}

export interface StagedDockerfile {
  /** The ARG instructions before the first FROM: those that a FROM sees. */
  readonly global: readonly DockerfileInstruction[];
  /** Never empty. */
  readonly stages: readonly Stage[];
}

/**
 * Divides a Dockerfile into its stages.
 * @throws DockerfileError `DOCKERFILE_NO_FROM`, `DOCKERFILE_SYNTAX`
 */
export function stagesOf(file: Dockerfile): StagedDockerfile {
  const { path } = file;
  const global: DockerfileInstruction[] = [];
  const stages: (Stage & { readonly instructions: DockerfileInstruction[] })[] = [];
  for (const instruction of file.instructions) {
    const { keyword, line } = instruction;
    const current = stages.at(-1);
    if (keyword === 'FROM') {
      stages.push({ ...stageOf(instruction, path), index: stages.length, line, instructions: [] });
    } else if (current !== undefined) {
      current.instructions.push(instruction);
    } else if (keyword === 'ARG') {
      global.push(instruction);
    } else {
      throw noFrom(
        path,
        line,
        `${keyword} stands before the first FROM: there is no image that it works on.`,
      );
    }
  }
  if (stages.length === 0) {
    throw noFrom(path, file.instructions.at(-1)?.endLine ?? 1, 'there is no FROM up to the end of the file.');
  }
  return { global, stages };
}

function noFrom(path: string, line: number, message: string): DockerfileError {
  return new DockerfileError(message, {
    code: 'DOCKERFILE_NO_FROM',
    path,
    line,
    suggestions: ['Begin with FROM and the image to build on: FROM ruby:3.3-slim-bookworm'],
  });
}

function stageOf(
  { rest, flags, line }: DockerfileInstruction,
  path: string,
): Pick<Stage, 'from' | 'name' | 'platform'> {
  const wrong = (message: string, suggestion: string): DockerfileError =>
    new DockerfileError(message, { code: 'DOCKERFILE_SYNTAX', path, line, suggestions: [suggestion] });
  const [from = '', as, written, ...more] = splitArguments(rest);
  if (
    from === '' ||
    (as !== undefined && (written === undefined || as.toLowerCase() !== 'as')) ||
    more.length > 0
  ) {
    throw wrong(`FROM has the arguments ${quoted(rest)}.`, 'Write FROM IMAGE, or FROM IMAGE AS NAME.');
  }
  const name = written?.toLowerCase();
  if (name !== undefined && !/^[a-z][a-z0-9_.-]*$/.test(name)) {
    throw wrong(
      `${quoted(written ?? '')} is not the name of a stage.`,
      'A name begins with a letter, and goes on with letters, digits, and - _ .',
    );
  }
  let platform: string | undefined;
  for (const flag of flags) {
    const value = /^--platform=([^]*)$/.exec(flag)?.[1];
    if (value === undefined)
      throw wrong(`FROM has no flag ${quoted(flag)}.`, 'Write --platform=linux/amd64.');
    if (platform !== undefined) throw wrong('--platform is there twice.', 'Write it once.');
    platform = value;
  }
  return {
    from,
    ...(name === undefined ? {} : { name }),
    // An empty one is none (BuildKit's convert.go asks for a value that is not empty).
    ...(platform === undefined || platform === '' ? {} : { platform }),
  };
}
