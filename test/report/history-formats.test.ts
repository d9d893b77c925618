import { readFile } from 'node:fs/promises';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { HistoryReport } from '../../src/history/types.js';
import { historyExitCodeOf } from '../../src/report/history-exit-code.js';
import { historyReportSchema } from '../../src/report/history-schema.js';
import { renderHistory } from '../../src/report/history.js';
import { FINDINGS } from './reports.js';
import { MOVES, history, needing, variant, version } from './history-reports.js';

const OPTIONS = { color: false } as const;

const TARGET = {
  name: 'ubuntu-20.04',
  title: 'Ubuntu 20.04 LTS',
  libc: 'gnu',
  glibc: '2.31',
  source: '',
} as const;

const everything: HistoryReport = history(
  [
    version('2.0', {
      variants: [
        variant({ moves: MOVES, since: '1.0', across: ['1.5'], requires: { libc: 'gnu', glibc: '2.34' } }),
      ],
      verdicts: [
        {
          target: 'ubuntu-20.04',
          arch: 'x86_64',
          platform: 'x86_64-linux',
          verdict: 'incompatible',
          findings: Object.values(FINDINGS),
        },
      ],
    }),
    needing('1.5', 'unread'),
    needing('1.0', '2.17'),
    version('0.9', { variants: [], source: 'pure' }),
  ],
  {
    targets: [TARGET],
    highest: [
      {
        target: 'ubuntu-20.04',
        title: '',
        libc: 'gnu',
        libcVersion: '2.31',
        arch: 'x86_64',
        version: '1.0',
        unchecked: [],
      },
    ],
    together: { version: '1.0', compiled: '2.0', unchecked: ['1.5'] },
    lockfile: { path: 'Gemfile.lock', version: '1.0' },
    ruby: '3.3.6',
    warnings: [{ code: 'TARGET', message: 'a guess' }],
  },
);

describe('the JSON', () => {
  it('keeps every value and is as its schema says', () => {
    const text = renderHistory(everything, 'json', OPTIONS);
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text)).toEqual(everything);
    expect(historyReportSchema.parse(JSON.parse(text))).toEqual(everything);
  });

  it.each([
    ['a key that it does not know', { ...everything, extra: 1 }],
    ['another version of itself', { ...everything, schemaVersion: 2 }],
    [
      'a state that it does not know',
      { ...everything, versions: [version('1', { variants: [variant({ state: 'fine' as never })] })] },
    ],
    [
      'a finding that says nothing of a variant',
      {
        ...everything,
        versions: [
          version('1', { variants: [variant({ findings: [FINDINGS['symbol-version'] as never] })] }),
        ],
      },
    ],
  ])('is refused by the schema with %s', (_, value) => {
    expect(historyReportSchema.safeParse(value).success).toBe(false);
  });

  it('has the schema that is published: npm run schema', async () => {
    const published = await readFile(new URL('../../schema/history-report.json', import.meta.url), 'utf8');
    const fresh = await format(JSON.stringify(z.toJSONSchema(historyReportSchema)), {
      parser: 'json',
      printWidth: 110,
    });
    expect(published).toBe(fresh);
  });
});

describe('the CSV', () => {
  it('has a line for each variant and for each version without one, all of one length', () => {
    const text = renderHistory(everything, 'csv', OPTIONS);
    const lines = text.trimEnd().split('\n');
    expect(text.endsWith('\n')).toBe(true);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^gem,version,prerelease,platform,.*,why not read,address,ubuntu-20\.04$/);
    expect(lines[1]).toContain('up: glibc 2.17 → 2.29; up: GLIBCXX 3.4.21, none before'.split(',')[0]);
    expect(lines[1]?.endsWith(',incompatible')).toBe(true);
    expect(lines[3]).toBe('foo,1.0,no,x86_64-linux,x86_64,read,gnu,2.17,,,,,,,,,,,,,');
    expect(lines[4]).toBe('foo,0.9,no,ruby,,pure,,,,,,,,,,,,,,,');
  });

  it('quotes what has commas, and lets no spreadsheet run a formula', () => {
    const one = variant({ libraries: ['lib,"a".so'], requiredRuby: ['=cmd()'] });
    const text = renderHistory(history([version('1', { variants: [one] })]), 'csv', OPTIONS);
    expect(text).toContain(`"lib,""a"".so"`);
    expect(text).toContain(`,'=cmd(),`);
  });
});

describe('the SVG', () => {
  const svg = renderHistory(everything, 'svg', OPTIONS);

  it('stands alone, with a title and a description that say what it shows', () => {
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" role="img" aria-labelledby="title desc"/,
    );
    expect(svg).toContain('<title id="title">glibc that foo needs, by version</title>');
    expect(svg).toContain(
      '1.0 on x86_64: glibc 2.17; 1.5 on x86_64: could not be read; 2.0 on x86_64: glibc 2.34',
    );
    expect(svg).toContain('Ubuntu 20.04 LTS has glibc 2.31');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|<script|@import/);
  });

  it('is well-formed whatever the names are', () => {
    const odd = history([needing('2', '2.34'), needing('1', '2.17')], {
      gem: `<a b="c">&'\u0000\u001b\ud800`,
      targets: [{ ...TARGET, name: '</svg>', title: ']]>' }],
    });
    const text = renderHistory(odd, 'svg', OPTIONS);
    // eslint-disable-next-line no-control-regex -- what XML 1.0 cannot write
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ud800-\udfff]/u);
    expect(openTags(text)).toEqual([]);
    expect(openTags(svg)).toEqual([]);
  });

  it('says so where there is nothing to draw', () => {
    const text = renderHistory(history([version('1', { variants: [] })]), 'svg', OPTIONS);
    expect(text).toContain('no version has a glibc floor to draw');
    expect(text).not.toContain('NaN');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

/** The elements that are not closed, in order; throws for one that is closed and not open, and for a bare `<` or `&`. */
function openTags(text: string): string[] {
  const open: string[] = [];
  const rest = text.replace(
    /<(\/?)([a-z]+)((?:\s[a-zA-Z0-9-]+(?::[a-z]+)?="[^"<]*")*)\s*(\/?)>/g,
    (_, close, name, __, empty) => {
      if (close === '/') {
        if (open.pop() !== name) throw new Error(`</${String(name)}> closes nothing`);
      } else if (empty !== '/') open.push(String(name));
      return '';
    },
  );
  const bare = /[<]|&(?!(?:amp|lt|gt|quot);)/.exec(rest);
  if (bare !== null) throw new Error(`bare ${rest.slice(bare.index, bare.index + 40)}`);
  return open;
}

it.each([
  ['all was told', history([needing('1', '2.17')]), 0],
  ['one could not be read', history([needing('2', '2.17'), needing('1', 'unread')]), 3],
  ['a version fits', history([needing('1', '2.17')], { together: { version: '1', unchecked: [] } }), 0],
  ['one is compiled', history([needing('1', '2.17')], { together: { compiled: '1', unchecked: [] } }), 0],
  ['none fits', history([needing('1', '2.17')], { together: { unchecked: [] } }), 1],
  ['none fits for certain', history([needing('1', 'unread')], { together: { unchecked: ['1'] } }), 3],
])('the exit code where %s', (_, report, code) => {
  expect(historyExitCodeOf(report)).toBe(code);
});
