import { Ansis } from 'ansis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistoryVariant } from '../../src/history/types.js';
import { chartLines, chartSeries, seriesName } from '../../src/report/history-chart.js';
import { history, needing, variant, version } from './history-reports.js';

const plain = new Ansis(0);

function chart(levels: readonly string[], width?: number): string[] {
  const versions = levels.map((level, at) =>
    level === 'ruby' ? version(`1.${at}`, { variants: [] }) : needing(`1.${at}`, level),
  );
  const [series] = chartSeries(history([...versions].reverse()));
  return series === undefined ? [] : chartLines(series, width, plain);
}

describe('the chart in the terminal', () => {
  it('has a bar for each version, oldest on the left, and a row for each floor', () => {
    expect(chart(['2.17', '2.34', 'none', 'unread', 'ruby', '2.4'])).toMatchInlineSnapshot(`
      [
        "glibc that each version needs on x86_64, oldest to newest",
        "",
        "2.34 │      █████",
        "2.17 │█████ █████",
        " 2.4 │█████ █████                   █████",
        "none │█████ █████ █████ ????? ····· █████",
        "     └───────────────────────────────────",
        "      1.0                             1.5",
        "      ? could not be read   · no precompiled variant",
      ]
    `);
  });

  it('starts at the first version with a variant, and is not drawn for less than two', () => {
    expect(chart(['ruby', 'ruby', '2.17', '2.17']).at(-1)).toContain('1.2');
    expect(chart(['ruby', '2.17'])).toEqual([]);
    expect(chart(['unread', 'unread'])).toEqual([]);
    const musl = variant({ libc: 'musl', platform: 'x86_64-linux-musl', requires: { libc: 'musl' } });
    expect(
      chartSeries(history([version('2', { variants: [musl] }), version('1', { variants: [musl] })])),
    ).toEqual([]);
  });

  it('shows the highest of neighbours where there are more versions than columns', () => {
    const levels = Array.from({ length: 500 }, (_, at) => (at === 250 ? '2.38' : '2.17'));
    const lines = chart(levels, 80);
    expect(lines.find((line) => line.startsWith('2.38'))).toMatch(/^2\.38 │ +█$/);
  });

  it('fits every width', () => {
    const level = fc.constantFrom('2.3.2', '2.17', '2.34', 'none', 'unread', 'ruby');
    fc.assert(
      fc.property(fc.array(level, { maxLength: 120 }), fc.integer({ min: 60, max: 200 }), (levels, width) => {
        for (const line of chart(levels, width)) expect(line.length).toBeLessThanOrEqual(width);
      }),
      { seed: 7 },
    );
  });
});

describe('content-addressed gems', () => {
  const skinny = (ruby: string, glibc: string): HistoryVariant =>
    variant({ address: `${ruby.replace('.', '')}000000`, rubies: [ruby], requires: { libc: 'gnu', glibc } });
  const fat = variant({ rubies: ['3.3', '4.0'], requires: { libc: 'gnu', glibc: '2.17' } });
  const drawn = (...versions: readonly (readonly HistoryVariant[])[]): unknown =>
    chartSeries(
      history(versions.map((variants, at) => version(`1.${versions.length - at}`, { variants }))),
    ).map((series) => [seriesName(series), series.points.map(({ level }) => level)]);

  it('have a floor for each Ruby where it differs', () => {
    expect(drawn([fat, skinny('3.3', '2.17'), skinny('4.0', '2.38')], [fat])).toEqual([
      ['x86_64, Ruby 3.3', ['2.17', '2.17']],
      ['x86_64, Ruby 4.0', ['2.17', '2.38']],
    ]);
  });

  it('that need the same are one line', () => {
    expect(drawn([skinny('3.3', '2.17'), skinny('4.0', '2.17')], [fat])).toEqual([
      ['x86_64', ['2.17', '2.17']],
    ]);
  });

  it('leave a Ruby that has none to what has no address', () => {
    expect(drawn([fat, skinny('4.0', '2.38')], [fat, skinny('3.3', '2.28')])).toEqual([
      ['x86_64, Ruby 3.3', ['2.28', '2.17']],
      ['x86_64, Ruby 4.0', ['2.17', '2.38']],
    ]);
  });
});
