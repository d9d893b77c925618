import { ElfError } from '../errors.js';
import { SHF_ALLOC, SHT_NOBITS } from './constants.js';
import { readGoBuild } from './go-build-info.js';
import type { ElfHeader } from './header.js';
import { MissingRangeError } from './missing-range.js';
import type { ProgramHeader } from './program-headers.js';
import type { SectionHeader } from './section-headers.js';
import type { ElfFile, GoBuild, Producer, ProducerMark } from './types.js';

/** Real tables have some 500 bytes; a name behind these is not recognised. In bytes. */
const MAX_NAMES = 64 << 10;
/** `.comment` of a real file has some 200 bytes. In bytes. */
const MAX_COMMENT = 16 << 10;
const MAX_COMMENTS = 32;
const MAX_COMMENT_LENGTH = 200;

/** Sections that only one toolchain makes, by their names. */
const SECTION_MARKS: readonly (readonly [string, ProducerMark])[] = [
  // GraalVM native-image: NativeImageHeap's section (SectionName.SVM_HEAP).
  ['.svm_heap', 'graalvm'],
  // bun build --compile from Bun 1.3 on.
  ['.bun', 'bun'],
];

/** Sections whose content is read. */
const WANTED = ['.comment', '.go.buildinfo', '.rodata'] as const;
type Wanted = (typeof WANTED)[number];

/** Behind the last byte of what `bun build --compile` makes out of bun itself: StandaloneModuleGraph, `trailer`. */
const BUN_TRAILER = '\n---- Bun! ----\n';
/** `appSnapshotMagicNumber` at the end of what `dart compile exe` makes: pkg/dart2native/lib/dart2native.dart. */
const DART_TRAILER = '\xdc\xdc\xf6\xf6\0\0\0\0';
/** What is looked at of a file's end, in bytes: the trailer, and the byte count that Bun puts behind it. */
const TRAILER_SIZE = BUN_TRAILER.length + 8;

/** Compiled into panic messages of the standard library: `/rustc/<commit>/library/…`. */
const RUST_PATH = '/rustc/';
const SLASH = 0x2f;
/** How much of `.rodata` is searched for it, in bytes, and in which pieces. */
const MAX_SEARCHED = 4 << 20;
const PIECE = 256 << 10;

/** An unwinder's functions that a language calls from a personality routine of its own, as Rust's does. */
const PERSONALITY: ReadonlySet<string> = new Set([
  '_Unwind_GetRegionStart',
  '_Unwind_GetLanguageSpecificData',
  '_Unwind_SetGR',
]);

/** What of a file has been read already. */
export type ReadFacts = Pick<ElfFile, 'needed' | 'verneed' | 'interpreter'>;

/**
 * Evidence of who built the file. Never an error: what is absent, malformed or not held by a sparse view says nothing, and
 * nothing is streamed again for it. It costs two or three small reads; only a file that calls an unwinder of its own and
 * has no `.comment` is searched for more.
 */
export function readProducer(
  header: ElfHeader,
  programHeaders: readonly ProgramHeader[],
  sections: readonly SectionHeader[],
  facts: ReadFacts,
): Producer | undefined {
  const found = attempt(() => findSections(header, sections)) ?? NO_SECTIONS;
  const comments = attempt(() => readComments(header, found.wanted['.comment'])) ?? [];
  const go = attempt(() => goOf(header, programHeaders, found, facts));
  const marks = new Set<ProducerMark>(found.marks);
  const trailer = attempt(() => trailerMark(header));
  if (trailer !== undefined) marks.add(trailer);
  if (comments.length === 0 && go === undefined && marks.size === 0 && mayBeRust(facts)) {
    if (attempt(() => holdsRustPath(header, found.wanted['.rodata'])) === true) marks.add('rust');
  }
  if (comments.length === 0 && go === undefined && marks.size === 0) return undefined;
  return { comments, ...(go === undefined ? {} : { go }), marks: [...marks] };
}

/** Evidence that cannot be read is none. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ElfError || error instanceof MissingRangeError) return undefined;
    throw error;
  }
}

interface FoundSections {
  /** There are sections with names. */
  readonly any: boolean;
  readonly wanted: Readonly<Partial<Record<Wanted, SectionHeader>>>;
  readonly marks: readonly ProducerMark[];
}

const NO_SECTIONS: FoundSections = { any: false, wanted: {}, marks: [] };

function findSections(header: ElfHeader, sections: readonly SectionHeader[]): FoundSections {
  const table = sections[header.shstrndx];
  if (table === undefined || table.type === SHT_NOBITS) return NO_SECTIONS;
  const names = content(header, table, MAX_NAMES);
  const wanted: Partial<Record<Wanted, SectionHeader>> = {};
  const marks: ProducerMark[] = [];
  for (const section of sections) {
    const name = WANTED.find((each) => endsAs(names, section.name, each));
    if (name !== undefined) wanted[name] ??= section;
    for (const [each, mark] of SECTION_MARKS) if (endsAs(names, section.name, each)) marks.push(mark);
  }
  return { any: names.length > 0 && sections.length > 1, wanted, marks };
}

/** Whether the string at `at` is `text`, with its NUL. */
function endsAs(bytes: Uint8Array, at: number, text: string): boolean {
  return bytes[at + text.length] === 0 && isAt(bytes, at, text);
}

function isAt(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** The beginning of a section's content. */
function content({ reader }: ElfHeader, { offset, size }: SectionHeader, most: number): Uint8Array {
  const bound = BigInt(reader.bytes.size);
  if (offset > bound || size > bound - offset) return new Uint8Array(0);
  return reader.read(Number(offset), Math.min(Number(size), most), 'section');
}

function readComments(header: ElfHeader, section: SectionHeader | undefined): string[] {
  // A loaded section of that name, or one without content, is something else.
  if (section === undefined || section.type === SHT_NOBITS || (section.flags & SHF_ALLOC) !== 0n) return [];
  const text = new TextDecoder().decode(content(header, section, MAX_COMMENT));
  const comments = text.split('\0').filter((comment) => comment.trim() !== '');
  return [...new Set(comments.map((comment) => comment.slice(0, MAX_COMMENT_LENGTH)))].slice(0, MAX_COMMENTS);
}

/** Without section names only a program is searched: a Go library for C is rare, and data of every library would be read. */
function goOf(
  header: ElfHeader,
  programHeaders: readonly ProgramHeader[],
  { any, wanted }: FoundSections,
  { interpreter, needed }: ReadFacts,
): GoBuild | undefined {
  const section = wanted['.go.buildinfo'];
  if (section !== undefined) return readGoBuild(header, programHeaders, section);
  if (any) return undefined;
  const program = interpreter !== undefined || needed.length === 0;
  return program ? readGoBuild(header, programHeaders, undefined) : undefined;
}

function trailerMark({ reader }: ElfHeader): ProducerMark | undefined {
  const { size } = reader.bytes;
  const length = Math.min(size, TRAILER_SIZE);
  const end = reader.read(size - length, length, 'end of the file');
  // Bun's byte count is behind its trailer, or in front of it in the first releases.
  if (isAt(end, 0, BUN_TRAILER) || isAt(end, length - BUN_TRAILER.length, BUN_TRAILER)) return 'bun';
  return isAt(end, length - DART_TRAILER.length, DART_TRAILER) ? 'dart' : undefined;
}

/** A personality routine of its own, which asks libgcc_s for what only such a routine does, and none of C++. */
function mayBeRust({ needed, verneed, interpreter }: ReadFacts): boolean {
  if (needed.length === 0 && interpreter === undefined) return true;
  if (needed.some((library) => library.startsWith('libstdc++.so'))) return false;
  const unwinder = verneed.find(({ library }) => library.startsWith('libgcc_s.so'));
  return unwinder?.versions.some(({ symbols }) => symbols.some((symbol) => PERSONALITY.has(symbol))) === true;
}

function holdsRustPath(header: ElfHeader, section: SectionHeader | undefined): boolean {
  if (section === undefined || section.type === SHT_NOBITS) return false;
  const start = Number(section.offset);
  const length = Math.min(Number(section.size), header.reader.bytes.size - start, MAX_SEARCHED);
  for (let at = 0; at < length; at += PIECE - RUST_PATH.length) {
    const piece = header.reader.read(start + at, Math.min(PIECE, length - at), '.rodata');
    for (let slash = piece.indexOf(SLASH); slash !== -1; slash = piece.indexOf(SLASH, slash + 1)) {
      if (isAt(piece, slash, RUST_PATH)) return true;
    }
  }
  return false;
}
