import type { ElfFile } from '../../src/elf/types.js';

/** The flags by which `readelfReports` wants to be answered. */
export const READELF_FLAGS = ['-hldnVW', '--dyn-syms'] as const;

/** What readelf and `parseElf` both say of a file, in one form. Lists are in file order. */
export interface Reading {
  class: string;
  byteOrder: string;
  type: string;
  pie: boolean;
  machine: string;
  interpreter: string | undefined;
  soname: string | undefined;
  needed: string[];
  rpath: string;
  runpath: string;
  filter: string | undefined;
  /** `library: version flags index`. */
  verneed: string[];
  /** `index flags name < parents`. */
  verdef: string[];
  /**
   * `symbol@index` of a needed version, `symbol@name` of a defined one, in symbol table order within each version.
   */
  bindings: string[];
  unversionedImports: string[];
  weakImports: string[];
  isaNeeded: string[];
}

/** One file's part of readelf's output. */
export interface ReadelfReport {
  readonly path: string;
  readonly reading: Reading;
  /** readelf finds versions through section headers only. */
  readonly hasSectionHeaders: boolean;
}

/** readelf's words for the machines that turn up, by `e_machine`. */
const MACHINES: Readonly<Record<number, string>> = {
  0: 'None',
  2: 'Sparc',
  3: 'Intel 80386',
  4: 'MC68000',
  8: 'MIPS R3000',
  15: 'HPPA',
  20: 'PowerPC',
  21: 'PowerPC64',
  22: 'IBM S/390',
  40: 'ARM',
  42: 'Renesas / SuperH SH',
  43: 'Sparc v9',
  50: 'Intel IA-64',
  62: 'Advanced Micro Devices X86-64',
  183: 'AArch64',
  190: 'NVIDIA CUDA architecture',
  224: 'AMD GPU',
  243: 'RISC-V',
  247: 'Linux BPF',
  258: 'LoongArch',
};

const TYPES: Readonly<Record<string, ElfFile['type']>> = {
  REL: 'rel',
  EXEC: 'exec',
  DYN: 'dyn',
  CORE: 'core',
};

const FLAGS: Readonly<Record<string, number>> = { none: 0, BASE: 1, WEAK: 2, INFO: 4 };

/** Splits what readelf prints for several files: each part begins with `File: PATH`. */
export function readelfReports(output: string): ReadelfReport[] {
  return output
    .split(/^File: (?=.)/m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return readReport(part.slice(0, end), part.slice(end + 1).split('\n'));
    });
}

function readReport(path: string, lines: readonly string[]): ReadelfReport {
  const field = (name: string): string =>
    lines
      .find((line) => line.startsWith(`  ${name}:`))
      ?.slice(name.length + 3)
      .trim() ?? '';
  const last = (pattern: RegExp): string | undefined => all(pattern).at(-1);
  const all = (pattern: RegExp): string[] => lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  const type = field('Type');
  const reading: Reading = {
    class: field('Class'),
    byteOrder: /(little|big) endian/.exec(field('Data'))?.[1] ?? '',
    type: TYPES[type.split(' ')[0] ?? ''] ?? 'other',
    pie: type.includes('Position-Independent'),
    machine: field('Machine'),
    interpreter: all(/^\s+\[Requesting program interpreter: (.*)\]$/)[0],
    soname: last(/^ 0x\w+ \(SONAME\)\s+Library soname: \[(.*)\]$/),
    needed: all(/^ 0x\w+ \(NEEDED\)\s+Shared library: \[(.*)\]$/),
    rpath: last(/^ 0x\w+ \(RPATH\)\s+Library rpath: \[(.*)\]$/) ?? '',
    runpath: last(/^ 0x\w+ \(RUNPATH\)\s+Library runpath: \[(.*)\]$/) ?? '',
    filter: last(/^ 0x\w+ \(FILTER\)\s+Filter library: \[(.*)\]$/),
    verneed: [],
    verdef: [],
    bindings: [],
    unversionedImports: [],
    weakImports: [],
    isaNeeded: [...new Set(all(/x86 ISA needed: (.*)$/).flatMap((levels) => levels.split(', ')))].sort(),
  };
  readVersions(lines, reading);
  readSymbols(lines, reading);
  return { path, reading, hasSectionHeaders: Number(field('Number of section headers').split(' ')[0]) > 0 };
}

function readVersions(lines: readonly string[], reading: Reading): void {
  let library = '';
  for (const line of lines) {
    const need = /^ {2}(?:0x)?[0-9a-f]+: Version: \d+ {2}File: (.*) {2}Cnt: \d+$/.exec(line);
    if (need?.[1] !== undefined) library = need[1];
    const version = /^ {2}0x[0-9a-f]+: {3}Name: (.*) {2}Flags: (.*?) {2}Version: (\d+)$/.exec(line);
    if (version !== null) {
      reading.verneed.push(`${library}: ${version[1] ?? ''} ${flagBits(version[2])} ${version[3] ?? ''}`);
    }
    const definition =
      /^ {2}(?:0x)?[0-9a-f]+: Rev: \d+ {2}Flags: (.*?) {2}Index: (\d+) {2}Cnt: \d+ {2}Name: (.*)$/.exec(line);
    if (definition !== null) {
      reading.verdef.push(`${definition[2] ?? ''} ${flagBits(definition[1])} ${definition[3] ?? ''} <`);
    }
    const parent = /^ {2}0x[0-9a-f]+: Parent \d+: (.*)$/.exec(line);
    if (parent !== null) reading.verdef.push(`${reading.verdef.pop() ?? ''} ${parent[1] ?? ''}`);
  }
}

function flagBits(words = ''): number {
  return words
    .trim()
    .split(' | ')
    .reduce((bits, word) => bits | (FLAGS[word] ?? 0x8000), 0);
}

const SYMBOL =
  /^\s*\d+: [0-9a-f]+\s+(?:0x[0-9a-f]+|\d+) (?:<[^>]*>: \d+|\S+)\s+(<[^>]*>: \d+|\S+)\s+\S+\s+(?:\[.*?\]\s+)?(UND|ABS|COM|\d+|\S+\[0x\w+\]) (.*)$/;

/** `name`, `name@version (index)` for a needed one, `name@version` and `name@@version` for a defined one. */
const NAME = /^(.+?)(?:@(@?)([^@]*?)(?: \((\d+)\))?)?$/;

function readSymbols(lines: readonly string[], reading: Reading): void {
  const bound = new Map<string, string[]>();
  for (const line of lines) {
    const [, binding, section, text] = SYMBOL.exec(line) ?? [];
    if (binding === undefined || binding === 'LOCAL' || text === undefined) continue;
    const [, name = '', , version, index] = NAME.exec(text) ?? [];
    if (section === 'UND' && binding === 'WEAK') reading.weakImports.push(name);
    if (version === undefined) {
      if (section === 'UND') reading.unversionedImports.push(name);
      continue;
    }
    const key = index ?? version;
    const names = bound.get(key) ?? [];
    bound.set(key, names);
    names.push(`${name}@${key}`);
  }
  reading.bindings = sortedByVersion(bound);
}

/** `parseElf`'s answer in the same form. */
export function readingOf(elf: ElfFile): Reading {
  const bound = new Map<string, string[]>();
  for (const { versions } of elf.verneed) {
    for (const { index, symbols } of versions) {
      if (symbols.length > 0)
        bound.set(
          `${index}`,
          symbols.map((symbol) => `${symbol}@${index}`),
        );
    }
  }
  for (const { name, symbols } of elf.verdef) {
    if (symbols.length > 0)
      bound.set(
        name,
        symbols.map((symbol) => `${symbol}@${name}`),
      );
  }
  return {
    class: `ELF${elf.class}`,
    byteOrder: elf.byteOrder,
    type: elf.type,
    pie: elf.pie,
    machine: MACHINES[elf.machine] ?? `<unknown>: 0x${elf.machine.toString(16)}`,
    interpreter: elf.interpreter,
    soname: elf.soname,
    needed: [...elf.needed],
    rpath: elf.rpath.join(':'),
    runpath: elf.runpath.join(':'),
    filter: elf.filter,
    verneed: elf.verneed.flatMap(({ library, versions }) =>
      versions.map(({ name, flags, index }) => `${library}: ${name} ${flags} ${index}`),
    ),
    verdef: elf.verdef.map(({ name, index, flags, parents }) =>
      [index, flags, name, '<', ...parents].join(' '),
    ),
    bindings: sortedByVersion(bound),
    unversionedImports: [...elf.unversionedImports],
    weakImports: [...elf.weakImports],
    isaNeeded: [...elf.isaNeeded].sort(),
  };
}

function sortedByVersion(bound: ReadonlyMap<string, readonly string[]>): string[] {
  return [...bound].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, names]) => names);
}
