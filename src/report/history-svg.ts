import type { HistoryReport } from '../history/types.js';
import type { ChartPoint, ChartSeries } from './history-chart.js';
import { chartSeries, compareLevels, seriesName } from './history-chart.js';
import { printable } from './printable.js';

/** Sizes in user units; a version takes a column of at least `COLUMN`, fewer versions are spread over `USUAL`. */
const COLUMN = 10;
const USUAL = 640;
const ROW = 28;
const LEFT = 72;
const RIGHT = 150;
const TOP = 56;
const BOTTOM = 96;

/** Colours that stand apart for most colour vision (Okabe and Ito), each with the dashes that tell it in grey. */
const STROKES = [
  { light: '#0072b2', dark: '#56b4e9', dash: '' },
  { light: '#d55e00', dark: '#e69f00', dash: '7 3' },
  { light: '#007a5a', dark: '#3cc9a4', dash: '2 3' },
  { light: '#8b3d72', dark: '#cc79a7', dash: '10 3 2 3' },
] as const;

interface Frame {
  readonly versions: readonly string[];
  /** All floors and ceilings, lowest first. */
  readonly levels: readonly string[];
  readonly x: (column: number) => number;
  readonly y: (level: string) => number;
  readonly column: number;
  readonly width: number;
  readonly bottom: number;
}

/** The glibc floor over the versions as a step chart, self-contained; the targets' own glibc as lines across it. */
export function renderHistorySvg(report: HistoryReport): string {
  const series = chartSeries(report);
  const frame = frameOf(series, report);
  const heading = `glibc that ${report.gem} needs, by version`;
  const height = frame.bottom + BOTTOM;
  const body = [
    `<title id="title">${xml(heading)}</title>`,
    `<desc id="desc">${xml(description(report, series))}</desc>`,
    `<style>${styles()}</style>`,
    `<rect class="ground" width="${frame.width}" height="${height}"/>`,
    text(LEFT, 28, 'heading', heading),
    ...(series.length === 0 ? [text(LEFT, TOP + 8, 'label', 'no version has a glibc floor to draw')] : []),
    ...frame.levels.map((level) => gridLine(level, frame)),
    ...ceilings(report).map(({ level, names }) => ceiling(level, names, frame)),
    ...series.flatMap((one, at) => line(one, at, frame)),
    ...versionLabels(frame),
    ...series.map((one, at) => legend(one, at, frame)),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc" viewBox="0 0 ${frame.width} ${height}" width="${frame.width}" height="${height}">`,
    ...body.map((part) => `  ${part}`),
    '</svg>',
    '',
  ].join('\n');
}

function frameOf(series: readonly ChartSeries[], report: HistoryReport): Frame {
  const versions = [...report.versions].reverse().map(({ version }) => version);
  const first = Math.min(
    ...series.map(({ points }) => versions.indexOf(points[0]?.version ?? '')),
    versions.length,
  );
  const shown = versions.slice(first);
  const levels = [
    ...new Set([
      ...series.flatMap((one) => one.levels),
      ...(series.length === 0 ? [] : ceilings(report).map(({ level }) => level)),
    ]),
  ].sort(compareLevels);
  const column = Math.max(COLUMN, Math.min(80, USUAL / Math.max(1, shown.length)));
  const bottom = TOP + Math.max(1, levels.length) * ROW;
  return {
    versions: shown,
    levels,
    column,
    x: (at) => round(LEFT + at * column),
    y: (level) => round(bottom - (levels.indexOf(level) + 0.5) * ROW),
    width: Math.ceil(Math.max(LEFT + shown.length * column, LEFT + 320)) + RIGHT,
    bottom,
  };
}

/** The glibc of each target that was asked for, those with the same together. */
function ceilings({ targets }: HistoryReport): { level: string; names: string[] }[] {
  const byLevel = new Map<string, string[]>();
  for (const { name, glibc } of targets) {
    if (glibc !== undefined) byLevel.set(glibc, [...(byLevel.get(glibc) ?? []), name]);
  }
  return [...byLevel].map(([level, names]) => ({ level, names }));
}

function gridLine(level: string, { x, y, versions }: Frame): string {
  const at = y(level);
  return [
    `<line class="grid" x1="${LEFT}" x2="${x(versions.length)}" y1="${at}" y2="${at}"/>`,
    text(LEFT - 8, at + 4, 'label end', level === 'none' ? 'none' : level),
  ].join('');
}

function ceiling(level: string, names: readonly string[], { x, y, versions }: Frame): string {
  const at = y(level);
  return [
    `<line class="ceiling" x1="${LEFT}" x2="${x(versions.length)}" y1="${at}" y2="${at}"/>`,
    text(x(versions.length) + 8, at + 4, 'label', names.join(', ')),
  ].join('');
}

/** One series: steps between neighbours that both could be read, and a mark that says its version and floor. */
function line(series: ChartSeries, at: number, frame: Frame): string[] {
  const { points } = series;
  const { x, y, column, versions, bottom } = frame;
  const offset = versions.indexOf(points[0]?.version ?? '');
  const steps: string[] = [];
  const marks: string[] = [];
  let drawing = false;
  points.forEach(({ version, level }, index) => {
    const left = x(offset + index);
    const middle = round(left + column / 2);
    const words = pointWords({ version, level }, seriesName(series));
    if (level === undefined || level === 'unread') {
      // Nothing is drawn for a version without a variant, and the line goes on over it.
      if (level === 'unread') {
        marks.push(
          `<text class="label middle" x="${middle}" y="${bottom - 4}">?<title>${xml(words)}</title></text>`,
        );
        drawing = false;
      }
      return;
    }
    steps.push(
      drawing
        ? `H${left}V${y(level)}H${round(left + column)}`
        : `M${left} ${y(level)}H${round(left + column)}`,
    );
    drawing = true;
    marks.push(
      `<circle class="mark s${at % STROKES.length}" cx="${middle}" cy="${y(level)}" r="3.5"><title>${xml(words)}</title></circle>`,
    );
  });
  return [`<path class="line s${at % STROKES.length}" d="${steps.join('')}"/>`, ...marks];
}

function pointWords(
  { version, level }: { version: string; level: ChartPoint['level'] | undefined },
  arch: string,
): string {
  if (level === 'unread') return `${version} on ${arch}: could not be read`;
  return `${version} on ${arch}: ${level === 'none' ? 'no glibc version' : `glibc ${level ?? ''}`}`;
}

/** As many versions are written as stand clear of each other, the newest always. */
function versionLabels({ versions, x, column, bottom }: Frame): string[] {
  const every = Math.ceil(16 / column);
  return versions.flatMap((version, at) => {
    if ((versions.length - 1 - at) % every !== 0) return [];
    const middle = round(x(at) + column / 2);
    return [
      `<text class="label end" transform="translate(${middle + 4} ${bottom + 12}) rotate(-50)">${xml(version)}</text>`,
    ];
  });
}

function legend(series: ChartSeries, at: number, { width }: Frame): string {
  const x = width - RIGHT + 8;
  const y = 24 + at * 16;
  return [
    `<line class="line s${at % STROKES.length}" x1="${x}" x2="${x + 28}" y1="${y}" y2="${y}"/>`,
    text(x + 34, y + 4, 'label', seriesName(series)),
  ].join('');
}

/** What the chart shows, for those who do not see it. */
function description({ targets }: HistoryReport, series: readonly ChartSeries[]): string {
  const lines = series.map(({ points, ...one }) => {
    const known = points.filter(({ level }) => level !== undefined);
    const changes = known.flatMap((point, at) =>
      point.level === known[at - 1]?.level
        ? []
        : [pointWords(point as Required<ChartPoint>, seriesName(one))],
    );
    return changes.join('; ');
  });
  const lower = targets.flatMap(({ title, glibc }) =>
    glibc === undefined ? [] : `${title} has glibc ${glibc}`,
  );
  const said = [...lines, ...lower].filter((sentence) => sentence !== '');
  return said.length === 0 ? 'There is nothing to draw.' : `Oldest to newest. ${said.join('. ')}.`;
}

function styles(): string {
  const light = STROKES.map(({ light: colour, dash }, at) => stroke(at, colour, dash)).join('');
  const dark = STROKES.map(({ dark: colour }, at) => stroke(at, colour, '')).join('');
  return [
    'text{font:12px system-ui,sans-serif;fill:#24292f}.heading{font-size:15px;font-weight:600}.end{text-anchor:end}.middle{text-anchor:middle}',
    '.ground{fill:#fff}.grid{stroke:#d0d7de}.ceiling{stroke:#57606a;stroke-width:1.5;stroke-dasharray:1 3}.line{fill:none;stroke-width:2.5}',
    light,
    `@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.grid{stroke:#30363d}.ceiling{stroke:#9da7b3}${dark}}`,
  ].join('');
}

function stroke(at: number, colour: string, dash: string): string {
  const dashes = dash === '' ? '' : `.line.s${at}{stroke-dasharray:${dash}}`;
  return `.line.s${at}{stroke:${colour}}.mark.s${at}{fill:${colour}}${dashes}`;
}

function text(x: number, y: number, className: string, words: string): string {
  return `<text class="${className}" x="${round(x)}" y="${round(y)}">${xml(words)}</text>`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** Text for XML 1.0, which has no way to write most control characters: they are shown as escapes. */
function xml(words: string): string {
  return printable(words)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\ud800-\udfff]/gu, '\ufffd');
}
