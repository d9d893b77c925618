import { describe, expect, it } from 'vitest';
import { judgeGem } from '../../src/compat/judge.js';
import type { Finding } from '../../src/compat/types.js';
import { parseElf } from '../../src/elf/parse.js';
import type { ElfFile, SegmentPages } from '../../src/elf/types.js';
import type { Target } from '../../src/target/types.js';
import { fixture } from '../elf/fixture.js';
import { alpine, contents, elf, target } from '../helpers/contents.js';

const GIB = 1 << 30;
const page = (bytes: number): Pick<Target, 'pageSize'> => ({ pageSize: { bytes, source: 'test' } });
const glibc = (version: string, bytes: number): Target => target({ libcVersion: version, ...page(bytes) });
const musl = (bytes: number): Target => ({ ...alpine, ...page(bytes) });

/** What is found of a file whose segments lie so; those that are not given allow every page. */
function found(
  pages: Partial<SegmentPages>,
  on: Target,
  more: Partial<ElfFile> = {},
  path = 'lib/a.so',
): Finding[] {
  const file = elf({ pages: { congruent: GIB, aligned: GIB, apart: GIB, ...pages }, ...more });
  return [...judgeGem(contents({ [path]: file }), { target: on, cpu: 'x86_64' }).findings];
}

const PROGRAM = 'bin/a';

const finding = (why: string, of: number, largest: number, file = 'lib/a.so'): object => ({
  kind: 'page-size',
  file,
  page: of,
  largest,
  why,
});

describe('addresses and offsets that differ modulo the page', () => {
  const linkedFor4k = { congruent: 4096, aligned: 4096, apart: 4096 };

  it.each([
    ['glibc 2.28', glibc('2.28', 65_536)],
    ['glibc 2.41', glibc('2.41', 65_536)],
    ['musl', musl(65_536)],
  ])('are refused by %s', (_, on) => {
    expect(found(linkedFor4k, on)).toEqual([finding('address-not-page-aligned', 65_536, 4096)]);
  });

  it('as a program by the kernel, whatever the C library', () => {
    const program = { type: 'exec', dynamic: false } as const;
    expect(found(linkedFor4k, glibc('2.41', 16_384), program, PROGRAM)).toEqual([
      finding('address-not-page-aligned', 16_384, 4096, PROGRAM),
    ]);
  });

  it('are none on a smaller page, and 64 KiB are right for all', () => {
    for (const on of [glibc('2.28', 4096), glibc('2.41', 4096), musl(4096)]) {
      expect(found(linkedFor4k, on)).toEqual([]);
      expect(found({ congruent: 65_536, aligned: 65_536, apart: 65_536 }, on)).toEqual([]);
    }
    expect(found({ congruent: 65_536, aligned: 65_536, apart: 65_536 }, glibc('2.28', 65_536))).toEqual([]);
  });

  it('on every page', () => {
    expect(found({ congruent: 16 }, glibc('2.36', 4096))).toEqual([
      finding('address-not-page-aligned', 4096, 1),
    ]);
  });
});

describe('p_align, where glibc looks at it', () => {
  it.each([
    ['2.31', ['alignment-not-page-aligned']],
    ['2.34', ['alignment-not-page-aligned']],
    ['2.35', []],
    ['2.36', []],
    ['unknown', []],
  ])('below the page, on glibc %s', (version, whys) => {
    const findings = found({ aligned: 0x800 }, glibc(version, 4096));
    expect(findings).toEqual(whys.map((why) => finding(why, 4096, 1)));
  });

  it('that the addresses contradict, on glibc before 2.35', () => {
    expect(found({ misaligned: true }, glibc('2.31', 4096))).toEqual([
      finding('address-not-aligned', 4096, 1),
    ]);
    expect(found({ misaligned: true }, glibc('2.36', 4096))).toEqual([]);
  });

  it.each<[string, Partial<ElfFile>]>([
    ['an executable', { type: 'exec' }],
    ['one with an interpreter', { interpreter: '/lib64/ld-linux-x86-64.so.2' }],
    ['a static one', { type: 'exec', dynamic: false }],
    ['one that is position-independent and static', { pie: true }],
  ])('not of a program, which the kernel maps: %s', (_, program) => {
    expect(found({ aligned: 1, misaligned: true }, glibc('2.31', 4096), program, PROGRAM)).toEqual([]);
  });

  it('nor by musl', () => {
    expect(found({ aligned: 1, misaligned: true }, musl(4096))).toEqual([]);
  });
});

describe('two segments on one page', () => {
  it.each([
    ['of 16 KiB', 16_384, [finding('shared-page', 16_384, 4096)]],
    ['of 4 KiB', 4096, []],
  ])('%s', (_, bytes, findings) => {
    expect(found({ apart: 8192 }, glibc('2.41', bytes))).toEqual(findings);
    expect(found({ apart: 8192 }, musl(bytes))).toEqual(findings);
  });
});

describe('real files', () => {
  const judged = (name: string, on: Target): Finding[] =>
    judgeGem(contents({ 'lib/a.so': parseElf(fixture(name)) }), {
      target: on,
      cpu: 'aarch64',
    }).findings.filter(({ kind }) => kind === 'page-size');
  const on = (facts: Partial<Target>): Target => target({ libcVersion: '2.28', ...facts });
  const rhel8 = on({ pageSizes: { aarch64: { bytes: 65_536, source: 'test' } } });

  it('linked with -z max-page-size=4096 for aarch64 are none for a kernel of 64 KiB', () => {
    const [only, ...more] = judged('exe-aarch64', rhel8);
    expect(only).toEqual(finding('address-not-page-aligned', 65_536, 4096));
    expect(more).toEqual([]);
    expect(judged('exe-aarch64', on({}))).toEqual([]);
    expect(judged('exe-aarch64', on(page(16_384)))).toEqual([
      finding('address-not-page-aligned', 16_384, 4096),
    ]);
  });

  it('linked as GNU ld does by itself load on each', () => {
    for (const bytes of [4096, 16_384, 65_536]) {
      expect(judged('lib-aarch64-pages-of-64k.so', on(page(bytes)))).toEqual([]);
    }
    expect(judged('lib-aarch64-pages-of-16k.so', on(page(16_384)))).toEqual([]);
    expect(judged('lib-aarch64-pages-of-16k.so', rhel8)).toEqual([
      finding('address-not-page-aligned', 65_536, 16_384),
    ]);
  });

  it('are judged by nothing where their segments were not read', () => {
    expect(judged('object-file.o', rhel8)).toEqual([]);
  });
});
