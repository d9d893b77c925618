import type { GroupNames } from './group-names.js';
import { joinGroups } from './group-names.js';
import type { ProjectGemfiles } from './project-gemfiles.js';

/** Which groups the Gemfile's gems are in. */
export interface GemfileGroups {
  /** By gem. A gem without an entry is one of whose groups nothing is known. */
  readonly of: ReadonlyMap<string, readonly string[]>;
  /** Groups that are left out unless they are asked for. */
  readonly optional: ReadonlySet<string>;
}

/** The group of a gem that is in none: `Bundler::Dependency#groups`. */
const DEFAULT = 'default';

/**
 * The groups of each gem, by all of its lines: those of one that may not run count as well, so that a gem counts as installed if
 * any of its lines has it installed. If a line's groups show only when Ruby runs it, nothing is known of the gem. A condition
 * (`install_if`, `platforms`) takes gems out and never puts one in, so it changes nothing here.
 */
export function gemfileGroups({ files, gemspecs }: ProjectGemfiles): GemfileGroups {
  const optional = new Set(
    files.flatMap(({ conditional, editor }) => (conditional ? [] : editor.syntax.optionalGroups)),
  );
  if (files.some(({ editor }) => editor.syntax.redefinesGem)) return { of: new Map(), optional };
  const groups = new Map<string, GroupNames>();
  const add = (name: string, own: GroupNames): void => {
    const named = own?.length === 0 ? [DEFAULT] : own;
    groups.set(name, groups.has(name) ? joinGroups(groups.get(name), named) : named);
  };
  const sure = new Set<string>();
  for (const { editor, groups: around, conditional } of files) {
    for (const call of editor.syntax.calls) {
      add(call.name, joinGroups(around, call.groups));
      if (!conditional && !call.conditional) sure.add(call.name);
    }
  }
  for (const { name, development, developmentGroups, groups: around } of gemspecs) {
    // What the gemspec needs to run comes with its own gem. A line of the Gemfile goes before a development dependency.
    if (development && !sure.has(name)) add(name, joinGroups(around, developmentGroups));
  }
  return {
    of: new Map([...groups].flatMap(([name, own]) => (own === undefined ? [] : [[name, own] as const]))),
    optional,
  };
}
