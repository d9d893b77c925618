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
 */
export function withoutOwnPins(
  project: ProjectGemfiles,
  lockfile: Lockfile,
  parser: RubyParser,
): WithoutOwnPins {
  const gemfile = new Map<string, readonly string[]>(
    lockfile.dependencies.map(({ name, requirement }) => [name, written(project, name) ?? requirement]),
  );
  const held = heldPins(project);
  for (const { name, file, pin } of held) {
    if (pin.record.newLine) {
      // A gemspec's development dependency is one of the Gemfile's own gems, line or no line.
      const development = project.gemspecs.find((each) => each.name === name && each.development);
      if (development?.requirements === undefined) gemfile.delete(name);
      else gemfile.set(name, canonical(development.requirements));
      continue;
    }
    const locked = gemfile.get(name);
    const base = baseRequirement(file.editor.source, file, name, parser);
    if (base !== undefined) gemfile.set(name, base.length === 0 ? ['>= 0'] : canonical(base));
    else if (locked !== undefined) {
      const adds = canonical(pin.record.adds);
      const left = canonical(locked).filter((bound) => !adds.includes(bound));
      gemfile.set(name, left.length === 0 ? ['>= 0'] : left);
    }
  }
  return { gemfile, pinned: new Set(held.map(({ name }) => name)) };
}

/** What all lines of a gem say alike; undefined where that shows only when they run. */
function written({ files }: ProjectGemfiles, name: string): readonly string[] | undefined {
  const [first, ...others] = files
    .flatMap(({ editor }) => editor.syntax.calls)
    .filter((call) => call.name === name)
    .map((call) => (call.conditional ? undefined : statedRequirements(call)))
    .map((stated) => (stated?.length === 0 ? ['>= 0'] : stated && canonical(stated)));
  if (first === undefined) return undefined;
  return others.every((other) => other !== undefined && sameSet(first, other)) ? first : undefined;
}

function baseRequirement(
  source: string,
  { shown, path }: ProjectGemfiles['files'][number],
  name: string,
  parser: RubyParser,
): readonly string[] | undefined {
  const editor = new GemfileEditor(source, parser, { shown, path });
  for (let own = editor.own[0]; own !== undefined; own = editor.own[0]) editor.lift(own);
  const call = editor.syntax.calls.find((each) => each.name === name);
  return call === undefined ? undefined : statedRequirements(call);
}
