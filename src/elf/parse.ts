import { ElfError } from '../errors.js';
import {
  DF_1_NODEFLIB,
  DF_1_NOOPEN,
  DF_1_NOW,
  DF_1_PIE,
  DF_BIND_NOW,
  DT_BIND_NOW,
  DT_FILTER,
  DT_FLAGS,
  DT_FLAGS_1,
  DT_GNU_HASH,
  DT_HASH,
  DT_RELR,
  DT_RELRSZ,
  DT_RPATH,
  DT_RUNPATH,
  DT_SONAME,
  DT_STRSZ,
  DT_STRTAB,
  PT_LOAD,
} from './constants.js';
import { appendedTo } from './appended.js';
import { cpuOf } from './cpu.js';
import type { DynamicTable } from './dynamic.js';
import { dynamicSegment, readDynamicTable } from './dynamic.js';
import {
  isOfBionic,
  isOfLinux,
  systemOfContent,
  systemOfHeaders,
  systemOfNotes,
  systemOfOsAbi,
} from './foreign-system.js';
import type { ElfHeader } from './header.js';
import { readHeader } from './header.js';
import { identFacts, segmentFacts } from './load-facts.js';
import { readInterpreter } from './interpreter.js';
import { malformed } from './malformed.js';
import { MemoryImage } from './memory-image.js';
import type { Note } from './notes.js';
import { abiTagOf, readIsaNeeded, readNotes } from './notes.js';
import { readProducer } from './producer.js';
import type { ProgramHeader } from './program-headers.js';
import { expectNotPacked } from './packed.js';
import { readProgramHeaders } from './program-headers.js';
import type { ElfReader } from './reader.js';
import { readRelocations } from './relocations.js';
import { describesSeparateDebugFile, readSectionHeaders } from './section-headers.js';
import { readSegmentPages } from './segment-pages.js';
import { StringTable } from './string-table.js';
import type { SymbolFacts } from './symbols.js';
import { bindSymbols, dynamicSymbols } from './symbols.js';
import type { ElfBytes, ElfFile } from './types.js';
import { readVersionDefinitions } from './version-definitions.js';
import { readVersionNeeds } from './version-needs.js';
import { wholeBytes } from './whole-bytes.js';

type DynamicFacts = SymbolFacts &
  Pick<
    ElfFile,
    | 'pie'
    | 'noDefaultLibraries'
    | 'noOpen'
    | 'bindNow'
    | 'relr'
    | 'noHashTable'
    | 'soname'
    | 'needed'
    | 'rpath'
    | 'runpath'
    | 'filter'
    | 'verneed'
    | 'verdef'
  > & {
    /** The file reaches thread-local data of its own by the initial-exec model. */
    readonly ownInitialExec?: true;
  };

const NOTHING_DYNAMIC: DynamicFacts = {
  pie: false,
  needed: [],
  rpath: [],
  runpath: [],
  verneed: [],
  verdef: [],
  unversionedImports: [],
  weakImports: [],
};

export interface ParseElfOptions {
  /** Whether `verdef` is to name the symbols of each version; most of a large library's time goes there. True by default. */
  readonly definedSymbols?: boolean;
  /**
   * Whether what is defined without a version is named of a file without a soname too: a loader that finds it by its file name
   * looks in it as well. False by default.
   */
  readonly withoutSoname?: boolean;
  /** Whether to read what the relocations refer to, which says when a symbol is looked up. True by default. */
  readonly relocations?: boolean;
}

/**
 * Reads what an ELF file needs and provides, through the program headers as the loader does; section headers may be
 * stripped. 32 and 64 bit, both byte orders, any machine. Nothing is left out in silence: a table that cannot be
 * read to its end is an error.
 * @throws ElfError with the offset and the structure that is malformed.
 * @throws MissingRangeError where `bytes` is a sparse view that lacks a range that is needed.
 */
export function parseElf(bytes: Uint8Array | ElfBytes, options: ParseElfOptions = {}): ElfFile {
  const header = readHeader(bytes instanceof Uint8Array ? wholeBytes(bytes) : bytes);
  const kind = readKind(header);
  const cpu = cpuOf(kind);
  const identity = { ...kind, ...(cpu === undefined ? {} : { cpu }) };
  const { reader } = header;
  const start = { offset: 0, structure: reader.structure('Ehdr') };
  if (header.type === 'other') {
    throw malformed('ELF_BAD_HEADER', start, 'e_type is that of no file that is loaded, linked or dumped');
  }
  if (header.type !== 'exec' && header.type !== 'dyn') return unread(identity);

  const programHeaders = readProgramHeaders(header);
  expectNotPacked(header, programHeaders.length);
  const sections = readSectionHeaders(header);
  if (describesSeparateDebugFile(sections)) return unread(identity);
  if (!programHeaders.some(({ type, filesz }) => type === PT_LOAD && filesz > 0n)) {
    // glibc's "object file has no loadable segments".
    throw malformed('ELF_BAD_PROGRAM_HEADERS', start, 'no PT_LOAD has anything in the file');
  }
  const image = new MemoryImage(reader, programHeaders);
  const segment = dynamicSegment(programHeaders);
  // glibc's "object file has no dynamic section": what `objcopy --only-keep-debug` leaves of PT_DYNAMIC.
  if (segment?.filesz === 0n && !image.holds(segment.vaddr)) return unread(identity);

  if (segment === undefined && header.type === 'dyn') {
    // glibc's "object file has no dynamic section"; the kernel starts such an executable, and it relocates nothing.
    throw malformed('ELF_BAD_PROGRAM_HEADERS', start, 'a shared object has no PT_DYNAMIC');
  }
  const interpreter = readInterpreter(reader, programHeaders);
  const loaded = {
    loadable: true,
    dynamic: segment !== undefined,
    ...(interpreter === undefined ? {} : { interpreter }),
  };
  // Other systems have tables of their own. What is in them bears on nothing, since no Linux loads the file.
  const foreign = (system: string): ElfFile => ({
    ...kind,
    system,
    ...loaded,
    ...NOTHING_DYNAMIC,
    isaNeeded: [],
  });
  const byHeaders = systemOfHeaders(programHeaders, interpreter);
  if (byHeaders !== undefined) return foreign(byHeaders);
  const byOsAbi = systemOfOsAbi(header.osAbi);
  let dynamicFacts = NOTHING_DYNAMIC;
  try {
    if (segment !== undefined) dynamicFacts = readDynamicFacts(header, image, segment, options);
  } catch (error) {
    const system =
      error instanceof ElfError ? (byOsAbi ?? systemOfNotes(readNotes(reader, programHeaders))) : undefined;
    if (system !== undefined) return foreign(system);
    throw error;
  }
  const { ownInitialExec, ...facts } = dynamicFacts;
  // The byte alone says little of a file that a loader of Linux could load.
  if (byOsAbi !== undefined && !isOfLinux(facts, { type: header.type, interpreter })) return foreign(byOsAbi);
  const isaNeeded = readIsaNeeded(header, programHeaders);
  // Last, when nothing that counts can be missing any more.
  const producer = readProducer(header, programHeaders, sections, {
    ...facts,
    ...(interpreter === undefined ? {} : { interpreter }),
  });
  const ofGlibc = facts.verneed.some(({ versions }) =>
    versions.some(({ name }) => name.startsWith('GLIBC_')),
  );
  const notes = (): Iterable<Note> => readNotes(reader, programHeaders);
  const { tls, ...segments } = segmentFacts(programHeaders);
  const abiTag = abiTagOf(notes());
  const system = ofGlibc
    ? undefined
    : (systemOfNotes(notes()) ??
      systemOfContent(facts.needed, producer?.go?.settings['GOOS']) ??
      (isOfBionic(facts.needed, facts.verneed, notes) ? 'Android' : undefined));
  if (system !== undefined) return foreign(system);
  const appended = appendedTo(header, programHeaders, sections);
  return {
    ...identity,
    ...identFacts(header),
    ...loaded,
    ...segments,
    ...(tls === undefined ? {} : { tls: ownInitialExec ? { ...tls, initialExec: true } : tls }),
    ...(abiTag === undefined ? {} : { abiTag }),
    pages: readSegmentPages(programHeaders),
    ...facts,
    isaNeeded,
    ...(producer === undefined ? {} : { producer }),
    ...(appended === undefined ? {} : { appended }),
  };
}

type Kind = Pick<ElfFile, 'class' | 'byteOrder' | 'osAbi' | 'type' | 'machine' | 'flags'>;

/** A file that no loader would load, and of which no more is read. */
function unread(identity: Kind & Pick<ElfFile, 'cpu'>): ElfFile {
  return { ...identity, loadable: false, dynamic: false, ...NOTHING_DYNAMIC, isaNeeded: [] };
}

function readKind(header: ElfHeader): Kind {
  return {
    class: header.reader.wide ? 64 : 32,
    byteOrder: header.reader.little ? 'little' : 'big',
    machine: header.machine,
    osAbi: header.osAbi,
    type: header.type,
    flags: header.flags,
  };
}

function readDynamicFacts(
  header: ElfHeader,
  image: MemoryImage,
  segment: ProgramHeader,
  { definedSymbols = true, withoutSoname = false, relocations: related = true }: ParseElfOptions,
): DynamicFacts {
  const { reader } = header;
  const dynamic = readDynamicTable(reader, image, segment);
  if (dynamic.entry(DT_STRTAB) === undefined) {
    throw malformed('ELF_BAD_DYNAMIC', dynamic.place, 'no DT_STRTAB, without which nothing in it has a name');
  }
  let table: StringTable | undefined;
  const strings = (): StringTable => (table ??= readStringTable(reader, image, dynamic));
  const string = (tag: number): string | undefined => {
    const entry = dynamic.entry(tag);
    return entry && strings().at(entry.value, entry.place);
  };
  const soname = string(DT_SONAME);
  const filter = string(DT_FILTER);
  const verneed = readVersionNeeds(reader, image, dynamic, strings);
  const verdef = readVersionDefinitions(reader, image, dynamic, strings);
  const symbols = dynamicSymbols(header, image, dynamic, verneed.length + verdef.length > 0);
  const flags = dynamic.entry(DT_FLAGS)?.value ?? 0n;
  const flags1 = dynamic.entry(DT_FLAGS_1)?.value ?? 0n;
  const bindNow =
    dynamic.entry(DT_BIND_NOW) !== undefined || (flags & DF_BIND_NOW) !== 0n || (flags1 & DF_1_NOW) !== 0n;
  const relocations = related ? readRelocations(header, image, dynamic) : undefined;
  const hashed = dynamic.entry(DT_HASH) !== undefined || dynamic.entry(DT_GNU_HASH) !== undefined;
  const symbolFacts = bindSymbols(
    symbols,
    strings,
    verneed.flatMap(({ versions }) => versions),
    verdef,
    {
      defined: definedSymbols,
      exports: definedSymbols && (withoutSoname || soname !== undefined),
      relocations,
      bindNow,
    },
  );
  return {
    pie: (flags1 & DF_1_PIE) !== 0n,
    ...((flags1 & DF_1_NODEFLIB) === 0n ? {} : { noDefaultLibraries: true }),
    ...((flags1 & DF_1_NOOPEN) === 0n ? {} : { noOpen: true }),
    ...(bindNow ? { bindNow } : {}),
    ...(dynamic.entry(DT_RELR) !== undefined && (dynamic.entry(DT_RELRSZ)?.value ?? 0n) > 0n
      ? { relr: true }
      : {}),
    ...(relocations?.irelative === true ? { ifunc: true } : {}),
    ...(hashed ? {} : { noHashTable: true }),
    ...(soname === undefined ? {} : { soname }),
    needed: dynamic.needed.map(({ value, place }) => strings().at(value, place)),
    rpath: searchPath(string(DT_RPATH)),
    runpath: searchPath(string(DT_RUNPATH)),
    ...(filter === undefined ? {} : { filter }),
    verneed,
    verdef,
    ...symbolFacts,
    // What is not imported is the file's own, with or without a symbol.
    ...((relocations?.initialExec.size ?? 0) > (symbolFacts.initialExecImports?.length ?? 0)
      ? { ownInitialExec: true }
      : {}),
  };
}

/** An empty string is as good as no entry: glibc's `decompose_rpath`. */
function searchPath(path: string | undefined): readonly string[] {
  return path === undefined || path === '' ? [] : path.split(':');
}

function readStringTable(reader: ElfReader, image: MemoryImage, dynamic: DynamicTable): StringTable {
  const table = dynamic.entry(DT_STRTAB);
  if (table === undefined) {
    throw malformed('ELF_BAD_DYNAMIC', dynamic.place, 'there are names, but no DT_STRTAB');
  }
  const size = dynamic.entry(DT_STRSZ);
  if (size === undefined) {
    throw malformed('ELF_BAD_DYNAMIC', dynamic.place, 'there is a DT_STRTAB, but no DT_STRSZ');
  }
  const length = reader.withinFile(size.value, size.place, 'DT_STRSZ');
  return new StringTable(reader, image.locate(table.value, length, table.place, 'DT_STRTAB'), length);
}
