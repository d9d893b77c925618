import { readFileSync, readdirSync } from 'node:fs';
import type { ReadelfReport } from '../../scripts/oracle/readelf.js';
import { readelfReports } from '../../scripts/oracle/readelf.js';
import { parseElf } from '../../src/elf/parse.js';
import type { ElfFile } from '../../src/elf/types.js';
import { ElfError } from '../../src/errors.js';

const FOLDER = new URL('../../fixtures/elf/bin/', import.meta.url);

/** Names of all ELF fixtures. */
export const fixtureNames: readonly string[] = readdirSync(FOLDER).filter(
  (name) => !name.endsWith('.readelf.txt'),
);

/** A fresh copy, free to be edited. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, FOLDER)));
}

/** What readelf said of the fixture when it was built. */
export function readelfOf(name: string): ReadelfReport {
  const [report] = readelfReports(readFileSync(new URL(`${name}.readelf.txt`, FOLDER), 'utf8'));
  if (report === undefined) throw new Error(`${name}.readelf.txt has no report`);
  return report;
}

/** What `parseElf` makes of the bytes; any other error than its own escapes. */
export function outcome(bytes: Uint8Array): ElfFile | ElfError {
  try {
    return parseElf(bytes);
  } catch (error) {
    if (error instanceof ElfError) return error;
    throw error;
  }
}

/** Field offsets of a little-endian 64-bit file whose first segment lies at its address, for tests that damage one. */
export class Dissection {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(name: string) {
    this.bytes = fixture(name);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Offset of the first program header of a type. */
  programHeader(type: number): number {
    const start = Number(this.view.getBigUint64(32, true));
    for (let index = 0; index < this.view.getUint16(56, true); index += 1) {
      if (this.view.getUint32(start + index * 56, true) === type) return start + index * 56;
    }
    throw new Error(`no program header of type ${type}`);
  }

  /** Offset of the entry of the dynamic table with a tag. */
  dynamic(tag: number): number {
    const start = Number(this.view.getBigUint64(this.programHeader(2) + 8, true));
    for (let at = start; ; at += 16) {
      const found = Number(this.view.getBigUint64(at, true));
      if (found === tag) return at;
      if (found === 0) throw new Error(`no dynamic entry ${tag}`);
    }
  }

  /** `d_val` of that entry: for a table the offset at which it begins. */
  dynamicValue(tag: number): number {
    return Number(this.view.getBigUint64(this.dynamic(tag) + 8, true));
  }

  /** Where the dynamic table ends: the offset of DT_NULL. */
  dynamicEnd(): number {
    const start = Number(this.view.getBigUint64(this.programHeader(2) + 8, true));
    let at = start;
    while (this.view.getBigUint64(at, true) !== 0n) at += 16;
    return at;
  }

  u16(at: number, value: number): void {
    this.view.setUint16(at, value, true);
  }

  u32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }

  u64(at: number, value: bigint | number): void {
    this.view.setBigUint64(at, BigInt(value), true);
  }
}
