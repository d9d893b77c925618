import { describe, expect, it } from 'vitest';
import type { ElfFile } from '../../src/elf/types.js';
import { TreeCollector } from '../../src/inspect/tree.js';
import { elf, target } from '../helpers/contents.js';
import { reportOn } from './bundles.js';

/** What a tree keeps of a file, also when a part of it comes from another thread. */
function kept(file: ElfFile): ElfFile | undefined {
  const part = new TreeCollector();
  part.report('lib/x.so', { kind: 'elf', compressed: false, elf: file });
  const whole = new TreeCollector();
  whole.absorb(part.part());
  return whole.finish().binaries[0]?.elf;
}

const versioned = (symbols: readonly string[], weak = false): ElfFile['verneed'] => [
  {
    library: 'libc.so.6',
    versions: [{ name: 'GLIBC_2.38', hash: 0, flags: weak ? 2 : 0, weak, index: 2, symbols }],
  },
];

describe('what a tree keeps of the imports of a file', () => {
  it('is what something has to define, and what of it is looked up when the file is loaded', () => {
    const file = elf({
      needed: ['libc.so.6'],
      verneed: versioned(['strlcpy', 'environ']),
      unversionedImports: ['arc4random', '__gmon_start__', 'unused'],
      weakImports: ['__gmon_start__'],
      idleImports: ['unused'],
      eagerImports: ['environ', 'arc4random', '__gmon_start__'],
      exports: ['own'],
      hiddenExports: ['hidden'],
    });
    const slim = kept(file);
    expect(slim).toMatchObject({
      unversionedImports: ['arc4random'],
      eagerImports: ['environ', 'arc4random'],
      idleImports: ['unused'],
      verneed: versioned(['strlcpy', 'environ']),
    });
    expect(slim).not.toHaveProperty('exports');
    expect(slim).not.toHaveProperty('hiddenExports');
  });

  it('tells which of those with a version are weak', () => {
    const file = elf({
      needed: ['libc.so.6'],
      verneed: versioned(['strlcpy', 'gettid']),
      unversionedImports: ['__gmon_start__'],
      weakImports: ['__gmon_start__', 'gettid'],
    });
    expect(kept(file)?.weakImports).toEqual(['gettid']);
  });
});

describe('a file of a tree that asks for a name which musl lacks', () => {
  const libc = { name: 'libc.musl-x86_64.so.1', symbol: 'qsort_r' };
  const file = (facts: Partial<ElfFile>): ElfFile =>
    elf({
      needed: [libc.name],
      verneed: [
        {
          library: libc.name,
          versions: [{ name: 'GLIBC_2.8', hash: 0, flags: 0, weak: false, index: 2, symbols: [libc.symbol] }],
        },
      ],
      ...facts,
    });
  const findings = (facts: Partial<ElfFile>): unknown =>
    reportOn(
      { 'lib/x.so': file(facts) },
      { targets: [target({ libc: 'musl', libcVersion: '1.2.2', libraries: [libc.name] })] },
    ).subjects[0]?.groups[0]?.results?.[0]?.findings;

  it('is told so, though a version goes with the name', () => {
    expect(findings({})).toMatchObject([{ kind: 'missing-symbol', symbols: ['qsort_r'] }]);
  });

  it('loads where the name is weak', () => {
    expect(findings({ weakImports: ['qsort_r'] })).toEqual([]);
  });
});
