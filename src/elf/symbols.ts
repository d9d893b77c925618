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
import type { MemoryImage } from './memory-image.js';
import type { StringTable } from './string-table.js';
import { dynamicSymbolCount } from './symbol-count.js';
import type { ElfFile, VersionDefinition, VersionNeed } from './types.js';

/** The largest libraries of the field have some 300,000 dynamic symbols. */
const MAX_SYMBOLS = 1 << 21;

/** Size of `Elf*_Sym` in bytes. */
const SYMBOL_SIZE = { narrow: 16, wide: 24 } as const;

/** How many symbols are decoded at a time: a sparse view joins no more than that. */
const BLOCK = 4096;

/** One entry of DT_SYMTAB with its entry of DT_VERSYM. */
export interface DynamicSymbol {
  /** Decodes `st_name`; most names of a file are never asked for. */
  readonly name: () => string;
  readonly undefinedHere: boolean;
  /** `st_shndx` is SHN_ABS: a value, not a place. */
  readonly absolute: boolean;
  readonly weak: boolean;
  /** DT_VERSYM without the hidden bit; 0 where the file has no versions. */
  readonly versionIndex: number;
  /** Where `versionIndex` is written, in bytes from the start of the file. */
  readonly versionOffset: number;
}

/**
 * Visits the global and weak symbols of DT_SYMTAB, in table order. Local ones take no part in dynamic linking.
 * @param versioned the file has verneed or verdef entries; without them the loader does not read DT_VERSYM.
 * @throws ElfError ELF_BAD_SYMTAB, ELF_BAD_VERSYM, ELF_BAD_HASH_TABLE, ELF_BAD_ADDRESS, ELF_BAD_STRING, ELF_LIMIT.
 */
export function* dynamicSymbols(
  header: ElfHeader,
  image: MemoryImage,
  dynamic: DynamicTable,
  strings: () => StringTable,
  versioned: boolean,
): Generator<DynamicSymbol> {
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
  const at = reader.wide ? { info: 4, shndx: 6 } : { info: 12, shndx: 14 };
  for (let first = 0; first < count; first += BLOCK) {
    const length = Math.min(BLOCK, count - first);
    const block = reader.record(symbols + first * size, length * size, reader.structure('Sym'));
    const versionBlock =
      versions === undefined ? undefined : reader.record(versions + first * 2, length * 2, 'DT_VERSYM');
    // Entry 0 is reserved: gABI, "Symbol Table".
    for (let index = first === 0 ? 1 : 0; index < length; index += 1) {
      const start = index * size;
      const binding = block.u8(start + at.info) >> 4;
      if (binding === STB_LOCAL) continue;
      const section = block.u16(start + at.shndx);
      yield {
        name: () => strings().at(block.u32(start), block.field(start)),
        undefinedHere: section === SHN_UNDEF,
        absolute: section === SHN_ABS,
        weak: binding === STB_WEAK,
        versionIndex: (versionBlock?.u16(index * 2) ?? 0) & VERSYM_INDEX,
        versionOffset: versionBlock?.field(index * 2).offset ?? 0,
      };
    }
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
 * Puts each symbol's name into the version that it needs or defines, as glibc's loader resolves the index
 * (`elf/dl-version.c`), and returns the imports besides.
 * @throws ElfError ELF_BAD_VERSYM where an index has no version, and what `dynamicSymbols` throws.
 */
export function bindSymbols(
  symbols: Iterable<DynamicSymbol>,
  needs: readonly Bindable<VersionNeed>[],
  definitions: readonly Bindable<VersionDefinition>[],
): Imports {
  const neededAt = new Map(needs.map((need) => [need.index, need]));
  const definedAt = new Map(
    definitions.filter(({ base }) => !base).map((version) => [version.index, version]),
  );
  const unversionedImports: string[] = [];
  const weakImports: string[] = [];
  for (const { name, undefinedHere, absolute, weak, versionIndex, versionOffset } of symbols) {
    if (undefinedHere && weak) weakImports.push(name());
    if (versionIndex <= VER_NDX_GLOBAL) {
      if (undefinedHere) unversionedImports.push(name());
      continue;
    }
    const needed = neededAt.get(versionIndex);
    const defined = definedAt.get(versionIndex);
    // A symbol that the file defines can be bound to a needed version: it is the target of a copy relocation.
    const bound = undefinedHere ? (needed ?? defined) : (defined ?? needed);
    if (bound === undefined) {
      throw malformed(
        'ELF_BAD_VERSYM',
        { offset: versionOffset, structure: 'DT_VERSYM' },
        `${name()} has version index ${versionIndex}, which no verneed or verdef entry has`,
      );
    }
    // GNU ld writes an absolute symbol with the name of each version that it defines; readelf hides it too.
    if (!(absolute && name() === bound.name)) bound.symbols.push(name());
  }
  return { unversionedImports, weakImports };
}
