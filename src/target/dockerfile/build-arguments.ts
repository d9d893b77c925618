import { Scope } from './scope.js';
import { DockerfileError } from './dockerfile-error.js';
import { formatPlatform } from './platform.js';
import type { Dockerfile, DockerfileInstruction, ImagePlatform } from './types.js';
import type { Assignment } from './words.js';
import { assignmentOf, quotedWords } from './words.js';

/** Values by name: `--build-arg NAME=VALUE`. */
export type BuildArguments = Readonly<Record<string, string>>;

const NONE: ReadonlySet<string> = new Set();

/** Arguments that a build takes without an ARG (https://docs.docker.com/reference/dockerfile/#predefined-args), and BuildKit's own. */
export const PREDEFINED =
  /^(?:(?:https?|ftp|no|all)_proxy|(?:HTTPS?|FTP|NO|ALL)_PROXY|(?:BUILD|TARGET)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT)|TARGETSTAGE|BUILDKIT_\w+|SOURCE_DATE_EPOCH)$/;

/**
 * What every build has before its first ARG
 * (https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope). It is not known which
 * machine builds: it is taken for one of the platform too.
 * @param target name of the stage that runs
 */
export function predefined(
  file: Dockerfile,
  platform: ImagePlatform,
  target: string,
  given: BuildArguments,
): Scope {
  const scope = new Scope(file);
  for (const side of ['BUILD', 'TARGET']) {
    const values = {
      PLATFORM: formatPlatform(platform),
      OS: platform.os,
      OSVERSION: '',
      ARCH: platform.architecture,
      VARIANT: platform.variant ?? '',
    };
    for (const [suffix, value] of Object.entries(values)) {
      const name = `${side}${suffix}`;
      if (Object.hasOwn(given, name)) scope.set(name, { text: given[name] ?? '', from: NONE });
      else scope.set(name, { text: value, from: new Set([name]) });
    }
  }
  scope.set('TARGETSTAGE', { text: target, from: NONE });
  return scope;
}

/**
 * Carries out one ARG. A value from outside goes before the default; a name alone takes what `outer` has.
 * @throws DockerfileError `DOCKERFILE_SYNTAX`
 */
export function declare(
  instruction: DockerfileInstruction,
  scope: Scope,
  given: BuildArguments,
  file: Dockerfile,
  outer?: Scope,
): void {
  for (const { name, value } of declarations(instruction, file)) {
    if (Object.hasOwn(given, name)) scope.set(name, { text: given[name] ?? '', from: NONE });
    else if (value !== undefined) scope.set(name, scope.expand(value, instruction.line));
    else if (outer !== undefined) scope.inherit(name, outer);
  }
}

/**
 * What an ARG declares.
 * @throws DockerfileError `DOCKERFILE_SYNTAX`
 */
export function declarations(
  { rest, line }: DockerfileInstruction,
  { path, escape }: Dockerfile,
): Assignment[] {
  const words = quotedWords(rest, escape).map(assignmentOf);
  if (words.length === 0 || words.some(({ name }) => name === '')) {
    throw new DockerfileError('ARG names no argument.', {
      code: 'DOCKERFILE_SYNTAX',
      path,
      line,
      suggestions: ['Write its name, and a default where there is one: ARG RUBY_VERSION=3.3.6'],
    });
  }
  return words;
}
