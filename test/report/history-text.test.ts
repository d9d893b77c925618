import { Ansis } from 'ansis';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/compat/types.js';
import type { HistoryReport, HistoryVersion } from '../../src/history/types.js';
import { renderHistoryText } from '../../src/report/history-text.js';
import {
  directionOf,
  highestWords,
  moveWords,
  rubyWords,
  variantNeeds,
} from '../../src/report/history-words.js';
import { FINDINGS } from './reports.js';
import { MOVES, history, needing, variant, version } from './history-reports.js';

const UBUNTU = {
  name: 'ubuntu-20.04',
  title: 'Ubuntu 20.04 LTS',
  libc: 'gnu',
  glibc: '2.31',
  source: 'a source',
} as const;

function asked(versions: readonly HistoryVersion[], facts: Partial<HistoryReport> = {}): HistoryReport {
  const highest = { unchecked: [] };
  return history(versions, {
    targets: [UBUNTU],
    highest: [
      {
        target: 'ubuntu-20.04',
        title: UBUNTU.title,
        libc: 'gnu',
        libcVersion: '2.31',
        arch: 'x86_64',
        ...highest,
      },
    ],
    together: highest,
    ...facts,
  });
}

function judged(
  one: HistoryVersion,
  verdict: 'compatible' | 'incompatible' | 'unknown',
  findings: Finding[] = [],
): HistoryVersion {
  const platform = one.variants[0]?.platform ?? 'ruby';
  return { ...one, verdicts: [{ target: 'ubuntu-20.04', arch: 'x86_64', platform, verdict, findings }] };
}

describe('the text', () => {
  it('shows chart, table, moves, reasons and the answer', () => {
    const report = asked(
      [
        judged(
          version('1.2', {
            variants: [
              variant({
                requires: { libc: 'gnu', glibc: '2.34' },
                since: '1.0',
                across: ['1.1'],
                moves: MOVES.slice(0, 1),
              }),
            ],
          }),
          'incompatible',
          [FINDINGS['symbol-version']],
        ),
        judged(needing('1.1', 'unread'), 'unknown'),
        judged(needing('1.0', '2.17'), 'compatible'),
      ],
      {
        together: { version: '1.0', unchecked: ['1.1'] },
        omitted: { older: 7, olderPrecompiled: 3, prereleases: 1 },
      },
    );
    expect(renderHistoryText(report, { color: false })).toMatchInlineSnapshot(`
      "foo on Ubuntu 20.04 LTS (glibc 2.31), x86_64, from https://gems.example/

      glibc that each version needs on x86_64, oldest to newest

      2.34 │            █████
      2.17 │█████ ????? █████
           └─────────────────
            1.0           1.2
            ? could not be read   · no precompiled variant

      VERSION  PLATFORM      NEEDS              RUBY  UBUNTU-20.04
      1.2      x86_64-linux  glibc 2.34 ▲       any   ✗ fails
      1.1      x86_64-linux  could not be read  any   ? unknown
      1.0      x86_64-linux  glibc 2.17         any   ✓ fits

      Where the floor moved

      1.2 (x86_64-linux), against 1.0; 1.1 between could not be read
        ▲ glibc 2.17 → 2.29
          lib/3.1/foo.so, lib/3.2/foo.so
            GLIBC_2.29 of libm.so.6 (exp, log, pow)

      Why it does not fit ubuntu-20.04

      ✗ 1.2
          exe/thrust
          needs GLIBC_2.34 of libc.so.6 (__libc_start_main, pthread_create); ubuntu-20.04 has GLIBC_2.31

      What could not be read or judged

      ? 1.1 (x86_64-linux)
          it ends early [GEM_TRUNCATED]

      The highest version that fits: 1.0. It is not known whether 1.1 fits.
      3 versions, 2 precompiled gems read, 1 not, or not all of it.
      7 older versions (3 precompiled) not shown: --limit N, --since VERSION or --all-versions
      1 prerelease not shown: --pre
      "
    `);
  });

  it('puts versions without a precompiled variant together, where there are many', () => {
    const without = ['3', '2', '1'].map((number) => version(number, { variants: [], platforms: ['ruby'] }));
    const text = renderHistoryText(history([needing('4', '2.17'), ...without]), { color: false });
    expect(text).toContain(
      '3 to 1   ruby          no precompiled variant: compiled there, or pure Ruby (3 versions)\n',
    );
    const few = renderHistoryText(history([needing('4', '2.17'), ...without.slice(1)]), { color: false });
    expect(few).not.toContain(' to ');
  });

  it('says that there is nothing precompiled at all', () => {
    const text = renderHistoryText(history([version('1', { variants: [], source: 'pure' })]), {
      color: false,
    });
    expect(text).toContain('no precompiled variant: pure Ruby');
    expect(text).toContain('None of them has a precompiled variant for x86_64.');
  });

  it('is no wider than the terminal, and the same with and without colour', () => {
    const many = variant({
      requires: {
        libc: 'gnu',
        glibc: '2.34',
        glibcxx: '3.4.29',
        cxxabi: '1.3.13',
        gcc: '4.3.0',
        markers: ['GLIBC_ABI_DT_RELR'],
      },
      libraries: ['libz.so.1', 'libssl.so.3', 'libcrypto.so.3'],
      requiredRuby: ['>= 3.1', '< 3.5.dev'],
      since: '1.0',
      moves: MOVES,
    });
    const report = asked([
      judged(version('10.20.30.rc1', { variants: [many] }), 'incompatible', Object.values(FINDINGS)),
    ]);
    for (const width of [80, 120, 200]) {
      const text = renderHistoryText(report, { color: false, width });
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
      const painted = renderHistoryText(report, { color: true, width });
      expect(painted).not.toBe(text);
      expect(new Ansis().strip(painted)).toBe(text);
    }
  });

  it('writes nothing of a gem that would move the cursor', () => {
    const evil = '\u001b[2J\u202e';
    const findings = [{ kind: 'unreadable', file: evil, code: 'ELF', reason: evil }] as const;
    const one = variant({ state: 'partly', findings, libraries: [evil], requiredRuby: [evil] });
    const text = renderHistoryText(history([version('1', { variants: [one] })], { source: evil }), {
      color: false,
    });
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
  });

  it('marks the version that the lockfile has', () => {
    const lockfile = { path: 'Gemfile.lock', version: '1.1' };
    const text = renderHistoryText(history([needing('1.1', '2.17')], { lockfile }), { color: false });
    expect(text).toContain('Gemfile.lock has 1.1');
    expect(text).toContain('1.1 (locked)');
  });
});

it.each([
  [variant(), 'glibc 2.17'],
  [variant({ requires: { libc: 'musl' } }), 'musl'],
  [variant({ requires: { libc: 'static' } }), 'no libc'],
  [variant({ requires: { libc: 'gnu' } }), 'glibc'],
  [variant({ requires: { libc: 'both', glibc: '2.27' } }), 'glibc 2.27, musl'],
  [
    variant({
      requires: { libc: 'gnu', glibc: '2.14', glibcxx: '3.4.21' },
      libraries: ['libstdc++.so.6', 'libz.so.1'],
    }),
    'glibc 2.14, GLIBCXX 3.4.21, libz.so.1',
  ],
  [variant({ state: 'partly' }), 'glibc 2.17 at least'],
  [variant({ picksAtRunTime: true }), 'glibc 2.17 at most: it picks a file at run time'],
  [variant({ state: 'unread' }), 'could not be read'],
])('needs of %# read %s', (one, words) => {
  expect(variantNeeds(one)).toBe(words);
});

it.each([
  [['2.7', '3.0', '3.1'], '2.7–3.1'],
  [['3.4', '4.0'], '3.4–4.0'],
  [['3.0', '3.2', '3.3'], '3.0, 3.2–3.3'],
  [['3.3'], '3.3'],
])('the Rubies %j read %s', (rubies, words) => {
  expect(rubyWords(variant({ rubies }))).toBe(words);
});

it('reads the Rubies of a specification where there are no builds apart', () => {
  expect(rubyWords(variant({ requiredRuby: ['>= 3.1', '< 3.5.dev'] }))).toBe('>= 3.1, < 3.5.dev');
  expect(rubyWords(variant({ requiredRuby: ['>= 0'] }))).toBe('any');
});

it('has words and a direction for every move', () => {
  expect(MOVES.map((move) => `${directionOf(move)} ${moveWords(move)}`)).toEqual([
    'up glibc 2.17 → 2.29',
    'up GLIBCXX 3.4.21, none before',
    'down no GCC version any more (3.0)',
    'up GLIBC_ABI_DT_RELR needed',
    'down libz.so.1 no longer needed',
  ]);
  const relinked = { kind: 'libc', from: 'gnu', to: 'static', files: [] } as const;
  const echo = { kind: 'floor', floor: 'glibc', direction: 'down', from: '2.34', asks: [] } as const;
  expect(moveWords(relinked, [relinked, echo])).toBe('glibc 2.34 → no libc');
  expect(moveWords(relinked, [relinked])).toBe('glibc → no libc');
});

it.each([
  [{ version: '1.2', unchecked: [] }, '1.2'],
  [{ compiled: '1.1', unchecked: ['1.2'] }, 'none; 1.1 is compiled there, or pure Ruby; 1.2 not known'],
])('the answer %j reads %s', (answer, words) => {
  expect(highestWords(answer, history([version('1.1')]))).toBe(words);
});
