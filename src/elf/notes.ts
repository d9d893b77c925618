import {
  EM_386,
  EM_X86_64,
  GNU_PROPERTY_X86_ISA_1_NEEDED,
  NT_GNU_ABI_TAG,
  NT_GNU_PROPERTY_TYPE_0,
  PT_GNU_PROPERTY,
  PT_NOTE,
} from './constants.js';
import type { ElfHeader } from './header.js';
import { hex, malformed } from './malformed.js';
import type { ProgramHeader } from './program-headers.js';
import type { ElfReader, ElfRecord } from './reader.js';
import type { AbiTag, X86IsaLevel } from './types.js';

/** Bits of GNU_PROPERTY_X86_ISA_1_NEEDED, lowest first: x86-64 psABI, "Program Property". */
const ISA_LEVELS = [
  'x86-64-baseline',
  'x86-64-v2',
  'x86-64-v3',
  'x86-64-v4',
] as const satisfies readonly X86IsaLevel[];

/** Real notes are a few hundred bytes; a core dump's are not read. In bytes. */
const MAX_NOTE_SEGMENT = 1 << 20;

/**
 * The x86 ISA levels that the file declares to need, lowest first; of several declarations the union.
 * @throws ElfError ELF_BAD_NOTE, ELF_TRUNCATED, ELF_LIMIT.
 */
export function readIsaNeeded(
  header: ElfHeader,
  programHeaders: readonly ProgramHeader[],
): readonly X86IsaLevel[] {
  // Property types from 0xc0000000 on mean something else on each processor.
  if (header.machine !== EM_X86_64 && header.machine !== EM_386) return [];
  let bits = 0;
  for (const segment of programHeaders) {
    if (segment.type !== PT_NOTE && segment.type !== PT_GNU_PROPERTY) continue;
    for (const property of propertyNotes(header.reader, segment)) {
      for (const declared of isaBits(header.reader, property)) bits |= declared;
    }
  }
  return ISA_LEVELS.filter((_, bit) => (bits & (1 << bit)) !== 0);
}

/** One entry of PT_NOTE. */
export interface Note {
  readonly owner: string;
  readonly type: number;
  /** The first words of its descriptor, four at most and as many as there are. */
  readonly words: readonly number[];
}

/** The words of NT_GNU_ABI_TAG: the system, and the version, patch level and sublevel of its oldest kernel. */
const ABI_TAG_WORDS = 4;

/** What the first NT_GNU_ABI_TAG among the notes says; undefined where there is none. */
export function abiTagOf(notes: Iterable<Note>): AbiTag | undefined {
  for (const { owner, type, words } of notes) {
    const [os, ...kernel] = words;
    if (owner !== 'GNU' || type !== NT_GNU_ABI_TAG || os === undefined) continue;
    if (words.length === ABI_TAG_WORDS) return { os, kernel: kernel.join('.') };
  }
  return undefined;
}

/** Longer names are none that anyone looks for. In bytes. */
const MAX_OWNER = 32;

/**
 * The notes of a file, as far as they can be read: neither Linux nor a loader of Linux goes by them.
 * @throws MissingRangeError from a sparse view.
 */
export function* readNotes(reader: ElfReader, programHeaders: readonly ProgramHeader[]): Generator<Note> {
  for (const { type, offset, filesz, align } of programHeaders) {
    if (type !== PT_NOTE || filesz > BigInt(MAX_NOTE_SEGMENT)) continue;
    if (offset + filesz > BigInt(reader.bytes.size)) continue;
    const size = Number(filesz);
    const notes = reader.record(Number(offset), size, 'PT_NOTE');
    const alignment = align === 8n ? 8 : 4;
    for (let at = 0; at + 12 <= size;) {
      const nameSize = notes.u32(at);
      const descriptorSize = notes.u32(at + 4);
      const descriptorAt = alignUp(at + 12 + nameSize, alignment);
      if (descriptorAt + descriptorSize > size) break;
      const owner = nameSize <= MAX_OWNER ? ownerOf(notes, at + 12, nameSize) : '';
      const words = Array.from({ length: Math.min(ABI_TAG_WORDS, descriptorSize >> 2) }, (_, index) =>
        notes.u32(descriptorAt + index * 4),
      );
      yield { owner, type: notes.u32(at + 8), words };
      at = alignUp(descriptorAt + descriptorSize, alignment);
    }
  }
}

function ownerOf(notes: ElfRecord, at: number, size: number): string {
  let owner = '';
  for (let index = at; index < at + size; index += 1) {
    const byte = notes.u8(index);
    if (byte === 0) break;
    owner += String.fromCharCode(byte);
  }
  return owner;
}

/** The descriptors of the NT_GNU_PROPERTY_TYPE_0 notes: gABI, "Note Section". */
function* propertyNotes(reader: ElfReader, segment: ProgramHeader): Generator<ElfRecord> {
  if (segment.filesz > BigInt(MAX_NOTE_SEGMENT)) {
    throw malformed(
      'ELF_LIMIT',
      segment.place,
      `the note segment has ${segment.filesz} bytes, more than ${MAX_NOTE_SEGMENT}`,
    );
  }
  const start = reader.withinFile(segment.offset, segment.place, 'p_offset of a note segment');
  const size = Number(segment.filesz);
  const notes = reader.record(start, size, 'PT_NOTE');
  // Linux gABI extensions: only a segment that is aligned to 8 pads its notes to 8.
  const alignment = segment.align === 8n ? 8 : 4;
  for (let at = 0; at + 12 <= size;) {
    const nameSize = notes.u32(at);
    const descriptorSize = notes.u32(at + 4);
    const descriptorAt = alignUp(at + 12 + nameSize, alignment);
    const isProperty =
      nameSize === 4 &&
      at + 16 <= size &&
      notes.u32(at + 12) === (reader.little ? 0x00554e47 : 0x474e5500) &&
      notes.u32(at + 8) === NT_GNU_PROPERTY_TYPE_0;
    if (descriptorAt + descriptorSize > size) {
      // patchelf moves the notes and leaves the old PT_GNU_PROPERTY behind, on bytes that are something else by then.
      if (!isProperty) return;
      throw malformed(
        'ELF_BAD_NOTE',
        notes.field(at),
        `the descriptor of ${descriptorSize} bytes does not fit into the segment of ${size}`,
      );
    }
    if (isProperty) yield reader.record(start + descriptorAt, descriptorSize, 'NT_GNU_PROPERTY_TYPE_0');
    at = alignUp(descriptorAt + descriptorSize, alignment);
  }
}

/** Linux gABI extensions, "Program Property": `pr_type`, `pr_datasz`, data, padding to the class's word. */
function* isaBits(reader: ElfReader, properties: ElfRecord): Generator<number> {
  const { length } = properties;
  const word = reader.wide ? 8 : 4;
  for (let at = 0; at < length;) {
    const end = at + 8 > length ? Infinity : at + 8 + properties.u32(at + 4);
    if (end > length) {
      throw malformed(
        'ELF_BAD_NOTE',
        properties.field(at),
        `the property does not fit into the note of ${length} bytes`,
      );
    }
    if (properties.u32(at) === GNU_PROPERTY_X86_ISA_1_NEEDED) {
      if (end - at !== 12) {
        throw malformed('ELF_BAD_NOTE', properties.field(at + 4), `pr_datasz is ${end - at - 8}, not 4`);
      }
      const bits = properties.u32(at + 8);
      if (bits >>> ISA_LEVELS.length !== 0) {
        throw malformed(
          'ELF_BAD_NOTE',
          properties.field(at + 8),
          `unknown ISA levels are needed: ${hex(bits)}`,
        );
      }
      yield bits;
    }
    at = alignUp(end, word);
  }
}

function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
