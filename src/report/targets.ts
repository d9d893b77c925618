import { Ansis } from 'ansis';
import wrapAnsi from 'wrap-ansi';
import type { Cpu } from '../elf/types.js';
import { forCpu } from '../target/for-cpu.js';
import { pageSizeOf, pageWords } from '../target/page-size.js';
import type { NamedTarget, ResolvedTarget, Target } from '../target/types.js';
import { compareDotted, parseSymbolVersion } from '../version/symbol-version.js';
import { renderJson } from './json.js';
import { printable } from './printable.js';
import type { Column } from './table.js';
import { renderTable } from './table.js';
import type { TextOptions } from './text.js';
import { wrapped } from './wrapped.js';

/** How much of each target a line of the list has room for. */
interface Shape {
  readonly columns: readonly Column[];
  readonly cells: (target: NamedTarget) => readonly string[];
  /** What stands below the table. */
  readonly legend: readonly string[];
}

const BARE: readonly Column[] = [{ title: 'TARGET' }, { title: 'LIBC' }, { title: 'GLIBCXX' }];

/** CPUs that are named in a narrow list; the others are counted. */
const NAMED_CPUS = 2;

function libcWords({ libc, libcVersion }: Target): string {
  return `${libc === 'gnu' ? 'glibc' : 'musl'} ${libcVersion}`;
}

/** The part of a source that many targets share, so that it can be told once. */
function sourceStem({ source, base }: NamedTarget): string {
  const own = base === undefined ? source : (source.split(`; ${base}: `)[0] ?? source);
  return own
    .replace(/^rebuild of [^:]*: /, '')
    .replace(/ of \w+; other CPUs: /, '; other CPUs: ')
    .replaceAll(/cache\/<arch>\/[\w.-]+\.json/g, 'cache/<arch>');
}

/** The list with all that is known, for where no width is set. */
function wide(ended: (target: NamedTarget) => boolean): Shape {
  return {
    columns: [...BARE, { title: 'CPUS' }, { title: 'END OF LIFE' }, { title: 'SOURCE' }],
    cells: (target) => [
      target.name,
      libcWords(target),
      target.ceilings['GLIBCXX'] ?? '–',
      target.cpus.join(' '),
      target.endOfLife === undefined ? '' : `${target.endOfLife}${ended(target) ? ' (ended)' : ''}`,
      `${target.source}${target.uncertain ? ' (uncertain)' : ''}`,
    ],
    legend: [],
  };
}

/** Sources as numbers, and in the narrowest the CPUs counted. */
function narrow(
  targets: readonly NamedTarget[],
  ended: (target: NamedTarget) => boolean,
  allCpus: boolean,
): Shape {
  const stems = [...new Set(targets.map(sourceStem))];
  const cpusOf = ({ cpus }: NamedTarget): string =>
    allCpus || cpus.length <= NAMED_CPUS
      ? cpus.join(' ')
      : `${cpus.slice(0, NAMED_CPUS).join(' ')} +${cpus.length - NAMED_CPUS}`;
  return {
    columns: [...BARE, { title: 'CPUS', narrowest: 16 }, { title: 'END OF LIFE' }, { title: '#' }],
    cells: (target) => [
      target.name,
      `${libcWords(target).replace(/_git\d+$/, '')}${target.uncertain ? '?' : ''}`,
      target.ceilings['GLIBCXX'] ?? '–',
      cpusOf(target),
      target.endOfLife === undefined ? '' : `${target.endOfLife}${ended(target) ? ' †' : ''}`,
      String(stems.indexOf(sourceStem(target)) + 1),
    ],
    legend: [
      ...(targets.some(ended) ? ['† past its end of life'] : []),
      ...(targets.some(({ uncertain }) => uncertain) ? ['? not read from the system itself'] : []),
      ...stems.map((stem, index) => `# ${index + 1}: ${stem}`),
    ],
  };
}

/** The targets that are known by name, a line each. `today` (ISO date) tells which are past their end of life. */
export function renderTargets(
  targets: readonly NamedTarget[],
  today: string,
  { color, width }: TextOptions,
): string {
  const paint = new Ansis(color ? 3 : 0);
  const ended = (target: NamedTarget): boolean => target.endOfLife !== undefined && target.endOfLife < today;
  const shapes = [wide(ended), narrow(targets, ended, true), narrow(targets, ended, false)];
  const shape =
    shapes.find((each) => width === undefined || widthOf(each, targets) <= width) ?? shapes.at(-1);
  if (shape === undefined) return '';
  const rows = targets.map(shape.cells);
  const table = renderTable(shape.columns, rows, width, (cell, row) => {
    const target = row === 'head' ? undefined : targets[row];
    return target === undefined || ended(target) ? paint.dim(cell) : cell;
  });
  const legend = shape.legend.map((line) => paint.dim(wrapped(`  ${line}`, width)));
  return `${table}\n${legend.length === 0 ? '' : `\n${legend.join('\n')}\n`}`;
}

const GAP = 2;

function widthOf({ columns, cells }: Shape, targets: readonly NamedTarget[]): number {
  const rows = targets.map(cells);
  return columns.reduce(
    (sum, { title }, column) =>
      sum +
      Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)) +
      (column < columns.length - 1 ? GAP : 0),
    0,
  );
}

export interface TargetTextOptions extends TextOptions {
  /** The CPU whose facts are told in full; x86_64 by default, where the target exists for it. */
  readonly cpu?: Cpu;
}

/** Everything that is known of one target: of the table, or read from where it lies. */
export function renderTarget(
  { target: general, ruby }: Pick<ResolvedTarget, 'target' | 'ruby'>,
  today: string,
  { color, width, cpu }: TargetTextOptions,
): string {
  const paint = new Ansis(color ? 3 : 0);
  const named: Partial<NamedTarget> = general;
  const { cpus = [] } = general;
  const shown = cpu ?? (cpus.length === 0 || cpus.includes('x86_64') ? 'x86_64' : (cpus[0] ?? 'x86_64'));
  const target = forCpu(general, shown);
  const { endOfLife, extendedEndOfLife } = named;
  const facts: [label: string, text: string | undefined][] = [
    ['name', target.name],
    ['also', named.aliases?.join(', ')],
    ['C library', libcWords(target)],
    ['highest versions', ceilingWords(target.ceilings)],
    ['other versions', target.markers?.join(', ')],
    ['CPUs', target.cpus?.join(', ')],
    ['x86-64 level', target.isa],
    ['page size', pageSizes(target, named.policy === false)],
    [
      'libraries',
      `${target.libraries.join(', ')}${target.librariesComplete ? '' : ' (others are not known)'}`,
    ],
    ...differences(general, shown),
    ['built on', target.base],
    ['Ruby', ruby ?? named.ruby],
    ['end of life', endOfLife === undefined ? undefined : `${endOfLife}${pastWords(endOfLife, today)}`],
    [
      'long-term support',
      extendedEndOfLife === undefined
        ? undefined
        : `${extendedEndOfLife}${pastWords(extendedEndOfLife, today)}`,
    ],
    ['source', target.source],
    [
      'as of',
      named.asOf === undefined ? undefined : `${named.asOf}${named.uncertain === true ? ' (uncertain)' : ''}`,
    ],
    ...(named.policy === true
      ? [['policy', 'a contract that many systems meet, not a system of its own'] as [string, string]]
      : []),
    ...(named.notes ?? []).map((note): [string, string] => ['note', note]),
  ];
  const sets = Object.entries(target.versions ?? {}).map(([soname, names]): [string, string] => [
    soname,
    setWords(names),
  ]);
  const parts = [
    paint.bold(wrapped(printable(target.title), width)),
    factLines(facts, width, paint),
    ...(sets.length === 0
      ? []
      : [`${paint.bold(`symbol versions on ${shown}, by library`)}\n${factLines(sets, width, paint)}`]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function factLines(
  facts: readonly (readonly [label: string, text: string | undefined])[],
  width: number | undefined,
  paint: Ansis,
): string {
  const known = facts.filter(([, text]) => text !== undefined && text !== '');
  const widest = Math.max(...known.map(([label]) => label.length));
  return known
    .map(([label, text]) => {
      const indent = ' '.repeat(widest + GAP);
      const room = width === undefined ? undefined : Math.max(20, width - indent.length);
      const value = printable(text ?? '');
      const lines =
        room === undefined ? value : wrapAnsi(value, room, { hard: true }).replaceAll('\n', `\n${indent}`);
      return `${paint.dim(printable(label).padEnd(widest))}  ${lines}`;
    })
    .join('\n');
}

function pastWords(date: string, today: string): string {
  return date < today ? ' (ended)' : '';
}

function ceilingWords(ceilings: Readonly<Record<string, string>>): string {
  return ['GLIBC', 'GLIBCXX', 'CXXABI', 'GCC']
    .flatMap((prefix) => (ceilings[prefix] === undefined ? [] : [`${prefix}_${ceilings[prefix]}`]))
    .join(', ');
}

/**
 * Pages of its kernel by size, the usual one of the CPU without its source: `4 KiB on x86_64; 64 KiB on aarch64 (…)`.
 * @param system it is known by its name, so that its kernel is known too
 */
function pageSizes(target: Target, system: boolean): string | undefined {
  const { cpus = [], pageSize, pageSizes: own } = target;
  if (pageSize !== undefined) return `${pageWords(pageSize.bytes)} (${pageSize.source})`;
  if (!system) return undefined;
  const bySize = new Map<number, Cpu[]>();
  for (const cpu of cpus) {
    const { bytes } = pageSizeOf(target, cpu);
    bySize.set(bytes, [...(bySize.get(bytes) ?? []), cpu]);
  }
  return [...bySize]
    .map(([bytes, of]) => {
      const sources = [...new Set(of.flatMap((cpu) => own?.[cpu]?.source ?? []))];
      const where = bySize.size === 1 ? '' : ` on ${of.join(', ')}`;
      return `${pageWords(bytes)}${where}${sources.length === 0 ? '' : ` (${sources.join('; ')})`}`;
    })
    .join('; ');
}

/** What the other CPUs have, where it differs from what is told in full. */
function differences({ libraries, byCpu = {} }: Target, shown: Cpu): [string, string][] {
  const known = Object.entries(byCpu);
  const told = byCpu[shown];
  const common = libraries.filter((name) => known.every(([, facts]) => facts.libraries.includes(name)));
  return known.flatMap(([cpu, facts]): [string, string][] => {
    if (facts === told) return [];
    const versions = ceilingWords(facts.ceilings);
    const own = facts.libraries.filter((name) => !common.includes(name));
    const parts = [
      ...(told !== undefined && versions === ceilingWords(told.ceilings) ? [] : [versions]),
      ...own,
    ];
    return parts.length === 0 ? [] : [[`on ${cpu}`, parts.join(', ')]];
  });
}

/** Names by prefix, the numbers in order: `GLIBC_2.2.5 2.3 2.4, GLIBC_PRIVATE`. */
function setWords(names: readonly string[]): string {
  if (names.length === 0) return 'none: it meets every need';
  const numbers = new Map<string, string[]>();
  const others: string[] = [];
  for (const name of names) {
    const { prefix, number } = parseSymbolVersion(name);
    if (number === undefined) others.push(name);
    else numbers.set(prefix, [...(numbers.get(prefix) ?? []), number]);
  }
  const lists = [...numbers].map(([prefix, list]) => `${prefix}_${list.sort(compareDotted).join(' ')}`);
  return [...lists, ...others.sort()].join(', ');
}

/** One target, or a list of them, as JSON: all that is known, the symbol versions by CPU and library too. */
export function renderTargetsJson(found: ResolvedTarget | readonly NamedTarget[]): string {
  if (!('target' in found)) return renderJson(found);
  const { target, ruby } = found;
  return renderJson(ruby === undefined ? target : { ...target, ruby });
}
