/*
 * The rule for gems. `unpackedByHand` reads the same archive in a second way: headers and octal sizes, nothing streams.
 * Then, where `inspectGem` does not refuse the gem,
 *
 * 1. every regular file of data.tar.gz that begins as ELF, plain or inside gzip, and that a loader could load, is among
 *    the binaries or the unreadable parts, with the same facts as `parseElf` gives of its bytes;
 * 2. the verdict on ubuntu-20.04 is "compatible" only where it is so of those files;
 * 3. reading the gem's specification alone gives the same specification;
 * 4. with other chunk sizes it gives the same contents.
 *
 * Bytes that are changed in the `.gem` itself run into the checksum of a tar header, the CRC-32 of gzip or the digests of
 * checksums.yaml.gz; inputs are therefore mostly packed anew around changed files.
 */
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { contents as contentsOf } from '../../test/helpers/contents.js';
import { opened } from '../../test/helpers/gems.js';
import { isElf } from '../../src/elf/magic.js';
import { parseElf } from '../../src/elf/parse.js';
import type { ElfFile } from '../../src/elf/types.js';
import { ElfError, GemArchiveError } from '../../src/errors.js';
import { inspectGem, readGemMetadata } from '../../src/gem/contents.js';
import { parseGemMetadata, parseMemberChecksums } from '../../src/gem/metadata.js';
import type { GemContents, GemMetadata } from '../../src/gem/types.js';
import { verdictOn } from './elf.js';
import { gemBombs, specificationBombs } from './gem-bombs.js';
import { someGem, someSpecification } from './gem-seeds.js';
import type { Subject } from './subject.js';
import { BrokenPromise } from './subject.js';
import { decoded } from './text.js';

const BLOCK = 512;
/** Beyond it, what is read by hand is left to the limits of `inspectGem`. In bytes. */
const MOST_BY_HAND = 8 * 2 ** 20;

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly data: Buffer;
}

/** The entries of a tar archive up to what is not plain: then `whole` is false, and nothing is said of the rest. */
function entriesByHand(tar: Buffer): { entries: Entry[]; whole: boolean } {
  const entries: Entry[] = [];
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    at += BLOCK;
    if (header.every((byte) => byte === 0)) continue;
    const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
    const claimed = /^[ 0]*([0-7]+)[ \0]*$/.exec(header.toString('latin1', 148, 156))?.[1] ?? '';
    const octal = /^([0-7]{1,11})[ \0]+$/.exec(header.toString('latin1', 124, 136))?.[1];
    if (octal === undefined || Number.parseInt(claimed, 8) !== sum) return { entries, whole: false };
    const size = Number.parseInt(octal, 8);
    const type = header.toString('latin1', 156, 157);
    if (at + size > tar.length) return { entries, whole: false };
    entries.push({
      name: header.toString('utf8', 0, 100).replace(/\0.*$/s, ''),
      type,
      data: tar.subarray(at, at + size),
    });
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
  return { entries, whole: true };
}

function inflated(bytes: Uint8Array): Buffer | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BY_HAND });
  } catch {
    return undefined;
  }
}

/** What `parseElf` says of each file that could be loaded; `undefined` where the archive is not for reading by hand. */
function loadableByHand(gem: Buffer): (ElfFile | ElfError)[] | undefined {
  const member = entriesByHand(gem).entries.find(({ name }) => name === 'data.tar.gz');
  const tar = member === undefined ? undefined : inflated(member.data);
  if (tar === undefined) return undefined;
  const found: (ElfFile | ElfError)[] = [];
  for (const { data, type } of entriesByHand(tar).entries) {
    if (!'0\x007'.includes(type)) continue;
    const plain = isElf(data)
      ? data
      : data.length > 2 && data.readUInt16BE(0) === 0x1f8b
        ? inflated(data)
        : undefined;
    if (plain === undefined || !isElf(plain)) continue;
    try {
      const elf = parseElf(plain);
      if (elf.loadable) found.push(elf);
    } catch (error) {
      if (!(error instanceof ElfError)) throw error;
      found.push(error);
    }
  }
  return found;
}

function holdAgainst(contents: GemContents, byHand: readonly (ElfFile | ElfError)[]): void {
  const rest = [...contents.binaries];
  const unreadable = contents.unreadable.map(({ code }) => code);
  for (const file of byHand) {
    if (file instanceof ElfError) {
      const at = unreadable.findIndex((code) => [file.code, 'GEM_TAR_ENTRY_KIND'].includes(code));
      if (at === -1) throw new BrokenPromise(`${file.message}: not among the unreadable parts`);
      unreadable.splice(at, 1);
      continue;
    }
    const at = rest.findIndex(({ elf }) => isDeepStrictEqual(elf, file));
    // A sparse file by its PAX keywords: its bytes are not what would be unpacked.
    if (at === -1 && unreadable.includes('GEM_TAR_ENTRY_KIND')) continue;
    if (at === -1)
      throw new BrokenPromise(`an ELF file for machine ${file.machine} is not among the binaries`);
    rest.splice(at, 1);
  }
  if (byHand.some((file) => file instanceof ElfError) && verdictOn(contents) === 'compatible') {
    throw new BrokenPromise('compatible, though a file cannot be read');
  }
  for (const elf of byHand) {
    if (elf instanceof ElfError || elf.cpu !== 'x86_64') continue;
    const twin = contents.binaries.filter((binary) => binary.elf.cpu === 'x86_64').length > 1;
    // Of files that are there for more than one libc, Ruby or system only some are loaded.
    if (
      !twin &&
      verdictOn(contents) === 'compatible' &&
      verdictOn(contentsOf({ probe: elf })) !== 'compatible'
    ) {
      throw new BrokenPromise('compatible, though its one file is not');
    }
  }
}

async function metadataAlone(bytes: Uint8Array): Promise<GemMetadata | GemArchiveError> {
  try {
    return await readGemMetadata(opened(bytes));
  } catch (error) {
    if (error instanceof GemArchiveError) return error;
    throw error;
  }
}

async function inspected(bytes: Uint8Array, chunkSize?: number): Promise<GemContents | GemArchiveError> {
  try {
    return await inspectGem(opened(bytes, chunkSize), { gem: 'probe-1.gem' });
  } catch (error) {
    if (error instanceof GemArchiveError) return error;
    throw error;
  }
}

async function check(bytes: Uint8Array): Promise<string> {
  const contents = await inspected(bytes);
  const metadata = await metadataAlone(bytes);
  if (contents instanceof GemArchiveError) return contents.code;
  if (!isDeepStrictEqual(metadata, contents.metadata)) {
    throw new BrokenPromise(
      `the specification alone: ${metadata instanceof Error ? metadata.message : 'another one'}`,
    );
  }
  if (bytes.length > 100_000) return 'read';
  const again = await inspected(bytes, 321);
  if (!isDeepStrictEqual(again, contents)) throw new BrokenPromise('other contents from chunks of 321 bytes');
  const byHand = loadableByHand(Buffer.from(bytes));
  if (byHand !== undefined) holdAgainst(contents, byHand);
  return verdictOn(contents);
}

export const gemSubject: Subject = { name: 'gem', fixed: gemBombs, make: someGem, check };

/** The YAML of metadata.gz and checksums.yaml.gz: only `GemArchiveError` escapes. */
function checkSpecification(bytes: Uint8Array): string {
  const outcomes = [parseGemMetadata, parseMemberChecksums].map((parse) => {
    try {
      parse(decoded(bytes));
      return 'read';
    } catch (error) {
      if (error instanceof GemArchiveError) return error.code;
      throw error;
    }
  });
  return outcomes.join(' / ');
}

export const specificationSubject: Subject = {
  name: 'specification',
  fixed: specificationBombs,
  make: someSpecification,
  check: checkSpecification,
};
