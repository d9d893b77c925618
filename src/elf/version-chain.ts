import type { ElfErrorCode, Place } from './malformed.js';
import { hex, malformed } from './malformed.js';
import type { Backing } from './memory-image.js';
import type { ElfReader, ElfRecord } from './reader.js';

/**
 * A version index has 15 bits, so no file can use more versions; each may have a library record or parents beside
 * its own.
 */
const MAX_RECORDS = 4 * 0x8000;

/**
 * Verneed and verdef tables are chains of chains whose links are byte distances. The loader follows the links until
 * one is 0 and never looks at a count; readelf counts. Here the links are followed, and a count that says otherwise
 * is an error. Distances are unsigned, so a chain cannot turn back; two chains may share a record, as with `ld
 * --default-symver`, where the base and the only version have the same name.
 */
export class VersionChains {
  private readonly reader: ElfReader;
  private readonly table: Backing;
  private readonly code: ElfErrorCode;
  private total = 0;
  private reach = 0;

  constructor(reader: ElfReader, table: Backing, code: ElfErrorCode) {
    this.reader = reader;
    this.table = table;
    this.code = code;
  }

  /** How far into the table the records read so far reach, in bytes. */
  get extent(): number {
    return this.reach;
  }

  /**
   * The records of one chain.
   * @param first where in the table the chain begins, in bytes, and the field that says so.
   * @param record the `size` of a record in bytes, and `next`, where in it the distance to the next one is.
   * @param count what another field says of the chain's length, where one does; `counter` is that field's name.
   * @throws ElfError with the chain's code for a record outside the segment, and a count that is wrong;
   *   ELF_LIMIT.
   */
  records(
    first: { at: number; link: Place },
    { size, next, name }: { size: number; next: number; name: string },
    count: { expected: bigint | number; counter: string } | undefined,
  ): readonly ElfRecord[] {
    const structure = this.reader.structure(name);
    const records: ElfRecord[] = [];
    let { at, link } = first;
    for (;;) {
      if (at + size > this.table.available) {
        throw malformed(
          this.code,
          link,
          `this leads to ${structure} at offset ${hex(this.table.offset + at)}, outside the PT_LOAD segment of the table`,
        );
      }
      this.total += 1;
      if (this.total > MAX_RECORDS) {
        throw malformed('ELF_LIMIT', link, `more than ${MAX_RECORDS} version records`);
      }
      const record = this.reader.record(this.table.offset + at, size, structure);
      records.push(record);
      this.reach = Math.max(this.reach, at + size);
      const distance = record.u32(next);
      if (distance === 0) break;
      at += distance;
      link = record.field(next);
    }
    if (count !== undefined && BigInt(count.expected) !== BigInt(records.length)) {
      throw malformed(
        this.code,
        { offset: this.table.offset + first.at, structure },
        `${count.counter} is ${count.expected}, but the chain has ${records.length} records`,
      );
    }
    return records;
  }
}
