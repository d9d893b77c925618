import { distance } from 'fastest-levenshtein';
import { declarations } from './build-arguments.js';
import { DockerfileError, quoted } from './dockerfile-error.js';
import type { Scope } from './scope.js';
import type { Stage, StagedDockerfile } from './stages.js';
import type { Dockerfile, DockerfileInstruction } from './types.js';

/**
 * The error for a variable in a FROM that has no value. To Docker it is an empty text, which makes another image of the
 * name or none at all; so it is not gone on with.
 * @param written what FROM says
 */
export function unsetArgument(
  name: string,
  stage: Stage,
  written: string,
  context: { readonly file: Dockerfile; readonly staged: StagedDockerfile; readonly global: Scope },
): DockerfileError {
  const { file, staged, global } = context;
  const declares = (instruction: DockerfileInstruction): boolean =>
    instruction.keyword === 'ARG' && declarations(instruction, file).some((each) => each.name === name);
  const inside = staged.stages.flatMap(({ instructions }) => instructions).find(declares);
  const near = global
    .names()
    .map((other) => ({ other, edits: distance(other, name) }))
    .filter(({ edits }) => edits <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 3)
    .map(({ other }) => other);
  let remedy = `Declare it before the first FROM: ARG ${name}=VALUE`;
  if (staged.global.some(declares)) {
    remedy = `Give it a value, --build-arg ${name}=VALUE, or a default in the Dockerfile, ARG ${name}=VALUE`;
  } else if (inside !== undefined) {
    remedy = `Move the ARG ${name} of line ${inside.line} before the first FROM: a FROM sees no other.`;
  }
  return new DockerfileError(`${quoted(name)} in ${quoted(written)} has no value.`, {
    code: 'DOCKERFILE_ARGUMENT_UNSET',
    path: file.path,
    line: stage.line,
    known: near,
    suggestions: [remedy, ...(near.length > 0 ? [`Arguments that it has are ${near.join(', ')}.`] : [])],
  });
}
