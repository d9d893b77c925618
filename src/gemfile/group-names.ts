import type { NodeOf, RubyNode } from './ruby-node.js';
import { isNode, literalString } from './ruby-node.js';

/** Groups of a `gem` line or block; undefined if only Ruby can tell. Empty: none is named, which is the group `default`. */
export type GroupNames = readonly string[] | undefined;

/** A `group … do` block. */
export interface GroupBlock {
  readonly names: GroupNames;
  /** `optional: true`: Bundler leaves these groups out unless they are asked for. */
  readonly optional: boolean;
}

/** Reads the arguments of `group :development, :test, optional: true` (`Bundler::Dsl#group`). */
export function readGroupBlock(node: NodeOf<'CallNode'>): GroupBlock {
  const given = [...(node.arguments_?.arguments_ ?? [])];
  const last = given.at(-1);
  const options = isHash(last) ? last : undefined;
  if (options !== undefined) given.pop();
  return { names: namesOf(given), optional: options !== undefined && saysOptional(options) };
}

/**
 * The groups that the options of a `gem` line name (`Bundler::Dsl#normalize_options`): `groups:` goes before `group:`.
 * @param options undefined if the line has none
 */
export function groupsOption(
  options: NodeOf<'KeywordHashNode'> | NodeOf<'HashNode'> | undefined,
): GroupNames {
  const stated = new Map<string, RubyNode>();
  for (const element of options?.elements ?? []) {
    const key = isNode(element, 'AssocNode') ? nameOf(element.key) : undefined;
    // `**options`, and keys that are computed, may name groups too.
    if (key === undefined || !isNode(element, 'AssocNode')) return undefined;
    stated.set(key, element.value);
  }
  const groups = stated.get('groups');
  const chosen = groups === undefined || isNode(groups, 'NilNode') ? stated.get('group') : groups;
  return chosen === undefined || isNode(chosen, 'NilNode') ? [] : readGroups(chosen);
}

/** One group, or an array of them. */
export function readGroups(node: RubyNode): GroupNames {
  return isNode(node, 'ArrayNode') ? namesOf(node.elements) : namesOf([node]);
}

/** What is around a line and what it says itself together; unknown if one of them is. */
export function joinGroups(outer: GroupNames, inner: GroupNames): GroupNames {
  return outer === undefined || inner === undefined ? undefined : [...new Set([...outer, ...inner])];
}

function namesOf(nodes: readonly RubyNode[]): GroupNames {
  const names = nodes.map(nameOf);
  return names.every((name) => name !== undefined) ? names : undefined;
}

function nameOf(node: RubyNode): string | undefined {
  return isNode(node, 'SymbolNode') ? node.unescaped.value : literalString(node);
}

function saysOptional({ elements }: NodeOf<'KeywordHashNode'> | NodeOf<'HashNode'>): boolean {
  return elements.some(
    (element) =>
      isNode(element, 'AssocNode') && nameOf(element.key) === 'optional' && isNode(element.value, 'TrueNode'),
  );
}

function isHash(node: RubyNode | undefined): node is NodeOf<'KeywordHashNode'> | NodeOf<'HashNode'> {
  return isNode(node, 'KeywordHashNode') || isNode(node, 'HashNode');
}
