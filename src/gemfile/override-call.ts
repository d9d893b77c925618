import type { DependencyOverride, Override, OverrideField, OverrideOperation } from '../version/override.js';
import { overriddenRequirement } from '../version/override.js';
import { RequirementError } from '../version/requirement.js';
import type { NodeOf, RubyNode } from './ruby-node.js';
import { isNode, literalString } from './ruby-node.js';

interface Place {
  readonly line: number;
  /** Something decides whether it runs. */
  readonly conditional: boolean;
}

/** What is changed shows only when it runs, or Bundler refuses it. */
export interface UnknownOverride extends Place {
  readonly kind: 'unknown';
  /** The gem that it is about, as far as that can be read. */
  readonly gem?: string;
}

/** One change that an `override` of the Gemfile makes (Bundler 4.1). */
export type OverrideCall = (Override & Place) | UnknownOverride;

/** `cooldown:` of a `source`, in a block or not. */
export interface SourceCooldown extends Place {
  /** As it is written; undefined where it shows only when it runs. */
  readonly source?: string;
  /**
   * Days that a version has to be published for until Bundler takes it; 0 lifts what another setting asks for. Undefined
   * where it shows only when it runs, or Bundler refuses it.
   */
  readonly days?: number;
}

const FIELDS: readonly string[] = ['version', 'required_ruby_version', 'required_rubygems_version'];

/** Keywords by which one dependency of one gem is changed. */
const REWRITES = ['in', 'with', 'from', 'to', 'version'];

function isField(name: string): name is OverrideField {
  return FIELDS.includes(name);
}

/** The keywords of a call; undefined where one of them shows only when it runs, or comes twice. */
function keywords(node: RubyNode | undefined): Map<string, RubyNode> | undefined {
  if (!isNode(node, 'KeywordHashNode') && !isNode(node, 'HashNode')) return undefined;
  const found = new Map<string, RubyNode>();
  for (const element of node.elements) {
    if (!isNode(element, 'AssocNode')) return undefined;
    const { key, value } = element;
    const name = isNode(key, 'SymbolNode') ? key.unescaped.value : literalString(key);
    if (name === undefined || found.has(name)) return undefined;
    found.set(name, value);
  }
  return found;
}

function operationOf(node: RubyNode): OverrideOperation | undefined {
  if (isNode(node, 'NilNode')) return { kind: 'drop' };
  if (isNode(node, 'SymbolNode')) {
    return node.unescaped.value === 'ignore_upper' ? { kind: 'ignore-upper' } : undefined;
  }
  const requirement = literalString(node);
  return requirement === undefined ? undefined : replacement(requirement);
}

/** Undefined where Bundler refuses the requirement, and the Gemfile with it. */
function replacement(requirement: string): OverrideOperation | undefined {
  const operation: OverrideOperation = { kind: 'replace', requirement };
  try {
    overriddenRequirement([], operation);
    return operation;
  } catch (error) {
    if (error instanceof RequirementError) return undefined;
    throw error;
  }
}

/** `in:` and `with:`, which were `from:` and `to:` until 4.1.0.beta3 (ruby/rubygems#9979). */
function readDependency(
  gem: string,
  options: ReadonlyMap<string, RubyNode>,
  place: Place,
): (DependencyOverride & Place) | undefined {
  const ofNode = options.get('in') ?? options.get('from');
  const byNode = options.get('with') ?? options.get('to');
  if (ofNode === undefined || byNode === undefined) return undefined;
  const of = literalString(ofNode);
  if (of === undefined || [...options.keys()].some((key) => !REWRITES.includes(key))) return undefined;
  if (isNode(byNode, 'NilNode')) return { kind: 'dependency', gem, of, ...place };
  const by = literalString(byNode);
  const version = options.get('version');
  const requirement = version === undefined ? undefined : literalString(version);
  if (by === undefined || (version !== undefined && requirement === undefined)) return undefined;
  const stated = requirement === undefined ? {} : { requirement };
  return { kind: 'dependency', gem, of, by: { gem: by, ...stated }, ...place };
}

/**
 * Reads `override TARGET, FIELD: OPERATION, …`, one entry for each field (`Bundler::Dsl#override`, lib/bundler/dsl.rb of
 * Bundler 4.1).
 */
export function readOverride(node: NodeOf<'CallNode'>, place: Place): OverrideCall[] {
  const [first, second, ...others] = node.arguments_?.arguments_ ?? [];
  const all = isNode(first, 'SymbolNode') && first.unescaped.value === 'all';
  const name = first === undefined || all ? undefined : literalString(first);
  const target = name === undefined ? {} : { gem: name };
  const unknown: OverrideCall = { kind: 'unknown', ...target, ...place };
  const options = others.length === 0 ? keywords(second) : undefined;
  if (options === undefined || (name === undefined && !all)) return [unknown];
  if (REWRITES.some((key) => key !== 'version' && options.has(key))) {
    return [(name === undefined ? undefined : readDependency(name, options, place)) ?? unknown];
  }
  return [...options].map(([field, value]): OverrideCall => {
    const operation = operationOf(value);
    if (!isField(field) || operation === undefined || (all && field === 'version')) return unknown;
    return { kind: 'requirement', ...target, field, operation, ...place };
  });
}

/** Reads `source URL, cooldown: DAYS`; undefined where the call has no such option. */
export function readCooldown(
  node: NodeOf<'CallNode'>,
  source: string | undefined,
  place: Place,
): SourceCooldown | undefined {
  const days = keywords(node.arguments_?.arguments_[1])?.get('cooldown');
  if (days === undefined || isNode(days, 'NilNode') || isNode(days, 'FalseNode')) return undefined;
  const value = isNode(days, 'IntegerNode') ? Number(days.value) : -1;
  return { ...place, ...(source === undefined ? {} : { source }), ...(value < 0 ? {} : { days: value }) };
}
