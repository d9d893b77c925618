import {
  DT_SYMENT,
  DT_SYMTAB,
  DT_VERSYM,
  SHN_ABS,
  SHN_UNDEF,
  STB_LOCAL,
  STB_WEAK,
  STT_GNU_IFUNC,
  VERSYM_INDEX,
  VER_NDX_GLOBAL,
} from './constants.js';
import type { DynamicTable } from './dynamic.js';
import type { ElfHeader } from './header.js';
import { malformed } from './malformed.js';
import type { Place } from './malformed.js';
import type { MemoryImage } from './memory-image.js';
import type { ElfRecord } from './reader.js';
import type { RelocationFacts } from './relocations.js';
import type { StringTable } from './string-table.js';
import { dynamicSymbolCount } from './symbol-count.js';
import type { ElfFile, VersionDefinition, VersionNeed } from './types.js';

/** The largest libraries of the field have some 300,000 dynamic symbols. */
const MAX_SYMBOLS = 1 << 21;

/** Size of `Elf*_Sym` in bytes. */
const SYMBOL_SIZE = { narrow: 16, wide: 24 } as const;

/** How many symbols are decoded at a time: a sparse view joins no more than that. */
const BLOCK = 4096;

/** Consecutive entries of DT_SYMTAB with their entries of DT_VERSYM. Indices are those within the block. */
export class SymbolBlock {
  /** Index of the first entry that counts: entry 0 of the table is reserved (gABI, "Symbol Table"). */
  readonly first: number;
  /** Index of the block's first entry in the table. */
  readonly start: number;
  readonly length: number;
  private readonly symbols: ElfRecord;
  private readonly versions: ElfRecord | undefined;
  private readonly wide: boolean;

  /** @param versions absent where the file has no versions */
  constructor(symbols: ElfRecord, versions: ElfRecord | undefined, wide: boolean, start: number) {
    this.symbols = symbols;
    this.versions = versions;
    this.wide = wide;
    this.start = start;
    this.first = start === 0 ? 1 : 0;
    this.length = symbols.length / (wide ? SYMBOL_SIZE.wide : SYMBOL_SIZE.narrow);
  }

  /** Offset of the name in DT_STRTAB, `st_name`. */
  name(index: number): number {
    return this.symbols.u32(this.at(index));
  }

  /** Where the name's offset is written. */
  namePlace(index: number): Place {
    return this.symbols.field(this.at(index));
  }

  /** STB_LOCAL, STB_GLOBAL, STB_WEAK or another. */
  binding(index: number): number {
    return this.symbols.u8(this.at(index) + (this.wide ? 4 : 12)) >> 4;
  }

  /** STT_FUNC, STT_OBJECT or another. */
  type(index: number): number {
    return this.symbols.u8(this.at(index) + (this.wide ? 4 : 12)) & 0xf;
  }

  /** `st_shndx`: SHN_UNDEF, SHN_ABS or the section that defines it. */
  section(index: number): number {
    return this.symbols.u16(this.at(index) + (this.wide ? 6 : 14));
  }

  /** DT_VERSYM without the hidden bit; 0 where the file has no versions. */
  versionIndex(index: number): number {
    return (this.versions?.u16(index * 2) ?? 0) & VERSYM_INDEX;
  }

  /** Bit 15 of DT_VERSYM: only who asks for the version finds the symbol. */
  hidden(index: number): boolean {
    return ((this.versions?.u16(index * 2) ?? 0) & ~VERSYM_INDEX) !== 0;
  }

  /** Where the version index is written, in bytes from the start of the file. */
  versionOffset(index: number): number {
    return this.versions?.field(index * 2).offset ?? 0;
  }

  private at(index: number): number {
    return index * (this.wide ? SYMBOL_SIZE.wide : SYMBOL_SIZE.narrow);
  }
}

/**
 * Reads DT_SYMTAB, in table order.
 * @param versioned the file has verneed or verdef entries; without them the loader does not read DT_VERSYM.
 * @throws ElfError ELF_BAD_SYMTAB, ELF_BAD_VERSYM, ELF_BAD_HASH_TABLE, ELF_BAD_ADDRESS, ELF_LIMIT.
 */
export function* dynamicSymbols(
  header: ElfHeader,
  image: MemoryImage,
  dynamic: DynamicTable,
  versioned: boolean,
): Generator<SymbolBlock> {
  const { reader } = header;
  const table = dynamic.entry(DT_SYMTAB);
  if (table === undefined) return;
  const size = reader.wide ? SYMBOL_SIZE.wide : SYMBOL_SIZE.narrow;
  const entrySize = dynamic.entry(DT_SYMENT);
  if (entrySize !== undefined && entrySize.value !== BigInt(size)) {
    throw malformed('ELF_BAD_SYMTAB', entrySize.place, `DT_SYMENT is ${entrySize.value}, not ${size}`);
  }
  const count = dynamicSymbolCount(header, image, dynamic, size);
  if (count > MAX_SYMBOLS) {
    throw malformed('ELF_LIMIT', table.place, `${count} dynamic symbols, more than ${MAX_SYMBOLS}`);
  }
  const symbols = image.locate(table.value, count * size, table.place, 'DT_SYMTAB').offset;
  const versions = versioned ? versionTable(image, dynamic, count) : undefined;
  for (let first = 0; first < count; first += BLOCK) {
    const length = Math.min(BLOCK, count - first);
    yield new SymbolBlock(
      reader.record(symbols + first * size, length * size, reader.structure('Sym')),
      versions === undefined ? undefined : reader.record(versions + first * 2, length * 2, 'DT_VERSYM'),
      reader.wide,
      first,
    );
  }
}

function versionTable(image: MemoryImage, dynamic: DynamicTable, count: number): number {
  const table = dynamic.entry(DT_VERSYM);
  if (table === undefined) {
    throw malformed('ELF_BAD_VERSYM', dynamic.place, 'there are verneed or verdef entries, but no DT_VERSYM');
  }
  return image.locate(table.value, count * 2, table.place, 'DT_VERSYM').offset;
}

/** What the symbols say, beside those that are bound to versions. */
export type SymbolFacts = Pick<
  ElfFile,
  | 'unversionedImports'
  | 'weakImports'
  | 'eagerImports'
  | 'idleImports'
  | 'initialExecImports'
  | 'exports'
  | 'hiddenExports'
  | 'ifunc'
>;

/** What is wanted of the symbols beside those that are bound to versions. */
export interface SymbolsAsked {
  /** Name what the file defines in its versions; without, it is only checked that each symbol has a name. */
  readonly defined: boolean;
  /** Name what it defines without a version. */
  readonly exports: boolean;
  /** What refers to the symbols; absent where that is not known. */
  readonly relocations?: RelocationFacts | undefined;
  /** Everything is looked up when the file is loaded. */
  readonly bindNow: boolean;
}

/** A version to which symbols are being bound. */
export type Bindable<Version extends VersionNeed | VersionDefinition> = Version & {
  readonly symbols: string[];
};

/**
 * Puts the name of each global and weak symbol into the version that it needs or defines, as glibc's loader resolves the
 * index (`elf/dl-version.c`), and returns the rest. Local symbols take no part in dynamic linking.
 * @throws ElfError ELF_BAD_VERSYM where an index has no version; ELF_BAD_STRING, ELF_LIMIT, and what `dynamicSymbols`
 *   throws.
 */
export function bindSymbols(
  blocks: Iterable<SymbolBlock>,
  strings: () => StringTable,
  needs: readonly Bindable<VersionNeed>[],
  definitions: readonly Bindable<VersionDefinition>[],
  asked: SymbolsAsked,
): SymbolFacts {
  const neededAt = new Map(needs.map((need) => [need.index, need]));
  const definedAt = new Map(
    definitions.filter(({ base }) => !base).map((version) => [version.index, version]),
  );
  const imports = new ImportLists(asked);
  let ifunc = false;
  const exports: string[] = [];
  const hidden = new Set<string>();
  const open = new Set<string>();
  for (const block of blocks) {
    const nameOf = (index: number): string => strings().at(block.name(index), () => block.namePlace(index));
    for (let index = block.first; index < block.length; index += 1) {
      const binding = block.binding(index);
      if (binding === STB_LOCAL) continue;
      const section = block.section(index);
      const undefinedHere = section === SHN_UNDEF;
      const versionIndex = block.versionIndex(index);
      if (!undefinedHere && block.type(index) === STT_GNU_IFUNC) ifunc = true;
      if (undefinedHere) imports.add(nameOf(index), block.start + index, versionIndex, binding === STB_WEAK);
      if (versionIndex <= VER_NDX_GLOBAL) {
        // Loaders take a definition with VER_NDX_LOCAL as well (glibc's elf/dl-lookup.c, check_match; musl's find_sym2).
        if (!undefinedHere && asked.exports) exports.push(nameOf(index));
        continue;
      }
      const needed = neededAt.get(versionIndex);
      const defined = definedAt.get(versionIndex);
      // A symbol that the file defines can be bound to a needed version: it is the target of a copy relocation.
      const bound = undefinedHere ? (needed ?? defined) : (defined ?? needed);
      if (bound === undefined) {
        throw malformed(
          'ELF_BAD_VERSYM',
          { offset: block.versionOffset(index), structure: 'DT_VERSYM' },
          `${nameOf(index)} has version index ${versionIndex}, which no verneed or verdef entry has`,
        );
      }
      if (bound === defined && !asked.defined) {
        strings().expect(block.name(index), () => block.namePlace(index));
        continue;
      }
      const name = nameOf(index);
      // GNU ld writes an absolute symbol with the name of each version that it defines; readelf hides it too.
      if (section === SHN_ABS && name === bound.name) continue;
      bound.symbols.push(name);
      if (!undefinedHere && asked.exports) (block.hidden(index) ? hidden : open).add(name);
    }
  }
  for (const name of exports) open.add(name);
  const hiddenExports = [...hidden].filter((name) => !open.has(name));
  return {
    ...imports.facts(),
    ...(ifunc ? { ifunc } : {}),
    ...(asked.exports ? { exports } : {}),
    ...(hiddenExports.length === 0 ? {} : { hiddenExports }),
  };
}

/** Collects what a file imports. */
class ImportLists {
  readonly #asked: SymbolsAsked;
  readonly #unversioned: string[] = [];
  readonly #weak: string[] = [];
  readonly #eager: string[] = [];
  readonly #idle: string[] = [];
  readonly #initialExec: string[] = [];

  constructor(asked: SymbolsAsked) {
    this.#asked = asked;
  }

  /** @param symbol index in DT_SYMTAB */
  add(name: string, symbol: number, versionIndex: number, weak: boolean): void {
    const { relocations, bindNow } = this.#asked;
    if (weak) this.#weak.push(name);
    if (versionIndex <= VER_NDX_GLOBAL) this.#unversioned.push(name);
    if (relocations === undefined) return;
    const lookedUp = relocations.lookedUp(symbol);
    if (lookedUp === undefined) this.#idle.push(name);
    else if (lookedUp === 'load' && !bindNow) this.#eager.push(name);
    if (relocations.initialExec.has(symbol)) this.#initialExec.push(name);
  }

  facts(): Omit<SymbolFacts, 'exports' | 'hiddenExports' | 'ifunc'> {
    const some = <Key extends string>(
      key: Key,
      names: readonly string[],
    ): Partial<Record<Key, readonly string[]>> =>
      names.length === 0 ? {} : ({ [key]: names } as Partial<Record<Key, readonly string[]>>);
    return {
      unversionedImports: this.#unversioned,
      weakImports: this.#weak,
      ...some('eagerImports', this.#eager),
      ...some('idleImports', this.#idle),
      ...some('initialExecImports', this.#initialExec),
    };
  }
}
