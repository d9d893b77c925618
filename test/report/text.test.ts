import { describe, expect, it } from 'vitest';
import type { AuditReport, GemReport, MultiTargetReport } from '../../src/audit/types.js';
import { render } from '../../src/report/render.js';
import {
  FINDINGS,
  NOTES,
  SUGGESTIONS,
  addPlatform,
  gem,
  mapStrings,
  report,
  suggestion,
  thruster,
  without,
} from './reports.js';

const fine = gem({ name: 'pg', version: '1.5.9', requires: { libc: 'gnu', glibc: '2.17' } });
const rack = gem({ name: 'rack', version: '3.1.8', platform: 'ruby', verdict: 'source' });
const bad = gem({
  name: 'sqlite3',
  version: '2.6.0',
  platform: 'x86_64-linux-gnu',
  verdict: 'unknown',
  findings: [FINDINGS.unavailable],
  notes: [NOTES.yanked],
});
const stuck = gem({
  name: 'grpc',
  version: '1.72.0',
  verdict: 'incompatible',
  requires: { libc: 'gnu', glibc: '2.29', glibcxx: '3.4.30' },
  findings: [
    { ...FINDINGS['symbol-version'], file: 'src/ruby/lib/grpc/3.3/grpc_c.so', symbolVersion: 'GLIBC_2.29' },
  ],
  suggestion: suggestion({
    version: '1.71.0',
    pin: "gem 'grpc', '< 1.72.0'",
    conflicts: [{ by: 'google-cloud-pubsub', kind: 'gem', requirement: ['~> 1.72'] }],
  }),
  runsOn: ['debian-12', 'ubuntu-22.04'],
});
const usual = report([rack, fine, bad, stuck, thruster], { pins: ["gem 'thruster', '< 0.1.9'"] });

const text = (value: AuditReport | MultiTargetReport, width?: number): string =>
  render(value, 'text', { color: false, ...(width === undefined ? {} : { width }) });

describe('the text', () => {
  it('at no width', () => {
    expect(text(usual)).toMatchInlineSnapshot(`
      "Gemfile.lock on Ubuntu 20.04 LTS (glibc 2.31), x86_64, Ruby 3.3.6

      GEM       VERSION  PLATFORM          NEEDS                       VERDICT    WHAT TO DO
      grpc      1.72.0   x86_64-linux      glibc 2.29, GLIBCXX 3.4.30  ✗ fails    1.71.0 fits, but see below
      thruster  0.1.9    x86_64-linux      glibc 2.34                  ✗ fails    downgrade to 0.1.8
      sqlite3   2.6.0    x86_64-linux-gnu  –                           ? unknown  see below
      pg        1.5.9    x86_64-linux      glibc 2.17                  ✓ fits

      ✗ grpc 1.72.0 (x86_64-linux)
        src/ruby/lib/grpc/3.3/grpc_c.so
          needs GLIBC_2.29 of libc.so.6 (__libc_start_main, pthread_create); ubuntu-20.04 has GLIBC_2.31
        runs as it is on debian-12, ubuntu-22.04
        → 1.71.0 fits, but google-cloud-pubsub asks for '~> 1.72': google-cloud-pubsub has to move too

      ✗ thruster 0.1.9 (x86_64-linux)
        exe/thrust
          needs GLIBC_2.34 of libc.so.6 (__libc_start_main, pthread_create); ubuntu-20.04 has GLIBC_2.31

      ? sqlite3 2.6.0 (x86_64-linux-gnu)
        foo-1.0.gem
          rubygems.org does not have it [GEM_NOT_FOUND]
          → name a source that has it
        note: its source no longer has a variant that the lockfile lists

      Pins for the Gemfile, each in place of the gem's own line

        gem 'thruster', '< 0.1.9'  # 0.1.9 → 0.1.8

      4 precompiled gems: 1 fits, 2 do not fit, 1 could not be checked; 1 gem compiled there or pure Ruby (not opened; --all opens them).
      "
    `);
  });

  it('at 80 columns', () => {
    expect(text(usual, 80)).toMatchInlineSnapshot(`
      "Gemfile.lock on Ubuntu 20.04 LTS (glibc 2.31), x86_64, Ruby 3.3.6

      GEM       VERSION  PLATFORM          NEEDS             VERDICT    WHAT TO DO
      grpc      1.72.0   x86_64-linux      glibc 2.29,       ✗ fails    1.71.0 fits,
                                           GLIBCXX 3.4.30               but see below
      thruster  0.1.9    x86_64-linux      glibc 2.34        ✗ fails    downgrade to
                                                                        0.1.8
      sqlite3   2.6.0    x86_64-linux-gnu  –                 ? unknown  see below
      pg        1.5.9    x86_64-linux      glibc 2.17        ✓ fits

      ✗ grpc 1.72.0 (x86_64-linux)
        src/ruby/lib/grpc/3.3/grpc_c.so
          needs GLIBC_2.29 of libc.so.6 (__libc_start_main, pthread_create);
            ubuntu-20.04 has GLIBC_2.31
        runs as it is on debian-12, ubuntu-22.04
        → 1.71.0 fits, but google-cloud-pubsub asks for '~> 1.72':
          google-cloud-pubsub has to move too

      ✗ thruster 0.1.9 (x86_64-linux)
        exe/thrust
          needs GLIBC_2.34 of libc.so.6 (__libc_start_main, pthread_create);
            ubuntu-20.04 has GLIBC_2.31

      ? sqlite3 2.6.0 (x86_64-linux-gnu)
        foo-1.0.gem
          rubygems.org does not have it [GEM_NOT_FOUND]
          → name a source that has it
        note: its source no longer has a variant that the lockfile lists

      Pins for the Gemfile, each in place of the gem's own line

        gem 'thruster', '< 0.1.9'  # 0.1.9 → 0.1.8

      4 precompiled gems: 1 fits, 2 do not fit, 1 could not be checked; 1 gem compiled
      there or pure Ruby (not opened; --all opens them).
      "
    `);
  });

  it('at 200 columns is as at none', () => {
    expect(text(usual, 200)).toBe(text(usual));
  });

  it.each([80, 100, 120])('at %i columns keeps to them', (width) => {
    for (const line of text(usual, width).split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
  });

  it('loses no word to wrapping', () => {
    const words = (value: string): string[] =>
      value
        .split(/\s+/)
        .filter((word) => word !== '')
        .sort();
    expect(words(text(usual, 80))).toEqual(words(text(usual)));
  });

  it('of a bundle with nothing to say', () => {
    expect(text(report([]))).toMatchInlineSnapshot(`
      "Gemfile.lock on Ubuntu 20.04 LTS (glibc 2.31), x86_64, Ruby 3.3.6

      no precompiled gems.
      "
    `);
    expect(text(report([rack]))).toMatchInlineSnapshot(`
      "Gemfile.lock on Ubuntu 20.04 LTS (glibc 2.31), x86_64, Ruby 3.3.6

      no precompiled gems; 1 gem compiled there or pure Ruby (not opened; --all opens them).
      "
    `);
  });

  it('of a bundle that fits', () => {
    expect(text(report([fine, gem({ name: 'ffi', version: '1.17.2', notes: [NOTES.unverified] })])))
      .toMatchInlineSnapshot(`
      "Gemfile.lock on Ubuntu 20.04 LTS (glibc 2.31), x86_64, Ruby 3.3.6

      GEM  VERSION  PLATFORM      NEEDS       VERDICT  WHAT TO DO
      ffi  1.17.2   x86_64-linux  –           ✓ fits
      pg   1.5.9    x86_64-linux  glibc 2.17  ✓ fits

      2 precompiled gems: 2 fit.
      "
    `);
  });

  it('tells why there is no other version, and where not all were looked at that none can be named', () => {
    const stopped = without(thruster, 'suggestion');
    const because = [
      {
        kind: 'needs',
        gem: 'kamal',
        versions: [{ from: '2.0', to: '2.0' }],
        on: 'thruster',
        requirement: ['~> 0.1.9'],
      },
    ] as const;
    const unanswered = [{ name: 'thruster', version: '0.1.9', because }];
    const inspections = { inspected: 1, candidates: 2, byGem: {} };
    const plan = {
      ...{ pins: [], moves: [], commands: [], liftable: [], minimal: true },
      unanswered,
      inspections,
    };
    const searched = text(report([stopped], { plan }));
    expect(searched).toContain('  why no other version will do:\n    kamal');
    const cut = text(report([{ ...stopped, notes: [NOTES['search-incomplete']] }], { plan }));
    expect(cut).toContain('  why no other version can be named:\n    kamal');
  });

  it('has the rows by verdict and name, and none for what is compiled', () => {
    const rows = text(usual)
      .split('\n')
      .filter((line) => /^(thruster|pg|sqlite3|grpc|rack) /.test(line));
    expect(rows.map((line) => line.split(' ')[0])).toEqual(['grpc', 'thruster', 'sqlite3', 'pg']);
  });

  it('is the same with and without colour, but for the colour', () => {
    const coloured = render(usual, 'text', { color: true, width: 80 });
    expect(coloured).toContain('\u001b[31m');
    // eslint-disable-next-line no-control-regex -- it is what is looked for
    expect(coloured.replace(/\u001b\[[\d;]*m/g, '')).toBe(text(usual, 80));
    expect(text(usual, 80)).not.toContain('\u001b');
  });
});

describe('the text for several targets', () => {
  const alpine = {
    name: 'alpine-3.20',
    title: 'Alpine 3.20',
    libc: 'musl',
    musl: '1.2.5',
    source: 'a source',
  } as const;
  const lacking = gem({
    verdict: 'incompatible',
    findings: [FINDINGS['wrong-libc']],
    suggestion: addPlatform(),
  });
  const both: MultiTargetReport = {
    schemaVersion: 1,
    lockfile: 'Gemfile.lock',
    targets: [report([thruster]), report([lacking], { target: alpine })],
    pins: ["gem 'thruster', '< 0.1.9'"],
    warnings: [],
  };

  it('has a part for each, and the pins once at the end', () => {
    expect(text(both)).toMatchInlineSnapshot(`
      "Gemfile.lock on Ubuntu 20.04 LTS (glibc 2.31), x86_64, Ruby 3.3.6

      GEM       VERSION  PLATFORM      NEEDS       VERDICT  WHAT TO DO
      thruster  0.1.9    x86_64-linux  glibc 2.34  ✗ fails  downgrade to 0.1.8

      ✗ thruster 0.1.9 (x86_64-linux)
        exe/thrust
          needs GLIBC_2.34 of libc.so.6 (__libc_start_main, pthread_create); ubuntu-20.04 has GLIBC_2.31

      1 precompiled gem: 0 fit, 1 does not fit.

      Gemfile.lock on Alpine 3.20 (musl 1.2.5), x86_64, Ruby 3.3.6

      GEM       VERSION  PLATFORM      NEEDS  VERDICT  WHAT TO DO
      thruster  0.1.9    x86_64-linux  –      ✗ fails  lock its other variant

      ✗ thruster 0.1.9 (x86_64-linux)
        lib/a.so
          is built for musl (libc.musl-x86_64.so.1); alpine-3.20 has musl
        → a variant of 0.1.9 fits that the lockfile does not list; run: bundle lock --add-platform x86_64-linux-musl

      1 precompiled gem: 0 fit, 1 does not fit.

      Pins for the Gemfile, each in place of the gem's own line

        gem 'thruster', '< 0.1.9'  # 0.1.9 → 0.1.8
      "
    `);
  });

  it('has no pins section where there are none', () => {
    expect(text({ ...both, pins: [] })).not.toContain('Pins');
  });
});

describe('a gem with much to say', () => {
  const many = (count: number): GemReport['findings'] =>
    Array.from({ length: count }, (_, at) => ({ ...FINDINGS['missing-library'], library: `lib${at}.so` }));

  it('shows six findings, and how many more there are', () => {
    const shown = text(report([gem({ verdict: 'incompatible', findings: many(9) })]));
    expect(shown.match(/neither in the gem/g)).toHaveLength(6);
    expect(shown).toContain('  and 3 more; --format json lists them all');
    expect(text(report([gem({ verdict: 'incompatible', findings: many(6) })]))).not.toContain('more;');
  });

  it('puts what proves it first, and the same finding in several files together', () => {
    const findings = [
      FINDINGS['static-archive'],
      ...['3.1', '3.2', '3.3'].map((ruby) => ({
        ...FINDINGS['symbol-version'],
        file: `lib/foo/${ruby}/foo.so`,
      })),
    ];
    const shown = text(report([gem({ verdict: 'incompatible', findings })]));
    expect(shown).toContain('  lib/foo/3.1/foo.so, lib/foo/3.2/foo.so and 1 more\n');
    expect(shown.match(/needs GLIBC_2.34/g)).toHaveLength(1);
    expect(shown.indexOf('needs GLIBC_2.34')).toBeLessThan(shown.indexOf('is an archive'));
  });

  it('says a remedy once, though two gems need it', () => {
    const one = gem({ verdict: 'unknown', findings: [FINDINGS.unavailable] });
    const shown = text(report([one, { ...one, name: 'other' }]));
    expect(shown.match(/name a source that has it/g)).toHaveLength(1);
  });

  it('names the systems that run it only where no pin helps', () => {
    expect(text(report([thruster]))).not.toContain('runs as it is on');
    const stranded = without(thruster, 'suggestion');
    expect(text(report([stranded]))).toContain('runs as it is on ubuntu-22.04, debian-12');
    expect(text(report([{ ...stranded, runsOn: [] }]))).toContain('no known system runs it as it is');
  });
});

describe('control characters', () => {
  const EVIL = '\u001b[2J\u009b31m\r\u0007\u202e\u2066x';
  // Words of our own, not of a gem, an index or a lockfile: what chooses sentences, codes, CPUs, parsed numbers, our targets.
  const OURS = [
    'kind',
    'verdict',
    'method',
    'direction',
    'libc',
    'builtFor',
    'arch',
    'level',
    'code',
    'ruby',
    'wanted',
  ];
  const ALSO_OURS = ['provided', 'refusal', 'glibc', 'glibcxx', 'runsOn'];
  const KEPT = new Set(['ruby-mismatch', 'no-matching-platform']);
  const evil = (value: string, key: string): string =>
    KEPT.has(value) || [...OURS, ...ALSO_OURS].includes(key) ? value : value + EVIL;
  const rows = [
    ...Object.values(FINDINGS).map((finding) => gem({ verdict: 'incompatible', findings: [finding] })),
    ...Object.values(NOTES).map((note) => gem({ verdict: 'unknown', notes: [note] })),
    ...[...Object.values(SUGGESTIONS), addPlatform()].map((one) =>
      gem({ verdict: 'incompatible', suggestion: one, runsOn: ['debian-12'] }),
    ),
    gem({ requires: { libc: 'gnu', glibc: '2.34', glibcxx: '3.4.30' } }),
    gem({ verdict: 'incompatible', runsOn: ['debian-12'] }),
  ];
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

  it.each(rows.map((row, at) => [at, row] as const))('of any string of a gem are escaped: %i', (_, row) => {
    const shown = text(report([mapStrings(row, evil)], { pins: [] }));
    expect(shown).not.toMatch(CONTROL);
    expect(shown).toContain('\\x1b[2J');
  });

  it('of the path of the lockfile are escaped', () => {
    const shown = text(report([], { lockfile: `app${EVIL}/Gemfile.lock` }));
    expect(shown).not.toMatch(CONTROL);
    expect(shown).toContain('app\\x1b[2J');
  });
});

it('counts in one section the gems of which nothing can be asked offline', () => {
  const offline = (name: string, more: Partial<GemReport> = {}): GemReport =>
    gem({
      name,
      version: '1.0',
      platform: 'ruby',
      verdict: 'unknown',
      findings: [
        {
          ...FINDINGS.unavailable,
          code: 'REGISTRY_OFFLINE',
          reason: `the versions of ${name} are not in the cache`,
          suggestions: ['Run once without --offline.'],
        },
      ],
      ...more,
    });
  const many = Array.from({ length: 12 }, (_, index) => offline(`pure${index}`));
  const text = render(report([...many, offline('native', { platform: 'x86_64-linux' })]), 'text', {
    color: false,
  });
  const rows = text.split('\n').filter((line) => line.includes('see below'));
  expect(rows).toHaveLength(1);
  expect(rows[0]).toContain('native');
  expect(text).toMatch(/pure0 1\.0, .* and 4 more\n.*cannot be asked offline/);
  expect(text.match(/cannot be asked offline/g)).toHaveLength(1);
});
