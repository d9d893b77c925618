import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CPUS } from '../../src/gem/cpu-name.js';
import { namedTargets } from '../../src/target/catalog.js';
import { pageSizeIn, readHostPageSize } from '../../src/target/host-page-size.js';
import { checkPageSize, pageSizeOf, parsePageSize, withPageSize } from '../../src/target/page-size.js';
import { resolveTarget } from '../../src/target/parse.js';
import { readForCpus } from '../../src/target/read-for-cpus.js';
import { targetSummary } from '../../src/target/summary.js';

const sizes = (name: string): Record<string, number> => {
  const { target } = resolveTarget(name);
  return Object.fromEntries((target.cpus ?? CPUS).map((cpu) => [cpu, pageSizeOf(target, cpu).bytes]));
};

describe('the page of a target', () => {
  it.each([
    ['rhel-7', { x86_64: 4096, aarch64: 65_536, ppc64le: 65_536, s390x: 4096 }],
    ['rhel-8', { x86_64: 4096, aarch64: 65_536, ppc64le: 65_536, s390x: 4096 }],
    ['rhel-9', { x86_64: 4096, aarch64: 4096, ppc64le: 65_536, s390x: 4096 }],
    ['rocky-8', { x86_64: 4096, aarch64: 65_536 }],
    ['oracle-7', { x86_64: 4096, aarch64: 65_536 }],
    ['oracle-8', { x86_64: 4096, aarch64: 4096 }],
    ['al2023', { x86_64: 4096, aarch64: 4096 }],
    ['debian-12', { x86_64: 4096, aarch64: 4096, arm: 4096, x86: 4096, ppc64le: 65_536, s390x: 4096 }],
  ])('of %s is that of its own kernel', (name, expected) => {
    expect(sizes(name)).toEqual(expected);
  });

  it('of Debian 13 on ppc64le is smaller than it was', () => {
    expect(sizes('debian-13')).toMatchObject({ ppc64le: 4096, aarch64: 4096 });
  });

  it('of an image is the usual one: it runs on the kernel of its host', () => {
    const { target } = resolveTarget('rockylinux:8');
    expect(pageSizeOf(target, 'aarch64').bytes).toBe(4096);
    expect(target.name).toBe('rocky-8');
    expect(resolveTarget('rockylinux:8').target).toBe(target);
    expect(sizes('glibc-2.31')).toMatchObject({ aarch64: 4096, ppc64le: 65_536, riscv64: 4096 });
  });

  it('has a source everywhere', () => {
    for (const target of namedTargets()) {
      for (const cpu of target.cpus) expect(pageSizeOf(target, cpu).source).not.toBe('');
    }
  });

  it('is what the user says, before all else', async () => {
    const { target } = resolveTarget('rhel-8');
    const said = withPageSize(target, 16_384);
    expect(pageSizeOf(said, 'aarch64')).toEqual({ bytes: 16_384, source: 'the user' });
    const options = {
      ...{ cwd: '.', env: {}, home: '.', cacheDirectory: '.', offline: true, userAgent: 'test' },
      cpus: ['aarch64'] as const,
      chosen: true,
      pageSize: 16_384,
    };
    const [read] = await readForCpus('rhel-8', options);
    expect(read?.target).toEqual(said);
  });

  it('is in a summary where it is not 4 KiB', () => {
    const { target } = resolveTarget('rhel-8');
    expect(targetSummary(target, ['x86_64', 'aarch64']).pageSize).toEqual({ aarch64: 65_536 });
    expect(targetSummary(target, ['x86_64'])).not.toHaveProperty('pageSize');
  });
});

describe('a page size as people write it', () => {
  it.each([
    ['4k', 4096],
    ['16K', 16_384],
    ['64 KiB', 65_536],
    ['64kb', 65_536],
    [' 65536 ', 65_536],
  ])('%s', (text, bytes) => {
    expect(parsePageSize(text)).toBe(bytes);
  });

  it.each(['', '4', '8k', '64', '2m', '0x1000', '-4096', '65536k'])('not %j', (text) => {
    expect(parsePageSize(text)).toBeUndefined();
  });

  it('as a number is one that a kernel has', () => {
    checkPageSize(undefined);
    checkPageSize(16_384);
    expect(() => {
      checkPageSize(8192);
    }).toThrow(expect.objectContaining({ code: 'PAGE_SIZE_UNKNOWN' }) as Error);
  });
});

/** An auxiliary vector of these pairs, ended by AT_NULL. */
function auxv(pairs: readonly [number, number][], width: 4 | 8, little: boolean): Uint8Array {
  const all = [...pairs, [0, 0] as const].flat();
  const view = new DataView(new ArrayBuffer(all.length * width));
  all.forEach((value, index) => {
    if (width === 8) view.setBigUint64(index * 8, BigInt(value), little);
    else view.setUint32(index * 4, value, little);
  });
  return new Uint8Array(view.buffer);
}

describe('the page of this machine', () => {
  // AT_SYSINFO_EHDR, AT_HWCAP, AT_PAGESZ, AT_CLKTCK: as Linux writes them.
  const pairs = (page: number): [number, number][] => [
    [33, 0x7fff1000],
    [16, 0xbfebfbff],
    [6, page],
    [17, 100],
  ];

  it.each([
    [8, true, 4096],
    [8, true, 65_536],
    [8, false, 4096],
    [4, true, 16_384],
    [4, false, 65_536],
  ] as const)('with words of %i bytes, little-endian %s: %i', (width, little, page) => {
    expect(pageSizeIn(auxv(pairs(page), width, little), little ? 'LE' : 'BE')).toBe(page);
  });

  it('is not known from what has none, or one that no kernel has', () => {
    expect(pageSizeIn(new Uint8Array(), 'LE')).toBeUndefined();
    expect(pageSizeIn(auxv([[16, 1]], 8, true), 'LE')).toBeUndefined();
    expect(pageSizeIn(auxv(pairs(5000), 8, true), 'LE')).toBeUndefined();
    expect(pageSizeIn(auxv(pairs(4096), 8, true).subarray(0, 44), 'LE')).toBeUndefined();
  });

  it('is read from /proc, and is not known without one', async () => {
    const root = mkdtempSync(join(tmpdir(), 'gemcompat-auxv-'));
    expect(await readHostPageSize(root)).toBeUndefined();
    mkdirSync(join(root, 'proc/self'), { recursive: true });
    const file = join(root, 'proc/self/auxv');
    writeFileSync(file, auxv(pairs(65_536), 8, endianness() === 'LE'));
    expect(await readHostPageSize(root)).toEqual({ bytes: 65_536, source: file });
  });
});
