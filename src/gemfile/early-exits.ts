import type { RubyNode, Span } from './ruby-node.js';
import { childrenOf, isNode, spanOf } from './ruby-node.js';

/** Nodes that have a `return`, `next` or `break` of their own, which leaves nothing of the file out. */
const OWN_EXITS = new Set(['DefNode', 'LambdaNode']);

/**
 * The parts of a Gemfile that are skipped where a jump before them is taken: the rest of the file after `return`, which Bundler
 * allows (`Bundler::Dsl#eval_gemfile` evaluates the text in a method), and the rest of a block of Bundler's own after `next` or
 * `break`. Those of a loop say nothing of what stands outside of it.
 *
 * @param isLoop a block that something other than Bundler's own methods runs
 * @param end where the file's code ends
 * @returns in the order of the source, none within another
 */
export function earlyExits(program: RubyNode, isLoop: (node: RubyNode) => boolean, end: number): Span[] {
  const skipped: Span[] = [];
  const pending: { readonly node: RubyNode; readonly block: Span | undefined }[] = [
    { node: program, block: undefined },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node } = next;
    let { block } = next;
    const kind = node.constructor.name;
    if (OWN_EXITS.has(kind)) continue;
    const { start } = spanOf(node.location);
    if (kind === 'ReturnNode') skipped.push({ start, end });
    else if ((kind === 'NextNode' || kind === 'BreakNode') && block !== undefined) {
      skipped.push({ start, end: block.end });
    }
    if (isNode(node, 'CallNode') && isNode(node.block, 'BlockNode')) {
      block = isLoop(node) ? undefined : spanOf(node.block.location);
    } else if (kind === 'WhileNode' || kind === 'UntilNode' || kind === 'ForNode') block = undefined;
    for (const child of childrenOf(node)) pending.push({ node: child, block });
  }
  return united(skipped);
}

/** Whether a place in bytes lies in one of the parts. */
export function isWithin(parts: readonly Span[], at: number): boolean {
  let [low, high] = [0, parts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((parts[middle]?.end ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return (parts[low]?.start ?? Infinity) < at;
}

function united(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = all.at(-1);
    if (last === undefined || last.end < span.start) all.push(span);
    else all[all.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return all;
}
