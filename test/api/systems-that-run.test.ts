import { describe, expect, it } from 'vitest';
import { systemsThatRun, systemsThatRunGem } from '../../src/api/systems-that-run.js';
import { GemInside } from '../../src/compat/inside.js';
import { FilesOnSystems, judgeGem } from '../../src/compat/judge.js';
import { requiresOf } from '../../src/compat/requires.js';
import type { ElfFile } from '../../src/elf/types.js';
import type { GemContents } from '../../src/gem/types.js';
import { namedTargets } from '../../src/target/catalog.js';
import { forCpu } from '../../src/target/for-cpu.js';
import { contents, elf, target } from '../helpers/contents.js';
import { reportOn } from '../inspect/bundles.js';

const TODAY = '2026-11-30';
const LOADER = '/lib64/ld-linux-x86-64.so.2';

function systems(gem: GemContents, ruby?: string): string[] {
  const requires = requiresOf(gem.binaries, () => false);
  const on = { target: target(), cpu: 'x86_64', ...(ruby === undefined ? {} : { ruby }) } as const;
  return systemsThatRunGem(gem, requires, on, TODAY);
}

const program = (facts: Parameters<typeof elf>[0]): ElfFile =>
  elf({ pie: true, interpreter: LOADER, needs: { 'libc.so.6': ['GLIBC_2.34'] }, ...facts });

describe('the known systems that run a gem', () => {
  it('have what it needs, those in support first', () => {
    const names = systems(contents({ 'exe/thrust': program({}) }));
    expect(names).toEqual(expect.arrayContaining(['rhel-9', 'al2023', 'debian-12', 'ubuntu-22.04']));
    expect(names).not.toContain('ubuntu-20.04');
    expect(names.indexOf('rhel-9')).toBeLessThan(names.indexOf('ubuntu-24.10'));
  });

  it.each<[string, Parameters<typeof elf>[0]]>([
    [
      'asks for the loader of a build system',
      { interpreter: '/nix/store/abc-glibc-2.34/lib/ld-linux-x86-64.so.2' },
    ],
    ['needs a library of which nothing is known', { needed: ['libc.so.6', 'libfoo.so.3'] }],
    ['needs a version of a library that no system has', { needs: { 'libc.so.6': ['GLIBC_2.99'] } }],
    ['needs a version that a higher number does not stand for', { needs: { 'libz.so.1': ['ZLIB_9.9'] } }],
  ])('are none for one that %s', (_, facts) => {
    expect(systems(contents({ 'exe/thrust': program(facts) }))).toEqual([]);
  });

  it('are those with the level of the CPU', () => {
    const names = systems(contents({ 'exe/thrust': program({ isaNeeded: ['x86-64-v2'] }) }));
    expect(names).toContain('rhel-9');
    expect(names).not.toContain('debian-12');
  });

  it('are none where something in it was not read', () => {
    const gem = contents({ 'exe/thrust': program({}) });
    expect(systems({ ...gem, nestedArchives: ['exe/more.tar.gz'] })).toEqual([]);
    expect(
      systems({ ...gem, unreadable: [{ path: 'x.so', code: 'ELF_TRUNCATED', reason: 'short' }] }),
    ).toEqual([]);
  });

  it('do not bring a Ruby that it has no build for', () => {
    const build = elf({ needs: { 'libc.so.6': ['GLIBC_2.17'] }, unversionedImports: ['rb_define_method'] });
    const fat = contents({ 'lib/x/3.3/x.so': build, 'lib/x/3.4/x.so': build });
    const names = systems(fat, '3.4.1');
    expect(names).toEqual(expect.arrayContaining(['debian-12', 'lambda-ruby3.3', 'lambda-ruby3.4']));
    expect(names).not.toContain('lambda-ruby3.2');
    expect(systems(fat, '3.2.0')).toEqual(['lambda-ruby3.3', 'lambda-ruby3.4']);
  });

  it('are none where it depends on a Ruby that nobody named', () => {
    const build = elf({ needs: { 'libc.so.6': ['GLIBC_2.17'] }, unversionedImports: ['rb_define_method'] });
    const fat = contents({ 'lib/x/3.3/x.so': build, 'lib/x/3.4/x.so': build });
    const for3 = { ...fat, metadata: { ...fat.metadata, requiredRuby: ['>= 3.3', '< 3.5.dev'] } };
    expect(systems(fat, '3.4.1')).toContain('debian-12');
    expect(systems(for3)).toContain('debian-12');
    // Ruby 4.0 would take it, and has no build; what brings a Ruby of its own is sure.
    expect(systems(fat)).toEqual(['lambda-ruby3.3', 'lambda-ruby3.4']);
  });

  it('are none where any C library or none is needed', () => {
    expect(systems(contents({ 'exe/thrust': elf({ dynamic: false }) }))).toEqual([]);
  });
});

describe('asking one system after the other', () => {
  const gem = contents({
    'lib/2.17.so': elf({ needs: { 'libc.so.6': ['GLIBC_2.17'] } }),
    'lib/2.28.so': elf({ needs: { 'libc.so.6': ['GLIBC_2.28'] } }),
    'lib/2.34.so': elf({ needs: { 'libc.so.6': ['GLIBC_2.34'] } }),
    'lib/tool_ubuntu_22.04': program({ needs: { 'libc.so.6': ['GLIBC_2.35'] } }),
    'lib/tool_debian_11': program({ needs: { 'libc.so.6': ['GLIBC_2.31'] } }),
    'lib/3.3/x.so': elf({ needs: { 'libc.so.6': ['GLIBC_2.38'] }, unversionedImports: ['rb_x'] }),
    'lib/3.4/x.so': elf({ needs: { 'libc.so.6': ['GLIBC_2.28'] }, unversionedImports: ['rb_x'] }),
  });

  it.each(['3.3.0', '3.4.0', undefined])('is the same as judging on each, with Ruby %s', (ruby) => {
    const files = new FilesOnSystems(gem);
    const inside = new GemInside(gem);
    const answers = new Set<boolean>();
    for (const known of namedTargets()) {
      const on = { target: forCpu(known, 'x86_64'), cpu: 'x86_64' } as const;
      const judgeFor = { ...on, ...(ruby === undefined ? {} : { ruby }) };
      const { findings } = judgeGem(gem, judgeFor);
      const fits = files.fit(inside, judgeFor);
      expect([known.name, fits]).toEqual([known.name, findings.length === 0]);
      answers.add(fits);
    }
    expect(answers).toContain(false);
  });
});

describe('what is inspected', () => {
  it('runs where each part of it does', () => {
    const report = reportOn(
      {
        'ruby/3.3.0/gems/one-1.0/lib/one.so': elf({ needs: { 'libc.so.6': ['GLIBC_2.34'] } }),
        'ruby/3.3.0/gems/two-1.0/lib/two.so': elf({ needs: { 'libc.so.6': ['GLIBC_2.17'] } }),
        'bin/three': program({ needs: { 'libc.so.6': ['GLIBC_2.36'] } }),
      },
      {
        targets: [],
        systemsFor: (requires, cpu, fits) => systemsThatRun(requires, cpu, TODAY, fits),
      },
    );
    const [subject] = report.subjects;
    const [whole] = subject?.needs ?? [];
    expect(whole?.runsOn).toContain('debian-12');
    expect(whole?.runsOn).not.toContain('rhel-9');
    // A gem that is installed for Ruby 3.3 is loaded by no other.
    expect(whole?.runsOn).not.toContain('lambda-ruby3.4');
    const parts = subject?.groups.map(({ name, needs }) => [name, needs[0]?.runsOn?.includes('rhel-9')]);
    expect(Object.fromEntries(parts ?? [])).toMatchObject({ one: true, two: true });
  });
});
