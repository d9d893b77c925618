import { describe, expect, it } from 'vitest';
import type { AuditReport, GemReport, MultiTargetReport } from '../../src/audit/types.js';
import { render } from '../../src/report/render.js';
import { FINDINGS, NOTES, gem, report, thruster } from './reports.js';

const glibc = (version: string): Pick<GemReport, 'requires'> => ({
  requires: { libc: 'gnu', glibc: version },
});
const onRuby = (ruby: string, gems: readonly GemReport[], facts: Partial<AuditReport> = {}): AuditReport =>
  report(gems, { ruby, rubyFrom: { source: 'option', place: '--ruby' }, pins: [], ...facts });
const several = (...targets: AuditReport[]): MultiTargetReport => ({
  ...{ schemaVersion: 1, lockfile: 'Gemfile.lock', targets, pins: [], warnings: [] },
});
const text = (value: MultiTargetReport, width?: number, color = false): string =>
  render(value, 'text', { color, ...(width === undefined ? {} : { width }) });

const grpc = gem({ name: 'grpc', version: '1.72.0', platform: 'x86_64-linux-gnu', ...glibc('2.29') });
const built = gem({
  ...{ name: 'grpc', version: '1.72.0', platform: 'ruby', verdict: 'source' },
  notes: [{ ...NOTES['not-for-ruby'], platform: 'x86_64-linux-gnu' }],
});
const skinny = gem({ name: 'rubydex', version: '0.4.4', address: '987027c9', ...glibc('2.32') });
const other = { ...skinny, address: '78be552b', ...glibc('2.34') };
const rack = gem({ name: 'rack', version: '3.1.8', platform: 'ruby', verdict: 'source' });

const upgrade = several(onRuby('3.3', [grpc, skinny, rack]), onRuby('4.0', [built, other, rack]));

describe('one target with several Rubies', () => {
  it('is a table, and says in words what is compiled with one of them only', () => {
    const told = text(upgrade).split('\n');
    expect(told[2]).toBe(
      'GEM      VERSION  RUBY 3.3                             RUBY 4.0                             WHAT TO DO',
    );
    expect(told[3]).toBe(
      'grpc     1.72.0   ✓ x86_64-linux-gnu, glibc 2.29       ! compiled                           upgrade to 1.76.0',
    );
    expect(told[4]).toBe(
      'rubydex  0.4.4    ✓ x86_64-linux 987027c9, glibc 2.32  ✓ x86_64-linux 78be552b, glibc 2.34',
    );
    expect(told.slice(5, 8)).toEqual(['', 'Precompiled with one Ruby, compiled with another', '']);
    expect(told[8]).toBe(
      '  ! grpc 1.72.0: precompiled with Ruby 3.3 (x86_64-linux-gnu), compiled on the target with Ruby 4.0; 1.76.0 is the first later version that has a variant for it',
    );
    expect(text(upgrade)).toContain('\nRuby 3.3: 2 precompiled gems: 2 fit; 1 gem compiled there');
    expect(text(upgrade)).toContain('\nRuby 4.0: 1 precompiled gem: 1 fits; 2 gems compiled there');
  });

  it('is a table at 80 columns, whose cells do not touch', () => {
    const told = text(upgrade, 80);
    expect(told).toContain(
      'grpc     1.72.0   ✓ x86_64-linux-gnu, glibc 2.29      ! compiled    upgrade to\n',
    );
    expect(told).not.toMatch(/glibc[!✓]/);
  });

  it('is a list where the table has no room', () => {
    expect(text(upgrade, 50)).toContain(
      'grpc 1.72.0\n  Ruby 3.3  ✓ x86_64-linux-gnu, glibc 2.29\n  Ruby 4.0  ! compiled\n  → upgrade to 1.76.0\n',
    );
  });

  it.each([30, 50, 80, 200])('is no wider than %d columns', (width) => {
    const long = text(upgrade, width)
      .split('\n')
      .filter((line) => line.length > width);
    expect(long).toEqual([]);
  });

  it('is in colour only where there is some', () => {
    expect(text(upgrade, 80)).not.toContain('\u001b');
    expect(text(upgrade, 80, true)).toContain('\u001b[33m! compiled');
    expect(text(upgrade, 50, true)).toContain('\u001b[33m! compiled');
  });

  it('says so where the Ruby makes no difference', () => {
    const same = text(several(onRuby('3.3', [grpc]), onRuby('3.4', [grpc])));
    expect(same).toContain('No gem is precompiled with one of these Rubies and compiled with another.');
    const { requires: _, ...unread } = {
      ...grpc,
      verdict: 'unknown' as const,
      findings: [FINDINGS.unavailable],
    };
    expect(text(several(onRuby('3.3', [unread, skinny]), onRuby('4.0', [unread, other])))).toContain(
      'No gem that could be checked is precompiled with one of these Rubies and compiled with another.',
    );
    expect(same).not.toContain('! ');
  });

  it('tells the CPUs apart', () => {
    const arm = { arch: 'aarch64' } as const;
    const both = { arches: ['x86_64', 'aarch64'] } as const;
    const told = text(
      several(
        onRuby('3.3', [grpc, { ...grpc, ...arm }], both),
        onRuby('4.0', [grpc, { ...built, ...arm }], both),
      ),
    );
    expect(told).toMatch(/grpc +1\.72\.0 +aarch64 +✓ x86_64-linux-gnu, glibc 2\.29 +! compiled/);
    expect(told).toContain('! grpc 1.72.0 on aarch64: precompiled with Ruby 3.3');
  });

  it.each([
    ['no later version', undefined, 'no later version has it', '; no later version has a variant for it\n'],
    [
      'a later version that does not fit',
      { version: '1.76.0', verdict: 'incompatible' },
      '1.76.0 has it, and does not fit',
      '; 1.76.0 is the first later version that has a variant for it, which does not fit this system\n',
    ],
    [
      'a later version that was not read',
      { version: '1.76.0', verdict: 'unknown' },
      'see whether 1.76.0 fits',
      '; 1.76.0 is the first later version that has a variant for it, of which it could not be checked whether it fits\n',
    ],
  ] as const)('advises nothing that does not mend it: %s', (_, next, remedy, sentence) => {
    const { platform, ruby } = NOTES['not-for-ruby'];
    const note = { kind: 'not-for-ruby', platform, ruby, ...(next === undefined ? {} : { next }) } as const;
    const told = text(several(onRuby('3.3', [grpc]), onRuby('4.0', [{ ...built, notes: [note] }])));
    expect(told).toContain(remedy);
    expect(told).toContain(sentence);
    expect(told).not.toContain('upgrade to');
  });

  it('tells which Ruby what is for, where the answers differ', () => {
    const none = { ...built, notes: [{ kind: 'not-for-ruby', platform: 'x', ruby: '4.1' }] as const };
    const told = text(several(onRuby('3.3', [grpc]), onRuby('4.0', [built]), onRuby('4.1', [none])));
    expect(told).toContain('upgrade to 1.76.0 (Ruby 4.0); no later version has it (Ruby 4.1)');
    expect(told).toContain('compiled on the target with Ruby 4.0; 1.76.0 is');
    expect(told).toContain('compiled on the target with Ruby 4.1; no later version');
    const alike = text(several(onRuby('3.3', [grpc]), onRuby('4.0', [built]), onRuby('4.1', [built])));
    expect(alike).toContain('compiled on the target with Ruby 4.0 and Ruby 4.1; 1.76.0 is');
  });

  it('gives the reason once where it is the same with each Ruby, else with which', () => {
    const broken = { ...grpc, verdict: 'incompatible', findings: [FINDINGS['missing-ruby-abi']] } as const;
    const told = text(several(onRuby('3.3', [thruster, grpc]), onRuby('3.4', [thruster, broken])));
    expect(told.match(/^✗ thruster 0\.1\.9 \(x86_64-linux\)$/gm)).toHaveLength(1);
    expect(told).toContain('✗ grpc 1.72.0 (x86_64-linux-gnu) with Ruby 3.4\n');
    expect(told).toMatch(/grpc +1\.72\.0 +✓ [^\n]+ ✗ fails: x86_64-linux-gnu, no build for it/);
  });

  it('names what is refused, ignored, unknown or for other systems', () => {
    const row = (facts: Partial<GemReport>): GemReport => ({ ...grpc, ...facts });
    const told = text(
      several(
        onRuby('3.3', [grpc]),
        onRuby('3.4', [row({ verdict: 'incompatible', findings: [FINDINGS['no-variant']] })]),
        onRuby('3.5', [row({ verdict: 'unknown', findings: [FINDINGS.unavailable] })]),
        onRuby('4.0', [row({ verdict: 'incompatible', ignored: { reason: 'known' } })]),
        onRuby('4.1', [row({ verdict: 'source', notes: [NOTES['not-installed-here']] })]),
        onRuby('4.2', []),
      ),
    );
    expect(told).toMatch(/✗ fails: nothing to install +\? unknown +– ignored +· not installed +–/);
  });

  it('prints no control character of a lockfile', () => {
    const odd = gem({ name: 'a\u001b[2J', version: '1\u0007', ...glibc('2.17') });
    const told = text(
      several(onRuby('3.3\u0007', [odd]), onRuby('4.0', [{ ...odd, ...built, name: odd.name }])),
    );
    // eslint-disable-next-line no-control-regex -- that is what must not be there
    expect(told).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  it('names the RubyGems that runs there', () => {
    const facts = { rubygems: '4.1.1' };
    expect(text(several(onRuby('3.3', [grpc], facts), onRuby('4.0', [grpc], facts)))).toContain(
      'x86_64, Ruby 3.3 and Ruby 4.0 (--ruby), RubyGems 4.1.1\n',
    );
  });

  it('stands for each target, one after the other', () => {
    const alpine = {
      name: 'alpine-3.20',
      title: 'Alpine Linux 3.20',
      libc: 'musl',
      musl: '1.2.5',
      source: 's',
    } as const;
    const onAlpine = { target: alpine };
    const told = text(
      several(
        onRuby('3.3', [grpc]),
        onRuby('4.0', [built]),
        onRuby('3.3', [grpc], onAlpine),
        onRuby('4.0', [built], onAlpine),
      ),
    );
    expect(told.match(/^Gemfile\.lock on .+$/gm)).toEqual([
      'Gemfile.lock on Ubuntu 20.04 LTS (glibc 2.31), x86_64, Ruby 3.3 and Ruby 4.0 (--ruby)',
      'Gemfile.lock on Alpine Linux 3.20 (musl 1.2.5), x86_64, Ruby 3.3 and Ruby 4.0 (--ruby)',
    ]);
  });
});

it('with one Ruby a gem that it has compiled is told, with the version that it has not', () => {
  const told = render(onRuby('4.0', [built, rack]), 'text', { color: false });
  expect(told).toMatch(/grpc +1\.72\.0 +ruby +– +· source +upgrade to 1\.76\.0/);
  expect(told).toContain(
    'note: no variant for x86_64-linux-gnu accepts Ruby 4.0; 1.76.0 is the first later version that has one',
  );
  expect(told).not.toContain('rack');
});

it('names the RubyGems of each Ruby where they differ, and once where they do not', () => {
  const heading = (first: string, second?: string): string | undefined =>
    text(
      several(
        onRuby('3.3', [grpc], { rubygems: first }),
        onRuby('4.0', [built], second === undefined ? {} : { rubygems: second }),
      ),
    ).split('\n')[0];
  expect(heading('4.1.1', '4.1.1')).toMatch(/, Ruby 3\.3 and Ruby 4\.0 \(--ruby\), RubyGems 4\.1\.1$/);
  expect(heading('3.5.22', '4.0.3')).toMatch(
    /, Ruby 3\.3 with RubyGems 3\.5\.22 and Ruby 4\.0 with RubyGems 4\.0\.3 \(--ruby\)$/,
  );
  expect(heading('3.5.22')).toMatch(/, Ruby 3\.3 with RubyGems 3\.5\.22 and Ruby 4\.0 \(--ruby\)$/);
});
