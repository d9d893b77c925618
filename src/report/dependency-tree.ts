import type { Dependency, DependencyNode, DependencyTree } from '../compat/dependency-tree.js';
import { rubyOfLibrary } from '../compat/shared-ruby.js';
import { printable } from './printable.js';

export interface DependencyTreeOptions {
  /** In columns. What does not fit is wrapped onto lines of its own; without it no line is. */
  readonly width?: number;
  /** Leave out what the target has. */
  readonly withoutTarget?: boolean;
  /** Lines that are printed at most; the last one then says how many are left out. */
  readonly most?: number;
}

const BRANCH = { more: '├─ ', last: '└─ ' } as const;
const TRUNK = { more: '│  ', last: '   ' } as const;

/** Nested as deep as this, what a file needs is not printed below it: no terminal is as wide. */
const DEEPEST = 16;

/**
 * The lines of one tree, without line breaks at their ends: the root's path, and below each file what it needs and where
 * that is found. A file that stands there already is not spread out again, so circles end.
 */
export function dependencyTreeLines(tree: DependencyTree, options: DependencyTreeOptions = {}): string[] {
  const nodes = new Map(tree.nodes.map((node) => [node.path, node]));
  const lines: string[] = [printable(tree.root)];
  const most = options.most ?? Infinity;
  const spread = new Set<string>([tree.root]);
  let left = 0;
  const print = (node: DependencyNode, trunk: string, depth: number): void => {
    const needs = node.needs.filter(
      ({ found }) => options.withoutTarget !== true || found.where !== 'target',
    );
    for (const [index, need] of needs.entries()) {
      const place = index === needs.length - 1 ? 'last' : 'more';
      const below = need.found.where === 'inside' ? nodes.get(need.found.path) : undefined;
      const again = below !== undefined && spread.has(below.path);
      const words = `${printable(need.library)}${foundWords(need)}${again && below.needs.length > 0 ? ' (see above)' : ''}`;
      const folded = fold(words, options.width, trunk.length + BRANCH.more.length);
      const room = lines.length + folded.length <= most;
      if (room) {
        lines.push(`${trunk}${BRANCH[place]}${folded[0] ?? ''}`);
        for (const line of folded.slice(1)) lines.push(`${trunk}${TRUNK[place]}  ${line}`);
      } else left += 1;
      if (below !== undefined && !again) {
        spread.add(below.path);
        const under = `${trunk}${TRUNK[place]}`;
        if (depth < DEEPEST) print(below, under, depth + 1);
        else if (below.needs.length > 0 && room) lines.push(`${under}…`);
      }
    }
  };
  const root = nodes.get(tree.root);
  if (root !== undefined) print(root, '', 1);
  if (left > 0) lines.push(`… and ${left} more`);
  return lines;
}

/** Where a library comes from, behind its name. */
function foundWords({ library, found }: Dependency): string {
  switch (found.where) {
    case 'inside': {
      if (found.step === 'loaded' || found.step === 'path') return ` → ${printable(found.path)}`;
      const of = found.of === undefined ? '' : ` of ${printable(found.of)}`;
      const unless = found.unlessOnTarget === true ? ', unless the system has one' : '';
      return ` → ${printable(found.path)}, by ${STEPS[found.step]} ${printable(found.entry ?? '')}${of}${unless}`;
    }
    case 'target':
      return ': from the system';
    case 'nowhere':
      return `: NOT FOUND${carriedWords(library, found.carried)}`;
    case 'unchecked':
      if (found.carried.length === 0 && rubyOfLibrary(library) !== undefined)
        return ': not inside; comes with the Ruby that loads it';
      return `: not inside; the system has to have it${carriedWords(library, found.carried)}`;
  }
}

const STEPS = { rpath: 'rpath', 'library-path': 'LD_LIBRARY_PATH', runpath: 'runpath' } as const;

/** Files that bear the name, but where the loader does not look. */
function carriedWords(library: string, carried: readonly string[]): string {
  const [first, ...others] = carried;
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return ` (the loader does not look at ${printable(first)}${more})`;
}

/** Breaks at blanks so that each line fits beside `indent` columns; a word that is too long stays whole. */
function fold(text: string, width: number | undefined, indent: number): string[] {
  if (width === undefined) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    // Lines after the first stand two columns further in.
    const room = width - indent - (lines.length === 0 ? 0 : 2);
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
