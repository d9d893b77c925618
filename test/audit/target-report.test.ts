import { describe, expect, it } from 'vitest';
import type { Row } from '../../src/audit/ports.js';
import { plannedPins, reportFor } from '../../src/audit/target-report.js';
import type { GemReport } from '../../src/audit/types.js';
import type { Cpu } from '../../src/elf/types.js';
import type { PinPlan, PlannedPin } from '../../src/search/types.js';
import type { Target } from '../../src/target/types.js';
import { alpine, target } from '../helpers/contents.js';
import { lockfile } from './in-memory.js';

const ubuntu = target();

function row(facts: Partial<GemReport> & { readonly on?: Target } = {}): Row {
  const { on = ubuntu, ...report } = facts;
  const arch: Cpu = report.arch ?? 'x86_64';
  return {
    deployment: { target: on, cpu: arch },
    locked: {
      version: '1.0',
      platforms: [],
      sourceType: 'gem',
      remotes: [],
      checksums: new Map(),
      addresses: new Map(),
    },
    report: {
      ...{ name: 'foo', version: '1.0', platform: 'x86_64-linux', arch, verdict: 'compatible', findings: [] },
      ...report,
    },
  };
}

function report(
  rows: readonly Row[],
  options: {
    readonly on?: Target;
    readonly platforms?: readonly string[];
    readonly answer?: Parameters<typeof reportFor>[3];
  } = {},
): ReturnType<typeof reportFor> {
  const { on = ubuntu, platforms = ['x86_64-linux'], answer } = options;
  const deployments = rows.map(({ deployment }) => deployment);
  const unique = deployments.filter(
    (one, at) =>
      deployments.findIndex(({ cpu, target: other }) => cpu === one.cpu && other === one.target) === at,
  );
  const request = { path: 'app/Gemfile.lock', deployments: unique, all: false };
  const lock = lockfile({ specs: ['foo (1.0)'], platforms });
  return reportFor({ target: on }, rows, { ...request, lockfile: lock }, answer);
}

describe('the summary', () => {
  it('counts a gem that is judged for several CPUs once, by its worst verdict', () => {
    const rows = [
      ...[row(), row({ arch: 'aarch64', verdict: 'incompatible' })],
      ...[row({ name: 'bar', verdict: 'unknown' }), row({ name: 'bar', arch: 'aarch64' })],
      ...[row({ name: 'cat', verdict: 'source' }), row({ name: 'cat', arch: 'aarch64' })],
      ...[row({ name: 'dog', verdict: 'source' }), row({ name: 'dog', arch: 'aarch64', verdict: 'source' })],
    ];
    expect(report(rows).summary).toMatchObject({ compatible: 1, incompatible: 1, source: 1, unknown: 1 });
  });

  it('counts two versions of a gem as two', () => {
    expect(report([row(), row({ version: '1.1' })]).summary.compatible).toBe(2);
  });
});

describe('the report of a target', () => {
  it('has the rows of that target alone', () => {
    const rows = [row(), row({ on: alpine, verdict: 'incompatible' })];
    expect(report(rows).gems.map(({ verdict }) => verdict)).toEqual(['compatible']);
    expect(report(rows, { on: alpine }).gems.map(({ verdict }) => verdict)).toEqual(['incompatible']);
  });

  it('says which C library the target has, under the name of that library alone', () => {
    expect(report([row()]).target).toMatchObject({ libc: 'gnu', glibc: '2.31' });
    expect(report([row()]).target).not.toHaveProperty('musl');
    expect(report([row({ on: alpine })], { on: alpine }).target).toMatchObject({
      libc: 'musl',
      musl: '1.2.5',
    });
    expect(report([row({ on: alpine })], { on: alpine }).target).not.toHaveProperty('glibc');
  });

  it('has the floor of all gems together, the highest of each kind', () => {
    const rows = [
      row({ requires: { libc: 'gnu', glibc: '2.9', glibcxx: '3.4.30' } }),
      row({ name: 'bar', requires: { libc: 'gnu', glibc: '2.17', markers: ['GLIBC_ABI_DT_RELR'] } }),
      row({ name: 'cat', verdict: 'source' }),
    ];
    expect(report(rows).floor).toMatchObject({
      glibc: '2.17',
      glibcxx: '3.4.30',
      markers: ['GLIBC_ABI_DT_RELR'],
    });
  });
});

describe('the warnings of a target', () => {
  it('name the platform that PLATFORMS lacks, and the command that adds it', () => {
    const { warnings } = report([row({ arch: 'aarch64' })], { platforms: ['x86_64-linux'] });
    expect(warnings).toMatchObject([{ code: 'PLATFORM_NOT_LOCKED' }]);
    expect(warnings[0]?.message).toContain('bundle lock --add-platform aarch64-linux');
  });

  it.each([
    ['the platform itself', ['x86_64-linux']],
    ['ruby', ['ruby']],
    ['the platform with its C library', ['x86_64-linux-gnu']],
  ])('are none where PLATFORMS has %s', (_, platforms) => {
    expect(report([row()], { platforms }).warnings).toEqual([]);
  });
});

describe('the answer', () => {
  const pin: PlannedPin = {
    ...{ name: 'foo', version: '0.9', bounds: ['< 1.0'], replaces: false, forceRuby: false, direct: true },
  };
  const plan: PinPlan = {
    ...{ pins: [pin], moves: [], commands: [], unanswered: [], liftable: [], minimal: true },
    inspections: { inspected: 1, candidates: 2, byGem: { foo: ['0.9-x86_64-linux'] } },
  };
  const answer = { plan, pins: ["gem 'foo', '< 1.0'"], failing: new Set(['foo']) };

  it('is told where something does not fit, with its pins as values', () => {
    const rows = [row({ verdict: 'incompatible' }), row({ on: alpine })];
    const told = report(rows, { answer });
    expect(told).toMatchObject({ pins: ["gem 'foo', '< 1.0'"], plan });
    expect(plannedPins(told)).toEqual([pin]);
  });

  it('is not told of a target that all fits', () => {
    const rows = [row({ verdict: 'incompatible' }), row({ on: alpine })];
    const told = report(rows, { on: alpine, answer });
    expect(told.pins).toEqual([]);
    expect(told).not.toHaveProperty('plan');
    expect(plannedPins(told)).toEqual([]);
  });

  it('is told of every target where it is only about pins that could be lifted', () => {
    const lifted = { ...answer, failing: new Set<string>() };
    expect(report([row(), row({ on: alpine })], { on: alpine, answer: lifted }).plan).toEqual(plan);
  });
});
