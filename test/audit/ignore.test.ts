import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IgnoreRule } from '../../src/audit/config-file.js';
import { applyIgnores, isAccepted, unusedIgnores } from '../../src/audit/ignore.js';
import type { AuditReport, GemReport } from '../../src/audit/types.js';
import type { Finding } from '../../src/compat/types.js';
import { exitCodeOf } from '../../src/report/exit-code.js';
import { auditReportSchema } from '../../src/report/schema.js';

const symbol: Finding = {
  kind: 'symbol-version',
  file: 'exe/x86_64-linux/thrust',
  library: 'libc.so.6',
  symbolVersion: 'GLIBC_2.34',
  symbols: ['pthread_create'],
  provided: 'GLIBC_2.31',
};
const library: Finding = {
  kind: 'unchecked-library',
  file: 'lib/a.so',
  library: 'libpq.so.5',
  carried: false,
};

function row(
  name: string,
  verdict: GemReport['verdict'],
  findings: Finding[] = [],
  more: Partial<GemReport> = {},
): GemReport {
  return { name, version: '1.2.3', platform: 'x86_64-linux', arch: 'x86_64', verdict, findings, ...more };
}

function reportOf(...gems: GemReport[]): AuditReport {
  const summary = { compatible: 0, incompatible: 0, source: 0, unknown: 0 };
  for (const verdict of new Map(gems.map((gem) => [gem.name, gem.verdict])).values()) summary[verdict] += 1;
  return {
    schemaVersion: 1,
    lockfile: 'Gemfile.lock',
    target: { name: 'ubuntu-20.04', title: 'Ubuntu 20.04', libc: 'gnu', glibc: '2.31', source: 'test' },
    arches: ['x86_64'],
    all: false,
    gems,
    pins: [],
    floor: { glibc: '2.34' },
    summary,
    warnings: [],
  };
}

function rule(gem: string, more: Partial<IgnoreRule> = {}): IgnoreRule {
  return { gem, reason: 'accepted', line: 3, ...more };
}

const today = '2026-06-15';
const suggestion = {
  version: '1.2.2',
  direction: 'downgrade',
  direct: true,
  requirement: '< 1.2.3',
  pin: "gem 'a', '< 1.2.3'",
  method: 'precompiled',
  needsCompiler: false,
  conflicts: [],
} as const;

describe('applyIgnores', () => {
  it('marks the row and keeps the verdict, its findings and the floor', () => {
    const before = reportOf(row('a', 'incompatible', [symbol], { suggestion }), row('b', 'compatible'));
    const after = applyIgnores(before, [rule('a', { until: '2026-12-31' })], today);
    expect(after.gems[0]).toEqual({
      ...before.gems[0],
      ignored: { reason: 'accepted', until: '2026-12-31' },
    });
    expect(after.gems[1]).toBe(before.gems[1]);
    expect(after.summary).toEqual({ compatible: 1, incompatible: 0, source: 0, unknown: 0, ignored: 1 });
    expect(after.floor).toEqual(before.floor);
    expect([exitCodeOf(before), exitCodeOf(after)]).toEqual([1, 0]);
    expect(auditReportSchema.safeParse(after).error).toBeUndefined();
  });

  it.each<[string, Partial<IgnoreRule>, boolean]>([
    ['every finding', {}, true],
    ['its kind', { finding: 'symbol-version' }, true],
    ['another kind', { finding: 'wrong-libc' }, false],
    ['its version', { version: '1.2.3' }, true],
    ['a requirement that it meets', { version: '>= 1.2, < 2' }, true],
    ['a requirement that it does not meet', { version: '< 1.2' }, false],
    ['another gem', { gem: 'ab' }, false],
    ['the same name in another case', { gem: 'A' }, false],
    ['up to today', { until: today }, true],
    ['up to yesterday', { until: '2026-06-14' }, false],
  ])('by %s', (_, more, ignored) => {
    const before = reportOf(row('a', 'incompatible', [symbol]));
    const after = applyIgnores(before, [rule('a', more)], today);
    const [failing] = before.gems;
    expect(failing && isAccepted(failing, [rule('a', more)], today)).toBe(ignored);
    if (!ignored) expect(after).toBe(before);
    else expect(after.gems[0]?.ignored).toBeDefined();
    expect(exitCodeOf(after)).toBe(ignored ? 0 : 1);
  });

  it('does not mark a row of which one finding is left over', () => {
    const before = reportOf(row('a', 'incompatible', [symbol, library]));
    expect(applyIgnores(before, [rule('a', { finding: 'symbol-version' })], today)).toBe(before);
    const both = [
      rule('a', { finding: 'symbol-version', reason: 'one', until: '2027-01-01' }),
      rule('a', { finding: 'unchecked-library', reason: 'two', until: '2026-07-01' }),
    ];
    expect(applyIgnores(before, both, today).gems[0]?.ignored).toEqual({
      reason: 'one; two',
      until: '2026-07-01',
    });
  });

  it('marks what could not be checked too', () => {
    const before = reportOf(row('a', 'unknown', [library]));
    const after = applyIgnores(before, [rule('a', { finding: 'unchecked-library' })], today);
    expect([exitCodeOf(before), exitCodeOf(after)]).toEqual([3, 0]);
    expect(after.gems[0]?.verdict).toBe('unknown');
  });

  it('counts a gem that still fails on another CPU', () => {
    const before = reportOf(
      row('a', 'unknown', [library]),
      row('a', 'incompatible', [symbol], { arch: 'aarch64', platform: 'aarch64-linux' }),
    );
    const after = applyIgnores(before, [rule('a', { finding: 'unchecked-library' })], today);
    expect(after.summary).toEqual({ compatible: 0, incompatible: 1, source: 0, unknown: 0, ignored: 0 });
    expect(exitCodeOf(after)).toBe(1);
  });

  it('does nothing where nothing was found', () => {
    const before = reportOf(row('a', 'compatible'), row('b', 'source'));
    expect(applyIgnores(before, [rule('a'), rule('b')], today)).toBe(before);
  });

  it('does not mark a row that fails without a finding', () => {
    const before = reportOf(row('a', 'incompatible'), row('b', 'unknown'));
    expect(applyIgnores(before, [rule('a'), rule('b')], today)).toBe(before);
  });

  it('never changes a verdict, and never counts more as compatible', () => {
    const finding = fc.constantFrom(symbol, library);
    const gems = fc.array(
      fc
        .tuple(
          fc.constantFrom('a', 'b', 'c'),
          fc.array(finding, { maxLength: 2 }),
          fc.constantFrom('x86_64' as const, 'aarch64' as const),
        )
        .map(([name, findings, arch]) => {
          const failing = findings.includes(symbol) ? 'incompatible' : 'unknown';
          return row(name, findings.length === 0 ? 'compatible' : failing, findings, { arch });
        }),
      { maxLength: 6 },
    );
    const rules = fc.array(
      fc.record(
        {
          gem: fc.constantFrom('a', 'b', 'c'),
          finding: fc.constantFrom('symbol-version' as const, 'unchecked-library' as const),
          until: fc.constantFrom('2026-01-01', '2026-12-31'),
          reason: fc.constant('x'),
          line: fc.constant(1),
        },
        { requiredKeys: ['gem', 'reason', 'line'] },
      ),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(gems, rules, (rows, ignores) => {
        const before = reportOf(...rows);
        const after = applyIgnores(before, ignores, today);
        expect(after.gems.map((each) => ({ ...each, ignored: undefined }))).toEqual(before.gems);
        const compatible = new Set(
          rows.filter(({ verdict }) => verdict === 'compatible').map(({ name }) => name),
        );
        expect(after.summary.compatible).toBeLessThanOrEqual(
          Math.max(compatible.size, before.summary.compatible),
        );
        const open = after.gems.filter(({ ignored }) => ignored === undefined).map(({ verdict }) => verdict);
        const expected = open.includes('incompatible') ? 1 : open.includes('unknown') ? 3 : 0;
        if (after !== before) expect(exitCodeOf(after)).toBe(expected);
      }),
      { seed: 20_26, numRuns: 500 },
    );
  });
});

describe('unusedIgnores', () => {
  it('names those that cover nothing on any target', () => {
    const rules = [
      rule('a', { line: 1 }),
      rule('a', { line: 2, finding: 'wrong-libc' }),
      rule('b', { line: 3 }),
      rule('c', { line: 4 }),
      rule('d', { line: 5 }),
    ];
    const reports = [
      reportOf(row('a', 'incompatible', [symbol]), row('c', 'compatible')),
      reportOf(row('b', 'unknown', [library])),
    ];
    expect(unusedIgnores(reports, rules).map(({ line }) => line)).toEqual([2, 4, 5]);
  });
});
