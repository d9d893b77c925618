import type { GemCall } from '../gemfile/gem-call.js';
import { statedRequirements } from '../gemfile/gem-call.js';
import { GemfileEditor } from '../gemfile/gemfile-editor.js';
import { sameSet } from '../gemfile/lift-pin.js';
import { canonical } from '../gemfile/pin-call.js';
import type { ProjectGemfiles } from '../gemfile/project-gemfiles.js';
import type { RubyParser } from '../gemfile/ruby-parser.js';
import type { Lockfile } from '../lockfile/types.js';
import { heldPins } from './rewrite.js';

export interface WithoutOwnPins {
  /** The Gemfile's requirement by name, as it is without the pins of earlier runs. */
  readonly gemfile: ReadonlyMap<string, readonly string[]>;
  /** Gems that such a pin holds. */
  readonly pinned: ReadonlySet<string>;
}

/**
 * What the Gemfile asks for by itself, less what earlier runs have added: as its lines say now where they can be read,
 * since it may have been edited after the lockfile was written, else as the lockfile's DEPENDENCIES say.
 *
 * @throws GemfileError `GEMFILE_PIN_CHANGED`
 */
export function withoutOwnPins(
  project: ProjectGemfiles,
  lockfile: Lockfile,
  parser: RubyParser,
): WithoutOwnPins {
  const lines = linesWithoutOwnPins(project, parser);
  const locked = new Set(lockfile.specs.map(({ name }) => name));
  const held = heldPins(project);
  const added = new Set(held.filter(({ pin }) => pin.record.newLine).map(({ name }) => name));
  const gemfile = new Map<string, readonly string[]>(
    lockfile.dependencies.map(({ name, requirement }) => [name, stated(lines, name) ?? requirement]),
  );
  // A line that was written for a gem that other gems had brought into the bundle.
  for (const { name, conditional } of lines) {
    const requirement =
      conditional || gemfile.has(name) || !locked.has(name) ? undefined : stated(lines, name);
    if (requirement !== undefined) gemfile.set(name, requirement);
  }
  for (const name of neededByOthersAlone(project, lockfile)) gemfile.delete(name);
  for (const { name, pin } of held) {
    if (added.has(name)) {
      // A gemspec's development dependency is one of the Gemfile's own gems, line or no line.
      const development = project.gemspecs.find((each) => each.name === name && each.development);
      if (development?.requirements === undefined) gemfile.delete(name);
      else gemfile.set(name, canonical(development.requirements));
      continue;
    }
    const now = gemfile.get(name);
    if (now === undefined || stated(lines, name) !== undefined) continue;
    const [own, ...others] = lines.filter((line) => line.name === name);
    // Of several the lockfile knows which one counts.
    const alone = own !== undefined && others.length === 0 ? statedRequirements(own) : undefined;
    const adds = canonical(pin.record.adds);
    const left = alone === undefined ? now.filter((bound) => !adds.includes(bound)) : canonical(alone);
    gemfile.set(name, left.length === 0 ? ['>= 0'] : left);
  }
  return { gemfile, pinned: new Set(held.map(({ name }) => name)) };
}

/** The `gem` lines of all files as they were before earlier runs added to them; a line of one that may not run is conditional. */
export function linesWithoutOwnPins({ files }: ProjectGemfiles, parser: RubyParser): GemCall[] {
  return files.flatMap(({ editor, ours, path, shown, conditional, from }) => {
    const lifted = new GemfileEditor(editor.source, parser, { shown, path });
    if (ours) for (let own = lifted.own[0]; own !== undefined; own = lifted.own[0]) lifted.lift(own);
    return lifted.syntax.calls.map((call) => ({
      ...call,
      conditional: conditional || call.conditional,
      ...(from === undefined ? {} : { from: call.from ?? from }),
    }));
  });
}

/**
 * Gems that DEPENDENCIES name, that no line of the Gemfile names any more, and that are in the bundle all the same, as other
 * gems ask for them. None where there may be lines that cannot be read.
 */
function neededByOthersAlone(project: ProjectGemfiles, lockfile: Lockfile): string[] {
  if (!isWhollyRead(project)) return [];
  const named = new Set(project.files.flatMap(({ editor }) => editor.syntax.calls.map(({ name }) => name)));
  return lockfile.dependencies.flatMap(({ name }) =>
    named.has(name) || !isNeeded(lockfile, name) ? [] : [name],
  );
}

/** A spec of the lockfile asks for the gem. */
export function isNeeded({ specs }: Lockfile, name: string): boolean {
  return specs.some(({ dependencies }) => dependencies.some((each) => each.name === name));
}

/** The Gemfile's gems are those of its literal `gem` lines, and no others. */
export function isWhollyRead({ files, notFollowed }: ProjectGemfiles): boolean {
  return (
    notFollowed.length === 0 &&
    files.every(({ editor: { syntax } }) => syntax.dynamic.length === 0 && syntax.gemspecs.length === 0)
  );
}

/** What all lines of a gem say alike; undefined where that shows only when they run. */
function stated(lines: readonly GemCall[], name: string): readonly string[] | undefined {
  const [first, ...others] = lines
    .filter((line) => line.name === name)
    .map((line) => (line.conditional ? undefined : statedRequirements(line)))
    .map((texts) => (texts?.length === 0 ? ['>= 0'] : texts && canonical(texts)));
  if (first === undefined) return undefined;
  return others.every((other) => other !== undefined && sameSet(first, other)) ? first : undefined;
}
