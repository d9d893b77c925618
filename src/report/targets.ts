import { Ansis } from 'ansis';
import type { NamedTarget } from '../target/types.js';
import { renderTable } from './table.js';
import type { TextOptions } from './text.js';

const COLUMNS = [
  { title: 'TARGET' },
  { title: 'LIBC' },
  { title: 'GLIBCXX' },
  { title: 'CPUS', narrowest: 20 },
  { title: 'END OF LIFE' },
];

function libcWords({ libc, libcVersion }: NamedTarget): string {
  return `${libc === 'gnu' ? 'glibc' : 'musl'} ${libcVersion}`;
}

/** The targets that are known by name, a line each. `today` (ISO date) tells which are past their end of life. */
export function renderTargets(
  targets: readonly NamedTarget[],
  today: string,
  { color, width }: TextOptions,
): string {
  const paint = new Ansis(color ? 3 : 0);
  const ended = (target: NamedTarget): boolean => target.endOfLife !== undefined && target.endOfLife < today;
  const rows = targets.map((target) => [
    target.name,
    libcWords(target),
    target.ceilings['GLIBCXX'] ?? '–',
    target.cpus.join(' '),
    target.endOfLife === undefined ? '' : `${target.endOfLife}${ended(target) ? ' (ended)' : ''}`,
  ]);
  const table = renderTable(COLUMNS, rows, width, (cell, row) => {
    const target = row === 'head' ? undefined : targets[row];
    return target === undefined || ended(target) ? paint.dim(cell) : cell;
  });
  return `${table}\n`;
}

/** Everything that is known of one target. */
export function renderTarget(target: NamedTarget, { color }: TextOptions): string {
  const paint = new Ansis(color ? 3 : 0);
  const { ceilings } = target;
  const versions = ['GLIBC', 'GLIBCXX', 'CXXABI', 'GCC'].flatMap((prefix) =>
    ceilings[prefix] === undefined ? [] : [`${prefix}_${ceilings[prefix]}`],
  );
  const facts: [label: string, text: string | undefined][] = [
    ['name', target.name],
    ['also', target.aliases.join(', ')],
    ['C library', libcWords(target)],
    ['highest versions', versions.join(', ')],
    ['other versions', target.markers?.join(', ')],
    ['CPUs', target.cpus.join(', ')],
    ['x86-64 level', target.isa],
    ['libraries', target.libraries.join(', ')],
    ['built on', target.base],
    ['Ruby', target.ruby],
    ['end of life', target.endOfLife],
    ['long-term support', target.extendedEndOfLife],
    ['source', target.source],
    ['as of', `${target.asOf}${target.uncertain ? ' (uncertain)' : ''}`],
    ...target.notes.map((note): [string, string] => ['note', note]),
  ];
  const known = facts.filter(([, text]) => text !== undefined && text !== '');
  const widest = Math.max(...known.map(([label]) => label.length));
  const lines = known.map(([label, text]) => `${paint.dim(label.padEnd(widest))}  ${text ?? ''}`);
  return `${paint.bold(target.title)}\n\n${lines.join('\n')}\n`;
}
