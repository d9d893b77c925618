import { describe, expect, it } from 'vitest';
import { auditLockfile } from '../../src/audit/audit.js';
import { deploymentsFor } from '../../src/audit/deployments.js';
import type { AuditReport, GemReport } from '../../src/audit/types.js';
import { exitCodeOf } from '../../src/report/exit-code.js';
import { auditReportSchema } from '../../src/report/schema.js';
import { alpine, elf, target } from '../helpers/contents.js';
import type { LockfileInput, StockedGem } from './in-memory.js';
import { lockfile, oldEnough, shop, stocked, tooNew } from './in-memory.js';

interface Asked {
  readonly rubies?: readonly string[];
  readonly rubygems?: string;
  readonly musl?: boolean;
}

async function audited(
  input: Partial<LockfileInput>,
  gems: readonly StockedGem[],
  { rubies = ['3.3', '4.0'], rubygems, musl = false }: Asked = {},
): Promise<{
  reports: readonly AuditReport[];
  rows: readonly (GemReport | undefined)[];
  read: readonly string[];
}> {
  const locked = lockfile({
    specs: ['foo (1.0)', 'foo (1.0-x86_64-linux)'],
    dependencies: ['foo'],
    ...input,
  });
  const { deployments } = deploymentsFor([{ target: musl ? alpine : target(), warnings: [] }], locked, {
    ruby: rubies,
    ...(rubygems === undefined ? {} : { rubygems }),
  });
  const { ports, read } = shop(gems);
  const request = { lockfile: locked, path: 'Gemfile.lock', deployments, all: false };
  const reports = await auditLockfile(request, ports);
  for (const report of reports) auditReportSchema.parse(report);
  return { reports, rows: reports.map(({ gems: [row] }) => row), read };
}

/** `foo` precompiled for the Rubies of a requirement. */
const fat = (version: string, requiredRuby: readonly string[], file = oldEnough): StockedGem =>
  stocked(`foo ${version}-x86_64-linux`, file, { release: { requiredRuby } });
const source = (version: string): StockedGem => stocked(`foo ${version}`);
const TO_3_4 = ['>= 3.1', '< 3.5.dev'];
const TO_4_0 = ['>= 3.2', '< 4.1.dev'];

describe('a report for each Ruby', () => {
  it('comes in the order that they were asked for, and says which it is', async () => {
    const { reports } = await audited({}, [source('1.0'), fat('1.0', TO_4_0)], {
      rubies: ['4.0', '3.3', '4.0'],
      rubygems: '4.1.1',
    });
    const from = { source: 'option', place: '--ruby' };
    expect(reports).toMatchObject([
      { ruby: '4.0', rubyFrom: from, rubygems: '4.1.1', arches: ['x86_64'] },
      { ruby: '3.3', rubyFrom: from, rubygems: '4.1.1', arches: ['x86_64'] },
    ]);
  });

  it('has what is installed with it, and the first later version that is precompiled for it', async () => {
    const gems = [
      ...[source('1.0'), fat('1.0', TO_3_4), source('1.1'), fat('1.1', TO_3_4)],
      ...[source('1.2'), fat('1.2', TO_4_0), source('1.3'), fat('1.3', TO_4_0)],
    ];
    const { rows, reports } = await audited({}, gems);
    expect(rows).toMatchObject([
      { platform: 'x86_64-linux', verdict: 'compatible', requires: { glibc: '2.17' } },
      {
        ...{ platform: 'ruby', verdict: 'source' },
        notes: [
          { kind: 'variant-skipped' },
          {
            ...{ kind: 'not-for-ruby', platform: 'x86_64-linux', ruby: '4.0' },
            next: { version: '1.2', verdict: 'compatible' },
          },
        ],
      },
    ]);
    expect(exitCodeOf({ schemaVersion: 1, lockfile: '', targets: reports, pins: [], warnings: [] })).toBe(0);
  });

  it.each([
    ['does not fit', tooNew, 'incompatible'],
    ['fits', oldEnough, 'compatible'],
  ])('is read of the later version, which %s', async (_, file, verdict) => {
    const { rows, read } = await audited({}, [source('1.0'), fat('1.0', TO_3_4), fat('1.2', TO_4_0, file)]);
    expect(rows[1]?.notes).toContainEqual(expect.objectContaining({ next: { version: '1.2', verdict } }));
    expect(read).toContain('foo-1.2-x86_64-linux.gem');
  });

  it('names no later version where the index has none: a prerelease is none', async () => {
    const { rows } = await audited({}, [source('1.0'), fat('1.0', TO_3_4), fat('2.0.rc1', TO_4_0)]);
    const [note] = rows[1]?.notes?.filter(({ kind }) => kind === 'not-for-ruby') ?? [];
    expect(note).toEqual({ kind: 'not-for-ruby', platform: 'x86_64-linux', ruby: '4.0' });
  });

  it('has a prerelease where the locked version is one', async () => {
    const specs = ['foo (1.0.rc1)', 'foo (1.0.rc1-x86_64-linux)'];
    const gems = [source('1.0.rc1'), fat('1.0.rc1', TO_3_4), fat('1.0.rc2', TO_4_0)];
    const { rows } = await audited({ specs }, gems);
    expect(rows[1]?.notes).toContainEqual(
      expect.objectContaining({ next: { version: '1.0.rc2', verdict: 'compatible' } }),
    );
  });

  it('fails where the Ruby is refused and there is nothing to compile', async () => {
    const specs = ['foo (1.0-x86_64-linux)'];
    const { rows, reports } = await audited({ specs }, [fat('1.0', TO_3_4), fat('1.2', TO_4_0)]);
    expect(rows).toMatchObject([
      { verdict: 'compatible' },
      {
        verdict: 'incompatible',
        findings: [{ kind: 'no-variant', reason: 'ruby-mismatch' }],
        notes: [
          { kind: 'not-locked-for-ruby', ruby: '4.0' },
          { kind: 'not-for-ruby', next: { version: '1.2' } },
        ],
      },
    ]);
    expect(exitCodeOf({ schemaVersion: 1, lockfile: '', targets: reports, pins: [], warnings: [] })).toBe(1);
    // A pin is for all Rubies: 1.2 is for both.
    expect(reports[1]?.pins).toEqual(["gem 'foo', '>= 1.2'"]);
  });

  it('says nothing of the Ruby where another reason has it compiled', async () => {
    const { rows } = await audited({ specs: ['foo (1.0)'] }, [source('1.0'), fat('1.0', TO_3_4)]);
    expect(rows.map((row) => row?.notes ?? [])).toEqual([[], []]);
  });
});

describe('content-addressed gems', () => {
  const skinny = (address: string, ruby: string, glibc: string): StockedGem =>
    stocked('foo 1.0-x86_64-linux', elf({ needs: { 'libc.so.6': [`GLIBC_${glibc}`] } }), {
      release: {
        address,
        sha256: address.padEnd(64, '0'),
        requiredRuby: [`~> ${ruby}.0`],
        requiredRubygems: ['>= 4.1.0.beta1'],
      },
    });
  const gems = [source('1.0'), skinny('aaaaaaaa', '3.3', '2.17'), skinny('bbbbbbbb', '4.0', '2.34')];

  const locked = {
    ...{ bundler: '4.1.1', specs: ['foo (1.0-x86_64-linux)'] },
    after: 'CONTENT ADDRESSES\n  foo (1.0-x86_64-linux) aaaaaaaa\n\n',
  };

  it('are another file for each Ruby, with a floor of its own, once the lockfile is written with it', async () => {
    const { rows } = await audited(locked, gems, {
      rubies: ['3.3', '3.4', '4.0'],
      rubygems: '4.1.1',
    });
    expect(rows).toMatchObject([
      { address: 'aaaaaaaa', verdict: 'compatible', requires: { glibc: '2.17' } },
      { platform: 'ruby', verdict: 'source' },
      { address: 'bbbbbbbb', verdict: 'incompatible', requires: { glibc: '2.34' } },
    ]);
    expect(rows[1]?.notes).toContainEqual({ kind: 'not-for-ruby', platform: 'x86_64-linux', ruby: '3.4' });
    const isRelocked = (row: GemReport | undefined): boolean =>
      row?.notes?.some(({ kind }) => kind === 'not-locked-for-ruby') === true;
    expect(rows.map(isRelocked)).toEqual([false, true, true]);
  });

  it('are not seen by the RubyGems that is said to run there', async () => {
    const { rows } = await audited({ bundler: '4.1.1' }, gems, { rubygems: '4.0.10' });
    expect(rows.map((row) => row?.platform)).toEqual(['ruby', 'ruby']);
    expect(rows.flatMap((row) => row?.notes ?? []).map(({ kind }) => kind)).not.toContain('not-for-ruby');
  });
});

it('judges each target with each Ruby', () => {
  const { deployments } = deploymentsFor(
    [
      { target: target(), warnings: [] },
      { target: alpine, warnings: [], ruby: '3.2' },
    ],
    lockfile({ specs: ['foo (1.0)'], platforms: ['x86_64-linux', 'aarch64-linux'] }),
    { ruby: ['3.3', '4.0'] },
  );
  expect(deployments.map(({ target: { name }, ruby, cpu }) => `${name} ${ruby ?? ''} ${cpu}`)).toEqual(
    ['ubuntu-20.04', 'alpine-3.20'].flatMap((name) =>
      ['3.3', '4.0'].flatMap((ruby) => ['x86_64', 'aarch64'].map((cpu) => `${name} ${ruby} ${cpu}`)),
    ),
  );
});
