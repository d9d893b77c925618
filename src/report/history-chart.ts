import type { Ansis } from 'ansis';
import type { Cpu } from '../elf/types.js';
import type { HistoryReport, HistoryVariant, HistoryVersion } from '../history/types.js';
import type { Libc } from '../target/types.js';
import { compareDotted } from '../version/symbol-version.js';
import { printable } from './printable.js';

/** The glibc floor of one version on one CPU. */
export interface ChartPoint {
  readonly version: string;
  /** The number; `none` where no glibc version is asked for; `unread` where that is not known; absent for no variant. */
  readonly level?: string;
}

/** The versions of one CPU with glibc, oldest first. musl has no versions that a file could ask for. */
export interface ChartSeries {
  readonly arch: Cpu;
  /** `4.0`, where content-addressed gems make it another floor for each Ruby. */
  readonly ruby?: string;
  readonly points: readonly ChartPoint[];
  /** The floors that occur, lowest first; `none` is the lowest. */
  readonly levels: readonly string[];
}

const LIBC: Libc = 'gnu';

/**
 * What there is to draw: a series for each CPU that has a floor, or none, in two versions at least; one for each Ruby where
 * content-addressed gems make a difference.
 */
export function chartSeries({ versions, arches }: HistoryReport): ChartSeries[] {
  return arches.flatMap((arch) => {
    const whole = seriesOf(versions, (variant) => isDrawn(variant, arch));
    if (whole === undefined) return [];
    const perRuby = rubiesOf(versions, arch).flatMap((ruby) => {
      const series = seriesOf(
        versions,
        (variant, beside) => isDrawn(variant, arch) && isTaken(variant, ruby, beside),
      );
      return series === undefined ? [] : [{ arch, ruby, ...series }];
    });
    const differ = perRuby.some(({ points }) => !samePoints(points, perRuby[0]?.points ?? []));
    return differ ? perRuby : [{ arch, ...whole }];
  });
}

/** What a series is called: `x86_64`, `x86_64, Ruby 4.0`. */
export function seriesName({ arch, ruby }: Pick<ChartSeries, 'arch' | 'ruby'>): string {
  return ruby === undefined ? arch : `${arch}, Ruby ${ruby}`;
}

function isDrawn({ arch, libc }: HistoryVariant, wanted: Cpu): boolean {
  return arch === wanted && libc === LIBC;
}

/** Bundler 4.1 takes what is content-addressed for its Ruby, and where there is none for it what has no address. */
function isTaken(variant: HistoryVariant, ruby: string, beside: readonly HistoryVariant[]): boolean {
  const own = ({ address, rubies }: HistoryVariant): boolean =>
    address !== undefined && rubies.includes(ruby);
  const hasOwn = beside.some((other) => other.arch === variant.arch && other.libc === LIBC && own(other));
  return hasOwn ? own(variant) : variant.address === undefined;
}

function rubiesOf(versions: readonly HistoryVersion[], arch: Cpu): string[] {
  const rubies = versions.flatMap(({ variants }) =>
    variants.flatMap((one) => (one.address !== undefined && isDrawn(one, arch) ? one.rubies : [])),
  );
  return [...new Set(rubies)].sort(compareDotted);
}

function samePoints(one: readonly ChartPoint[], other: readonly ChartPoint[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ version, level }, at) => version === other[at]?.version && level === other[at].level)
  );
}

function seriesOf(
  versions: readonly HistoryVersion[],
  isOwn: (variant: HistoryVariant, beside: readonly HistoryVariant[]) => boolean,
): Pick<ChartSeries, 'points' | 'levels'> | undefined {
  const points = [...versions].reverse().map(({ version, variants }): ChartPoint => {
    const level = highestLevel(variants.filter((variant) => isOwn(variant, variants)));
    return { version, ...(level === undefined ? {} : { level }) };
  });
  const first = points.findIndex(({ level }) => level !== undefined);
  const shown = first < 0 ? [] : points.slice(first);
  const levels = [...new Set(shown.flatMap(({ level }) => (level === undefined ? [] : [level])))]
    .filter((level) => level !== 'unread')
    .sort(compareLevels);
  return levels.length === 0 || shown.length < 2 ? undefined : { points: shown, levels };
}

export function compareLevels(a: string, b: string): number {
  return compareDotted(a === 'none' ? '0' : a, b === 'none' ? '0' : b);
}

/** Of several variants for one machine the one that needs most: the chart has one mark for a version. */
function highestLevel(variants: readonly HistoryVariant[]): string | undefined {
  const levels = variants.map(({ state, requires }) =>
    state === 'read' ? (requires?.glibc ?? 'none') : 'unread',
  );
  if (levels.includes('unread')) return 'unread';
  return levels.sort(compareLevels).at(-1);
}

/** Columns that a chart takes where the terminal's width is not known. */
const USUAL_WIDTH = 80;
/** Widest mark of one version. */
const WIDEST = 6;

const BAR = '█';

/**
 * The floor from version to version as bars, oldest on the left; each level has a row. Where there are more versions than
 * columns, neighbours share one, which shows the highest of them.
 */
export function chartLines(series: ChartSeries, width: number | undefined, paint: Ansis): string[] {
  const { levels } = series;
  const labels = levels.map((level) => (level === 'none' ? 'none' : level));
  const margin = Math.max(...labels.map((label) => label.length));
  const room = Math.max(8, Math.min(width ?? USUAL_WIDTH, 200) - margin - 3);
  const points = shrink(series.points, room);
  const each = Math.max(1, Math.min(WIDEST, Math.floor(room / points.length)));
  const gap = each > 2 ? 1 : 0;
  const cell = (mark: string): string => mark.repeat(each - gap) + ' '.repeat(gap);

  const rows = [...levels.keys()].reverse().map((at) => {
    const cells = points.map(({ level }) => {
      const height = level === undefined ? -1 : levels.indexOf(level);
      if (height >= at) return cell(BAR);
      if (at > 0 || height >= 0) return cell(' ');
      return cell(level === 'unread' ? '?' : '·');
    });
    return `${(labels[at] ?? '').padStart(margin)} │${cells.join('').trimEnd()}`;
  });
  const span = each * points.length - gap;
  const first = printable(points[0]?.version ?? '');
  const last = printable(series.points.at(-1)?.version ?? '');
  const between = Math.max(3, span - first.length - last.length);
  const odd = series.points.some(({ level }) => level === undefined || level === 'unread');
  return [
    paint.bold(`glibc that each version needs on ${seriesName(series)}, oldest to newest`),
    '',
    ...rows,
    `${' '.repeat(margin)} └${'─'.repeat(span)}`,
    `${' '.repeat(margin)}  ${first}${' '.repeat(between)}${last}`,
    ...(odd ? [paint.dim(`${' '.repeat(margin)}  ? could not be read   · no precompiled variant`)] : []),
  ];
}

function shrink(points: readonly ChartPoint[], columns: number): ChartPoint[] {
  if (points.length <= columns) return [...points];
  return Array.from({ length: columns }, (_, column): ChartPoint => {
    const from = Math.floor((column * points.length) / columns);
    const to = Math.floor(((column + 1) * points.length) / columns);
    const shared = points.slice(from, to);
    const read = shared.flatMap(({ level }) => (level === undefined || level === 'unread' ? [] : [level]));
    const top = read.sort(compareLevels).at(-1) ?? shared.find(({ level }) => level !== undefined)?.level;
    return { version: shared[0]?.version ?? '', ...(top === undefined ? {} : { level: top }) };
  });
}
