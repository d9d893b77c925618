import {
  DT_SYMENT,
  DT_SYMTAB,
  DT_VERSYM,
  SHN_ABS,
  SHN_UNDEF,
  STB_LOCAL,
  STB_WEAK,
  VERSYM_INDEX,
  VER_NDX_GLOBAL,
} from './constants.js';
import type { DynamicTable } from './dynamic.js';
import type { ElfHeader } from './header.js';
import { malformed } from './malformed.js';
import type { Place } from './malformed.js';
import type { MemoryImage } from './memory-image.js';
import type { ElfRecord } from './reader.js';
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
  readonly length: number;
  private readonly symbols: ElfRecord;
  private readonly versions: ElfRecord | undefined;
  private readonly wide: boolean;

  /** @param versions absent where the file has no versions */
  constructor(symbols: ElfRecord, versions: ElfRecord | undefined, wide: boolean, first: number) {
    this.symbols = symbols;
    this.versions = versions;
    this.wide = wide;
    this.first = first;
    this.length = symbols.length / (wide ? SYMBOL_SIZE.wide : SYMBOL_SIZE.narrow);
  }

  /** Offset of the name in DT_STRTAB, `st_name`. */
  name(index: number): number {
    return this.symbols.u32(this.start(index));
  }

  /** Where the name's offset is written. */
  namePlace(index: number): Place {
    return this.symbols.field(this.start(index));
  }

  /** STB_LOCAL, STB_GLOBAL, STB_WEAK or another. */
  binding(index: number): number {
    return this.symbols.u8(this.start(index) + (this.wide ? 4 : 12)) >> 4;
  }

  /** `st_shndx`: SHN_UNDEF, SHN_ABS or the section that defines it. */
  section(index: number): number {
    return this.symbols.u16(this.start(index) + (this.wide ? 6 : 14));
  }

  /** DT_VERSYM without the hidden bit; 0 where the file has no versions. */
  versionIndex(index: number): number {
    return (this.versions?.u16(index * 2) ?? 0) & VERSYM_INDEX;
  }

  /** Where the version index is written, in bytes from the start of the file. */
  versionOffset(index: number): number {
    return this.versions?.field(index * 2).offset ?? 0;
  }

  private start(index: number): number {
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
      first === 0 ? 1 : 0,
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

type Imports = Pick<ElfFile, 'unversionedImports' | 'weakImports'>;

/** A version to which symbols are being bound. */
export type Bindable<Version extends VersionNeed | VersionDefinition> = Version & {
  readonly symbols: string[];
};

/**
 * Puts the name of each global and weak symbol into the version that it needs or defines, as glibc's loader resolves the
 * index (`elf/dl-version.c`), and returns the imports besides. Local symbols take no part in dynamic linking.
 * @param nameDefined whether the names of the symbols that the file defines are wanted too. Without, it is only checked
 *   that they have one.
 * @throws ElfError ELF_BAD_VERSYM where an index has no version; ELF_BAD_STRING, ELF_LIMIT, and what `dynamicSymbols`
 *   throws.
 */
export function bindSymbols(
  blocks: Iterable<SymbolBlock>,
  strings: () => StringTable,
  needs: readonly Bindable<VersionNeed>[],
  definitions: readonly Bindable<VersionDefinition>[],
  nameDefined: boolean,
): Imports {
  const neededAt = new Map(needs.map((need) => [need.index, need]));
  const definedAt = new Map(
    definitions.filter(({ base }) => !base).map((version) => [version.index, version]),
  );
  const unversionedImports: string[] = [];
  const weakImports: string[] = [];
  for (const block of blocks) {
    const nameOf = (index: number): string => strings().at(block.name(index), () => block.namePlace(index));
    for (let index = block.first; index < block.length; index += 1) {
      const binding = block.binding(index);
      if (binding === STB_LOCAL) continue;
      const section = block.section(index);
      const undefinedHere = section === SHN_UNDEF;
      const versionIndex = block.versionIndex(index);
      if (undefinedHere && binding === STB_WEAK) weakImports.push(nameOf(index));
      if (versionIndex <= VER_NDX_GLOBAL) {
        if (undefinedHere) unversionedImports.push(nameOf(index));
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
      if (bound === defined && !nameDefined) {
        strings().expect(block.name(index), () => block.namePlace(index));
        continue;
      }
      const name = nameOf(index);
      // GNU ld writes an absolute symbol with the name of each version that it defines; readelf hides it too.
      if (!(section === SHN_ABS && name === bound.name)) bound.symbols.push(name);
    }
  }
  return { unversionedImports, weakImports };
}
