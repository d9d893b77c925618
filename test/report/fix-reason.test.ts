import { describe, expect, it } from 'vitest';
import type { AuditReport, GemReport } from '../../src/audit/types.js';
import { pinComment } from '../../src/report/fix-reason.js';
import type { Misfits, PlannedPin } from '../../src/search/types.js';

const RHEL = {
  name: 'rhel-8',
  title: 'RHEL 8',
  libc: 'gnu',
  glibc: '2.28',
  source: 'x',
} as const;

const nokogiri: GemReport = {
  name: 'nokogiri',
  version: '1.18.1',
  platform: 'x86_64-linux-gnu',
  arch: 'x86_64',
  verdict: 'incompatible',
  requires: { libc: 'gnu', glibc: '2.29', libraries: [] },
  findings: [
    {
      kind: 'symbol-version',
      file: 'nokogiri.so',
      library: 'libm.so.6',
      symbolVersion: 'GLIBC_2.29',
      symbols: ['pow'],
    },
  ],
};

function reportOf(gems: readonly GemReport[]): AuditReport {
  return {
    schemaVersion: 1,
    lockfile: 'Gemfile.lock',
    target: RHEL,
    arches: ['x86_64'],
    all: false,
    gems,
    pins: [],
    floor: {},
    summary: { compatible: 0, incompatible: gems.length, source: 0, unknown: 0 },
    warnings: [],
  };
}

function comment(pin: Partial<PlannedPin>, gem: GemReport | undefined = nokogiri): string {
  const whole = {
    ...{ name: 'nokogiri', version: '1.17.2', bounds: ['< 1.18.0'], direct: true },
    ...{ replaces: false, forceRuby: false },
    ...pin,
  };
  return pinComment(whole, reportOf(gem.name === '' ? [] : [gem]), []);
}

function misfits(from: string, onwards: boolean, glibc?: string): { misfits: Misfits } {
  return {
    misfits: { from, onwards, needs: glibc === undefined ? [] : [{ target: 'rhel-8', glibc }] },
  };
}

describe('the reason of a pin', () => {
  it.each([
    [
      'the lowest that does not fit, for the same glibc',
      misfits('1.18.0', true, '2.29'),
      '1.18.0+ needs 2.29',
    ],
    ['the locked version, where nothing below was read', misfits('1.18.1', true), '1.18.1+ needs 2.29'],
    [
      'the locked version exactly, where a later one may fit',
      misfits('1.18.0', false, '2.29'),
      '1.18.1 needs 2.29',
    ],
    ['the locked version exactly, where nothing else is known', {}, '1.18.1 needs 2.29'],
    [
      'both, where the lowest needs another glibc',
      misfits('1.18.0', true, '2.34'),
      '1.18.1 needs 2.29; 1.18.0+ does not fit',
    ],
    [
      'both, where the lowest does not fit for another reason',
      misfits('1.18.0', true),
      '1.18.1 needs 2.29; 1.18.0+ does not fit',
    ],
    [
      'the locked version, where the pin leads up',
      { ...misfits('1.18.0', true, '2.29'), bounds: ['>= 1.19'] },
      '1.18.1 needs 2.29',
    ],
  ])('tells %s', (_, pin, words) => {
    expect(comment(pin)).toBe(`glibc 2.28 (rhel-8): ${words}`);
  });

  it('tells what an earlier pin keeps away', () => {
    const none = { ...nokogiri, name: '' };
    expect(comment(misfits('1.18.0', true, '2.29'), none)).toBe('glibc 2.28 (rhel-8): 1.18.0+ needs 2.29');
    expect(comment(misfits('1.18.0', false), none)).toBe('glibc 2.28 (rhel-8): 1.18.0 does not fit');
  });
});
