import { PF_W, PT_LOAD } from './constants.js';
import type { ElfHeader } from './header.js';
import { MemoryImage } from './memory-image.js';
import type { ProgramHeader } from './program-headers.js';
import type { SectionHeader } from './section-headers.js';
import type { GoBuild } from './types.js';

/** `buildInfoMagic`: Go's debug/buildinfo/buildinfo.go, where the format is described too. */
const MAGIC = '\xff Go buildinf:';
/** `buildInfoAlign` and `buildInfoSize`: the blob's alignment, and the bytes before what may follow it inline. */
const ALIGNMENT = 16;
const HEADER_SIZE = 32;
/** Bit 0 of the flags: big-endian pointers. Bit 1: strings inline, behind the header (from Go 1.18 on). */
const FLAG_BIG_ENDIAN = 1;
const FLAG_INLINE = 2;

/** How far into the first writable segment the blob is looked for where no section has it, in bytes: `dataStart`. */
const SEARCHED = 64 << 10;
/** A version is short; what the linker records of modules grows with them, some 100 bytes each. In bytes. */
const MAX_VERSION = 256;
const MAX_MODULES = 1 << 20;

/** The settings that are kept: how the program was linked. Others name paths and revisions of whoever built it. */
const KEPT_SETTINGS: ReadonlySet<string> = new Set([
  'CGO_ENABLED',
  '-buildmode',
  '-tags',
  'GOARCH',
  'GOOS',
  '-compiler',
]);
/** Text of a kept value at most, in characters. */
const MAX_TEXT = 512;

/**
 * What a Go program says of its build, or nothing. @param section `.go.buildinfo`, where there is one
 * @throws MissingRangeError, ElfError: to the caller, evidence that is not there.
 */
export function readGoBuild(
  header: ElfHeader,
  programHeaders: readonly ProgramHeader[],
  section: SectionHeader | undefined,
): GoBuild | undefined {
  const at = section === undefined ? searchMagic(header, programHeaders) : Number(section.offset);
  if (at === undefined) return undefined;
  const { reader } = header;
  const blob = reader.read(at, HEADER_SIZE, 'go.buildinfo');
  if (latin1(blob.subarray(0, MAGIC.length)) !== MAGIC) return undefined;
  const flags = blob[15] ?? 0;
  const [version, modules] =
    (flags & FLAG_INLINE) !== 0
      ? readInline(header, at + HEADER_SIZE)
      : readPointed(header, programHeaders, blob, (flags & FLAG_BIG_ENDIAN) !== 0);
  if (!/^(?:go\d|devel )/.test(version)) return undefined;
  return { version: version.slice(0, MAX_TEXT), ...parseModules(modules) };
}

/** Without section headers: the blob is at the beginning of the data, which is the first writable PT_LOAD. */
function searchMagic({ reader }: ElfHeader, programHeaders: readonly ProgramHeader[]): number | undefined {
  const data = programHeaders.find(
    ({ type, flags, filesz }) => type === PT_LOAD && (flags & PF_W) !== 0 && filesz > 0n,
  );
  if (data === undefined) return undefined;
  const start = Number(data.offset);
  const length = Math.min(Number(data.filesz), SEARCHED);
  const text = latin1(reader.read(start, length, 'PT_LOAD'));
  for (let found = text.indexOf(MAGIC); found >= 0; found = text.indexOf(MAGIC, found + 1)) {
    if ((Number(data.vaddr & 0xfn) + found) % ALIGNMENT === 0) return start + found;
  }
  return undefined;
}

/** Two strings, each with its length as a varint in front. */
function readInline({ reader }: ElfHeader, at: number): [string, string] {
  const [version, next] = readString(at, MAX_VERSION);
  const [modules] = readString(next, MAX_MODULES);
  return [version, modules];

  function readString(from: number, most: number): [string, number] {
    let length = 0;
    let position = from;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = reader.read(position, 1, 'go.buildinfo')[0] ?? 0;
      position += 1;
      length += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) break;
    }
    const kept = Math.min(length, most);
    return [utf8(reader.read(position, kept, 'go.buildinfo')), position + length];
  }
}

/** Two pointers to Go strings, each of which is a pointer and a length. */
function readPointed(
  header: ElfHeader,
  programHeaders: readonly ProgramHeader[],
  blob: Uint8Array,
  bigEndian: boolean,
): [string, string] {
  const size = blob[14] ?? 0;
  if (size !== 4 && size !== 8) return ['', ''];
  const { reader } = header;
  const image = new MemoryImage(reader, programHeaders);
  const pointer = (bytes: Uint8Array, at: number): bigint => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return size === 8 ? view.getBigUint64(at, !bigEndian) : BigInt(view.getUint32(at, !bigEndian));
  };
  const place = { offset: 0, structure: 'go.buildinfo' };
  const string = (address: bigint, most: number): string => {
    if (address === 0n) return '';
    const headerAt = image.locate(address, 2 * size, place, 'a Go string').offset;
    const words = reader.read(headerAt, 2 * size, 'go.buildinfo');
    const length = Number(pointer(words, size));
    const kept = Math.min(length, most);
    if (kept === 0) return '';
    return utf8(
      reader.read(image.locate(pointer(words, 0), kept, place, 'a Go string').offset, kept, 'go.buildinfo'),
    );
  };
  return [string(pointer(blob, 16), MAX_VERSION), string(pointer(blob, 16 + size), MAX_MODULES)];
}

/** `modinfo`: lines of words between tabs, with 16 bytes of a sentinel on both sides. */
function parseModules(text: string): Omit<GoBuild, 'version'> {
  let path: string | undefined;
  let module: string | undefined;
  const settings: Record<string, string> = {};
  for (const line of text.slice(16).split('\n')) {
    const [kind, first = '', ...rest] = line.split('\t');
    if (kind === 'path') path = first.slice(0, MAX_TEXT);
    else if (kind === 'mod') module = first.slice(0, MAX_TEXT);
    else if (kind === 'build') {
      const setting = [first, ...rest].join('\t');
      const equals = setting.indexOf('=');
      const key = setting.slice(0, Math.max(0, equals)).replace(/^"(.*)"$/, '$1');
      if (KEPT_SETTINGS.has(key)) {
        settings[key] = setting.slice(equals + 1, equals + 1 + MAX_TEXT).replace(/^"(.*)"$/, '$1');
      }
    }
  }
  return { ...(path === undefined ? {} : { path }), ...(module === undefined ? {} : { module }), settings };
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
