import { DT_VERNEED, DT_VERNEEDNUM, VERSYM_INDEX, VER_FLG_WEAK, VER_NEED_CURRENT } from './constants.js';
import type { DynamicTable } from './dynamic.js';
import { hex, malformed } from './malformed.js';
import type { MemoryImage } from './memory-image.js';
import type { ElfReader } from './reader.js';
import type { StringTable } from './string-table.js';
import type { Bindable } from './symbols.js';
import type { LibraryNeed, VersionNeed } from './types.js';
import { VersionChains } from './version-chain.js';
import { versionHash } from './version-hash.js';

/** A `LibraryNeed` to whose versions the symbols are still to be bound. */
export interface UnboundLibraryNeed extends LibraryNeed {
  readonly versions: readonly Bindable<VersionNeed>[];
}

/** Size of `Elf*_Verneed` and `Elf*_Vernaux` in bytes, in both classes. */
const RECORD_SIZE = 16;

/**
 * Reads DT_VERNEED: LSB, "Version Requirements". DT_VERNEEDNUM is only a check: glibc's loader does not look at it.
 * @throws ElfError ELF_BAD_VERNEED, ELF_BAD_ADDRESS, ELF_BAD_STRING, ELF_LIMIT.
 */
export function readVersionNeeds(
  reader: ElfReader,
  image: MemoryImage,
  dynamic: DynamicTable,
  strings: () => StringTable,
): readonly UnboundLibraryNeed[] {
  const table = dynamic.entry(DT_VERNEED);
  const count = dynamic.entry(DT_VERNEEDNUM);
  if (table === undefined) {
    if (count === undefined || count.value === 0n) return [];
    throw malformed(
      'ELF_BAD_VERNEED',
      count.place,
      `DT_VERNEEDNUM is ${count.value}, but there is no DT_VERNEED`,
    );
  }
  const backing = image.locate(table.value, RECORD_SIZE, table.place, 'DT_VERNEED');
  const chains = new VersionChains(reader, backing, 'ELF_BAD_VERNEED');
  const libraries = chains.records(
    { at: 0, link: table.place },
    { size: RECORD_SIZE, next: 12, name: 'Verneed' },
    count && { expected: count.value, counter: 'DT_VERNEEDNUM' },
  );
  const read = libraries.map((library) => {
    const version = library.u16(0);
    if (version !== VER_NEED_CURRENT) {
      throw malformed('ELF_BAD_VERNEED', library.place, `vn_version is ${version}, not ${VER_NEED_CURRENT}`);
    }
    const at = library.place.offset - backing.offset + library.u32(8);
    const versions = chains.records(
      { at, link: library.field(8) },
      { size: RECORD_SIZE, next: 12, name: 'Vernaux' },
      { expected: library.u16(2), counter: 'vn_cnt' },
    );
    return {
      library: strings().at(library.u32(4), library.field(4)),
      versions: versions.map((record) => {
        const name = strings().at(record.u32(8), record.field(8));
        const hash = record.u32(0);
        if (hash !== versionHash(name)) {
          throw malformed(
            'ELF_BAD_VERNEED',
            record.place,
            `vna_hash is ${hex(hash)}, but ${name} has ${hex(versionHash(name))}: the loader would not find the version`,
          );
        }
        const flags = record.u16(4);
        return {
          name,
          hash,
          flags,
          weak: (flags & VER_FLG_WEAK) !== 0,
          index: record.u16(6) & VERSYM_INDEX,
          symbols: [],
        };
      }),
    };
  });
  image.locate(table.value, chains.extent, table.place, 'DT_VERNEED');
  return read;
}
