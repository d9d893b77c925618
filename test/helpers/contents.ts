import type { ElfFile, LibraryNeed } from '../../src/elf/types.js';
import type { GemBinary, GemContents } from '../../src/gem/types.js';
import type { Target } from '../../src/target/types.js';

/** An x86_64 shared object without needs; `needs` is shorthand for verneed: `{ 'libc.so.6': ['GLIBC_2.34'] }`. */
export function elf(
  facts: Partial<ElfFile> & {
    needs?: Record<string, readonly (string | { name: string; weak: true })[]>;
  } = {},
): ElfFile {
  const { needs = {}, ...rest } = facts;
  const verneed: LibraryNeed[] = Object.entries(needs).map(([library, versions]) => ({
    library,
    versions: versions.map((version, index) => {
      const name = typeof version === 'string' ? version : version.name;
      const weak = typeof version !== 'string';
      return { name, hash: 0, flags: weak ? 2 : 0, weak, index: index + 2, symbols: [`of_${name}`] };
    }),
  }));
  return {
    class: 64,
    byteOrder: 'little',
    osAbi: 0,
    type: 'dyn',
    machine: 62,
    flags: 0,
    cpu: 'x86_64',
    loadable: true,
    dynamic: true,
    pie: false,
    needed: Object.keys(needs),
    rpath: [],
    runpath: [],
    verneed,
    verdef: [],
    unversionedImports: [],
    weakImports: [],
    isaNeeded: [],
    ...rest,
  };
}

/** Versions that a library defines, without symbols. */
export function defines(...names: string[]): ElfFile['verdef'] {
  return names.map((name, index) => ({
    name,
    index: index + 1,
    flags: 0,
    base: false,
    parents: [],
    symbols: [],
  }));
}

/** A gem with these files. */
export function contents(files: Record<string, ElfFile>, more: Partial<GemContents> = {}): GemContents {
  const binaries: GemBinary[] = Object.entries(files).map(([path, file]) => ({
    path,
    gzipped: false,
    elf: file,
  }));
  return {
    sha256: '0'.repeat(64),
    size: 1,
    metadata: {
      name: 'sample',
      version: '1.0',
      platform: 'x86_64-linux',
      requiredRuby: [],
      requiredRubygems: [],
      dependencies: [],
      extensions: [],
      executables: [],
    },
    binaries,
    unreadable: [],
    staticArchives: [],
    nestedArchives: [],
    links: {},
    ...more,
  };
}

/** A system like Ubuntu 20.04, of which only the highest numbers are known. */
export function target(facts: Partial<Target> = {}): Target {
  return {
    name: 'ubuntu-20.04',
    title: 'Ubuntu 20.04 LTS',
    libc: 'gnu',
    libcVersion: '2.31',
    ceilings: { GLIBC: '2.31', GLIBCXX: '3.4.28', CXXABI: '1.3.12', GCC: '7.0.0' },
    markers: [],
    libraries: ['libc.so.6', 'libm.so.6', 'libstdc++.so.6', 'libgcc_s.so.1', 'libz.so.1'],
    librariesComplete: false,
    source: 'test',
    ...facts,
  };
}

export const alpine: Target = target({
  name: 'alpine-3.20',
  title: 'Alpine 3.20',
  libc: 'musl',
  libcVersion: '1.2.5',
  ceilings: {},
  libraries: ['libc.musl-x86_64.so.1'],
});
