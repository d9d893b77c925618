import { statedRequirements } from '../gemfile/gem-call.js';
import type { GemCall } from '../gemfile/gem-call.js';
import type { ProjectGemfiles } from '../gemfile/project-gemfiles.js';
import type { RubyParser } from '../gemfile/ruby-parser.js';
import type { Lockfile } from '../lockfile/types.js';
import { canonicalRequirementList, satisfies } from '../version/requirement.js';
import { isNeeded, isWhollyRead, linesWithoutOwnPins } from './own-requirements.js';
import type { Place } from './types.js';

/**
 * A line of the Gemfile that the lockfile was not made from, so that what is locked is not what Bundler would install.
 * - `not-locked`: the lockfile does not have the gem.
 * - `not-met`: the locked version is none that the line allows.
 * - `moved`: the line takes the gem from git or a path, and the lockfile from a gem server.
 * - `gone`: DEPENDENCIES name a gem that no line names any more, and that no other gem asks for; `place` is in the lockfile.
 */
export type Drift = { readonly name: string; readonly place: Place } & (
  | { readonly kind: 'not-locked' | 'gone' }
  | { readonly kind: 'not-met'; readonly requirement: readonly string[]; readonly locked: readonly string[] }
  | { readonly kind: 'moved'; readonly from: string }
);

/**
 * Where a Gemfile was edited after its lockfile was written, and Bundler would resolve to other versions than are locked.
 * A requirement that is another than in DEPENDENCIES, and that the locked version meets, is none: Bundler keeps the version.
 * Neither is what earlier runs have added. Only lines that are sure to run count.
 *
 * @param shown the lockfile as the user would write it
 */
export function driftOf(
  project: ProjectGemfiles,
  lockfile: Lockfile,
  parser: RubyParser,
  shown: string,
): Drift[] {
  const versions = new Map<string, string[]>();
  const servers = new Map<string, boolean>();
  for (const { name, version, source } of lockfile.specs) {
    if (version !== '') versions.set(name, [...(versions.get(name) ?? []), version]);
    servers.set(name, (servers.get(name) ?? true) && lockfile.sources[source]?.type === 'gem');
  }
  const direct = new Set(lockfile.dependencies.map(({ name }) => name));
  const drifts: Drift[] = [];
  for (const line of linesWithoutOwnPins(project, parser)) {
    const { name, from, conditional } = line;
    if (conditional || name === 'bundler') continue;
    const written = asWritten(project, name);
    const place = written.place ?? { file: project.files[0].shown, line: line.line };
    const locked = [...new Set(versions.get(name))];
    const requirements = [line, ...written.calls].map((call) => statedRequirements(call));
    const [requirement = []] = requirements;
    if (locked.length === 0) {
      if (!direct.has(name)) drifts.push({ kind: 'not-locked', name, place });
    } else if (from !== undefined && servers.get(name) === true) {
      drifts.push({ kind: 'moved', name, place, from });
    } else if (!requirements.some((each) => each === undefined || allMeet(locked, each))) {
      drifts.push({
        ...{ kind: 'not-met', name, place, locked },
        requirement: canonicalRequirementList(requirement),
      });
    }
  }
  if (isWhollyRead(project)) {
    const named = new Set(project.files.flatMap(({ editor }) => editor.syntax.calls.map(({ name }) => name)));
    for (const { name, line } of lockfile.dependencies) {
      if (named.has(name) || name === 'bundler' || isNeeded(lockfile, name)) continue;
      drifts.push({ kind: 'gone', name, place: { file: shown, line } });
    }
  }
  return drifts.filter(({ name }, at) => drifts.findIndex((each) => each.name === name) === at);
}

/** The lines of a gem as they stand, earlier pins included: once those are locked, the version is one that they allow. */
function asWritten(
  { files }: ProjectGemfiles,
  name: string,
): { readonly calls: readonly GemCall[]; readonly place?: Place } {
  const found = files.flatMap(({ shown, editor }) =>
    editor.syntax.calls.filter((call) => call.name === name).map((call) => ({ file: shown, call })),
  );
  const first = found.find(({ call }) => !call.conditional) ?? found[0];
  return {
    calls: found.map(({ call }) => call),
    ...(first === undefined ? {} : { place: { file: first.file, line: first.call.line } }),
  };
}

function allMeet(versions: readonly string[], requirement: readonly string[]): boolean {
  return versions.every((version) => satisfies(version, requirement));
}
