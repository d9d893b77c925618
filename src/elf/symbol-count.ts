import { DT_GNU_HASH, DT_HASH, DT_SYMTAB, EM_ALPHA, EM_MIPS, EM_S390, SHT_DYNSYM } from './constants.js';
import type { ElfError } from '../errors.js';
import type { DynamicTable } from './dynamic.js';
import type { ElfHeader } from './header.js';
import { malformed } from './malformed.js';
import type { MemoryImage } from './memory-image.js';
import type { ElfReader } from './reader.js';
import { relocationTables, visitRelocations } from './relocations.js';
import { readSectionHeaders } from './section-headers.js';

/** How many entries of a table are decoded at a time: a sparse view joins no more than that. */
const BLOCK = 4096;

/**
 * How many entries DT_SYMTAB has: ELF does not say. From the best witness that there is: DT_HASH, which has an
 * entry for each symbol; DT_GNU_HASH, which ends with the last symbol; the section headers; the highest index that
 * a relocation uses.
 * @param symbolSize size of a symbol in bytes.
 * @throws ElfError ELF_BAD_HASH_TABLE, ELF_BAD_RELOCATIONS, ELF_BAD_ADDRESS.
 */
export function dynamicSymbolCount(
  header: ElfHeader,
  image: MemoryImage,
  dynamic: DynamicTable,
  symbolSize: number,
): number {
  return (
    countFromHash(header, image, dynamic) ??
    countFromGnuHash(header, image, dynamic) ??
    countFromSections(header, dynamic, symbolSize) ??
    countFromRelocations(header, image, dynamic)
  );
}

/** gABI, "Hash Table": `nbucket`, `nchain`, …; `nchain` is the number of symbols. */
function countFromHash(
  { reader, machine }: ElfHeader,
  image: MemoryImage,
  dynamic: DynamicTable,
): number | undefined {
  const entry = dynamic.entry(DT_HASH);
  if (entry === undefined) return undefined;
  // The two ABIs whose hash words have 8 bytes: `elf.h`'s Elf_Symndx of glibc's sysdeps/alpha and sysdeps/s390/s390-64.
  const words = reader.wide && (machine === EM_S390 || machine === EM_ALPHA) ? [8, 4] : [4];
  let failure: ElfError | undefined;
  for (const word of words) {
    const { offset, available } = image.locate(entry.value, 2 * word, entry.place, 'DT_HASH');
    const table = reader.record(offset, 2 * word, 'DT_HASH');
    const buckets = word === 8 ? table.u64(0) : BigInt(table.u32(0));
    const chains = word === 8 ? table.u64(8) : BigInt(table.u32(4));
    if ((2n + buckets + chains) * BigInt(word) <= BigInt(available)) return Number(chains);
    failure ??= malformed(
      'ELF_BAD_HASH_TABLE',
      table.place,
      `${buckets} buckets and ${chains} chains do not fit into the ${available} bytes of the segment`,
    );
    // mold writes words of 4 bytes there too. Loaders do not look at the table if there is the other one.
    if (dynamic.entry(DT_GNU_HASH) === undefined) break;
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

/**
 * `elf.h` and glibc's `_dl_setup_hash`: `nbuckets`, `symoffset`, `bloom_size`, `bloom_shift`, the Bloom filter, the
 * buckets, and a chain word for each symbol from `symoffset` on, whose lowest bit ends a chain. Symbols that are
 * not looked up come first, so the table is no witness where it has no symbol: GNU ld then writes a `symoffset` of
 * 1 however many undefined symbols there are.
 */
function countFromGnuHash(
  { reader }: ElfHeader,
  image: MemoryImage,
  dynamic: DynamicTable,
): number | undefined {
  const entry = dynamic.entry(DT_GNU_HASH);
  if (entry === undefined) return undefined;
  const { offset, available } = image.locate(entry.value, 16, entry.place, 'DT_GNU_HASH');
  const table = reader.record(offset, 16, 'DT_GNU_HASH');
  const bucketCount = table.u32(0);
  const symbolOffset = table.u32(4);
  const bucketsAt = 16 + table.u32(8) * (reader.wide ? 8 : 4);
  const chainsAt = bucketsAt + bucketCount * 4;
  if (chainsAt > available) {
    throw malformed(
      'ELF_BAD_HASH_TABLE',
      table.place,
      `${bucketCount} buckets and a Bloom filter of ${table.u32(8)} words do not fit into ${available} bytes of the segment`,
    );
  }
  const buckets = reader.record(offset + bucketsAt, bucketCount * 4, 'DT_GNU_HASH');
  let last = 0;
  for (let index = 0; index < bucketCount; index += 1) last = Math.max(last, buckets.u32(index * 4));
  if (last === 0) return undefined;
  if (last < symbolOffset) {
    throw malformed(
      'ELF_BAD_HASH_TABLE',
      table.place,
      `a bucket begins at symbol ${last}, before symoffset ${symbolOffset}`,
    );
  }
  return chainEnd(reader, offset + chainsAt, last - symbolOffset, (available - chainsAt) / 4) + symbolOffset;
}

/** The number of chain words up to and with the one that ends the chain in which word `from` is. */
function chainEnd(reader: ElfReader, offset: number, from: number, available: number): number {
  for (let first = from; first < available; first += BLOCK) {
    const length = Math.floor(Math.min(BLOCK, available - first));
    const words = reader.record(offset + first * 4, length * 4, 'DT_GNU_HASH');
    for (let index = 0; index < length; index += 1) {
      if ((words.u32(index * 4) & 1) === 1) return first + index + 1;
    }
  }
  const place = { offset, structure: 'DT_GNU_HASH' };
  throw malformed(
    'ELF_BAD_HASH_TABLE',
    place,
    `chain word ${from} does not end its chain within the segment`,
  );
}

function countFromSections(header: ElfHeader, dynamic: DynamicTable, symbolSize: number): number | undefined {
  const address = dynamic.entry(DT_SYMTAB)?.value;
  const section = readSectionHeaders(header).find(
    ({ type, addr }) => type === SHT_DYNSYM && addr === address,
  );
  if (section === undefined || section.size > BigInt(header.reader.bytes.size)) return undefined;
  return Math.floor(Number(section.size) / symbolSize);
}

function countFromRelocations(header: ElfHeader, image: MemoryImage, dynamic: DynamicTable): number {
  // MIPS packs `r_info` in its own way in 64-bit files, and has DT_HASH in practice.
  if (header.machine === EM_MIPS) return 0;
  let count = 0;
  for (const table of relocationTables(dynamic)) {
    visitRelocations(header, image, table, 0, (symbol) => {
      count = Math.max(count, symbol + 1);
    });
  }
  return count;
}
