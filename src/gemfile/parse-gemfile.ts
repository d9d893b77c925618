import { GemfileError } from '../errors.js';
import { earlyExits, isWithin } from './early-exits.js';
import type { GemCall, Quote } from './gem-call.js';
import { literalStrings, readGemCall } from './gem-call.js';
import type { OverrideCall, SourceCooldown } from './override-call.js';
import { readCooldown, readOverride } from './override-call.js';
import type { GroupNames } from './group-names.js';
import { joinGroups, readGroupBlock, readGroups } from './group-names.js';
import { plainPath } from './plain-path.js';
import type { NodeOf, ParsedRuby, RubyNode, Span } from './ruby-node.js';
import { childrenOf, isNode, literalString, spanOf } from './ruby-node.js';
import type { ByteText, RubyParser } from './ruby-parser.js';
import { SourceEncodingUnknown, SourceTooDeep } from './ruby-parser.js';
import { columnOf, lineCounter, lineOf, lineText } from './source-lines.js';

/** Something that decides on gems and cannot be read off the source: a `gem` call with a name that is computed, `eval`. */
export interface DynamicCall {
  readonly kind: 'gem' | 'eval';
  readonly line: number;
  /** The line's text. */
  readonly text: string;
}

/** `eval_gemfile PATH` */
export interface EvaluatedCall {
  readonly line: number;
  /** Something decides whether it runs. */
  readonly conditional: boolean;
  /** The block around it that says that its gems come from git or a path. */
  readonly from?: string;
  /** A group, a platform or a condition of Bundler's own around it may leave its gems out of an installation. */
  readonly partial: boolean;
  /** Those of the blocks around it, which its gems are in too. */
  readonly groups: GroupNames;
  /** Undefined where it shows only when it runs; else relative to the file, or absolute. */
  readonly path?: string;
}

/** `gemspec`, with its options where they are literals. */
export interface GemspecCall {
  readonly line: number;
  /** The directory, relative to the root of the project; undefined where it shows only when it runs. */
  readonly path?: string;
  /** The gem's name, where there are several in the directory. */
  readonly name?: string;
  readonly developmentGroup: string;
  /** The same, as far as it is a literal. */
  readonly developmentGroups: GroupNames;
  /** Those of the blocks around it. */
  readonly groups: GroupNames;
}

/** What a Gemfile says, as far as it can be read without running it. */
export interface GemfileSyntax {
  /** In the order of the source. */
  readonly calls: readonly GemCall[];
  readonly dynamic: readonly DynamicCall[];
  readonly evaluated: readonly EvaluatedCall[];
  readonly gemspecs: readonly GemspecCall[];
  readonly comments: readonly Span[];
  /** A method of its own takes the place of `gem`. */
  readonly redefinesGem: boolean;
  /** Where the code ends: at `__END__`, or with the file. */
  readonly end: number;
  /** The quote that most names of gems have. */
  readonly quote: Quote;
  /** Sources outside of blocks; undefined where one shows only when it runs. */
  readonly sources: readonly string[] | undefined;
  /** What Bundler 4.1 is told to change of other gems' requirements, in the order of the source. */
  readonly overrides: readonly OverrideCall[];
  /** Groups that are sure to be optional (`group :docs, optional: true`). */
  readonly optionalGroups: readonly string[];
  /** Sources with a `cooldown:`, in the order of the source. */
  readonly cooldowns: readonly SourceCooldown[];
}

export interface ParseGemfileOptions {
  /** As the user would write it, for errors. */
  readonly shown: string;
  /** Absolute, to resolve `__dir__`. */
  readonly path: string;
}

/** Largest file in bytes; Gemfiles in public use stay below 64 KiB. */
export const MAX_GEMFILE_SIZE = 512 * 1024;

/** Refuses what is too large to be parsed again for every edit. Throws GemfileError `GEMFILE_TOO_LARGE`. */
export function checkSize(size: number, shown: string): void {
  if (size <= MAX_GEMFILE_SIZE) return;
  throw new GemfileError(
    `${shown} has ${size} bytes, more than the ${MAX_GEMFILE_SIZE} that are read of a Gemfile`,
    {
      code: 'GEMFILE_TOO_LARGE',
      path: shown,
      suggestions: ['write the pins by hand: gemcompat audit --format gemfile'],
    },
  );
}

/** Blocks that say of the gems in them where they come from and when they are wanted, and run once in any case. */
const BLOCKS = new Set([
  'group',
  'groups',
  'source',
  'git',
  'github',
  'path',
  'platform',
  'platforms',
  'env',
  'install_if',
]);

/** Nodes below which nothing is sure to run, or to run once. */
const CONDITIONS = new Set([
  'IfNode',
  'UnlessNode',
  'CaseNode',
  'CaseMatchNode',
  'WhileNode',
  'UntilNode',
  'ForNode',
  'AndNode',
  'OrNode',
  'RescueNode',
  'RescueModifierNode',
  'DefNode',
  'LambdaNode',
  'ClassNode',
  'ModuleNode',
  'PostExecutionNode',
  'DefinedNode',
  'SingletonClassNode',
]);

/** `ready ||= …`, of a variable of any kind. */
const SHORT_CIRCUIT = /(?:Or|And)WriteNode$/;

const EVALUATORS = new Set([
  'eval',
  'instance_eval',
  'class_eval',
  'load',
  'require',
  'require_relative',
  // `%w[pg puma].each(&method(:gem))`, `send(:gem, "pg")`
  'method',
  'send',
  'public_send',
  '__send__',
]);

/** What may declare gems when it is called on another object: `dsl.gem "pg"`, `binding.eval(…)`. */
const ON_OTHERS = new Set([
  'gem',
  'eval',
  'eval_gemfile',
  'instance_eval',
  'class_eval',
  'module_eval',
  'send',
  'public_send',
  '__send__',
]);

/** Blocks whose gems come from no gem server. */
const ELSEWHERE = new Set(['git', 'github', 'path']);

/** Blocks whose gems Bundler leaves out of some installations. */
const PARTIAL = new Set(['group', 'platform', 'platforms', 'env', 'install_if']);

/** What stands around a node, as far as it says something of the gems in it. */
interface Around {
  readonly conditional: boolean;
  readonly from: string | undefined;
  readonly partial: boolean;
  readonly groups: GroupNames;
}

/**
 * Reads a Gemfile, or a file that one evaluates, with Ruby's own parser.
 * @throws GemfileError `GEMFILE_SYNTAX` with Prism's message, line and column; `GEMFILE_TOO_DEEP`, `GEMFILE_TOO_LARGE`,
 * `GEMFILE_ENCODING`
 */
export function parseGemfile(
  source: ByteText,
  parser: RubyParser,
  { shown, path }: ParseGemfileOptions,
): GemfileSyntax {
  checkSize(source.length, shown);
  const result = parsed(source, parser, shown);
  const calls: GemCall[] = [];
  const dynamic: DynamicCall[] = [];
  const evaluated: (EvaluatedCall & { readonly start: number })[] = [];
  const gemspecs: GemspecCall[] = [];
  let sources: string[] | undefined = [];
  const overrides: Placed<OverrideCall>[] = [];
  const cooldowns: Placed<SourceCooldown>[] = [];
  const optionalGroups: string[] = [];
  let redefinesGem = false;
  const lineAt = lineCounter(source);
  const constants = literalsOf(result.value);

  // A stack of our own: the nesting of what others wrote is theirs to choose.
  const pending: { readonly node: RubyNode; readonly around: Around }[] = [
    { node: result.value, around: { conditional: false, from: undefined, partial: false, groups: [] } },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, around } = next;
    const { conditional } = around;
    let { from, partial, groups } = around;
    if (isNode(node, 'CallNode') && (node.receiver === null || isNode(node.receiver, 'SelfNode'))) {
      const line = lineAt(node.location.startOffset);
      const text = lineText(source, node.location.startOffset).trim();
      const [first] = node.arguments_?.arguments_ ?? [];
      const start = node.location.startOffset;
      if (node.name === 'source' && first !== undefined) {
        const url = literalString(first) ?? sourceNamed(first);
        const cooldown = readCooldown(node, url, { line, conditional });
        if (cooldown !== undefined) cooldowns.push({ start, call: cooldown });
      }
      if (node.name === 'gem' && first !== undefined) {
        const call = readGemCall(node, { ...around, source, line, constants });
        if (call === undefined) dynamic.push({ kind: 'gem', line, text });
        else calls.push(call);
      } else if (node.name === 'eval_gemfile' && first !== undefined) {
        const target = plainPath(first, path);
        evaluated.push({
          ...{ line, conditional, partial, groups, start: node.location.startOffset },
          ...(from === undefined ? {} : { from }),
          ...(target === undefined ? {} : { path: target }),
        });
      } else if (node.name === 'override' && first !== undefined) {
        const read = readOverride(node, { line, conditional });
        overrides.push(...read.map((call) => ({ start, call })));
      } else if (node.name === 'gemspec') {
        gemspecs.push({ ...gemspecCall(node, line, path), groups });
      } else if (node.name === 'source' && node.block === null && first !== undefined) {
        const url = literalString(first) ?? sourceNamed(first);
        sources = url === undefined ? undefined : sources?.concat(url);
      } else if (EVALUATORS.has(node.name) && first !== undefined && !isStandard(node.name, first)) {
        dynamic.push({ kind: 'eval', line, text });
      } else if (node.block !== null) {
        if (ELSEWHERE.has(node.name)) from = node.name;
        partial ||= PARTIAL.has(node.name);
        if (node.name === 'group') {
          const block = readGroupBlock(node);
          groups = joinGroups(groups, block.names);
          if (block.optional && !conditional) optionalGroups.push(...(block.names ?? []));
        }
      }
    } else if (isNode(node, 'CallNode') && ON_OTHERS.has(node.name) && node.arguments_ !== null) {
      const line = lineAt(node.location.startOffset);
      const text = lineText(source, node.location.startOffset).trim();
      dynamic.push({ kind: node.name === 'gem' ? 'gem' : 'eval', line, text });
    }
    redefinesGem ||= definesGem(node);
    const below = conditional || maySkip(node);
    for (const child of childrenOf(node).reverse()) {
      pending.push({ node: child, around: { conditional: below, from, partial, groups } });
    }
  }
  const end = result.dataLoc?.startOffset ?? source.length;
  const skipped = earlyExits(result.value, isLoop, end);
  const isSkipped = (at: number): boolean => isWithin(skipped, at);
  const bySource = (a: { line: number }, b: { line: number }): number => a.line - b.line;
  return {
    calls: calls
      .map((call) => (isSkipped(call.span.start) ? { ...call, conditional: true } : call))
      .sort((a, b) => a.span.start - b.span.start),
    dynamic: dynamic.sort(bySource),
    evaluated: evaluated.map(({ start, ...call }) =>
      isSkipped(start) ? { ...call, conditional: true } : call,
    ),
    gemspecs,
    comments: result.comments.map(({ location }) => spanOf(location)),
    redefinesGem,
    end,
    quote: commonQuote(calls),
    sources,
    overrides: inOrder(overrides, isSkipped),
    cooldowns: inOrder(cooldowns, isSkipped),
    optionalGroups,
  };
}

/** Something read off the source, with the byte at which it begins. */
interface Placed<Call> {
  readonly start: number;
  readonly call: Call;
}

/** In the order of the source; what stands behind an early exit is conditional. */
function inOrder<Call extends { readonly conditional: boolean }>(
  placed: readonly Placed<Call>[],
  isSkipped: (at: number) => boolean,
): Call[] {
  const sorted = [...placed].sort((a, b) => a.start - b.start);
  return sorted.map(({ start, call }) => (isSkipped(start) ? { ...call, conditional: true } : call));
}

function parsed(source: ByteText, parser: RubyParser, shown: string): ParsedRuby {
  let result;
  try {
    result = parser(source);
  } catch (error) {
    if (error instanceof SourceTooDeep) {
      throw new GemfileError(`${shown} is nested more deeply than Ruby's parser can follow`, {
        code: 'GEMFILE_TOO_DEEP',
        path: shown,
        suggestions: ['write the pins by hand: gemcompat audit --format gemfile'],
        cause: error,
      });
    }
    if (error instanceof SourceEncodingUnknown) {
      throw new GemfileError(`${shown} is in an encoding that cannot be read here: ${error.message}`, {
        code: 'GEMFILE_ENCODING',
        path: shown,
        line: 1,
        suggestions: [
          'write the file in UTF-8',
          'or write the pins by hand: gemcompat audit --format gemfile',
        ],
        cause: error,
      });
    }
    throw error;
  }
  const [first] = result.errors;
  if (first !== undefined) {
    const line = lineOf(source, first.location.startOffset);
    const column = columnOf(source, first.location.startOffset);
    throw new GemfileError(`${shown}:${line}:${column}: ${first.message}`, {
      code: 'GEMFILE_SYNTAX',
      path: shown,
      line,
      column,
      suggestions: [`mend the line first; Ruby's own word on it: ruby -c ${shown}`],
    });
  }
  return result;
}

/** Whether it shows only when it runs if all that is below a node runs, and once. */
function maySkip(node: RubyNode): boolean {
  const kind = node.constructor.name;
  if (CONDITIONS.has(kind) || SHORT_CIRCUIT.test(kind) || isLoop(node)) return true;
  // What stands behind the line that fails is skipped.
  if (isNode(node, 'BeginNode')) return node.rescueClause !== null;
  return isNode(node, 'CallNode') && node.isSafeNavigation();
}

/** Methods that make a method of a name. */
const DEFINE = new Set(['define_method', 'define_singleton_method', 'alias_method']);

/** `def gem`, `alias gem …`, `define_singleton_method(:gem) …` */
function definesGem(node: RubyNode): boolean {
  if (isNode(node, 'DefNode')) return node.name === 'gem';
  const name = isNode(node, 'AliasMethodNode')
    ? node.newName
    : isNode(node, 'CallNode') && DEFINE.has(node.name)
      ? node.arguments_?.arguments_[0]
      : undefined;
  if (name === undefined) return false;
  return (isNode(name, 'SymbolNode') ? name.unescaped.value : literalString(name)) === 'gem';
}

function isLoop(node: RubyNode): boolean {
  if (!isNode(node, 'CallNode') || !isNode(node.block, 'BlockNode')) return false;
  return node.receiver !== null || !BLOCKS.has(node.name);
}

/** `require "rbconfig"`: of Ruby's library, which declares no gems. A path may. */
function isStandard(method: string, node: RubyNode): boolean {
  if (method !== 'require') return false;
  const text = literalString(node);
  return text !== undefined && !/\.rb$|^[./]/.test(text);
}

/** `Bundler::Dsl#normalize_source`: the symbols that stand for the usual server. */
function sourceNamed(node: RubyNode): string | undefined {
  if (!isNode(node, 'SymbolNode')) return undefined;
  const { value } = node.unescaped;
  return ['gemcutter', 'rubygems', 'rubyforge'].includes(value) ? `:${value}` : undefined;
}

function gemspecCall(node: NodeOf<'CallNode'>, line: number, file: string): Omit<GemspecCall, 'groups'> {
  const [hash] = node.arguments_?.arguments_ ?? [];
  const elements = isNode(hash, 'KeywordHashNode') || isNode(hash, 'HashNode') ? hash.elements : [];
  const options = new Map<string, RubyNode>();
  for (const element of elements) {
    if (!isNode(element, 'AssocNode') || !isNode(element.key, 'SymbolNode'))
      return { line, developmentGroup: 'development', developmentGroups: undefined };
    options.set(element.key.unescaped.value, element.value);
  }
  const at = options.get('path');
  const target = at === undefined ? '.' : plainPath(at, file);
  const name = options.get('name');
  const given = name === undefined ? undefined : literalString(name);
  const group = options.get('development_group');
  const developmentGroup = isNode(group, 'SymbolNode') ? group.unescaped.value : 'development';
  const developmentGroups = group === undefined ? [developmentGroup] : readGroups(group);
  return {
    line,
    ...(target === undefined ? {} : { path: target }),
    ...(given === undefined ? {} : { name: given }),
    developmentGroup,
    developmentGroups,
  };
}

/** Nodes that give a constant or a local variable its value, or make another variable of its name. */
const GIVES_VALUE = /^(?:(?:LocalVariable|Constant)\w*(?:Write|Target)|\w*Parameter)Node$/;

/** Methods that change a string or an array in place. */
const CHANGES =
  /!$|^(?:<<|\[\]=|append|clear|concat|delete\w*|insert|pop|prepend|push|replace|shift|unshift)$/;

/** Constants and local variables that are set once, at the top, to literal strings, and never changed. */
function literalsOf(program: NodeOf<'ProgramNode'>): Map<string, readonly string[]> {
  const known = new Map<string, readonly string[]>();
  for (const node of program.statements.body) {
    if (!isNode(node, 'ConstantWriteNode') && !isNode(node, 'LocalVariableWriteNode')) continue;
    const texts = literalStrings(node.value);
    if (texts !== undefined) known.set(node.name, texts);
  }
  if (known.size === 0) return known;
  const given = new Set<string>();
  const pending: RubyNode[] = [program];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (GIVES_VALUE.test(node.constructor.name)) {
      const { name } = node as { readonly name?: unknown };
      if (typeof name === 'string') {
        if (given.has(name)) known.delete(name);
        given.add(name);
      }
    }
    if (isNode(node, 'CallNode') && CHANGES.test(node.name)) {
      const { receiver } = node;
      if (isNode(receiver, 'ConstantReadNode') || isNode(receiver, 'LocalVariableReadNode'))
        known.delete(receiver.name);
    }
    pending.push(...childrenOf(node));
  }
  return known;
}

function commonQuote(calls: readonly GemCall[]): Quote {
  const single = calls.filter(({ quote }) => quote === "'").length;
  const double = calls.filter(({ quote }) => quote === '"').length;
  return single > double ? "'" : '"';
}
