/** Where a node lies, in bytes, as Prism writes it. */
export interface Location {
  readonly startOffset: number;
  readonly length: number;
}

/** Any node of Prism's tree (config.yml of ruby/prism names their fields). */
export interface RubyNode {
  readonly location: Location;
  childNodes(): (RubyNode | null)[];
}

/**
 * The nodes directly below one, in the order of the source. `compactChildNodes` of @ruby/prism 1.9 leaves lists out
 * (`compact.concat(…)`): the branches of a `case`, the parameters of a block, the targets of a multiple assignment.
 */
export function childrenOf(node: RubyNode): RubyNode[] {
  return node.childNodes().filter((child) => child !== null);
}

interface RubyString {
  readonly value: string;
  readonly validEncoding: boolean;
}

type Elements = readonly RubyNode[];

/** The fields that are read here of the nodes that are asked for here. */
interface NodeFields {
  readonly AliasMethodNode: { readonly newName: RubyNode };
  readonly ArrayNode: { readonly elements: Elements; readonly openingLoc: Location | null };
  readonly AssocNode: {
    readonly key: RubyNode;
    readonly value: RubyNode;
    readonly operatorLoc: Location | null;
  };
  readonly BeginNode: { readonly rescueClause: RubyNode | null };
  readonly BlockNode: { readonly body: RubyNode | null };
  readonly CallNode: {
    readonly name: string;
    readonly receiver: RubyNode | null;
    readonly arguments_: { readonly arguments_: Elements } | null;
    readonly block: RubyNode | null;
    isSafeNavigation(): boolean;
  };
  readonly ConstantReadNode: { readonly name: string };
  readonly ConstantWriteNode: { readonly name: string; readonly value: RubyNode };
  readonly DefNode: { readonly name: string };
  readonly EmbeddedStatementsNode: { readonly statements: { readonly body: Elements } | null };
  readonly FalseNode: { readonly flags: number };
  readonly HashNode: { readonly elements: Elements };
  readonly IntegerNode: { readonly value: number | bigint };
  readonly InterpolatedStringNode: { readonly parts: Elements; readonly openingLoc: Location | null };
  readonly KeywordHashNode: { readonly elements: Elements };
  readonly LocalVariableReadNode: { readonly name: string };
  readonly LocalVariableWriteNode: { readonly name: string; readonly value: RubyNode };
  readonly NilNode: { readonly flags: number };
  readonly ParenthesesNode: { readonly body: RubyNode | null };
  readonly ProgramNode: { readonly statements: { readonly body: Elements } };
  readonly SelfNode: { readonly flags: number };
  readonly SourceFileNode: { readonly flags: number };
  readonly StatementsNode: { readonly body: Elements };
  readonly StringNode: { readonly unescaped: RubyString; readonly openingLoc: Location | null };
  readonly SymbolNode: { readonly unescaped: RubyString };
  readonly TrueNode: { readonly flags: number };
}

export type NodeOf<Name extends keyof NodeFields> = RubyNode & NodeFields[Name];

/** What the parser answers (`ParseResult` of @ruby/prism). */
export interface ParsedRuby {
  readonly value: NodeOf<'ProgramNode'>;
  readonly comments: readonly { readonly location: Location }[];
  readonly errors: readonly { readonly message: string; readonly location: Location }[];
  /** From `__END__` on. */
  readonly dataLoc: Location | null;
}

/** A part of the source, in bytes; `end` is the first byte behind it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Whether a node is of a type, without loading the classes of all of them. */
export function isNode<Name extends keyof NodeFields>(
  node: RubyNode | null | undefined,
  name: Name,
): node is NodeOf<Name> {
  return node?.constructor.name === name;
}

export function spanOf(location: Location): Span {
  return { start: location.startOffset, end: location.startOffset + location.length };
}

/** The string that a node always is; undefined where that shows only when it runs. */
export function literalString(node: RubyNode): string | undefined {
  if (isNode(node, 'StringNode')) {
    const { value, validEncoding } = node.unescaped;
    return validEncoding ? value : undefined;
  }
  if (isNode(node, 'InterpolatedStringNode')) {
    const parts = node.parts.map((part) => (isNode(part, 'StringNode') ? literalString(part) : undefined));
    return parts.includes(undefined) ? undefined : parts.join('');
  }
  const inside = insideParentheses(node);
  if (inside !== undefined) return literalString(inside);
  if (isNode(node, 'CallNode') && node.receiver !== null && node.arguments_ === null && node.block === null) {
    // `"~> 1.16".freeze`, `-"~> 1.16"`
    return ['freeze', '-@', '+@', 'to_s', 'dup'].includes(node.name)
      ? literalString(node.receiver)
      : undefined;
  }
  return undefined;
}

/** What parentheses enclose, where that is one expression. */
export function insideParentheses(node: RubyNode): RubyNode | undefined {
  if (!isNode(node, 'ParenthesesNode') || !isNode(node.body, 'StatementsNode')) return undefined;
  const [only, ...others] = node.body.body;
  return others.length === 0 ? only : undefined;
}

/** `<<~VERSION`: the text lies below, apart from the node. */
export function isHeredoc(node: RubyNode, source: string): boolean {
  const opening =
    isNode(node, 'StringNode') || isNode(node, 'InterpolatedStringNode') ? node.openingLoc : null;
  return opening !== null && source.startsWith('<<', opening.startOffset);
}
