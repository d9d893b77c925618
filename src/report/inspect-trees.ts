import type { Ansis } from 'ansis';
import type { InspectedSubject, SubjectTree } from '../inspect/types.js';
import { dependencyTreeLines } from './dependency-tree.js';
import { printable } from './printable.js';
import type { TextOptions } from './text.js';
import { wrapped } from './wrapped.js';
import { listWords } from './lists.js';

const MOST_TREES = 20;
const MOST_TREE_LINES = 60;
const MOST_COPIES = 3;

/** Trees that say the same of files of one name: RubyGems installs each extension that it compiles in two places. */
interface Alike {
  readonly first: SubjectTree;
  readonly lines: readonly string[];
  readonly copies: string[];
}

/** The dependency trees of a subject, those of files that need nothing left out. */
export function treeSections({ trees = [] }: InspectedSubject, options: TextOptions, paint: Ansis): string[] {
  const { width } = options;
  const spread = trees.filter(({ nodes }) => nodes.some(({ needs }) => needs.length > 0));
  const groups = new Map<string, Alike>();
  for (const tree of spread) {
    const [, ...lines] = dependencyTreeLines(tree, {
      ...(width === undefined ? {} : { width }),
      most: MOST_TREE_LINES,
    });
    const key = JSON.stringify([baseOf(tree.root), tree.arch, tree.target, lines]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { first: tree, lines, copies: [] });
    else known.copies.push(tree.root);
  }
  const sections = [...groups.values()].slice(0, MOST_TREES).map(({ first, lines, copies }) => {
    const on = first.target === undefined ? '' : ` on ${first.target}`;
    const head = paint.bold(`${printable(first.root)} (${first.arch}${on})`);
    const alike = copies.length === 0 ? [] : [wrapped(`and so ${listWords(copies, MOST_COPIES)}`, width)];
    return [wrapped(head, width), ...alike, ...lines].join('\n');
  });
  const left = groups.size - sections.length;
  const without = trees.length - spread.length;
  return [
    ...sections,
    ...(left > 0 ? [`and ${left} more trees; --format json has them all`] : []),
    ...(without > 0 && spread.length === 0 ? ['No file needs a library, so there is no tree to show.'] : []),
  ];
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
