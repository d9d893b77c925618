import { DT_NEEDED, DT_NULL, PT_DYNAMIC } from './constants.js';
import { malformed } from './malformed.js';
import type { Place } from './malformed.js';
import type { MemoryImage } from './memory-image.js';
import type { ProgramHeader } from './program-headers.js';
import type { ElfReader } from './reader.js';

/** `Elf*_Dyn`: gABI, "Dynamic Section". */
export interface DynamicEntry {
  readonly place: Place;
  readonly tag: number;
  /** `d_val` or `d_ptr`, by the tag. */
  readonly value: bigint;
}

/** What PT_DYNAMIC says. */
export interface DynamicTable {
  readonly place: Place;
  /** DT_NEEDED, in file order. */
  readonly needed: readonly DynamicEntry[];
  /**
   * Of a tag that is there more than once the last, as glibc's `elf_get_dynamic_info` and musl's `decode_vec` read
   * it.
   */
  readonly entry: (tag: number) => DynamicEntry | undefined;
}

/** Tables of real files have some 30 entries and one for each needed library. */
const MAX_ENTRIES = 1 << 16;

/**
 * DT_NULL is within the segment's size as a rule, so one read of that many bytes is enough; a larger segment is read entry by
 * entry. In bytes.
 */
const MAX_BLOCK = 64 << 10;

/**
 * The PT_DYNAMIC that a loader uses: the last one, as in glibc's `_dl_map_object_from_fd` and musl's `map_library`.
 */
export function dynamicSegment(programHeaders: readonly ProgramHeader[]): ProgramHeader | undefined {
  return programHeaders.findLast(({ type }) => type === PT_DYNAMIC);
}

/**
 * Reads the dynamic table as the loader does: at the segment's address, not at its offset in the file, and up to
 * DT_NULL, not up to the segment's size.
 * @throws ElfError ELF_BAD_DYNAMIC where DT_NULL is missing; ELF_BAD_ADDRESS, ELF_LIMIT.
 */
export function readDynamicTable(
  reader: ElfReader,
  image: MemoryImage,
  segment: ProgramHeader,
): DynamicTable {
  const entrySize = reader.wide ? 16 : 8;
  const start = image.locate(segment.vaddr, entrySize, segment.place, 'PT_DYNAMIC');
  const structure = reader.structure('Dyn');
  const usual = Number(segment.filesz) - (Number(segment.filesz) % entrySize);
  const block =
    usual > 0 && usual <= Math.min(MAX_BLOCK, start.available)
      ? reader.record(start.offset, usual, structure)
      : undefined;
  const last = new Map<number, DynamicEntry>();
  const needed: DynamicEntry[] = [];
  for (let index = 0; ; index += 1) {
    const into = index * entrySize;
    if (into + entrySize > start.available) {
      throw malformed(
        'ELF_BAD_DYNAMIC',
        { offset: start.offset + into, structure },
        'the segment ends before DT_NULL, the end of the dynamic table',
      );
    }
    if (index >= MAX_ENTRIES) {
      throw malformed(
        'ELF_LIMIT',
        segment.place,
        `no DT_NULL among the first ${MAX_ENTRIES} dynamic entries`,
      );
    }
    const known = into < usual ? block : undefined;
    const record = known ?? reader.record(start.offset + into, entrySize, structure);
    const at = known === undefined ? 0 : into;
    const entry = {
      place: record.field(at),
      tag: Number(record.native(at)),
      value: record.native(at + entrySize / 2),
    };
    if (entry.tag === DT_NULL) {
      image.locate(segment.vaddr, into + entrySize, segment.place, 'PT_DYNAMIC');
      break;
    }
    if (entry.tag === DT_NEEDED) needed.push(entry);
    last.set(entry.tag, entry);
  }
  const place = { offset: start.offset, structure: 'PT_DYNAMIC' };
  return { place, needed, entry: (tag) => last.get(tag) };
}
