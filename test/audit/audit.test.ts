import { describe, expect, it } from 'vitest';
import { auditLockfile } from '../../src/audit/audit.js';
import type { AuditProgress } from '../../src/audit/ports.js';
import type { AuditReport, GemReport } from '../../src/audit/types.js';
import type { Cpu } from '../../src/elf/types.js';
import { exitCodeOf } from '../../src/report/exit-code.js';
import type { Target } from '../../src/target/types.js';
import { alpine, elf, target } from '../helpers/contents.js';
import type { LockfileInput, Shop, StockedGem } from './in-memory.js';
import { lockfile, oldEnough, shop, stocked, tooNew } from './in-memory.js';

interface Run {
  readonly gems?: readonly StockedGem[];
  readonly failing?: readonly string[];
  readonly targets?: readonly Target[];
  readonly cpus?: readonly Cpu[];
  readonly ruby?: string;
  readonly all?: boolean;
  readonly progress?: (progress: AuditProgress) => void;
}

async function auditOf(input: LockfileInput, run: Run = {}): Promise<{ reports: AuditReport[]; shop: Shop }> {
  const { gems = [], failing = [], targets = [target()], cpus = ['x86_64'], ruby, all = false } = run;
  const opened = shop(gems, { failing });
  const deployments = targets.flatMap((each) =>
    cpus.map((cpu) => ({ target: each, cpu, ...(ruby === undefined ? {} : { ruby }) })),
  );
  const reports = await auditLockfile(
    { lockfile: lockfile(input), path: 'Gemfile.lock', deployments, all },
    { ...opened.ports, ...(run.progress === undefined ? {} : { progress: run.progress }) },
  );
  return { reports, shop: opened };
}

async function auditOne(input: LockfileInput, run: Run = {}): Promise<AuditReport> {
  const [report] = (await auditOf(input, run)).reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

function rowOf(report: AuditReport, name: string): GemReport {
  const row = report.gems.find((gem) => gem.name === name);
  if (row === undefined) throw new Error(`${name} has no row`);
  return row;
}

const FINE = stocked('fine 1.0-x86_64-linux', oldEnough);

describe('one bad gem', () => {
  const bad: [title: string, specs: readonly string[], run: Run, expected: object][] = [
    [
      'that cannot be opened',
      ['bad (1.0-x86_64-linux)'],
      { gems: [stocked('bad 1.0-x86_64-linux', oldEnough, { broken: true })] },
      { kind: 'unavailable', code: 'GEM_NOT_TAR', file: 'bad-1.0-x86_64-linux.gem' },
    ],
    [
      'that the source does not have',
      ['bad (1.0-x86_64-linux)'],
      {},
      { kind: 'unavailable', code: 'GEM_NOT_FOUND' },
    ],
    [
      'whose index fails where the choice depends on it',
      ['bad (1.0-aarch64-linux)'],
      { failing: ['bad'] },
      { kind: 'unavailable', code: 'REGISTRY_DOWN' },
    ],
    ['without a version', ['bad'], {}, { kind: 'unavailable', code: 'LOCKFILE_SPEC_WITHOUT_VERSION' }],
    [
      'whose name climbs out of a directory',
      ['../../etc (1.0-x86_64-linux)'],
      {},
      { kind: 'unavailable', code: 'GEM_NAME_INVALID' },
    ],
    [
      'with a file that cannot be read',
      ['bad (1.0-x86_64-linux)'],
      {
        gems: [
          stocked('bad 1.0-x86_64-linux', oldEnough, {
            more: { unreadable: [{ path: 'lib/x.so', code: 'ELF_TRUNCATED', reason: 'it ends early' }] },
          }),
        ],
      },
      { kind: 'unreadable', code: 'ELF_TRUNCATED', file: 'lib/x.so' },
    ],
  ];

  it.each(bad)('%s is its own finding, and the others are judged', async (_, specs, run, expected) => {
    const input = { specs: [...specs, 'fine (1.0-x86_64-linux)'], dependencies: ['fine'] };
    const report = await auditOne(input, { ...run, gems: [...(run.gems ?? []), FINE] });
    expect(report.gems).toHaveLength(2);
    expect(rowOf(report, 'fine')).toMatchObject({ verdict: 'compatible', requires: { glibc: '2.17' } });
    const other = report.gems.find(({ name }) => name !== 'fine');
    expect(other).toMatchObject({ verdict: 'unknown', findings: [expected] });
    expect(exitCodeOf(report)).toBe(3);
  });

  it('is not hidden by its variant being chosen without the index', async () => {
    const gems = [stocked('bad 1.0-x86_64-linux', tooNew)];
    const report = await auditOne({ specs: ['bad (1.0-x86_64-linux)'] }, { gems, failing: ['bad'] });
    expect(rowOf(report, 'bad')).toMatchObject({
      verdict: 'incompatible',
      notes: expect.arrayContaining([
        { kind: 'search-incomplete', reason: 'memory has no answer for bad' },
      ]) as unknown,
    });
    expect(exitCodeOf(report)).toBe(1);
  });

  it('is no excuse for a mistake of the program', async () => {
    const opened = shop([FINE]);
    const request = {
      lockfile: lockfile({ specs: ['fine (1.0-x86_64-linux)'] }),
      path: 'Gemfile.lock',
      deployments: [{ target: target(), cpu: 'x86_64' as const }],
      all: false,
    };
    const originOf = (): Promise<never> => Promise.reject(new TypeError('mistake'));
    await expect(auditLockfile(request, { ...opened.ports, originOf })).rejects.toThrow('mistake');
  });
});

describe('the exit code', () => {
  const unread = stocked('unread 1.0-x86_64-linux', oldEnough, { broken: true });
  const broken = stocked('broken 1.0-x86_64-linux', tooNew);
  it.each([
    ['0 where all fits', [FINE], 0],
    ['1 where one does not fit', [FINE, broken], 1],
    ['3 where one could not be checked', [FINE, unread], 3],
    ['1 where one does not fit and another could not be checked', [FINE, unread, broken], 1],
  ])('is %s', async (_, gems, code) => {
    const specs = gems.map(({ release: { name } }) => `${name} (1.0-x86_64-linux)`);
    expect(exitCodeOf(await auditOne({ specs }, { gems }))).toBe(code);
  });
});

describe('the way out', () => {
  const gems = [
    stocked('foo 1.0-x86_64-linux', oldEnough),
    stocked('foo 1.1-x86_64-linux', tooNew),
    stocked('foo 1.1-x86_64-linux-musl', elf({ needed: ['libc.so'] })),
  ];
  const specs = ['foo (1.1-x86_64-linux)', 'foo (1.1-x86_64-linux-musl)'];
  const input = { specs, dependencies: ['foo'], platforms: ['x86_64-linux', 'x86_64-linux-musl'] };

  it('is searched for only where a gem does not fit', async () => {
    const { reports, shop: opened } = await auditOf(input, { gems, targets: [alpine] });
    expect(reports[0]?.gems[0]).toMatchObject({ verdict: 'compatible', platform: 'x86_64-linux-musl' });
    expect(reports[0]?.gems[0]).not.toHaveProperty('suggestion');
    expect(opened.read).toEqual(['foo-1.1-x86_64-linux-musl.gem']);
  });

  it('is a version, a pin, and the systems that run the gem as it is', async () => {
    const report = await auditOne(input, { gems: gems.slice(0, 2) });
    expect(rowOf(report, 'foo')).toMatchObject({
      verdict: 'incompatible',
      runsOn: ['debian-12'],
      suggestion: { version: '1.0', pin: "gem 'foo', '< 1.1'" },
    });
    expect(report.pins).toEqual(["gem 'foo', '< 1.1'"]);
  });

  it('reads no gem twice, though two CPUs and the search ask for it', async () => {
    const platforms = ['x86_64-linux', 'aarch64-linux'];
    const { shop: opened } = await auditOf(
      { specs: ['foo (1.1-x86_64-linux)', 'foo (1.1-aarch64-linux)'], platforms },
      { gems: [...gems, stocked('foo 1.1-aarch64-linux', tooNew)], cpus: ['x86_64', 'aarch64'] },
    );
    expect(new Set(opened.read).size).toBe(opened.read.length);
    expect(opened.asked).toEqual(['foo']);
  });

  it('of two gems that cannot move together is left to the first', async () => {
    const clashing = [
      stocked('a 1.0-x86_64-linux', tooNew),
      stocked('a 2.0-x86_64-linux', oldEnough, {
        release: { dependencies: [{ name: 'b', requirement: ['< 2'] }] },
      }),
      stocked('b 1.0-x86_64-linux', tooNew),
      stocked('b 2.0-x86_64-linux', oldEnough),
    ];
    const both = { specs: ['a (1.0-x86_64-linux)', 'b (1.0-x86_64-linux)'], dependencies: ['a', 'b'] };
    const report = await auditOne(both, { gems: clashing });
    expect(report.pins).toEqual(["gem 'a', '>= 2.0'"]);
    expect(rowOf(report, 'b')).not.toHaveProperty('suggestion');
    const newest = [{ from: '2.0', to: '2.0' }];
    expect(report.plan?.unanswered).toEqual([
      {
        ...{ name: 'b', version: '1.0' },
        because: expect.arrayContaining([
          { kind: 'needs', gem: 'a', versions: newest, on: 'b', requirement: ['< 2'] },
        ]) as unknown,
      },
    ]);
  });
});

describe('several targets', () => {
  it('have a report each, in their order, and a suggestion that suits them all', async () => {
    const musl = elf({ needed: ['libc.so'] });
    const gems = [
      stocked('foo 1.0-x86_64-linux', oldEnough),
      stocked('foo 1.0-x86_64-linux-musl', musl),
      stocked('foo 1.1-x86_64-linux', oldEnough),
      stocked('foo 1.2-x86_64-linux', tooNew),
      stocked('foo 1.2-x86_64-linux-musl', musl),
    ];
    const specs = ['foo (1.2-x86_64-linux)', 'foo (1.2-x86_64-linux-musl)'];
    const platforms = ['x86_64-linux', 'x86_64-linux-musl'];
    const { reports } = await auditOf(
      { specs, platforms, dependencies: ['foo'] },
      { gems, targets: [target(), alpine] },
    );
    expect(reports.map((each) => each.target.name)).toEqual(['ubuntu-20.04', 'alpine-3.20']);
    expect(reports.map((each) => rowOf(each, 'foo').verdict)).toEqual(['incompatible', 'compatible']);
    // 1.1 fits Ubuntu alone: on Alpine Bundler would take its variant for glibc.
    expect(reports.map((each) => each.pins)).toEqual([["gem 'foo', '< 1.1'"], []]);
  });
});

describe('what is not opened', () => {
  const section = (type: string, spec: string): string =>
    type === 'GIT'
      ? `GIT\n  remote: https://example.com/it.git\n  revision: abc\n  specs:\n    ${spec}\n\n`
      : `PATH\n  remote: engines/it\n  specs:\n    ${spec}\n\n`;

  it.each([
    ['a gem from git', { before: section('GIT', 'it (1.0)'), specs: ['fine (1.0-x86_64-linux)'] }, 'source'],
    [
      'a gem from a path',
      { before: section('PATH', 'it (1.0)'), specs: ['fine (1.0-x86_64-linux)'] },
      'source',
    ],
    [
      'a precompiled gem from git',
      { before: section('GIT', 'it (1.0-x86_64-linux)'), specs: ['fine (1.0-x86_64-linux)'] },
      'unknown',
    ],
    [
      'a gem for Java',
      { specs: ['it (1.0-java)', 'fine (1.0-x86_64-linux)'], platforms: ['java', 'x86_64-linux'] },
      'source',
    ],
    ['a `ruby` gem', { specs: ['it (1.0)', 'fine (1.0-x86_64-linux)'] }, 'source'],
  ])('%s', async (_, input, verdict) => {
    const { reports, shop: opened } = await auditOf(input, { gems: [FINE] });
    expect(reports[0]?.gems.find(({ name }) => name === 'it')?.verdict).toBe(verdict);
    expect(opened.read).toEqual(['fine-1.0-x86_64-linux.gem']);
  });

  it.each([
    ['with an executable that does not fit', tooNew, 'incompatible'],
    ['with an executable that fits', oldEnough, 'compatible'],
    ['with nothing prebuilt', undefined, 'source'],
  ])('is opened with `all`: a `ruby` gem %s', async (_, file, verdict) => {
    const report = await auditOne({ specs: ['it (1.0)'] }, { gems: [stocked('it 1.0', file)], all: true });
    expect(rowOf(report, 'it')).toMatchObject({ platform: 'ruby', verdict });
  });
});

it('judges what Bundler would take from the index where PLATFORMS has nothing but ruby', async () => {
  const gems = [stocked('foo 1.0'), stocked('foo 1.0-x86_64-linux', tooNew)];
  const report = await auditOne({ specs: ['foo (1.0)'], platforms: ['ruby'] }, { gems });
  expect(rowOf(report, 'foo')).toMatchObject({ platform: 'x86_64-linux', verdict: 'incompatible' });
});

it('judges of several versions the one that is for the machine', async () => {
  const gems = [stocked('foo 1.0-x86_64-linux', oldEnough), stocked('foo 1.1-java')];
  const specs = ['foo (1.1-java)', 'foo (1.0-x86_64-linux)'];
  const report = await auditOne({ specs, platforms: ['java', 'x86_64-linux'] }, { gems });
  expect(report.gems).toEqual([expect.objectContaining({ version: '1.0', verdict: 'compatible' })]);
});

it('notes that nothing vouches for the bytes of a gem', async () => {
  const vouched = stocked('sure 1.0-x86_64-linux', oldEnough, { release: { sha256: 'c'.repeat(64) } });
  const report = await auditOne(
    { specs: ['fine (1.0-x86_64-linux)', 'sure (1.0-x86_64-linux)'] },
    { gems: [FINE, vouched] },
  );
  expect(rowOf(report, 'fine').notes).toEqual([{ kind: 'unverified' }]);
  expect(rowOf(report, 'sure')).not.toHaveProperty('notes');
});

it('holds a gem against the digest of CHECKSUMS', async () => {
  const after = `CHECKSUMS\n  fine (1.0-x86_64-linux) sha256=${'d'.repeat(64)}\n\n`;
  const report = await auditOne({ specs: ['fine (1.0-x86_64-linux)'], after }, { gems: [FINE] });
  expect(rowOf(report, 'fine')).toMatchObject({
    verdict: 'unknown',
    findings: [{ code: 'GEM_CHECKSUM_MISMATCH' }],
  });
});

it('tells of progress once for each gem, and ends with nothing to wait for', async () => {
  const told: AuditProgress[] = [];
  const specs = ['fine (1.0-x86_64-linux)', 'pure (1.0)', 'bare (1.0)'];
  await auditOne({ specs }, { gems: [FINE], progress: (progress) => told.push(progress) });
  expect(told.map(({ done }) => done)).toEqual([1, 2, 3]);
  expect(told.every(({ total }) => total === 3)).toBe(true);
  expect(told.at(-1)?.current).toBe('');
});
