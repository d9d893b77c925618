import { literalStrings } from './gem-call.js';
import { earlyExits, isWithin } from './early-exits.js';
import { plainPath } from './plain-path.js';
import type { NodeOf, RubyNode } from './ruby-node.js';
import { isNode, literalString } from './ruby-node.js';
import type { ByteText, RubyParser } from './ruby-parser.js';
import { lineOf } from './source-lines.js';

/** The `ruby` line of a Gemfile (Bundler::RubyDsl#ruby), as far as it can be read without running it. */
export interface RubyCall {
  /** 1-based. */
  readonly line: number;
  /** The requirement, `["~> 3.3.0"]`; empty where a file says it. */
  readonly requirement: readonly string[];
  /** `file:`, relative to the Gemfile or absolute. */
  readonly file?: string;
  /** `engine:` where it is another than MRI, with its version: `jruby 9.4.5.0`. */
  readonly engine?: string;
}

/** What of a Gemfile decides whether it has to be parsed for its Ruby. */
export const MAY_NAME_RUBY = /^[ \t]*ruby[ \t(].*/m;

/**
 * The last `ruby` line that is sure to run: Bundler takes the last. Undefined where there is none, or where what it names shows only
 * when it runs (`ruby ENV["RUBY"]`), so that nothing is known by it.
 * @param path of the Gemfile, absolute, to resolve `__dir__`
 * @throws what the parser throws; what is no Ruby names none
 */
export function readRubyCall(source: ByteText, parser: RubyParser, path: string): RubyCall | undefined {
  const { value: program, errors, dataLoc } = parser(source);
  if (errors.length > 0) return undefined;
  const end = dataLoc?.startOffset ?? source.length;
  const skipped = earlyExits(program, () => false, end);
  const last = program.statements.body.findLast(
    (node): node is NodeOf<'CallNode'> =>
      isNode(node, 'CallNode') &&
      node.name === 'ruby' &&
      (node.receiver === null || isNode(node.receiver, 'SelfNode')) &&
      !isWithin(skipped, node.location.startOffset),
  );
  return last === undefined ? undefined : readCall(last, source, path);
}

function readCall(node: NodeOf<'CallNode'>, source: ByteText, path: string): RubyCall | undefined {
  const given = [...(node.arguments_?.arguments_ ?? [])];
  const last = given.at(-1);
  const options = isNode(last, 'KeywordHashNode') || isNode(last, 'HashNode') ? optionsOf(last) : undefined;
  if (options !== undefined) given.pop();
  const texts = given.map(literalStrings);
  if (!texts.every((text) => text !== undefined)) return undefined;
  const line = lineOf(source, node.location.startOffset);
  const at = options?.get('file');
  const file = at === undefined ? undefined : plainPath(at, path);
  if (at !== undefined && file === undefined) return undefined;
  const engine = textOf(options?.get('engine'));
  const engineVersion = textOf(options?.get('engine_version'));
  return {
    line,
    requirement: texts.flat(),
    ...(file === undefined ? {} : { file }),
    ...(engine === undefined || engine === 'ruby'
      ? {}
      : { engine: engineVersion === undefined ? engine : `${engine} ${engineVersion}` }),
  };
}

/** A string, or a symbol as `engine: :jruby`. */
function textOf(node: RubyNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  return isNode(node, 'SymbolNode') ? node.unescaped.value : literalString(node);
}

function optionsOf({ elements }: { readonly elements: readonly RubyNode[] }): Map<string, RubyNode> {
  const options = new Map<string, RubyNode>();
  for (const element of elements) {
    if (!isNode(element, 'AssocNode')) continue;
    const key = textOf(element.key);
    if (key !== undefined) options.set(key, element.value);
  }
  return options;
}
