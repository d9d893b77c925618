import {
  DT_JMPREL,
  DT_PLTREL,
  DT_PLTRELSZ,
  DT_REL,
  DT_RELA,
  DT_RELACOUNT,
  DT_RELASZ,
  DT_RELCOUNT,
  DT_RELSZ,
} from './constants.js';
import type { DynamicEntry, DynamicTable } from './dynamic.js';
import type { ElfHeader } from './header.js';
import { malformed } from './malformed.js';
import type { MemoryImage } from './memory-image.js';

import { RELOCATION_TYPES } from './relocation-types.js';

/** How many entries of a table are decoded at a time: a sparse view joins no more than that. */
const BLOCK = 4096;

/** A relocation table: `Elf*_Rel` or `Elf*_Rela` entries (gABI, "Relocation"). */
export interface RelocationTable {
  readonly table: DynamicEntry;
  readonly size: DynamicEntry;
  /** Elf*_Rela: each entry has an addend. */
  readonly addends: boolean;
  /** DT_JMPREL: its functions may be looked up when they are first called. */
  readonly deferred: boolean;
  /** So many entries at the beginning are known to be relative. */
  readonly relative: number;
}

/** DT_RELA, DT_REL and DT_JMPREL, as far as they are there and not empty. */
export function relocationTables(dynamic: DynamicTable): readonly RelocationTable[] {
  const count = (tag: number): number => Number(dynamic.entry(tag)?.value ?? 0n);
  const jumpsHaveAddends = dynamic.entry(DT_PLTREL)?.value === BigInt(DT_RELA);
  return [
    tableOf(dynamic, DT_RELA, DT_RELASZ, { addends: true, deferred: false, relative: count(DT_RELACOUNT) }),
    tableOf(dynamic, DT_REL, DT_RELSZ, { addends: false, deferred: false, relative: count(DT_RELCOUNT) }),
    tableOf(dynamic, DT_JMPREL, DT_PLTRELSZ, { addends: jumpsHaveAddends, deferred: true, relative: 0 }),
  ].flatMap((table) => table ?? []);
}

function tableOf(
  dynamic: DynamicTable,
  tag: number,
  sizeTag: number,
  kind: Pick<RelocationTable, 'addends' | 'deferred' | 'relative'>,
): RelocationTable | undefined {
  const table = dynamic.entry(tag);
  const size = dynamic.entry(sizeTag);
  return table === undefined || size === undefined || size.value === 0n
    ? undefined
    : { table, size, ...kind };
}

/**
 * Goes through a table from its entry `first` on. `visit` gets the symbol's index, 0 for none, the type, and the entry's offset
 * in the file.
 * @throws ElfError ELF_BAD_RELOCATIONS, ELF_BAD_ADDRESS, ELF_TRUNCATED; MissingRangeError from a sparse view.
 */
export function visitRelocations(
  { reader }: Pick<ElfHeader, 'reader'>,
  image: MemoryImage,
  { table, size, addends }: RelocationTable,
  first: number,
  visit: (symbol: number, type: number, offset: number) => void,
): void {
  const word = reader.wide ? 8 : 4;
  const entrySize = word * (addends ? 3 : 2);
  const length = reader.withinFile(size.value, size.place, 'the size of the relocation table');
  if (length % entrySize !== 0) {
    throw malformed('ELF_BAD_RELOCATIONS', size.place, `${length} bytes are no multiple of ${entrySize}`);
  }
  const { offset } = image.locate(table.value, length, table.place, 'the relocation table');
  const structure = reader.structure(addends ? 'Rela' : 'Rel');
  // r_info of 64 bits is the symbol and the type, 32 bits each; of 32 bits, 24 and 8 (ELF64_R_SYM, ELF32_R_SYM).
  const symbolAt = word + (reader.wide && reader.little ? 4 : 0);
  const typeAt = word + (reader.wide && !reader.little ? 4 : 0);
  for (let from = first * entrySize; from < length; from += BLOCK * entrySize) {
    const block = reader.record(offset + from, Math.min(BLOCK * entrySize, length - from), structure);
    for (let at = 0; at < block.length; at += entrySize) {
      const info = block.u32(at + symbolAt);
      if (reader.wide) visit(info, block.u32(at + typeAt), offset + from + at);
      else visit(info >>> 8, info & 0xff, offset + from + at);
    }
  }
}

/** What a file's relocations ask of the loader. */
export interface RelocationFacts {
  /** Whether the loader looks a symbol up when it loads the file, or only when the function is first called, if it does so at all. */
  readonly lookedUp: (symbol: number) => 'load' | 'call' | undefined;
  /** Indices of the symbols of initial-exec relocations; 0 for one of the file's own thread-local data. */
  readonly initialExec: ReadonlySet<number>;
  readonly irelative: boolean;
}

/**
 * Reads which symbols the relocations refer to; undefined for a machine whose types are not known.
 * @throws ElfError as `visitRelocations` does; MissingRangeError from a sparse view.
 */
export function readRelocations(
  header: ElfHeader,
  image: MemoryImage,
  dynamic: DynamicTable,
): RelocationFacts | undefined {
  const types = RELOCATION_TYPES[header.machine];
  if (types === undefined) return undefined;
  const tables = relocationTables(dynamic);
  const atLoad = new Set<number>();
  const atCall = new Set<number>();
  const initialExec = new Set<number>();
  let irelative = false;
  // The range of DT_RELA may include DT_JMPREL's (elf/dynamic-link.h, _ELF_DYNAMIC_DO_RELOC): what lies in both is deferred.
  const jumps = tables.find(({ deferred }) => deferred);
  const ranges = jumps && deferredRange(header, image, jumps);
  for (const table of tables) {
    const isDeferred = (offset: number): boolean =>
      table.deferred || (ranges !== undefined && offset >= ranges.from && offset < ranges.to);
    visitRelocations(header, image, table, relativeAtStart(table, header), (symbol, type, offset) => {
      if (type === types.relative || type === 0) return;
      if (type === types.irelative) irelative = true;
      else if (types.initialExec.includes(type)) initialExec.add(symbol);
      if (symbol === 0) return;
      if (type === types.jumpSlot && isDeferred(offset)) atCall.add(symbol);
      else atLoad.add(symbol);
    });
  }
  return {
    lookedUp: (symbol) => (atLoad.has(symbol) ? 'load' : atCall.has(symbol) ? 'call' : undefined),
    initialExec,
    irelative,
  };
}

/** No more than the table has: DT_RELACOUNT of a damaged file may say anything. */
function relativeAtStart({ relative, size, addends }: RelocationTable, { reader }: ElfHeader): number {
  const entrySize = (reader.wide ? 8 : 4) * (addends ? 3 : 2);
  return Math.min(relative, Math.floor(Number(size.value) / entrySize));
}

function deferredRange(
  { reader }: ElfHeader,
  image: MemoryImage,
  { table, size }: RelocationTable,
): { from: number; to: number } {
  const length = reader.withinFile(size.value, size.place, 'DT_PLTRELSZ');
  const { offset } = image.locate(table.value, length, table.place, 'DT_JMPREL');
  return { from: offset, to: offset + length };
}
