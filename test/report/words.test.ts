import { describe, expect, it } from 'vitest';
import type { GemReport, SystemFloor } from '../../src/audit/types.js';
import { findingRemedies } from '../../src/report/finding-remedies.js';
import { findingWords } from '../../src/report/finding-words.js';
import { listWords } from '../../src/report/lists.js';
import {
  VERDICT_WORDS,
  needsWords,
  noteWords,
  pinReason,
  remedyWords,
  suggestionCaveats,
  summaryWords,
  systemsWords,
  targetWords,
} from '../../src/report/words.js';
import { FINDINGS, NOTES, SUGGESTIONS, addPlatform, gem, report, suggestion, without } from './reports.js';

const { target } = report([]);

describe('a finding', () => {
  const said = Object.values(FINDINGS).map((finding) => findingWords(finding, target));

  it.each(Object.values(FINDINGS))('$kind has words with all its facts', (finding) => {
    const words = findingWords(finding, target);
    expect(words).not.toMatch(/undefined|null|NaN|\[object|^\s|\s$|\.$/);
    const inside = Object.entries(finding).flatMap(([key, value]): string[] =>
      [
        ...['kind', 'file', 'builtFor', 'carried', 'suggestions', 'provided', 'reason', 'refusal'],
        // In KiB: page-size-words.test.ts.
        ...['page', 'largest', 'why'],
      ].includes(key)
        ? []
        : [value].flat().map(String),
    );
    for (const fact of inside) expect(words).toContain(fact);
  });

  it('is told from every other kind', () => {
    expect(new Set(said).size).toBe(said.length);
  });

  it('says what the target has, where that is known', () => {
    const bare = without(FINDINGS['symbol-version'], 'provided');
    expect(findingWords(FINDINGS['symbol-version'], target)).toBe(
      'needs GLIBC_2.34 of libc.so.6 (__libc_start_main, pthread_create); ubuntu-20.04 has GLIBC_2.31',
    );
    expect(findingWords(bare, target)).toBe(
      'needs GLIBC_2.34 of libc.so.6 (__libc_start_main, pthread_create), which is not there',
    );
  });

  it.each([
    ['unchecked-library', { ...FINDINGS['unchecked-library'], carried: true }],
    ['no-variant', { ...FINDINGS['no-variant'], reason: 'no-matching-platform' }],
  ] as const)('%s reads otherwise for its other case', (kind, finding) => {
    expect(findingWords(finding, target)).not.toBe(findingWords(FINDINGS[kind], target));
  });

  it('has a remedy of its own, but where the suggestion says it all', () => {
    const remedies = Object.values(FINDINGS).map(
      (finding) => [finding.kind, findingRemedies(finding)] as const,
    );
    expect(remedies.flatMap(([kind, lines]) => (lines.length === 0 ? [kind] : []))).toEqual([
      'symbol-version',
      'shim-alone',
    ]);
    const told = remedies.flatMap(([, lines]) => lines);
    expect(new Set(told).size).toBe(told.length);
    for (const line of told) expect(line).not.toMatch(/undefined|\[object|\.$/);
  });

  it.each([
    ['GLIBC_2.34', 'libc.so.6', []],
    ['GLIBC_ABI_DT_RELR', 'libc.so.6', [/pack-relative-relocs.*2\.36/]],
    ['GLIBCXX_3.4.32', 'libstdc++.so.6', [/the package libstdc\+\+6 of a newer GCC/]],
    ['CXXABI_1.3.15', 'libstdc++.so.6', [/the package libstdc\+\+6 of a newer GCC/]],
    ['GCC_14.0.0', 'libgcc_s.so.1', [/the package libgcc-s1 of a newer GCC/]],
    ['OPENSSL_3.2.0', 'libcrypto.so.3', [/a newer libcrypto\.so\.3/]],
  ])('of %s is mended by what brings it', (symbolVersion, library, expected) => {
    const lines = findingRemedies({ ...FINDINGS['symbol-version'], symbolVersion, library }, target);
    expect(lines).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(lines[index]).toMatch(pattern);
  });

  it.each([
    ['libpq.so.5', /the package libpq5: apt-get install libpq5$/],
    ['libssl.so.1.1', /the package libssl1\.1/],
    ['libssl.so.3', /no package of Ubuntu 20\.04 LTS has libssl\.so\.3/],
    ['libruby.so.3.3', /only a Ruby 3\.3 that was built with --enable-shared/],
    ['libruby-3.1.so.3.1', /only a Ruby 3\.1 /],
    ['libnobody.so.1', /make sure that the target has libnobody\.so\.1/],
  ])('of a missing %s says where it comes from', (library, pattern) => {
    expect(findingRemedies({ ...FINDINGS['missing-library'], library }, target)[0]).toMatch(pattern);
    expect(findingRemedies({ ...FINDINGS['unchecked-library'], library }, target)[0]).toMatch(pattern);
  });

  it('of what is glibc’s own is another build on musl', () => {
    const on = { ...target, libc: 'musl', musl: '1.2.5' } as const;
    const missing = { ...FINDINGS['missing-library'], library: 'ld-linux-x86-64.so.2' };
    const symbol = {
      kind: 'missing-symbol',
      file: 'a.so',
      symbols: ['__memcpy_chk'],
      bound: 'call',
    } as const;
    for (const finding of [missing, symbol]) {
      expect(findingRemedies(finding, on)[0]).toMatch(/variant for musl/);
      expect(findingRemedies(finding, on, false)[0]).toMatch(/build it for musl/);
    }
  });

  it('of a file that belongs to no gem does not speak of one', () => {
    for (const kind of ['missing-symbol', 'executable-stack', 'other-libc'] as const)
      for (const line of findingRemedies(FINDINGS[kind], target, false)) expect(line).not.toMatch(/gem|lock/);
  });

  it('of the wrong C library is another one each way', () => {
    const [onMusl] = findingRemedies({ ...FINDINGS['wrong-libc'], builtFor: 'gnu' });
    const [onGlibc] = findingRemedies({ ...FINDINGS['wrong-libc'], builtFor: 'musl' });
    expect(onMusl).toMatch(/variant for musl.*gcompat/);
    expect(onGlibc).toMatch(/variant for glibc/);
  });
});

it.each(Object.values(NOTES))('a note $kind has words of its own', (note) => {
  const words = noteWords(note);
  expect(words).toMatch(/\w{3}/);
  expect(words).not.toMatch(/undefined|\.$/);
  if ('platform' in note) expect(words).toContain(note.platform);
  if ('reason' in note) expect(words).toContain(note.reason);
  const others = Object.values(NOTES).filter(({ kind }) => kind !== note.kind);
  expect(others.map(noteWords)).not.toContain(words);
});

it('has one word for each verdict', () => {
  expect(VERDICT_WORDS).toEqual({
    compatible: 'fits',
    incompatible: 'fails',
    unknown: 'unknown',
    source: 'source',
  });
});

it.each([
  [[], 'a', ''],
  [['a'], 'one', 'a'],
  [['a', 'b', 'c', 'd'], 'four', 'a, b, c, d'],
  [['a', 'b', 'c', 'd', 'e', 'f'], 'six', 'a, b, c, d and 2 more'],
])('a list of %j', (items, _, words) => {
  expect(listWords(items)).toBe(words);
});

it.each([
  [undefined, '–'],
  [{ libc: 'gnu', glibc: '2.34' }, 'glibc 2.34'],
  [{ libc: 'gnu', glibc: '2.29', glibcxx: '3.4.30' }, 'glibc 2.29, GLIBCXX 3.4.30'],
  [{ libc: 'gnu' }, 'glibc'],
  [{ libc: 'musl' }, 'musl'],
  [{ libc: 'static' }, 'no libc'],
  [{ libc: 'both', glibc: '2.17' }, 'glibc 2.17, musl'],
] as const)('the needs %j are %s', (requires, words) => {
  expect(needsWords(requires)).toBe(words);
});

it.each([
  ['Ubuntu 20.04 LTS (glibc 2.31)', {}],
  ['Alpine 3.20 (musl 1.2.5)', { title: 'Alpine 3.20', libc: 'musl', musl: '1.2.5' }],
  ['glibc 2.31', { title: 'glibc 2.31' }],
] as const)('a target is %s', (words, facts) => {
  expect(targetWords({ ...target, ...facts })).toBe(words);
});

describe('what to do about names and functions', () => {
  it('is to link a loose file to its C library, where it asks for a newer name without a version', () => {
    const [loose] = findingRemedies(FINDINGS['missing-symbol'], report([]).target, false);
    expect(loose).toMatch(/-lc.*take a target with 2\.36 or later/);
  });

  it('is to build without ifunc by the names that compilers have for it', () => {
    const finding = { ...FINDINGS['loader-refusal'], refusal: 'ifunc-on-musl' } as const;
    expect(findingRemedies(finding)[0]).toMatch(/target_clones.*no musl/);
  });
});

describe('what to do', () => {
  it.each([
    ['nothing, where it fits', gem(), ''],
    ['nothing, where it is compiled', gem({ verdict: 'source' }), ''],
    ['read on, where it is not known', gem({ verdict: 'unknown', suggestion: suggestion() }), 'see below'],
    ['go down', gem({ verdict: 'incompatible', suggestion: SUGGESTIONS.pinned }), 'downgrade to 0.1.8'],
    ['go up', gem({ verdict: 'incompatible', suggestion: SUGGESTIONS.upgrade }), 'upgrade to 0.1.12'],
    [
      'mind another gem',
      gem({ verdict: 'incompatible', suggestion: SUGGESTIONS.forbidden }),
      '0.1.8 fits, but see below',
    ],
    [
      'compile it',
      gem({ verdict: 'incompatible', suggestion: SUGGESTIONS.forced }),
      'compile it on the target',
    ],
    [
      'compile another',
      gem({ verdict: 'incompatible', suggestion: SUGGESTIONS.compiled }),
      'downgrade to 0.1.8, compiled',
    ],
    [
      'lock a platform',
      gem({ verdict: 'incompatible', suggestion: addPlatform() }),
      'lock its other variant',
    ],
    [
      'move house',
      gem({ verdict: 'incompatible', runsOn: ['debian-12'] }),
      'no version fits; runs on debian-12',
    ],
    ['nothing helps', gem({ verdict: 'incompatible', runsOn: [] }), 'no version fits'],
    [
      'it could not be searched for',
      gem({ verdict: 'incompatible', runsOn: ['debian-12'], notes: [NOTES['search-incomplete']] }),
      'could not search: see below',
    ],
  ])('%s', (_, row, words) => {
    expect(remedyWords(row)).toBe(words);
  });

  it.each([
    ['pinned', '0.1.9 → 0.1.8'],
    ['upgrade', '0.1.9 → 0.1.12'],
    ['transitive', '0.1.9 → 0.1.8; a new line: another gem brings it in; needs Ruby >= 3.1'],
    ['replaced', "0.1.9 → 0.1.8; replaces the Gemfile's '= 0.1.9'"],
    ['forbidden', "0.1.9 → 0.1.8; kamal asks for '>= 0.1.9'"],
    ['forced', 'compiles 0.1.9 on the target; needs a compiler'],
    ['compiled', '0.1.9 → 0.1.8; has no precompiled variant here, so it is compiled; needs a compiler'],
  ] as const)('the reason of a pin that is %s', (sort, words) => {
    expect(pinReason(gem({ suggestion: SUGGESTIONS[sort] }))).toBe(words);
  });

  it('has a caveat where it is no pin', () => {
    expect(suggestionCaveats(gem({ suggestion: SUGGESTIONS.replaced }))).toEqual([]);
    expect(suggestionCaveats(gem({ suggestion: SUGGESTIONS.forbidden }))).toEqual([
      "0.1.8 fits, but kamal asks for '>= 0.1.9': kamal has to move too",
    ]);
    expect(suggestionCaveats(gem({ suggestion: addPlatform() }))).toEqual([
      'a variant of 0.1.9 fits that the lockfile does not list; run: bundle lock --add-platform x86_64-linux-musl',
    ]);
  });
});

it.each([
  [{ compatible: 0, incompatible: 0, source: 0, unknown: 0 }, false, 'no precompiled gems.'],
  [
    { compatible: 1, incompatible: 0, source: 1, unknown: 0 },
    false,
    '1 precompiled gem: 1 fits; 1 gem compiled there or pure Ruby (not opened; --all opens them).',
  ],
  [
    { compatible: 2, incompatible: 1, source: 0, unknown: 0 },
    false,
    '3 precompiled gems: 2 fit, 1 does not fit.',
  ],
  [
    { compatible: 0, incompatible: 2, source: 0, unknown: 3 },
    false,
    '5 precompiled gems: 0 fit, 2 do not fit, 3 could not be checked.',
  ],
  [
    { compatible: 1, incompatible: 0, source: 2, unknown: 0 },
    true,
    '1 precompiled gem: 1 fits; 2 gems with nothing prebuilt for Linux (those from git or a path are not opened).',
  ],
])('%j with --all %j is: %s', (summary, all, words) => {
  expect(summaryWords(summary, all)).toBe(words);
});

it('counts apart what is installed on other systems only, and names what carries executables', () => {
  const source = {
    version: '1.0',
    platform: 'ruby',
    arch: 'x86_64',
    verdict: 'source',
    findings: [],
  } as const;
  const gems: GemReport[] = [
    { ...source, name: 'rake' },
    { ...source, name: 'wdm', notes: [{ kind: 'not-installed-here', platform: 'x86_64-linux' }] },
    { ...source, name: 'wkhtmltopdf-binary', notes: [{ kind: 'carries-executables' }] },
  ];
  const summary = { compatible: 0, incompatible: 0, source: 3, unknown: 0 };
  expect(summaryWords(summary, false, gems)).toBe(
    'no precompiled gems; 2 gems compiled there or pure Ruby (not opened; --all opens them); 1 gem for other systems, not installed there; wkhtmltopdf-binary 1.0 carries executables, which --all judges.',
  );
});

it('names systems for the other gems where one runs on none', () => {
  const systems = [{ name: 'alpine-3.23', title: 'Alpine Linux 3.23', supported: true }];
  const summary = { compatible: 1, incompatible: 1, unknown: 0, source: 0 };
  const floor = { libc: 'musl', arch: 'x86_64', floor: {}, needs: [], gems: [], systems, summary };
  expect(systemsWords(floor as unknown as SystemFloor)).toEqual([
    'Systems in support that have what the others need: alpine-3.23.',
  ]);
});
