import type { HistoryReport, HistoryVariant, HistoryVersion, Move } from '../../src/history/types.js';

/** One move of each kind, and both directions. */
export const MOVES: readonly Move[] = [
  {
    kind: 'floor',
    floor: 'glibc',
    direction: 'up',
    from: '2.17',
    to: '2.29',
    asks: [
      { file: 'lib/3.1/foo.so', library: 'libm.so.6', symbolVersion: 'GLIBC_2.29', symbols: ['pow', 'exp'] },
      { file: 'lib/3.2/foo.so', library: 'libm.so.6', symbolVersion: 'GLIBC_2.29', symbols: ['log'] },
    ],
  },
  { kind: 'floor', floor: 'glibcxx', direction: 'up', to: '3.4.21', asks: [] },
  { kind: 'floor', floor: 'gcc', direction: 'down', from: '3.0', asks: [] },
  {
    kind: 'marker',
    symbolVersion: 'GLIBC_ABI_DT_RELR',
    direction: 'up',
    asks: [{ file: 'a.so', library: 'libc.so.6', symbolVersion: 'GLIBC_ABI_DT_RELR', symbols: [] }],
  },
  { kind: 'library', library: 'libz.so.1', direction: 'down', files: ['a.so'] },
];

export function variant(facts: Partial<HistoryVariant> = {}): HistoryVariant {
  return {
    platform: 'x86_64-linux',
    arch: 'x86_64',
    libc: 'gnu',
    verified: true,
    requiredRuby: [],
    requiredRubygems: [],
    rubies: [],
    state: 'read',
    picksAtRunTime: false,
    requires: { libc: 'gnu', glibc: '2.17' },
    libraries: [],
    findings: [],
    moves: [],
    ...facts,
  };
}

export function version(number: string, facts: Partial<HistoryVersion> = {}): HistoryVersion {
  return {
    version: number,
    prerelease: false,
    platforms: ['ruby', 'x86_64-linux'],
    variants: [variant()],
    source: 'unopened',
    verdicts: [],
    ...facts,
  };
}

/** A version on x86_64 that needs a glibc; `none` for a static one, `unread` for one that could not be read. */
export function needing(number: string, glibc: string): HistoryVersion {
  if (glibc === 'unread') {
    const findings = [
      {
        kind: 'unavailable',
        file: 'foo.gem',
        code: 'GEM_TRUNCATED',
        reason: 'it ends early',
        suggestions: [],
      },
    ] as const;
    return version(number, { variants: [{ ...unread(), findings }] });
  }
  const requires = glibc === 'none' ? ({ libc: 'static' } as const) : ({ libc: 'gnu', glibc } as const);
  return version(number, { variants: [variant({ requires })] });
}

function unread(): HistoryVariant {
  const { requires, ...rest } = variant({ state: 'unread' });
  return requires === undefined ? rest : rest;
}

export function history(
  versions: readonly HistoryVersion[],
  facts: Partial<HistoryReport> = {},
): HistoryReport {
  return {
    schemaVersion: 1,
    gem: 'foo',
    source: 'https://gems.example/',
    arches: ['x86_64'],
    all: false,
    targets: [],
    versions,
    omitted: { older: 0, olderPrecompiled: 0, prereleases: 0 },
    highest: [],
    warnings: [],
    ...facts,
  };
}
