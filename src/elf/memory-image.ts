import { PT_LOAD } from './constants.js';
import { hex, malformed } from './malformed.js';
import type { Place } from './malformed.js';
import type { ProgramHeader } from './program-headers.js';
import type { ElfReader } from './reader.js';

/** Where an address's content lies in the file. */
export interface Backing {
  /** In bytes, from the start of the file. */
  readonly offset: number;
  /** Bytes from there to the end of the segment's content. */
  readonly available: number;
}

/** The loader maps whole pages. 4 KiB is the smallest page size of Linux. */
const PAGE = 0x1000n;

/**
 * The memory that the loader makes of the file's PT_LOAD segments, as far as it comes from the file. Dynamic tables
 * are found by address only: that is what the loader does, whatever the section headers say.
 */
export class MemoryImage {
  private readonly reader: ElfReader;
  private readonly segments: readonly ProgramHeader[];

  /** @throws ElfError ELF_TRUNCATED where a segment's content reaches past the end of the file. */
  constructor(reader: ElfReader, programHeaders: readonly ProgramHeader[]) {
    this.reader = reader;
    this.segments = programHeaders.filter(({ type }) => type === PT_LOAD);
    for (const { place, offset, filesz } of this.segments) {
      if (filesz > 0n) reader.withinFile(offset + filesz, place, 'end of the PT_LOAD segment in the file');
    }
  }

  /** Is the content at `address` in the file? */
  holds(address: bigint): boolean {
    return this.segmentAt(address) !== undefined;
  }

  /**
   * The place in the file of `length` bytes at `address`.
   * @param place where the address is written, for the error.
   * @param what the thing that is looked for, by its name in the specification.
   * @throws ElfError ELF_BAD_ADDRESS where no segment, or more than one, has them.
   */
  locate(address: bigint, length: number, place: Place, what: string): Backing {
    const segment = this.segmentAt(address);
    if (segment === undefined) {
      throw malformed(
        'ELF_BAD_ADDRESS',
        place,
        `${what}: no PT_LOAD has file content for address ${hex(address)}`,
      );
    }
    const into = address - segment.vaddr;
    const available = Number(segment.filesz - into);
    if (length > available) {
      throw malformed(
        'ELF_BAD_ADDRESS',
        place,
        `${what} at address ${hex(address)} needs ${length} bytes, but its PT_LOAD has ${available} from there`,
      );
    }
    const end = address + BigInt(Math.max(length, 1));
    const position = this.segments.indexOf(segment);
    const rival = this.segments.find(
      (other, index) => other !== segment && disagrees(segment, other, address, end, index > position),
    );
    if (rival !== undefined) {
      throw malformed(
        'ELF_BAD_ADDRESS',
        rival.place,
        `this PT_LOAD covers ${what} at address ${hex(address)}, which another PT_LOAD has too, with other content`,
      );
    }
    return { offset: Number(segment.offset + into), available };
  }

  private segmentAt(address: bigint): ProgramHeader | undefined {
    return this.segments.findLast(({ vaddr, filesz }) => address >= vaddr && address < vaddr + filesz);
  }
}

/**
 * Would `other` put something else at an address in [start, end) than `segment` does? One that is mapped `later`
 * replaces all of the pages that it touches.
 */
function disagrees(
  segment: ProgramHeader,
  other: ProgramHeader,
  start: bigint,
  end: bigint,
  later: boolean,
): boolean {
  const size = other.memsz > other.filesz ? other.memsz : other.filesz;
  if (size === 0n) return false;
  const mapped = { from: other.vaddr, to: other.vaddr + size };
  if (later) {
    mapped.from -= mapped.from % PAGE;
    mapped.to += PAGE - 1n - ((mapped.to - 1n) % PAGE);
  }
  if (start >= mapped.to || end <= mapped.from) return false;
  const sameContent = segment.vaddr - segment.offset === other.vaddr - other.offset;
  return !sameContent || (other.memsz > other.filesz && end > other.vaddr + other.filesz);
}
