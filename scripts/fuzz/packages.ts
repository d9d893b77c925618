/*
 * The rule for package readers, whatever the bytes: each entry's bytes are as many as its header says or the reading ends with the
 * reader's own error, and how the bytes are cut into chunks changes nothing.
 */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ArReader } from '../../src/archive/ar.js';
import { ArchiveError } from '../../src/archive/archive-error.js';
import { CpioReader } from '../../src/archive/cpio.js';
import type { ArchiveEntry, EntryVisitor } from '../../src/archive/entry.js';
import { RpmPrologue } from '../../src/archive/rpm.js';
import { XzChecks } from '../../src/archive/xz-checks.js';
import { mutateBytes } from './bytes.js';
import type { Subject } from './subject.js';
import { BrokenPromise } from './subject.js';

const FIXTURES = new URL('../../fixtures/inspect/', import.meta.url);

interface Reader {
  push(chunk: Uint8Array): void;
  end(): void;
}

/** What a reader told of the bytes, and how it ended. */
interface Told {
  readonly entries: { readonly entry: ArchiveEntry; bytes: number; ended: boolean }[];
  readonly bytes: number;
  readonly end: string;
}

type Make = (visit: EntryVisitor, raw: (bytes: Uint8Array) => void) => Reader;

function read(make: Make, bytes: Uint8Array, chunk: number): Told {
  const entries: { readonly entry: ArchiveEntry; bytes: number; ended: boolean }[] = [];
  let raw = 0;
  const reader = make(
    (entry) => {
      const seen = { entry, bytes: 0, ended: false };
      entries.push(seen);
      return {
        satisfied: false,
        push: (part) => (seen.bytes += part.length),
        end: () => (seen.ended = true),
      };
    },
    (part) => (raw += part.length),
  );
  let end = 'read';
  try {
    for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
    reader.end();
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    end = error.code;
  }
  return { entries, bytes: raw, end };
}

function subject(
  name: string,
  files: readonly string[],
  make: Make,
  cut: (whole: Buffer) => Buffer = (whole) => whole,
): Subject {
  const seeds = files.map((file) => cut(readFileSync(new URL(file, FIXTURES))));
  return {
    name,
    make: (random) => mutateBytes(random.pick(seeds), random),
    check: (bytes) => {
      const told = read(make, bytes, 64 << 10);
      for (const { entry, bytes: got, ended } of told.entries) {
        if (ended && entry.kind === 'file' && got !== entry.size)
          throw new BrokenPromise(
            `${JSON.stringify(entry.name)} has ${got} bytes, and ${entry.size} were told`,
          );
      }
      for (const size of [1, 321]) {
        if (!isDeepStrictEqual(read(make, bytes, size), told))
          throw new BrokenPromise(`tells something else in chunks of ${size} bytes`);
      }
      return told.end;
    },
  };
}

/** Behind the headers of an RPM package whose payload is not compressed. */
function payloadOf(rpm: Buffer): Buffer {
  const parts: Uint8Array[] = [];
  const prologue = new RpmPrologue((part) => void parts.push(part));
  prologue.push(rpm);
  return Buffer.concat(parts);
}

export const packageSubjects: readonly Subject[] = [
  subject('ar', ['probe-gzip.deb', 'probe-zstd.deb'], (visit) => new ArReader(visit)),
  subject('cpio', ['probe-none.rpm'], (visit) => new CpioReader(visit), payloadOf),
  subject('rpm', ['probe-gzip.rpm', 'probe-zstd.rpm'], (_visit, raw) => new RpmPrologue(raw)),
  subject('xz-checks', ['probe-xz.rpm'], (_visit, raw) => new XzChecks(raw), payloadOf),
];
