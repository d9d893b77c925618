/*
 * The rule for ELF files. `loader-view.ts` reads the same bytes as glibc's loader does. Then
 *
 * 1. what `parseElf` reads of a file that it takes for loadable (DT_NEEDED, every needed version with its weak flag,
 *    PT_INTERP) is what the loader reads, name by name and in order: never a shorter list;
 * 2. a file in which a strong need's hash is not that of its name is an error;
 * 3. the verdict is "compatible" on ubuntu-20.04 only where the loader reads the file to the end and asks for nothing
 *    that glibc 2.31, GCC 9.3's libraries and zlib 1.2.11 lack; and a file that `parseElf` sets aside as not loadable is
 *    one that the loader refuses, or that asks for no such thing.
 *
 * It follows that a mutated file is fit where its original was not only when the mutation touched what the loader goes
 * by: the class, type or program headers, the dynamic table, or the bytes and hash of that very need.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { judgeGem } from '../../src/compat/judge.js';
import { MissingRangeError } from '../../src/elf/missing-range.js';
import { parseElf } from '../../src/elf/parse.js';
import type { FileRange } from '../../src/elf/retained-range.js';
import { RETENTION, SparseElfCollector } from '../../src/elf/sparse.js';
import type { ElfFile } from '../../src/elf/types.js';
import { ElfError } from '../../src/errors.js';
import type { GemContents } from '../../src/gem/types.js';
import { forCpu } from '../../src/target/for-cpu.js';
import { resolveTarget } from '../../src/target/parse.js';
import { contents } from '../../test/helpers/contents.js';
import { mutateBytes } from './bytes.js';
import type { LoaderView } from './loader-view.js';
import { LoaderGivesUp, loaderView, textOf } from './loader-view.js';
import type { Random } from './random.js';
import type { Subject } from './subject.js';
import { BrokenPromise } from './subject.js';

const FOLDER = new URL('../../fixtures/elf/bin/', import.meta.url);

/** The ELF files of the fixtures, by name. */
export const elfSeeds: ReadonlyMap<string, Uint8Array> = new Map(
  readdirSync(FOLDER)
    .filter((name) => !name.endsWith('.readelf.txt'))
    .map((name) => [name, readFileSync(new URL(name, FOLDER))]),
);

const { target } = resolveTarget('ubuntu-20.04');

/** The verdict on ubuntu-20.04 on a CPU, x86_64 by default. */
export function verdictOn(gem: GemContents, cpu: ElfFile['cpu'] = 'x86_64'): string {
  return judgeGem(gem, { target: forCpu(target, cpu), cpu }).verdict;
}

function outcomeOf(read: () => ElfFile): ElfFile | ElfError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ElfError) return error;
    throw error;
  }
}

function viewOf(bytes: Uint8Array): LoaderView | undefined {
  try {
    return loaderView(bytes);
  } catch (error) {
    if (error instanceof LoaderGivesUp) return undefined;
    throw error;
  }
}

/** `parseElf` answers with names as text; the loader's view has their bytes. */
const bytesOf = (name: string): string => {
  const latin1 = textOf(Buffer.from(name, 'utf8'));
  return latin1;
};

function sameNames(ours: readonly string[], theirs: readonly string[]): boolean {
  // A name that is not UTF-8 is read as Latin-1, one character a byte.
  return (
    ours.length === theirs.length &&
    ours.every((name, at) => [name, bytesOf(name)].includes(theirs[at] ?? ''))
  );
}

/** What a strong need asks of ubuntu-20.04 that it lacks; by number alone, and by known names. */
function lacking({ versions, unmeetable }: LoaderView): string | undefined {
  if (unmeetable.length > 0) return unmeetable[0];
  return versions.find((version) => {
    const [, prefix = '', number = ''] = / (GLIBC|GLIBCXX|CXXABI|GCC)_(\d+(?:\.\d+)*)$/.exec(version) ?? [];
    const ceiling = CEILINGS[prefix];
    return ceiling !== undefined && number.localeCompare(ceiling, 'en', { numeric: true }) > 0;
  });
}

const CEILINGS: Readonly<Record<string, string>> = {
  GLIBC: '2.31',
  GLIBCXX: '3.4.28',
  CXXABI: '1.3.12',
  GCC: '7.0.0',
};

function check(bytes: Uint8Array): string {
  const elf = outcomeOf(() => parseElf(bytes));
  const sparse = sparsely(bytes);
  if (!sameOutcome(elf, sparse)) {
    throw new BrokenPromise(`whole ${shown(elf)}, in pieces ${shown(sparse)}`);
  }
  return elf instanceof ElfError ? elf.code : holdAgainstLoader(elf, bytes);
}

/**
 * Holds a reading of the bytes against the loader's: see the rule above. Returns the verdict, or why there is none.
 * @throws BrokenPromise
 */
export function holdAgainstLoader(elf: ElfFile, bytes: Uint8Array): string {
  const view = viewOf(bytes);
  const lacks = view === undefined ? undefined : lacking(view);
  if (!elf.loadable) {
    const set = elf.type === 'exec' || elf.type === 'dyn';
    if (set && lacks !== undefined)
      throw new BrokenPromise(`set aside as not loadable, but it needs ${lacks}`);
    return 'set aside';
  }
  if (elf.system !== undefined) {
    // The tables of another system are not read, so nothing of it may count as what fits.
    const verdict = verdictOn(contents({ 'lib/probe.so': elf }), 'x86_64');
    if (verdict === 'compatible') throw new BrokenPromise(`compatible, though it is for ${elf.system}`);
    return 'of another system';
  }
  if (view !== undefined) {
    compare('DT_NEEDED', elf.needed, view.needed);
    compare(
      'needed versions',
      elf.verneed.flatMap(({ library, versions }) =>
        versions.map(({ name, weak }) => `${library} ${name}${weak ? ' weak' : ''}`),
      ),
      view.versions,
    );
    compare('PT_INTERP', [elf.interpreter ?? ''], [view.interpreter ?? '']);
    if (view.unmeetable.length > 0)
      throw new BrokenPromise(`read, though no library has ${view.unmeetable.join()}`);
  }
  const { cpu } = elf;
  if (cpu === undefined) return 'read';
  const verdict = verdictOn(contents({ 'lib/probe.so': elf }), cpu);
  if (verdict !== 'compatible') return verdict;
  if (view === undefined) throw new BrokenPromise('compatible, but the loader would not get to its end');
  if (lacks !== undefined) throw new BrokenPromise(`compatible, but it needs ${lacks}`);
  return verdict;
}

function compare(what: string, ours: readonly string[], theirs: readonly string[]): void {
  if (sameNames(ours, theirs)) return;
  throw new BrokenPromise(`${what}: ${JSON.stringify(ours)}, but the loader reads ${JSON.stringify(theirs)}`);
}

const shown = (outcome: ElfFile | ElfError): string =>
  outcome instanceof ElfError ? outcome.message : `reads it (${outcome.verneed.length} libraries)`;

function sameOutcome(one: ElfFile | ElfError, other: ElfFile | ElfError): boolean {
  if (one instanceof ElfError || other instanceof ElfError) {
    // A view in pieces may run into its bound where the whole file does not.
    if (other instanceof ElfError && other.code === 'ELF_LIMIT') return true;
    return one instanceof ElfError && other instanceof ElfError && one.code === other.code;
  }
  return isDeepStrictEqual(one, other);
}

/** So small that the fixtures do not fit: tables come in a second pass, or from the tail. */
const TINY = { head: 512, tail: 256, segments: 1024, extra: RETENTION.extra };
const MOST_PASSES = 64;

function sparsely(bytes: Uint8Array): ElfFile | ElfError {
  const extra: FileRange[] = [];
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const result = outcomeOrRange(() => {
      const collector = new SparseElfCollector(pass % 2 === 0 ? bytes.length : undefined, {
        extra,
        retention: TINY,
      });
      for (let at = 0; at < bytes.length; at += 321) collector.push(bytes.subarray(at, at + 321));
      return parseElf(collector.finish());
    });
    if (!(result instanceof MissingRangeError)) return result;
    extra.push({ offset: result.offset, length: result.length });
  }
  throw new BrokenPromise(`still lacks a range after ${MOST_PASSES} passes`);
}

function outcomeOrRange(read: () => ElfFile): ElfFile | ElfError | MissingRangeError {
  try {
    return outcomeOf(read);
  } catch (error) {
    if (error instanceof MissingRangeError) return error;
    throw error;
  }
}

/** The ranges that a reading rests on: headers, dynamic table, version tables and names. */
function hotRanges(bytes: Uint8Array): FileRange[] {
  const ranges: FileRange[] = [{ offset: 0, length: 64 }];
  const wide = bytes[4] === 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[5] === 1;
  const word = (at: number): number =>
    wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const headers = word(wide ? 32 : 28);
  const count = view.getUint16(wide ? 56 : 44, little);
  const size = wide ? 56 : 32;
  if (headers === 0) return ranges;
  ranges.push({ offset: headers, length: count * size });
  for (let at = headers; at < headers + count * size; at += size) {
    if (view.getUint32(at, little) !== 2) continue;
    const offset = word(at + (wide ? 8 : 4));
    const length = word(at + (wide ? 32 : 16));
    if (offset + length > bytes.length) continue;
    ranges.push({ offset, length });
    const step = wide ? 16 : 8;
    for (let entry = offset; entry + step <= offset + length; entry += step) {
      // In the fixtures the tables lie at their addresses in the file, or near: close enough for a guess.
      const value = word(entry + step / 2) % 0x400000;
      if (value > 0 && value < bytes.length && view.getUint8(entry) !== 1)
        ranges.push({ offset: value, length: 96 });
    }
  }
  return ranges;
}

const hot = new Map([...elfSeeds].map(([name, bytes]) => [name, hotRanges(bytes)]));

/** A fixture with some bytes changed, mostly where it counts. */
export function mutatedElf(random: Random): Buffer {
  const [name, bytes] = random.pick([...elfSeeds]);
  return mutateBytes(bytes, random, hot.get(name));
}

export const elfSubject: Subject = { name: 'elf', make: mutatedElf, check };
