import type { ByteText, RubyParser } from './ruby-parser.js';
import type { RubyNode } from './ruby-node.js';
import { childrenOf, isNode, literalString } from './ruby-node.js';
import { literalStrings } from './gem-call.js';
import { lineCounter } from './source-lines.js';

/** A dependency that a gemspec declares by a literal name. */
export interface GemspecDependency {
  readonly name: string;
  /** 1-based. */
  readonly line: number;
  readonly development: boolean;
  /** Undefined where it shows only when it runs. */
  readonly requirements: readonly string[] | undefined;
}

const METHODS: Readonly<Record<string, boolean>> = {
  add_dependency: false,
  add_runtime_dependency: false,
  add_development_dependency: true,
};

/** The dependencies that a gemspec declares, as far as they can be read without running it; none where it cannot be parsed. */
export function gemspecDependencies(source: ByteText, parser: RubyParser): GemspecDependency[] {
  let result;
  try {
    result = parser(source);
  } catch {
    return [];
  }
  if (result.errors.length > 0) return [];
  const lineAt = lineCounter(source);
  const found: GemspecDependency[] = [];
  const pending: RubyNode[] = [result.value];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const development = isNode(node, 'CallNode') && node.receiver !== null ? METHODS[node.name] : undefined;
    if (development !== undefined && isNode(node, 'CallNode')) {
      const [first, ...rest] = node.arguments_?.arguments_ ?? [];
      const name = first === undefined ? undefined : literalString(first);
      if (name !== undefined) {
        const stated = rest.map((each) => literalStrings(each));
        found.push({
          name,
          line: lineAt(node.location.startOffset),
          development,
          requirements: stated.every((each) => each !== undefined) ? stated.flat() : undefined,
        });
      }
    }
    pending.push(...childrenOf(node));
  }
  return found;
}
