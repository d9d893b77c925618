import type { NodeOf, RubyNode, Span } from './ruby-node.js';
import type { GroupNames } from './group-names.js';
import { groupsOption, joinGroups } from './group-names.js';
import { insideParentheses, isHeredoc, isNode, literalString, spanOf } from './ruby-node.js';

export type Quote = "'" | '"';

/** One literal requirement: `"~> 1.16"`. */
export interface LiteralRequirement {
  readonly span: Span;
  readonly text: string;
}

/**
 * One argument of a `gem` call behind the name.
 * - `string`, `array`: literal requirements. `elements` of an array are undefined where they have no places of their own.
 * - `constant`: a constant or a variable that the file sets once, to literals.
 * - `opaque`: whatever shows only when it runs; it may be a requirement, or a hash of options.
 */
export interface PositionalArgument {
  readonly kind: 'string' | 'array' | 'constant' | 'opaque';
  readonly span: Span;
  /** The requirements that it is; empty for `opaque`. */
  readonly texts: readonly string[];
  /** Of a bracketed array: its elements. */
  readonly elements?: readonly LiteralRequirement[];
  /** The text lies elsewhere (a heredoc), so that it cannot be replaced. */
  readonly elsewhere: boolean;
}

export interface GemOption {
  /** Absent for `**options` and keys that are no literals. */
  readonly key?: string;
  readonly span: Span;
  readonly isTrue: boolean;
  readonly isFalse: boolean;
  /** `:require => false`, not `require: false`. */
  readonly rocket: boolean;
}

export interface GemOptions {
  readonly span: Span;
  /** Written with braces: `{ require: false }`. */
  readonly braces: boolean;
  readonly elements: readonly GemOption[];
}

/** A `gem` call whose name is a literal. */
export interface GemCall {
  readonly name: string;
  readonly span: Span;
  /** 1-based. */
  readonly line: number;
  readonly nameSpan: Span;
  readonly quote?: Quote;
  readonly positional: readonly PositionalArgument[];
  readonly options?: GemOptions;
  /** Something other than Bundler's own blocks decides whether it runs, or how often. */
  readonly conditional: boolean;
  /** It comes from no gem server: the option, or the block around it, that says so (`git`, `github`, `path`, …). */
  readonly from?: string;
  /** A group, a platform or a condition of Bundler's own may leave it out of an installation. */
  readonly partial: boolean;
  readonly groups: GroupNames;
}

/** Options by which Bundler leaves a gem out of some installations. */
const PARTIAL = ['group', 'groups', 'platform', 'platforms', 'env', 'install_if'];

/** Options that say that a gem comes from no gem server (Bundler::Dsl, add_git_sources). */
const FROM = ['git', 'github', 'gist', 'bitbucket', 'gitlab', 'path'];

/** The requirements that a call states; undefined where they show only when it runs. */
export function statedRequirements({ positional }: GemCall): readonly string[] | undefined {
  if (positional.some(({ kind }) => kind === 'opaque')) return undefined;
  return positional.flatMap(({ texts }) => texts);
}

export interface CallSurroundings {
  readonly source: string;
  readonly line: number;
  readonly conditional: boolean;
  /** The block around it that says that its gems come from git or a path. */
  readonly from: string | undefined;
  readonly partial: boolean;
  readonly groups: GroupNames;
  /** Constants and local variables that the file sets once, to literal strings. */
  readonly constants: ReadonlyMap<string, readonly string[]>;
}

/** Reads a `gem` call; undefined where its name is no literal. */
export function readGemCall(node: NodeOf<'CallNode'>, around: CallSurroundings): GemCall | undefined {
  const [first, ...rest] = node.arguments_?.arguments_ ?? [];
  const name = first === undefined ? undefined : literalString(first);
  if (first === undefined || name === undefined) return undefined;
  const last = rest.at(-1);
  const hash = isNode(last, 'KeywordHashNode') || isNode(last, 'HashNode') ? last : undefined;
  const positional = (hash === undefined ? rest : rest.slice(0, -1)).map((each) =>
    readArgument(each, around),
  );
  const quote = around.source[first.location.startOffset];
  const options = hash === undefined ? undefined : readOptions(hash);
  const from =
    options?.elements.find(({ key }) => key !== undefined && FROM.includes(key))?.key ?? around.from;
  return {
    name,
    span: spanOf(node.location),
    line: around.line,
    nameSpan: spanOf(first.location),
    ...(quote === "'" || quote === '"' ? { quote } : {}),
    positional,
    ...(options === undefined ? {} : { options }),
    conditional: around.conditional,
    ...(from === undefined ? {} : { from }),
    partial: around.partial || (options?.elements.some(({ key = '' }) => PARTIAL.includes(key)) ?? false),
    // A variable in the last place may hold a hash of options.
    groups:
      hash === undefined && positional.at(-1)?.kind === 'opaque'
        ? undefined
        : joinGroups(around.groups, groupsOption(hash)),
  };
}

function readArgument(node: RubyNode, { source, constants }: CallSurroundings): PositionalArgument {
  const span = spanOf(node.location);
  const elsewhere = isHeredoc(node, source);
  const text = literalString(node);
  if (text !== undefined) return { kind: 'string', span, texts: [text], elsewhere };
  const inside = insideParentheses(node) ?? node;
  if (isNode(inside, 'ArrayNode')) return readArray(inside, span, source);
  const isNamed = isNode(inside, 'ConstantReadNode') || isNode(inside, 'LocalVariableReadNode');
  const known = isNamed ? constants.get(inside.name) : undefined;
  if (known !== undefined) return { kind: 'constant', span, texts: known, elsewhere };
  // What holds a heredoc anywhere keeps its text elsewhere too.
  return { kind: 'opaque', span, texts: [], elsewhere: true };
}

function readArray(node: NodeOf<'ArrayNode'>, span: Span, source: string): PositionalArgument {
  const texts = node.elements.map((element) => literalString(element));
  if (texts.includes(undefined)) return { kind: 'opaque', span, texts: [], elsewhere: true };
  const elements = node.elements.map((element, at) => ({
    span: spanOf(element.location),
    text: texts[at] ?? '',
  }));
  const bracketed = node.openingLoc !== null && source[node.openingLoc.startOffset] === '[';
  return {
    kind: 'array',
    span,
    texts: elements.map(({ text }) => text),
    ...(bracketed ? { elements } : {}),
    elsewhere: node.elements.some((element) => isHeredoc(element, source)),
  };
}

function readOptions(node: NodeOf<'KeywordHashNode'> | NodeOf<'HashNode'>): GemOptions {
  return {
    span: spanOf(node.location),
    braces: isNode(node, 'HashNode'),
    elements: node.elements.map((element): GemOption => {
      const span = spanOf(element.location);
      if (!isNode(element, 'AssocNode')) return { span, isTrue: false, isFalse: false, rocket: false };
      const { key, value, operatorLoc } = element;
      const name = isNode(key, 'SymbolNode') ? key.unescaped.value : literalString(key);
      return {
        ...(name === undefined ? {} : { key: name }),
        span,
        isTrue: isNode(value, 'TrueNode'),
        isFalse: isNode(value, 'FalseNode') || isNode(value, 'NilNode'),
        rocket: operatorLoc !== null,
      };
    }),
  };
}

/** The literals that a constant is set to: a string, or an array of them, frozen or not. */
export function literalStrings(node: RubyNode): readonly string[] | undefined {
  const text = literalString(node);
  if (text !== undefined) return [text];
  if (
    isNode(node, 'CallNode') &&
    node.name === 'freeze' &&
    node.receiver !== null &&
    node.arguments_ === null
  )
    return literalStrings(node.receiver);
  if (!isNode(node, 'ArrayNode')) return undefined;
  const texts = node.elements.map((element) => literalString(element));
  return texts.every((each) => each !== undefined) ? texts : undefined;
}
