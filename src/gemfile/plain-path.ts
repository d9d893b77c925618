import path from 'node:path';
import type { NodeOf, RubyNode } from './ruby-node.js';
import { insideParentheses, isNode, literalString } from './ruby-node.js';

/**
 * The path that an expression names, where that can be read off it: literals, `__dir__`, `__FILE__`, `File.join`,
 * `File.expand_path`, `File.dirname`, `Pathname`, `+`, `/`. Undefined otherwise; relative where the expression is.
 *
 * @param file absolute path of the file that the expression stands in
 */
export function plainPath(node: RubyNode, file: string): string | undefined {
  const literal = literalString(node);
  if (literal !== undefined) return literal;
  if (isNode(node, 'SourceFileNode')) return file;
  if (isNode(node, 'InterpolatedStringNode')) {
    const parts = node.parts.map((part): string | undefined => {
      if (!isNode(part, 'EmbeddedStatementsNode')) return plainPath(part, file);
      const [only, ...others] = part.statements?.body ?? [];
      return only === undefined || others.length > 0 ? undefined : plainPath(only, file);
    });
    return parts.includes(undefined) ? undefined : parts.join('');
  }
  const inside = insideParentheses(node);
  if (inside !== undefined) return plainPath(inside, file);
  return isNode(node, 'CallNode') ? ofCall(node, file) : undefined;
}

function ofCall(node: NodeOf<'CallNode'>, file: string): string | undefined {
  if (node.block !== null) return undefined;
  const given = (node.arguments_?.arguments_ ?? []).map((argument) => plainPath(argument, file));
  if (!given.every((each) => each !== undefined)) return undefined;
  const [first, second, ...more] = given;
  if (node.receiver === null) {
    if (node.name === '__dir__' && first === undefined) return path.dirname(file);
    return node.name === 'Pathname' && second === undefined ? first : undefined;
  }
  const constant = isNode(node.receiver, 'ConstantReadNode') ? node.receiver.name : undefined;
  if (constant === 'Pathname') return node.name === 'new' && second === undefined ? first : undefined;
  if (constant === 'File') {
    if (first === undefined) return undefined;
    switch (node.name) {
      case 'join':
        return given.join('/');
      case 'dirname':
        return second === undefined ? path.dirname(first) : undefined;
      case 'expand_path':
      case 'absolute_path':
        // Without a second argument it is relative to the directory that Bundler is started in.
        if (more.length > 0) return undefined;
        if (second !== undefined) return path.resolve(second, first);
        return path.isAbsolute(first) ? path.resolve(first) : undefined;
      case 'realpath':
        return second === undefined && path.isAbsolute(first) ? first : undefined;
      default:
        return undefined;
    }
  }
  const receiver = plainPath(node.receiver, file);
  if (receiver === undefined) return undefined;
  switch (node.name) {
    case '+':
      return first === undefined
        ? undefined
        : isPathname(node.receiver)
          ? `${receiver}/${first}`
          : receiver + first;
    case '/':
    case 'join':
      return [receiver, ...given].join('/');
    case 'parent':
    case 'dirname':
      return path.dirname(receiver);
    case 'to_s':
    case 'to_path':
    case 'freeze':
    case 'cleanpath':
    case 'realpath':
      return receiver;
    case 'expand_path':
      return first === undefined
        ? path.isAbsolute(receiver)
          ? path.resolve(receiver)
          : undefined
        : path.resolve(first, receiver);
    default:
      return undefined;
  }
}

function isPathname(node: RubyNode): boolean {
  const inside = insideParentheses(node) ?? node;
  if (!isNode(inside, 'CallNode')) return false;
  if (inside.name === 'Pathname') return true;
  return (
    inside.name === 'new' &&
    isNode(inside.receiver, 'ConstantReadNode') &&
    inside.receiver.name === 'Pathname'
  );
}
