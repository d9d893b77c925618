import type { Standing } from './contest.js';
import { median } from './contest.js';

/** The standings as a Markdown table. Ratios are to the contender `baseline`: below 1 is less time or memory than it takes. */
export function standingsTable(standings: readonly Standing[], baseline: string): string {
  const base = standings.find(({ label }) => label === baseline);
  if (base === undefined) throw new Error(`no contender is called ${baseline}`);
  const wall = ({ runs }: Standing): number => median(runs.map((run) => run.wall));
  const cpu = ({ runs }: Standing): number => median(runs.map((run) => run.cpu));
  const peak = ({ runs }: Standing): number => Math.max(...runs.map((run) => run.peak));
  const rows = standings.map((standing) => {
    const walls = standing.runs.map((run) => run.wall);
    return [
      standing.label,
      milliseconds(wall(standing)),
      `${milliseconds(Math.min(...walls))} – ${milliseconds(Math.max(...walls))}`,
      milliseconds(cpu(standing)),
      mebibytes(peak(standing)),
      ratio(wall(standing), wall(base)),
      ratio(cpu(standing), cpu(base)),
      ratio(peak(standing), peak(base)),
    ];
  });
  const header = ['', 'time', 'from – to', 'CPU', 'peak memory', 'time ×', 'CPU ×', 'memory ×'];
  return markdown([header, ...rows]);
}

/** The first row is the header; the first column is text, the others are figures. */
function markdown(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  const [header = [], ...body] = rows;
  return [line(header), rule, ...body.map(line)].join('\n');
}

export function milliseconds(value: number): string {
  return value < 10_000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(1)} s`;
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function ratio(value: number, base: number): string {
  return base === 0 ? '–' : (value / base).toFixed(2);
}
