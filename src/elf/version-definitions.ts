import { DT_VERDEF, DT_VERDEFNUM, VERSYM_INDEX, VER_DEF_CURRENT, VER_FLG_BASE } from './constants.js';
import type { DynamicTable } from './dynamic.js';
import { hex, malformed } from './malformed.js';
import type { MemoryImage } from './memory-image.js';
import type { ElfReader } from './reader.js';
import type { StringTable } from './string-table.js';
import type { Bindable } from './symbols.js';
import type { VersionDefinition } from './types.js';
import { VersionChains } from './version-chain.js';
import { versionHash } from './version-hash.js';

/** Size of `Elf*_Verdef` and `Elf*_Verdaux` in bytes, in both classes. */
const VERDEF_SIZE = 20;
const VERDAUX_SIZE = 8;

/**
 * Reads DT_VERDEF: LSB, "Version Definitions". DT_VERDEFNUM is only a check: glibc's loader does not look at it.
 * @throws ElfError ELF_BAD_VERDEF, ELF_BAD_ADDRESS, ELF_BAD_STRING, ELF_LIMIT.
 */
export function readVersionDefinitions(
  reader: ElfReader,
  image: MemoryImage,
  dynamic: DynamicTable,
  strings: () => StringTable,
): readonly Bindable<VersionDefinition>[] {
  const table = dynamic.entry(DT_VERDEF);
  const count = dynamic.entry(DT_VERDEFNUM);
  if (table === undefined) {
    if (count === undefined || count.value === 0n) return [];
    throw malformed(
      'ELF_BAD_VERDEF',
      count.place,
      `DT_VERDEFNUM is ${count.value}, but there is no DT_VERDEF`,
    );
  }
  const backing = image.locate(table.value, VERDEF_SIZE, table.place, 'DT_VERDEF');
  const chains = new VersionChains(reader, backing, 'ELF_BAD_VERDEF');
  const definitions = chains.records(
    { at: 0, link: table.place },
    { size: VERDEF_SIZE, next: 16, name: 'Verdef' },
    count && { expected: count.value, counter: 'DT_VERDEFNUM' },
  );
  const read = definitions.map((definition) => {
    const version = definition.u16(0);
    if (version !== VER_DEF_CURRENT) {
      throw malformed('ELF_BAD_VERDEF', definition.place, `vd_version is ${version}, not ${VER_DEF_CURRENT}`);
    }
    const at = definition.place.offset - backing.offset + definition.u32(12);
    const names = chains
      .records(
        { at, link: definition.field(12) },
        { size: VERDAUX_SIZE, next: 4, name: 'Verdaux' },
        { expected: definition.u16(6), counter: 'vd_cnt' },
      )
      .map((record) => strings().at(record.u32(0), record.field(0)));
    const [name = '', ...parents] = names;
    const flags = definition.u16(2);
    const base = (flags & VER_FLG_BASE) !== 0;
    const hash = definition.u32(8);
    // A tool that renames a library leaves the hash of its base entry behind; nothing looks a library up by it.
    if (!base && hash !== versionHash(name)) {
      throw malformed(
        'ELF_BAD_VERDEF',
        definition.place,
        `vd_hash is ${hex(hash)}, but ${name} has ${hex(versionHash(name))}: the loader would not find the version`,
      );
    }
    return { name, index: definition.u16(4) & VERSYM_INDEX, flags, base, parents, symbols: [] };
  });
  image.locate(table.value, chains.extent, table.place, 'DT_VERDEF');
  return read;
}
